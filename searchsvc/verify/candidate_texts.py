"""Quotation → candidate articles, from the index → the matches in them, by alignment.

First come articles with its very words, then those with most of its rarest ones. Whether that is
the quotation misquoted, or chance, rules tell that were found on news: runs of 4 to 20 words with
1 to 3 words dropped, replaced or put in, whose article was there, beside runs of articles that
were not (`tools/measure_verify.py FILE`).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from searchsvc.analysis import is_stop
from searchsvc.analysis.tokenizer import COUNTRY
from searchsvc.engines.base import Engine
from searchsvc.model.article import ArticleHead
from searchsvc.model.query import And, MinShouldMatch, Node, Or, Phrase, Query, Word
from searchsvc.model.result import Hit
from searchsvc.verify.alignment import BRACKET, GAP, Alignment, Move, WordIdArray, align
from searchsvc.verify.article_words import ArticleTexts, ArticleWords, WordEncoder, texts_of, window
from searchsvc.verify.difference import Comparer, Comparison
from searchsvc.verify.quotation import QuotationPattern

#: Articles with the very words that are read, and that are read then where none has the very characters.
FEW_EXACT, MORE_EXACT = 12, 48
#: Articles that are read where none has the very words.
MOST_ALIKE = 25
#: Distinct words whose numbers of articles are asked for, and of those the rarest that are looked for.
MOST_COUNTED, RAREST = 60, 12
#: What the country's name is in other letters.
PRONOUN = "us"
#: Neighbours that are looked for together, and how many such runs.
RUN, MOST_RUNS = 3, 16
#: Words in a hundred that may differ.
MOST_DIFFERENT = 40
#: So many stop words kept tell as much as one word of a topic.
STOPS_FOR_ONE = 3
#: Items times printed words that are compared for one quotation: 12 articles of 800 words with
#: the longest quotation there may be. Only a text made to cost much comes near it.
MOST_COMPARISONS = 4_000_000


def same_words(pattern: QuotationPattern) -> Node:
    """Return a node for articles that have each stretch of the quotation, word by word."""
    phrases = tuple(map(_same_segment, dict.fromkeys(pattern.segments)))
    return phrases[0] if len(phrases) == 1 else And(phrases)


def _same_segment(segment: tuple[str, ...]) -> Node:
    """Return a phrase; where all is written in capitals, or nothing, the country may be the pronoun."""
    readings = dict.fromkeys((segment, _with(segment, PRONOUN), _with(segment, COUNTRY)))
    phrases = tuple(map(Phrase, readings))
    return phrases[0] if PRONOUN not in segment and COUNTRY not in segment else Or(phrases)


def _with(segment: tuple[str, ...], form: str) -> tuple[str, ...]:
    return tuple(form if word in (PRONOUN, COUNTRY) else word for word in segment)


def exact_batches(engine: Engine, pattern: QuotationPattern) -> Iterator[tuple[tuple[Hit, ...], int]]:
    """Yield the articles with the very words, a few first, with how many are left."""
    query = Query(same_words(pattern))
    for offset, limit in ((0, FEW_EXACT), (FEW_EXACT, MORE_EXACT)):
        ranking = engine.search(query, limit=limit, offset=offset, facets=False)
        if ranking.hits:
            yield ranking.hits, ranking.total - offset - len(ranking.hits)
        if ranking.total <= offset + limit:
            return


def similar_articles(engine: Engine, pattern: QuotationPattern) -> tuple[Hit, ...]:
    """Return the articles that have most of the quotation's rarest words and runs of words."""
    rare = tuple(Word(form) for form in _rarest(engine, pattern))
    children: tuple[Node, ...] = (*rare, *_runs(pattern))
    if not children:
        return ()
    return engine.search(Query(MinShouldMatch(children, 1)), limit=MOST_ALIKE, facets=False).hits


