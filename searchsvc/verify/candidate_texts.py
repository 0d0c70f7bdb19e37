"""Find the articles that may contain a quotation, and the places in them that match it.

Articles that contain all words as phrases are read first, then those with most of the rarest words. The rules at the
end (`is_likely`) separate a misquoted passage from a chance resemblance. Their constants were found on news: words of
indexed articles with 1 to 3 of them dropped, replaced or inserted must be found, words of articles that are not
indexed must not (`python tools/measure_verify.py FILE`).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from searchsvc.analysis import is_stop
from searchsvc.analysis.tokenizer import COUNTRY
from searchsvc.engines.base import Engine
from searchsvc.model.article import ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import And, MinShouldMatch, Node, Or, Phrase, Query, Word
from searchsvc.model.result import Hit
from searchsvc.verify.alignment import BRACKET, GAP, Alignment, Move, WordIdArray, align
from searchsvc.verify.article_words import ArticleTexts, ArticleWords, WordEncoder, texts_of, window
from searchsvc.verify.difference import Comparer, Comparison
from searchsvc.verify.quotation import QuotationPattern

#: Articles with the exact words that are read, and how many more if none of the first has the exact characters.
FIRST_BATCH, SECOND_BATCH = 12, 48
#: Articles with similar words that are read, at most.
MAX_SIMILAR_ARTICLES = 25
#: Distinct words whose document frequencies are requested, and how many of them, the rarest, are searched for.
MAX_COUNTED_WORDS, MAX_RARE_WORDS = 60, 12
#: Surface form of the pronoun, which the country (`COUNTRY`, "US") has too in a text without capital letters.
PRONOUN = "us"
#: Words of a phrase that is searched for, and number of such phrases at most.
RUN_WORDS, MAX_RUNS = 3, 16
#: Words that may differ, per cent of the quotation's words.
MAX_EDITS_PERCENT = 40
#: Stop words that count as much as one other word.
STOP_WORDS_PER_WORD = 3
#: Cells (items × printed words) of all alignment tables of one quotation: enough for 12 articles of 800 words and a
#: quotation of 400 words.
MAX_TABLE_CELLS = 4_000_000


def same_words(pattern: QuotationPattern) -> Node:
    """Return a query node for the articles that contain each segment of the quotation as a phrase."""
    phrases = tuple(map(_same_segment, dict.fromkeys(pattern.segments)))
    return phrases[0] if len(phrases) == 1 else And(phrases)


def _same_segment(segment: tuple[str, ...]) -> Node:
    """Return the phrase of a segment; with `us` or the country `US` in it, also the phrases of the other reading.

    In a text all in capitals or all in lower case, the two are spelled alike.
    """
    readings = dict.fromkeys((segment, _with(segment, PRONOUN), _with(segment, COUNTRY)))
    phrases = tuple(map(Phrase, readings))
    return phrases[0] if PRONOUN not in segment and COUNTRY not in segment else Or(phrases)


def _with(segment: tuple[str, ...], form: str) -> tuple[str, ...]:
    return tuple(form if word in (PRONOUN, COUNTRY) else word for word in segment)


def exact_batches(engine: Engine, pattern: QuotationPattern) -> Iterator[tuple[tuple[Hit, ...], int]]:
    """Yield articles that contain the exact words, in two batches, with the number of such articles not yet read."""
    query = Query(same_words(pattern))
    for offset, limit in ((0, FIRST_BATCH), (FIRST_BATCH, SECOND_BATCH)):
        ranking = engine.search(query, limit=limit, offset=offset, facets=False)
        if ranking.hits:
            yield ranking.hits, ranking.total - offset - len(ranking.hits)
        if ranking.total <= offset + limit:
            return


def similar_articles(engine: Engine, pattern: QuotationPattern) -> tuple[Hit, ...]:
    """Return the articles that rank best for the quotation's rarest words and its phrases of RUN_WORDS words."""
    rare = tuple(Word(form) for form in _rarest(engine, pattern))
    children: tuple[Node, ...] = (*rare, *_runs(pattern))
    if not children:
        return ()
    return engine.search(Query(MinShouldMatch(children, 1)), limit=MAX_SIMILAR_ARTICLES, facets=False).hits


def _rarest(engine: Engine, pattern: QuotationPattern) -> list[str]:
    """Return the surface forms of the quotation that occur in the fewest articles, rarest first.

    The quotation's language is unknown, so its stop words may pass `is_stop`; of more than MAX_COUNTED_WORDS forms
    the shortest are dropped.
    """
    forms = dict.fromkeys(form for segment in pattern.segments for form in segment)
    content_words = [form for form in forms if not is_stop(form)] or list(forms)
    longest = sorted(content_words, key=lambda form: -len(form))[:MAX_COUNTED_WORDS]
    counts = dict(zip(longest, engine.frequencies(list(map(Word, longest))), strict=True))
    return sorted((form for form in longest if counts[form]), key=lambda form: (counts[form], form))[:MAX_RARE_WORDS]


