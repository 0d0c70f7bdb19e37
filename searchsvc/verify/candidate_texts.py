"""Find the articles that may contain a quotation, and the places in them that match it.

Articles that contain all words as phrases are read first, then those with all but one or two words of a short
quotation as phrases, and those with most of the rarest words. `resemblance` separates a misquoted passage from chance.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice, pairwise
from typing import NamedTuple

import numpy as np

from searchsvc.analysis import is_stop
from searchsvc.analysis.tokenizer import COUNTRY
from searchsvc.engines.base import Engine
from searchsvc.model.article import ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import And, MinShouldMatch, Node, Or, Phrase, Query, Word
from searchsvc.model.result import Hit
from searchsvc.verify.alignment import BRACKET, GAP, Alignment, Move, ReportingClause, WordIdArray, align
from searchsvc.verify.article_words import ArticleTexts, ArticleWords, WordEncoder, texts_of, window
from searchsvc.verify.difference import Comparer, Comparison
from searchsvc.verify.quotation import QuotationPattern
from searchsvc.verify.reporting_clauses import printed_clauses
from searchsvc.verify.resemblance import Rarity, is_likely, most_edits

#: Articles with the exact words that are read, and how many more if none of the first has the exact characters.
FIRST_BATCH, SECOND_BATCH = 12, 48
#: Articles with similar words that are read, at most.
MAX_SIMILAR_ARTICLES = 25
#: Distinct words whose document frequencies are requested, and how many of them, the rarest, are searched for.
MAX_COUNTED_WORDS, MAX_RARE_WORDS = 60, 12
#: Surface form of the pronoun, which the country (`COUNTRY`, "US") has too in a text without capital letters.
PRONOUN = "us"
#: Words of one phrase, at most: a longer segment is asked for in pieces.
MAX_PHRASE_WORDS = 100
#: Words of a phrase that is searched for, and number of such phrases at most.
RUN_WORDS, MAX_RUNS = 3, 16
#: Words of a quotation, at most, of which it is asked which articles have all but one, or two, as phrases.
MAX_SHORT = 9
#: Cells (items × printed words) of all alignment tables of one quotation: enough for 24 articles of 800 words and a
#: quotation of 400 words.
MAX_TABLE_CELLS = 8_000_000


def same_words(pattern: QuotationPattern) -> Node:
    """Return a query node for the articles that contain each segment of the quotation as phrases."""
    pieces = (
        segment[at : at + MAX_PHRASE_WORDS]
        for segment in pattern.segments
        for at in range(0, len(segment), MAX_PHRASE_WORDS)
    )
    phrases = tuple(map(_same_segment, dict.fromkeys(pieces)))
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


def similar_articles(engine: Engine, pattern: QuotationPattern) -> Iterator[tuple[Hit, ...]]:
    """Yield batches of articles that may have a quotation with other words, likeliest first.

    Those that have all words of a short quotation but one as phrases; those that rank best for its rarest words and
    its phrases of RUN_WORDS words; those that have all words of a short quotation but two.
    """
    rare: tuple[Node, ...] = tuple(Word(form) for form in _rarest(engine, pattern))
    queries: tuple[tuple[Node, ...], ...] = (_all_but(pattern, 1), (*rare, *_runs(pattern)), _all_but(pattern, 2))
    for children in queries:
        if children:
            yield engine.search(Query(MinShouldMatch(children, 1)), limit=MAX_SIMILAR_ARTICLES, facets=False).hits


def _all_but(pattern: QuotationPattern, without: int) -> tuple[Node, ...]:
    """Return a node for each choice of words of a short quotation: the phrases that are left without those words."""
    if len(pattern.segments) > 1 or not RUN_WORDS < len(pattern.segments[0]) <= MAX_SHORT:
        return ()
    forms = pattern.segments[0]
    nodes = []
    for left_out in combinations(range(len(forms)), without):
        edges = (-1, *left_out, len(forms))
        parts = (forms[low + 1 : high] for low, high in pairwise(edges))
        nodes.append(And(tuple(Phrase(part) for part in parts if part)))
    return tuple(nodes)


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

    def __init__(self, engine: Engine, pattern: QuotationPattern) -> None:
        """Give each distinct word of the quotation an id, from 0."""
        known: dict[str, int] = {}
        for item in pattern.items:
            if item.kind == "word":
                known.setdefault(item.form, len(known))
        self._pattern = pattern
        self._items = [_number(item.kind, known.get(item.form, GAP)) for item in pattern.items]
        self._encoder = WordEncoder(known)
        self._edits = most_edits(pattern.words)
        self._rarity = Rarity(engine, pattern)
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
            clauses = _within(printed_clauses(texts, self._encoder), start, start + len(compared))
            self._budget -= len(self._items) * len(compared)
            if self._budget < 0:
                return
            alignments = [_shifted(one, start) for one in align(self._items, compared, self._edits, clauses)]
            yield from self._likely(hit.head, texts, alignments, [_moved(clause, start) for clause in clauses])

    def _likely(
        self,
        head: ArticleHead,
        texts: ArticleTexts,
        alignments: Sequence[Alignment],
        clauses: Sequence[ReportingClause],
    ) -> Iterator[CandidateMatch]:
        """Yield the alignments that are no chance resemblance."""
        if not alignments:
            return
        printed = ArticleWords.read(texts)
        comparer = Comparer(self._pattern, printed, clauses, head.language)
        for alignment in alignments:
            comparison = comparer.compare(alignment)
            if is_likely(self._rarity, comparison, head.language):
                yield CandidateMatch(head, printed, alignment, comparison)


def _number(kind: str, number: int) -> int:
    return BRACKET if kind == "bracket" else number


def _missing_words(items: Sequence[int], numbers: WordIdArray) -> int:
    """Return how many words of the quotation occur nowhere in an article: a lower bound of the number of edits."""
    here = np.zeros(max(items) + 1, np.bool_)
    here[numbers[numbers >= 0]] = True
    return sum(not here[item] for item in items if item >= 0)


def _within(clauses: Sequence[ReportingClause], first: int, end: int) -> list[ReportingClause]:
    """Return the clauses inside of a window, numbered from its first word."""
    return [_moved(clause, -first) for clause in clauses if first <= clause.first and clause.end <= end]


def _moved(clause: ReportingClause, by: int) -> ReportingClause:
    return ReportingClause(clause.first + by, clause.end + by)


def _shifted(alignment: Alignment, by: int) -> Alignment:
    """Return an alignment of a window as one of the whole article."""
    moves = (Move(move.item, move.first + by, move.end + by) for move in alignment.moves)
    return Alignment(alignment.first + by, alignment.end + by, tuple(moves))
