"""What every engine does alike when the time for an answer is over: it refuses, however far it has come."""

from collections.abc import Callable
from functools import partial
from itertools import count

import pytest

from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.model import deadline
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.deadline import time_limit
from searchsvc.model.fields import SECTION, TITLE
from searchsvc.model.query import (
    And,
    DrillSidewaysFilter,
    FacetFilter,
    Fuzzy,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from tests.engines.engine_articles import documents

Ask = Callable[[Engine], object]
WALL, HARBOUR = Word("wall"), Word("harbour")
NODES: dict[str, Node] = {
    "word": WALL,
    "words": And((WALL, HARBOUR)),
    "any word": Or((WALL, HARBOUR)),
    "most words": MinShouldMatch((WALL, HARBOUR, Word("ferry")), 2),
    "prefix": Prefix("har"),
    "fuzzy": Fuzzy("harbor", 2),
    "phrase": Phrase(("the", "harbour")),
    "near": Phrase(("wall", "harbour", "the"), slop=6),
    "sentence": Phrase(("wall", "harbour"), within="sentence"),
    "paragraph": Phrase(("wall", "harbour"), within="paragraph"),
    "field": Word("harbour", TITLE),
    "tree": And((Or((Prefix("har"), Phrase(("sea", "wall")))), Not(Word("zeppelin")))),
    "everything": MatchAll(),
}
CHOICE = DrillSidewaysFilter(SECTION, FacetFilter(SECTION, "Transport"))


def searched(query: Query, engine: Engine) -> object:
    return engine.search(query, limit=9)


#: How each method that loops is asked; the keys are those of `Engine`.
ASKED: dict[str, Ask] = {
    **{f"search, {name}": partial(searched, Query(node)) for name, node in NODES.items()},
    "search, filtered": lambda e: e.search(Query(WALL, (CHOICE,)), limit=9),
    "search, newest": lambda e: e.search(Query(WALL, sort="newest"), limit=9),
    "search_quotes": lambda e: e.search_quotes(MatchAll(), (), limit=9),
    "search_quotes, words": lambda e: e.search_quotes(Or((WALL, HARBOUR)), (CHOICE,), limit=9),
    "search_speakers": lambda e: e.search_speakers(MatchAll(), (), limit=9),
    "search_headlines": lambda e: e.search_headlines(MatchAll(), (), limit=9),
    "totals": lambda e: e.totals([Query(WALL), Query(HARBOUR)]),
    "totals, quotes": lambda e: e.totals([Query(WALL), Query(HARBOUR)], of="quotes"),
    "frequencies": lambda e: e.frequencies([WALL, Prefix("har")]),
    "quote_words": lambda e: e.quote_words((), limit=9),
    "locate": lambda e: e.locate([RelatedHeadline("Ferry stays in port", "promo")] * 2),
    "annotations": lambda e: e.annotations(["ferry", "storm"]),
    "articles": lambda e: e.articles(["ferry", "storm"]),
    "words": lambda e: e.words("har", limit=9),
    "similar_words": lambda e: e.similar_words("harbor"),
}


@pytest.fixture
def segmented(harbour: Engine) -> Engine:
    """The articles of the harbour town in two commits."""
    with harbour.writer() as writer:
        writer.put(documents("late", "Harbour wall mended", "The harbour wall stands.", "The sea wall of the harbour."))
    return harbour


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_answer_that_takes_too_long_is_refused_however_far_it_has_come(
    segmented: Engine, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock strikes each time that somebody looks at it: so the time is over at each place in turn."""
    right = ask(segmented)
    clock = count()
    monkeypatch.setattr(deadline, "monotonic", lambda: next(clock))
    monkeypatch.setattr(deadline, "SPARE", 1)
    with time_limit(1_000_000):
        begin = next(clock)
        assert ask(segmented) == right
        looks = next(clock) - begin - 1
    assert looks >= 1
    for look in range(1, looks + 1):
        with time_limit(look), pytest.raises(QueryError, match="takes longer than") as refused:
            ask(segmented)
        assert refused.value.too_costly
    assert ask(segmented) == right


def test_longer_work_looks_at_the_clock_more_often(segmented: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count()
    monkeypatch.setattr(deadline, "monotonic", lambda: next(clock))

    def looks(ask: Ask) -> int:
        with time_limit(1_000_000):
            begin = next(clock)
            ask(segmented)
            return next(clock) - begin - 1

    def phrases(number: int) -> Ask:
        root = Or(tuple(Phrase(("the", word)) for word in ["harbour", "wall", "ferry", "sea", "storm"][:number]))
        return lambda engine: engine.search(Query(root), limit=0, facets=False)

    assert looks(phrases(5)) >= looks(phrases(2)) + 3
    assert looks(ASKED["search, word"]) > looks(lambda engine: engine.search(Query(WALL), limit=0, facets=False))
