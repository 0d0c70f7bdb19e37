"""Two versions of an article → what changed: headline, standfirst, paragraphs, who is quoted, authors and dates.

Words that stay are a longest common subsequence (rapidfuzz, in C). They are compared as printed; white space between
them is not compared.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel, LCSseq

from searchsvc.analysis import tokenize
from searchsvc.model.article import Article, BlockKind, ChangedPart, Quote
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import SPEECH

RunKind = Literal["same", "removed", "added"]

#: Words of one text times words of the other, at most; of longer texts all words count as removed and added.
MAX_CELLS = 16_000_000


@dataclass(frozen=True, slots=True)
class DiffRun:
    """Words on end that both texts have, or only the older one (`removed`), or only the newer one (`added`)."""

    kind: RunKind
    text: str


def word_diff(older: str, newer: str) -> tuple[DiffRun, ...]:
    """Return the runs of words of two texts, in order; removed ones come before added ones.

    Those that are not removed, joined, are the newer text. Those that are not added are the older one but for white
    space.

    >>> [(run.kind, run.text) for run in word_diff("The wall may close.", "The wall closed today.")]
    [('same', 'The wall '), ('removed', 'may close'), ('added', 'closed today'), ('same', '.')]
    """
    if older == newer:
        return (DiffRun("same", newer),) if newer else ()
    before, after = _pieces(older), _pieces(newer)
    words = [piece.strip() for piece in before], [piece.strip() for piece in after]
    runs: list[DiffRun] = []
    for stretch in stretches(*words):
        old, new = "".join(before[stretch.before]), "".join(after[stretch.after])
        runs += [DiffRun("same", new)] if stretch.same else [DiffRun("removed", old), DiffRun("added", new)]
    return tuple(run for run in runs if run.text)


def _pieces(text: str) -> list[str]:
    """Return the text cut before each word and each sign between words; white space stays behind what precedes it."""
    cuts, end = [0], 0
    for word in tokenize(text):
        cuts += [at for at in range(end, word.start) if not text[at].isspace()]
        cuts.append(word.start)
        end = word.end
    cuts += [at for at in range(end, len(text)) if not text[at].isspace()]
    return [text[first:after] for first, after in pairwise([*dict.fromkeys(cuts), len(text)]) if after > first]


class Stretch(NamedTuple):
    """Items on end that two sequences have in common, or that stand in the place of each other."""

    same: bool
    before: slice
    after: slice


def stretches(before: Sequence[str], after: Sequence[str]) -> list[Stretch]:
    """Return the stretches of two sequences, in order, by a longest common subsequence; same and other alternate."""
    check_deadline()
    if len(before) * len(after) > MAX_CELLS:
        return [Stretch(same=False, before=slice(len(before)), after=slice(len(after)))]
    moves = [
        (m.tag == "equal", m.src_start, m.src_end, m.dest_start, m.dest_end) for m in LCSseq.opcodes(before, after)
    ]
    found = []
    for same, group in groupby(moves, key=lambda move: move[0]):
        run = list(group)
        found.append(Stretch(same, slice(run[0][1], run[-1][2]), slice(run[0][3], run[-1][4])))
    return found


PartState = Literal["same", "changed", "removed", "added"]

#: Likeness, from 0 to 1, from which on two paragraphs are one that was changed; and two quotations.
LIKE_BLOCK, LIKE_QUOTE = 0.5, 0.6
#: Pairs of paragraphs, or quotations, whose likeness is measured at a time, at most; more are removed and added.
MAX_PAIRS = 2_500


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A block of either version, and what became of it."""

    state: PartState
    kind: BlockKind
    #: Its words: of a changed one those of both versions.
    runs: tuple[DiffRun, ...]


@dataclass(frozen=True, slots=True)
class QuoteChange:
    """A quotation that only one of the versions has, or that both have in other words or from another speaker."""

    state: PartState
    #: None: the older version, or the newer one, has it not.
    before: Quote | None
    after: Quote | None
    runs: tuple[DiffRun, ...]

    @property
    def has_other_speaker(self) -> bool:
        """Whether both versions have it, and say otherwise who said it."""
        return self.before is not None and self.after is not None and self.before.who != self.after.who


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """What differs between two versions of an article."""

    #: The parts that differ, in the order of `ChangedPart`; none if nothing does.
    parts: tuple[ChangedPart, ...]
    headline: tuple[DiffRun, ...]
    blocks: tuple[BlockChange, ...]
    quotes: tuple[QuoteChange, ...]


