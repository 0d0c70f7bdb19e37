"""Turn an alignment into the differences between quotation and article, and into the passage with its speaker.

The first five classes are the result of a check: a verdict with its passages and their differences.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from searchsvc.analysis import stem
from searchsvc.model.article import ArticleHead, Quote
from searchsvc.model.result import IndexInfo
from searchsvc.verify.alignment import Alignment, Move, ReportingClause
from searchsvc.verify.article_words import TEXT_BREAK, ArticleWords, same_letters, same_signs, without_marks
from searchsvc.verify.quotation import PatternItem, QuotationPattern
from searchsvc.verify.reporting_clauses import PastedAttribution

PassageStatus = Literal["exact", "punctuation", "split", "words", "stretch"]
VerdictStatus = Literal["exact", "punctuation", "split", "words", "stretch", "absent", "too_short"]
DifferenceKind = Literal["same", "missing", "added", "changed", "near", "declared", "clause"]

#: Passages of a verdict, at most.
MAX_PASSAGES = 10
#: Words of a stretch left out that are shown, at most: half from its start and half from its end.
MAX_SHOWN_WORDS = 60
#: What stands for the words between the two halves.
CUT_MARK = " […] "
#: Edits that a stretch left out counts as, at most.
MAX_OMISSION_EDITS = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of the quotation beside what is printed for it.

    `missing` words are printed and not quoted, `added` ones are quoted and not printed, `near`
    ones are other forms of the same words (`boat`, `boats`), `declared` ones are what an ellipsis
    or a bracket of the quotation stands for. A `clause` is printed between two parts of the
    quotation and says who spoke: `said the warden`. All stretches joined are the quotation from
    its first word to its last, and the passage's text.
    """

    kind: DifferenceKind
    quoted: str
    printed: str


@dataclass(frozen=True, slots=True)
class LeftOutWords:
    """What an ellipsis of the quotation skips."""

    text: Annotated[str, Meta(description="The printed words; of more than 60 the first and last 30.")]
    #: Number of words skipped.
    words: int


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """A stretch of an article that the quotation is, or may have been made of.

    `text` is cut out of the headline or the block by `start` and `end`; where `end_block` is
    another block than `block`, of each the part that belongs to it, parted by newlines (captions
    and cross-heads between paragraphs are not in it). A long stretch that is left out shows only
    its first and last words.
    """

    head: ArticleHead
    status: PassageStatus
    #: Index of the article's block where the passage begins; None: the headline.
    block: int | None
    end_block: int | None
    #: Fragment of the article's page: `b4`.
    anchor: str | None
    #: Offset of the start in `block` and of the end (exclusive) in `end_block`, in code points.
    start: int
    end: int
    text: str
    diff: tuple[Difference, ...]
    left_out: tuple[LeftOutWords, ...]
    #: Number of words that are the same in both.
    kept: int
    #: Whether all printed words that the quotation has, too, stand in quotation marks.
    quoted: bool
    #: The quote of the article that contains most of the passage, with its speaker and confidence.
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a quotation is printed in the collection.

    `exact`: character by character, but for the shape of quotation marks, dashes and spaces, what
    its ellipses and brackets declare, and the punctuation at its two ends. `punctuation`: the
    same words; punctuation, case or accents differ. `split`: the same words, interrupted in print
    by a clause that says who spoke. `words`: words differ. `stretch`: only some words on end are
    printed. `absent`: neither this nor anything near it is printed here. `too_short`: not printed,
    and too few words to look for others like them.
    """

    text: str
    status: VerdictStatus
    #: The result in one sentence, and in a second one what is to say of the attribution.
    answer: str
    #: Number of words that were checked.
    words: int
    #: Words of `text` that say who spoke, and were not checked as part of it; None: there are none.
    attribution: PastedAttribution | None
    #: Number of passages found; an article that contains the exact words but was not read counts as one.
    total: int
    #: At most MAX_PASSAGES, best first.
    places: tuple[SourcePassage, ...]
    index: IndexInfo


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences between the quotation and one stretch of an article."""

    status: PassageStatus
    #: Words added, left out or changed; a stretch left out counts as MAX_OMISSION_EDITS at most.
    edits: int
    #: Words that are the same in both, in compared form.
    kept: tuple[str, ...]
    diff: tuple[Difference, ...]
    left_out: tuple[LeftOutWords, ...]

    def as_stretch(self, kept: tuple[str, ...]) -> "Comparison":
        """Return the comparison as one with a quotation of which only a stretch is printed: these words."""
        return replace(self, status="stretch", kept=kept)


