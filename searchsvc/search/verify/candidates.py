"""Asked → articles worth reading: those with its very words, then those with most of its rarest ones."""

from collections.abc import Iterator
from itertools import islice

from searchsvc.analysis import is_stop
from searchsvc.analysis.words import COUNTRY
from searchsvc.engines.base import Engine
from searchsvc.model.query import And, MinShouldMatch, Node, Or, Phrase, Query, Word
from searchsvc.model.result import Hit
from searchsvc.search.verify.asked import Asked

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


def same_words(asked: Asked) -> Node:
    """Return a node for articles that have each stretch of the quotation, word by word."""
    phrases = tuple(map(_same_segment, dict.fromkeys(asked.segments)))
    return phrases[0] if len(phrases) == 1 else And(phrases)


def _same_segment(segment: tuple[str, ...]) -> Node:
    """Return a phrase; where all is written in capitals, or nothing, the country may be the pronoun."""
    readings = dict.fromkeys((segment, _with(segment, PRONOUN), _with(segment, COUNTRY)))
    phrases = tuple(map(Phrase, readings))
    return phrases[0] if PRONOUN not in segment and COUNTRY not in segment else Or(phrases)


def _with(segment: tuple[str, ...], form: str) -> tuple[str, ...]:
    return tuple(form if word in (PRONOUN, COUNTRY) else word for word in segment)


def exact_batches(engine: Engine, asked: Asked) -> Iterator[tuple[tuple[Hit, ...], int]]:
    """Yield the articles with the very words, a few first, with how many are left."""
    query = Query(same_words(asked))
    for offset, limit in ((0, FEW_EXACT), (FEW_EXACT, MORE_EXACT)):
        ranking = engine.search(query, limit=limit, offset=offset, facets=False)
        if ranking.hits:
            yield ranking.hits, ranking.total - offset - len(ranking.hits)
        if ranking.total <= offset + limit:
            return


def alike(engine: Engine, asked: Asked) -> tuple[Hit, ...]:
    """Return the articles that have most of the quotation's rarest words and runs of words."""
    rare = tuple(Word(form) for form in _rarest(engine, asked))
    children: tuple[Node, ...] = (*rare, *_runs(asked))
    if not children:
        return ()
    return engine.search(Query(MinShouldMatch(children, 1)), limit=MOST_ALIKE, facets=False).hits


def _rarest(engine: Engine, asked: Asked) -> list[str]:
    forms = dict.fromkeys(form for segment in asked.segments for form in segment)
    # Which words are stop words depends on a language that is not known: the short ones of many are left out.
    telling = [form for form in forms if not is_stop(form)] or list(forms)
    longest = sorted(telling, key=lambda form: -len(form))[:MOST_COUNTED]
    counts = dict(zip(longest, engine.frequencies(list(map(Word, longest))), strict=True))
    return sorted((form for form in longest if counts[form]), key=lambda form: (counts[form], form))[:RAREST]


def _runs(asked: Asked) -> Iterator[Phrase]:
    """Yield runs of neighbours, spread over the quotation: of few words, what they stand beside tells most."""
    runs = [segment[at : at + RUN] for segment in asked.segments for at in range(max(1, len(segment) - RUN + 1))]
    step = max(1, len(runs) // MOST_RUNS)
    return (Phrase(run) for run in islice(dict.fromkeys(runs[::step]), MOST_RUNS))