def changed_parts(older: Article, newer: Article) -> tuple[ChangedPart, ...]:
    """Return the parts in which two versions differ, in the order of `ChangedPart`; the same whichever is older."""
    before, after = older.head, newer.head
    differs: dict[ChangedPart, bool] = {
        "headline": before.title != after.title,
        "standfirst": (before.lead or "") != (after.lead or ""),
        "text": _other_blocks(older) != _other_blocks(newer),
        "quotes": Counter(map(_said, _speech(older))) != Counter(map(_said, _speech(newer))),
        "authors": before.authors != after.authors,
        "dates": (before.published, before.updated) != (after.published, after.updated),
    }
    return tuple(part for part, is_other in differs.items() if is_other)


def compare(older: Article, newer: Article) -> VersionComparison:
    """Return what differs between two versions of an article, word by word."""
    return VersionComparison(
        changed_parts(older, newer),
        word_diff(older.head.title, newer.head.title),
        tuple(_block_changes(older, newer)),
        tuple(_quote_changes(_speech(older), _speech(newer))),
    )


def _other_blocks(article: Article) -> list[tuple[str, str]]:
    """Return the blocks without the one whose text is the standfirst."""
    return [(block.kind, block.text) for block in article.blocks if block.text != article.head.lead]


def _speech(article: Article) -> list[Quote]:
    return [quote for quote in article.quotes if quote.kind in SPEECH]


def _said(quote: Quote) -> tuple[str, str | None]:
    return quote.text, quote.who


def _block_changes(older: Article, newer: Article) -> Iterator[BlockChange]:
    before, after = ([(block.kind, block.text) for block in one.blocks] for one in (older, newer))
    for stretch in stretches(*([f"{kind} {text}" for kind, text in one] for one in (before, after))):
        old, new = before[stretch.before], after[stretch.after]
        if stretch.same:
            yield from (BlockChange("same", kind, word_diff(text, text)) for kind, text in new)
        else:
            yield from _replaced(old, new)


def _replaced(old: Sequence[tuple[BlockKind, str]], new: Sequence[tuple[BlockKind, str]]) -> Iterator[BlockChange]:
    """Yield what became of blocks in the place of which others stand; those that are alike are changed ones."""
    at, to = 0, 0
    for i, j in [*_alike([text for _, text in old], [text for _, text in new]), (len(old), len(new))]:
        yield from (BlockChange("removed", kind, word_diff(text, "")) for kind, text in old[at:i])
        yield from (BlockChange("added", kind, word_diff("", text)) for kind, text in new[to:j])
        if i < len(old):
            yield BlockChange("changed", new[j][0], word_diff(old[i][1], new[j][1]))
        at, to = i + 1, j + 1


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs of indices of texts that are alike, both ascending, with the greatest sum of likeness."""
    if len(old) * len(new) > MAX_PAIRS:
        return []
    check_deadline()
    before, after = list(map(_words, old)), list(map(_words, new))
    likeness = [[_likeness(one, other, LIKE_BLOCK) for other in after] for one in before]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            paired = likeness[i][j] and likeness[i][j] + best[i + 1][j + 1]
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _words(text: str) -> list[str]:
    return [word.text for word in tokenize(text)]


def _likeness(one: Sequence[str], other: Sequence[str], least: float) -> float:
    """Return the share of words, from 0 to 1, that stay where one text becomes another; 0 below a least likeness."""
    return Indel.normalized_similarity(one, other, score_cutoff=least) if one and other else 0.0


def _quote_changes(before: Sequence[Quote], after: Sequence[Quote]) -> Iterator[QuoteChange]:
    """Yield the quotations that changed, in the order of the newer version; those that are gone come last."""
    kept = Counter(map(_said, before)) & Counter(map(_said, after))
    gone, new = _without(before, kept), _without(after, kept)
    check_deadline()
    words = [_words(one.text) for one in gone] if len(gone) * len(new) <= MAX_PAIRS else []
    for quote in new:
        number = _earlier(quote, words)
        if number is None:
            yield QuoteChange("added", None, quote, word_diff("", quote.text))
        else:
            earlier = gone.pop(number)
            del words[number]
            yield QuoteChange("changed", earlier, quote, word_diff(earlier.text, quote.text))
    yield from (QuoteChange("removed", quote, None, word_diff(quote.text, "")) for quote in gone)


def _earlier(quote: Quote, gone: Sequence[Sequence[str]]) -> int | None:
    """Return the index of what a quotation was before, given words: the most alike; None if none is like it."""
    words = _words(quote.text) if gone else []
    scored = [(_likeness(one, words, LIKE_QUOTE), -i) for i, one in enumerate(gone)]
    score, number = max(scored, default=(0.0, 0))
    return -number if score else None


def _without(quotes: Sequence[Quote], kept: Counter[tuple[str, str | None]]) -> list[Quote]:
    left = Counter(kept)
    rest = []
    for quote in quotes:
        if left[_said(quote)]:
            left[_said(quote)] -= 1
        else:
            rest.append(quote)
    return rest
