"""What is computed of a whole result is the same on every engine: over time, in context, words that stand out."""

from collections.abc import Sequence

import pytest

from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.search import ConcordanceOrder, SearchRequest, search_concordance, search_keywords, search_trends
from tests.engines.engine_articles import HARBOUR, documents

QUERIES = ("ferry", "harb*", '"harbour master"', "hrabour~", "ferry OR herring", "section:Weather storm", "")
ORDERS: tuple[ConcordanceOrder, ...] = ("result", "left", "date")
#: Enough articles for a word to stand out: gulls, where ferries are.
MORE = tuple(
    documents(f"more{i}", f"Berth {i}", text, day=f"2019-0{i % 9 + 1}-03")
    for i, text in enumerate(["The ferry and the gulls."] * 8 + ["The quay is empty."] * 16)
)


def filled(engine: Engine) -> Engine:
    with engine.writer() as writer:
        for one in (*HARBOUR, *MORE):
            writer.put(one)
    return engine


@pytest.fixture(scope="module")
def specification() -> Engine:
    return filled(MemoryEngine())


def answers(engine: Engine) -> Sequence[object]:
    found: list[object] = []
    for text in QUERIES:
        request = SearchRequest(text, sort="newest", size=100)
        over_time = search_trends(engine, [request, SearchRequest("gulls")])
        found.append((text, over_time.trends, over_time.whole, over_time.undated, over_time.interval))
        for order in ORDERS:
            page = search_concordance(engine, request, order)
            found.append((text, order, page.lines, page.total, page.articles, page.notices))
        words = search_keywords(engine, request)
        found.append((text, words.words, words.read, words.understood))
    return found


def test_analyses_are_those_of_the_specification(engine: Engine, specification: Engine) -> None:
    assert answers(filled(engine)) == answers(specification)
    assert any(word.word == "gulls" for word in search_keywords(engine, SearchRequest("ferry", match="all")).words)