def _rarest(engine: Engine, pattern: QuotationPattern) -> list[str]:
    forms = dict.fromkeys(form for segment in pattern.segments for form in segment)
    # Which words are stop words depends on a language that is not known: the short ones of many are left out.
    telling = [form for form in forms if not is_stop(form)] or list(forms)
    longest = sorted(telling, key=lambda form: -len(form))[:MOST_COUNTED]
    counts = dict(zip(longest, engine.frequencies(list(map(Word, longest))), strict=True))
    return sorted((form for form in longest if counts[form]), key=lambda form: (counts[form], form))[:RAREST]


def _runs(pattern: QuotationPattern) -> Iterator[Phrase]:
    """Yield runs of neighbours, spread over the quotation: of few words, what they stand beside tells most."""
    runs = [segment[at : at + RUN] for segment in pattern.segments for at in range(max(1, len(segment) - RUN + 1))]
    step = max(1, len(runs) // MOST_RUNS)
    return (Phrase(run) for run in islice(dict.fromkeys(runs[::step]), MOST_RUNS))


class CandidateMatch(NamedTuple):
    """A stretch of an article that the quotation lies against, and what differs there."""

    head: ArticleHead
    printed: ArticleWords
    alignment: Alignment
    comparison: Comparison


class MatchFinder:
    """Looks for one quotation in article after article, as long as its budget of comparisons lasts."""

    def __init__(self, pattern: QuotationPattern) -> None:
        """Number the quotation's words."""
        known: dict[str, int] = {}
        for item in pattern.items:
            if item.kind == "word":
                known.setdefault(item.form, len(known))
        self._pattern = pattern
        self._items = [_number(item.kind, known.get(item.form, GAP)) for item in pattern.items]
        self._encoder = WordEncoder(known)
        self._edits = most_edits(pattern.words)
        self._budget = MOST_COMPARISONS

    def find(self, hits: Iterable[Hit]) -> Iterator[CandidateMatch]:
        """Yield the matches in some articles."""
        for hit in hits:
            texts = texts_of(hit)
            numbers = self._encoder.encode(texts)
            if _missing_words(self._items, numbers) > self._edits:
                continue
            start, part = window(numbers, self._items)
            self._budget -= len(self._items) * len(part)
            if self._budget < 0:
                return
            alignments = [_shifted(one, start) for one in align(self._items, part, self._edits)]
            yield from self._likely(hit.head, texts, alignments)

    def _likely(
        self, head: ArticleHead, texts: ArticleTexts, alignments: Sequence[Alignment]
    ) -> Iterator[CandidateMatch]:
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
    """Return how many words of the quotation an article does not have anywhere: each costs an edit at least."""
    here = np.zeros(max(items) + 1, np.bool_)
    here[numbers[numbers >= 0]] = True
    return sum(not here[item] for item in items if item >= 0)


def _shifted(alignment: Alignment, by: int) -> Alignment:
    moves = (Move(move.item, move.first + by, move.end + by) for move in alignment.moves)
    return Alignment(alignment.first + by, alignment.end + by, tuple(moves))


class _Rule(NamedTuple):
    """How many words that tell a topic have to be kept by a quotation of so many words or more."""

    words: int
    for_each_edit: float
    beside: float


#: Shorter quotations than the last may not differ: what is left of them stands everywhere.
_RULES = (_Rule(9, 1, 2), _Rule(6, 1.5, 1.5), _Rule(5, 1.5, 2))


def most_edits(words: int) -> int:
    """Return how many edits a quotation of so many words may be away."""
    return words * MOST_DIFFERENT // 100 if words >= _RULES[-1].words else 0


def is_likely(words: int, edits: int, kept: Sequence[str], language: str | None) -> bool:
    """Return whether the words kept are too many for chance.

    Args:
        words: How many the quotation has.
        edits: Words added, left out or changed.
        kept: The words that are the same.
        language: Of the article.

    """
    if not edits:
        return True
    stops = sum(is_stop(form, language) for form in kept)
    telling = len(kept) - stops + stops / STOPS_FOR_ONE
    rule = next((rule for rule in _RULES if words >= rule.words), None)
    return rule is not None and telling >= rule.for_each_edit * edits + rule.beside