class Comparer:
    """Compares one quotation with one article, whose reporting clauses and language are known."""

    def __init__(
        self, pattern: QuotationPattern, printed: ArticleWords, clauses: Sequence[ReportingClause], language: str | None
    ) -> None:
        self._pattern, self._printed = pattern, printed
        self._clauses = frozenset(clauses)
        self._language = language

    def compare(self, alignment: Alignment) -> Comparison:
        """Return the differences between the quotation and the article along an alignment."""
        moves = alignment.moves
        edits = sum(self._edits(move) for move in moves)
        status: PassageStatus = "words"
        if not edits:
            split = any(self._kind(move) == "clause" for move in moves)
            status = "split" if split else "exact" if self._same_signs(moves) else "punctuation"
        kept = tuple(self._printed.words[move.first].form for move in moves if self._kind(move) == "same")
        return Comparison(status, edits, kept, tuple(self._diff(alignment)), tuple(self._left_out(moves)))

    def _item(self, move: Move) -> PatternItem | None:
        """Return the item of the quotation that a move places; None: the move skips printed words."""
        return None if move.item is None else self._pattern.items[move.item]

    def _edits(self, move: Move) -> int:
        kind = self._kind(move)
        return 0 if kind in ("same", "declared", "clause") else min(MAX_OMISSION_EDITS, max(1, move.end - move.first))

    def _kind(self, move: Move) -> DifferenceKind:
        """Return the kind of one move; an ellipsis or bracket is "declared", printed words left out are "missing"."""
        item = self._item(move)
        if item is None:
            return "clause" if ReportingClause(move.first, move.end) in self._clauses else "missing"
        if item.kind != "word":
            return "declared"
        if move.end == move.first:
            return "added"
        form = self._printed.words[move.first].form
        if form == item.form:
            return "same"
        return "near" if stem(form, self._language) == stem(item.form, self._language) else "changed"

    def _same_signs(self, moves: Sequence[Move]) -> bool:
        """Return whether quotation and article have the same characters, words and those between them.

        Characters next to an ellipsis, a bracket or words left out are not compared.
        """
        before: Move | None = None
        for move in moves:
            item = self._item(move)
            if item is None or item.kind != "word":
                before = None
                continue
            if not self._same_word(item, move.first):
                return False
            if before is not None and not self._same_between(before, move):
                return False
            before = move
        return True

    def _same_word(self, item: PatternItem, number: int) -> bool:
        quoted, printed = self._pattern.text[item.start : item.end], self._printed.cut(number, number + 1, last=True)
        return same_letters(quoted, printed) or (item.loose and same_letters(quoted.lower(), printed.lower()))

    def _same_between(self, before: Move, move: Move) -> bool:
        """Return whether the characters between two adjacent words are the same in quotation and article."""
        one, other = self._item(before), self._item(move)
        quoted = self._pattern.text[one.end : other.start] if one and other else ""
        printed = self._printed.between(before.first, move.first)
        if TEXT_BREAK in printed:
            return same_signs(without_marks(quoted), without_marks(printed))
        return same_signs(quoted, printed)

    def _diff(self, alignment: Alignment) -> Iterator[Difference]:
        """Yield the differences in order; each reaches to the first word of the next, so that nothing lies between."""
        runs = [(kind, list(run)) for kind, run in groupby(alignment.moves, key=self._group)]
        quoted_from = self._starts(runs)
        for i, (group, run) in enumerate(runs):
            first, end = run[0].first, run[-1].end
            kinds = {self._kind(move) for move in run}
            kind: DifferenceKind = group if group != "changed" else kinds.pop() if len(kinds) == 1 else "changed"
            quoted = self._pattern.text[quoted_from[i] : quoted_from[i + 1]]
            yield Difference(kind, quoted, self._stretch(first, end, last=end == alignment.end))

    def _group(self, move: Move) -> DifferenceKind:
        """Return the kind by which moves are joined to one difference: added, missing and changed words go together."""
        kind = self._kind(move)
        return kind if kind in ("same", "declared", "clause") else "changed"

    def _starts(self, runs: Sequence[tuple[DifferenceKind, list[Move]]]) -> list[int]:
        """Return the offset in the quotation where each run begins, then the offset where the quotation ends."""
        items = self._pattern.items
        starts = [items[-1].end]
        for _, run in reversed(runs):
            numbers = [move.item for move in run if move.item is not None]
            starts.append(items[numbers[0]].start if numbers else starts[-1])
        return starts[::-1]

    def _stretch(self, first: int, end: int, *, last: bool) -> str:
        """Return the printed words `first` to `end` (exclusive), `last` as of `ArticleWords.cut`.

        Of more than MAX_SHOWN_WORDS words those in the middle are replaced by CUT_MARK.
        """
        if end - first <= MAX_SHOWN_WORDS:
            return self._printed.cut(first, end, last=last)
        half = MAX_SHOWN_WORDS // 2
        return (
            self._printed.cut(first, first + half, last=True) + CUT_MARK + self._printed.cut(end - half, end, last=last)
        )

    def _left_out(self, moves: Sequence[Move]) -> Iterator[LeftOutWords]:
        """Yield the printed words that each ellipsis of the quotation skips."""
        for move in moves:
            item = self._item(move)
            if item is not None and item.kind == "gap":
                yield LeftOutWords(self._stretch(move.first, move.end, last=True), move.end - move.first)


