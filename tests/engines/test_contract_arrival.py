"""What every engine does alike: it knows when an article came in, orders by that and filters by it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from searchsvc.engines.base import Engine
from searchsvc.model.article import Article
from searchsvc.model.document import chunk
from searchsvc.model.query import AddedRange, MatchAll, Not, Query, Word
from tests.engines.engine_articles import article

JUNE = datetime(2026, 6, 3, 10, 20, 30, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def came(one: Article, at: datetime | None) -> Article:
    return replace(one, head=replace(one.head, added=at))


@pytest.fixture
def arrived(engine: Engine) -> Engine:
    """An engine with an old page that came in last, two that came in together, and one nobody knows that of."""
    said = (("we sail", "Ivo Marr"),)
    old = article("old", "Old harbour", "Tide.", day="1999-01-01", quotes=said, related=("Tide tables",))
    new = article("new", "New harbour", "Tide.", day="2026-01-01", quotes=said, related=("Tide turns",))
    undated = article("undated", "Undated harbour", "Tide.", quotes=said, related=("Tide mills",))
    unknown = article("unknown", "Unknown harbour", "Tide.", day="2026-05-01", quotes=said, related=("Tide marks",))
    for articles in ((came(new, JUNE), came(undated, JUNE), unknown), (came(old, JUNE + DAY),)):
        with engine.writer() as writer:
            for one in articles:
                writer.put(chunk(one))
    return engine


ORDER = ["old", "new", "undated", "unknown"]


@pytest.mark.parametrize("root", [MatchAll(), Word("tide")])
def test_what_came_in_last_is_first_and_what_came_in_together_is_newest_first(
    arrived: Engine, root: MatchAll | Word
) -> None:
    query = Query(root, sort="added")
    assert [hit.head.id for hit in arrived.search(query, limit=9).hits] == ORDER
    pages = [arrived.search(query, limit=1, offset=at).hits[0].head.id for at in range(4)]
    assert pages == ORDER


def test_quotes_and_headlines_are_ordered_by_the_arrival_of_their_articles(arrived: Engine) -> None:
    quotes = arrived.search_quotes(MatchAll(), (), limit=9, sort="added").hits
    assert [hit.head.id for hit in quotes] == ORDER
    headlines = arrived.search_headlines(Word("tide"), (), limit=9, sort="added").hits
    assert [hit.head.id for hit in headlines] == ORDER
    newest = arrived.search_headlines(MatchAll(), (), limit=9, sort="newest").hits
    assert [hit.head.id for hit in newest] == ["unknown", "new", "old", "undated"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (JUNE, None, {"old", "new", "undated"}),
        (JUNE + SECOND, None, {"old"}),
        (JUNE + SECOND / 2, None, {"old"}),
        (None, JUNE, set()),
        (None, JUNE + SECOND / 2, {"new", "undated"}),
        (JUNE, JUNE + DAY, {"new", "undated"}),
        (JUNE + DAY, JUNE, set()),
        (None, None, {"old", "new", "undated"}),
    ],
)
def test_a_range_of_arrival_has_its_start_and_not_its_end(
    arrived: Engine, start: datetime | None, end: datetime | None, expected: set[str]
) -> None:
    period = AddedRange(start, end)
    assert {hit.head.id for hit in arrived.search(Query(period), limit=9).hits} == expected
    assert {hit.head.id for hit in arrived.search_quotes(MatchAll(), (period,), limit=9).hits} == expected
    assert {hit.head.id for hit in arrived.search_headlines(MatchAll(), (period,), limit=9).hits} == expected
    others = arrived.search(Query(Not(period)), limit=9)
    assert {hit.head.id for hit in others.hits} == set(ORDER) - expected


def test_hits_and_articles_bring_their_arrival(arrived: Engine) -> None:
    (hit,) = arrived.search(Query(Word("old")), limit=9).hits
    read = arrived.article("old")
    assert read is not None
    assert hit.head.added == read.head.added == JUNE + DAY
    assert arrived.search_quotes(MatchAll(), (), limit=9, sort="added").hits[-1].head.added is None


def test_arrivals_outlive_deletions_and_merges(arrived: Engine) -> None:
    for number in range(12):
        with arrived.writer() as writer:
            writer.put(chunk(came(article(f"more{number:02}", "More", "Ebb."), JUNE + DAY * (2 + number))))
            writer.delete(f"more{number - 1:02}")
    hits = arrived.search(Query(MatchAll(), sort="added"), limit=9).hits
    assert [hit.head.id for hit in hits] == ["more11", *ORDER]
    assert {hit.head.id for hit in arrived.search(Query(AddedRange(JUNE, JUNE + DAY)), limit=9).hits} == {
        "new",
        "undated",
    }