def _runs(pattern: QuotationPattern) -> Iterator[Phrase]:
    """Yield at most MAX_RUNS phrases of RUN_WORDS words, spread evenly over the quotation.

    They find a quotation of common words, which single words would not.
    """
    runs = [
        segment[at : at + RUN_WORDS]
        for segment in pattern.segments
        for at in range(max(1, len(segment) - RUN_WORDS + 1))
    ]
    step = max(1, len(runs) // MAX_RUNS)
    return (Phrase(run) for run in islice(dict.fromkeys(runs[::step]), MAX_RUNS))


class CandidateMatch(NamedTuple):
    """A place in an article that matches the quotation, with the alignment and the differences."""

    head: ArticleHead
    printed: ArticleWords
    alignment: Alignment
    comparison: Comparison


class MatchFinder:
    """Searches articles for one quotation until MAX_TABLE_CELLS table cells are used up."""

    def __init__(self, pattern: QuotationPattern) -> None:
        """Give each distinct word of the quotation an id, from 0."""
        known: dict[str, int] = {}
        for item in pattern.items:
            if item.kind == "word":
                known.setdefault(item.form, len(known))
        self._pattern = pattern
        self._items = [_number(item.kind, known.get(item.form, GAP)) for item in pattern.items]
        self._encoder = WordEncoder(known)
        self._edits = most_edits(pattern.words)
        self._budget = MAX_TABLE_CELLS

    def find(self, hits: Iterable[Hit]) -> Iterator[CandidateMatch]:
        """Yield the matches in the articles; stop without an error when the budget is used up."""
        for hit in hits:
            check_deadline()
            texts = texts_of(hit)
            numbers = self._encoder.encode(texts)
            if _missing_words(self._items, numbers) > self._edits:
                continue
            start, compared = window(numbers, self._items)
            self._budget -= len(self._items) * len(compared)
            if self._budget < 0:
                return
            alignments = [_shifted(one, start) for one in align(self._items, compared, self._edits)]
            yield from self._likely(hit.head, texts, alignments)

    def _likely(
        self, head: ArticleHead, texts: ArticleTexts, alignments: Sequence[Alignment]
    ) -> Iterator[CandidateMatch]:
        """Yield the alignments that are no chance resemblance."""
        if not alignments:
            return
        printed = ArticleWords.read(texts)
        comparer = Comparer(self._pattern, printed)
        for alignment in alignments:
            comparison = comparer.compare(alignment)
            if is_likely(self._pattern.words, comparison.edits, comparison.kept, head.language):
                yield CandidateMatch(head, printed, alignment, comparison)


def _number(kind: str, number: int) -> int:
    return BRACKET if kind == "bracket" else number


def _missing_words(items: Sequence[int], numbers: WordIdArray) -> int:
    """Return how many words of the quotation occur nowhere in an article: a lower bound of the number of edits."""
    here = np.zeros(max(items) + 1, np.bool_)
    here[numbers[numbers >= 0]] = True
    return sum(not here[item] for item in items if item >= 0)


def _shifted(alignment: Alignment, by: int) -> Alignment:
    """Return an alignment of a window as one of the whole article."""
    moves = (Move(move.item, move.first + by, move.end + by) for move in alignment.moves)
    return Alignment(alignment.first + by, alignment.end + by, tuple(moves))


class _Rule(NamedTuple):
    """A quotation of at least `words` words must keep `per_edit × edits + constant` content words."""

    words: int
    per_edit: float
    constant: float


#: The first rule that fits counts. A quotation shorter than that of the last rule may not differ at all: what it would
#: keep occurs in too many articles.
_RULES = (_Rule(9, 1, 2), _Rule(6, 1.5, 1.5), _Rule(5, 1.5, 2))


def most_edits(words: int) -> int:
    """Return how many edits a quotation of so many words may differ by, at most."""
    return words * MAX_EDITS_PERCENT // 100 if words >= _RULES[-1].words else 0


def is_likely(words: int, edits: int, kept: Sequence[str], language: str | None) -> bool:
    """Return whether so many words are kept that the resemblance is no chance.

    Args:
        words: Number of words of the quotation.
        edits: Number of words added, left out or changed.
        kept: The words that are the same in both, in compared form.
        language: Language code of the article, whose stop words count less; None if unknown.

    """
    if not edits:
        return True
    stops = sum(is_stop(form, language) for form in kept)
    content_words = len(kept) - stops + stops / STOP_WORDS_PER_WORD
    rule = next((rule for rule in _RULES if words >= rule.words), None)
    return rule is not None and content_words >= rule.per_edit * edits + rule.constant