class _TextSpan(NamedTuple):
    """A range of code points in a block of the article, or in the headline (`block` is None)."""

    block: int | None
    start: int
    end: int


def source_passage(
    head: ArticleHead, quotes: Sequence[Quote], printed: ArticleWords, alignment: Alignment, comparison: Comparison
) -> SourcePassage:
    """Return the passage of an article that an alignment covers.

    Args:
        head: Head of the article.
        quotes: Quotes of the article, which name the speaker.
        printed: Words of the article.
        alignment: Where the quotation stands in them.
        comparison: The differences there.

    """
    first, last = printed.words[alignment.first], printed.words[alignment.end - 1]
    block = printed.block_of(alignment.first)
    quoted, quote = _quote_around(head, quotes, list(_word_spans(printed, alignment)))
    return SourcePassage(
        head=head,
        status=comparison.status,
        block=block,
        end_block=printed.block_of(alignment.end - 1),
        anchor=None if block is None else f"b{block}",
        start=first.start,
        end=last.end,
        text="".join(one.printed for one in comparison.diff),
        diff=comparison.diff,
        left_out=comparison.left_out,
        kept=len(comparison.kept),
        quoted=quoted,
        quote=quote,
    )


def _word_spans(printed: ArticleWords, alignment: Alignment) -> Iterator[_TextSpan]:
    """Yield the position of each printed word that stands against a word of the quotation."""
    for move in alignment.moves:
        if move.item is not None and move.end == move.first + 1:
            word = printed.words[move.first]
            yield _TextSpan(printed.block_of(move.first), word.start, word.end)


def _quote_around(head: ArticleHead, quotes: Sequence[Quote], words: Sequence[_TextSpan]) -> tuple[bool, Quote | None]:
    """Return whether all words stand inside quotes of the article, and the quote that contains most of them.

    "Most" is counted in code points; of two equal quotes the first counts; None if no quote contains a word.
    """
    blocks = {word.block for word in words}
    best: tuple[int, Quote] | None = None
    inside: set[_TextSpan] = set()
    for quote in quotes:
        span = _span_of(head, quote)
        if span is None or span.block not in blocks:
            continue
        held = [s for s in words if s.block == span.block and span.start <= s.start and s.end <= span.end]
        inside.update(held)
        size = sum(s.end - s.start for s in held)
        if size and (best is None or size > best[0]):
            best = size, quote
    return inside.issuperset(words), best[1] if best else None


def _span_of(head: ArticleHead, quote: Quote) -> _TextSpan | None:
    """Return the position of a quote; None if it has none in this article, as one in another article's headline."""
    if quote.block is not None and quote.start is not None and quote.end is not None:
        return _TextSpan(quote.block, quote.start, quote.end)
    start = head.title.find(quote.text) if quote.block is None else -1
    return _TextSpan(None, start, start + len(quote.text)) if start >= 0 else None
