"""Copies of a story on every engine: grouped, counted once, shown by the first printed one that matches."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchsvc.engines.base import Engine
from searchsvc.model.date_histogram import Interval, last_day
from searchsvc.model.document import Document
from searchsvc.model.fields import MONTH, SECTION, SPEAKER, FacetField
from searchsvc.model.query import (
    And,
    DateRange,
    DrillSidewaysFilter,
    FacetFilter,
    FacetSelection,
    Filter,
    MatchAll,
    MinShouldMatch,
    Node,
    Or,
    Query,
    Word,
)
from searchsvc.model.result import Facets
from tests.engines.conftest import Opener
from tests.engines.engine_articles import documents

OUTLET = FacetField("outlet")
STORY = (
    "The ferry to Lowmere stopped at noon when the wind tore a hatch from its bow, the harbour office wrote. "
    "Nobody was hurt, and the crew closed the gap with boards from the jetty before the tide turned. "
    "Pilots had asked for a new hatch since spring, but the town council put the matter off each time. "
    "Passengers waited in the fish hall, where the choir sang for them until buses came from the next valley. "
    "The line will run again as soon as a surveyor has seen the repair and the weather has calmed."
)
MORE = (
    "A surveyor from the coast board is expected in the morning, and will look at the two other boats of the line too."
)
#: The same wording with other numbers, and with another name.
NUMBERED, RENUMBERED = (STORY.replace("Nobody was hurt", f"{count} people were hurt") for count in (14, 15))
RENAMED = STORY.replace("Lowmere", "Overby")
SHORT = "The regatta is off."


def story(article_id: str, title: str, *text: str, **given: Any) -> tuple[Document, ...]:
    return documents(article_id, title, "", *text, **given)


ARTICLES: Sequence[tuple[Document, ...]] = [
    story("first", "Ferry stops in a gale", STORY, day="2021-03-02", outlet="Post", section="Sea"),
    story("second", "Gale halts boat", STORY, day="2021-03-04", outlet="Echo", section="Town"),
    story("longer", "Ferry out of service", STORY, MORE, day="2021-03-03", outlet="Argus", section="Sea"),
    story("counted", "Ferry accident", NUMBERED, day="2021-03-05", outlet="Post"),
    story("recounted", "Ferry accident", RENUMBERED, day="2021-03-06", outlet="Post"),
    story("renamed", "Ferry stops in a gale", RENAMED, day="2021-03-07", outlet="Post"),
    story("brief", "Regatta", SHORT, day="2021-03-08", outlet="Post"),
    story("brief-again", "Regatta", SHORT, day="2021-03-09", outlet="Echo"),
    story("brief-elsewhere", "Off", SHORT, day="2021-03-10", outlet="Echo"),
    story("undated", "A gale and a ferry", STORY, outlet="Gazette"),
    story("picture", "Regatta", day="2021-03-08"),
    story("picture-again", "Regatta", day="2021-03-09"),
]
LISTED = ["first", "counted", "recounted", "renamed", "brief", "brief-elsewhere", "picture", "picture-again"]


@pytest.fixture
def ferry(engine: Engine) -> Engine:
    with engine.writer(fresh=True) as writer:
        for one in ARTICLES:
            writer.put(one)
    return engine


def hits(engine: Engine, root: Node = MatchAll(), *filters: Node, **given: Any) -> dict[str, list[str]]:  # noqa: B008
    """Return the ids of the hits, each with those of its copies."""
    ranking = engine.search(Query(root, filters, "oldest", grouped=True, **given), limit=20)
    assert ranking.total == len(ranking.hits)
    assert ranking.total_articles == ranking.total + sum(hit.copies_total for hit in ranking.hits)
    return {hit.head.id: [copy.id for copy in hit.copies] for hit in ranking.hits}


def test_the_first_printed_stands_for_its_copies(ferry: Engine) -> None:
    found = hits(ferry)
    assert sorted(found) == sorted(LISTED)
    assert found["first"] == ["longer", "second", "undated"]
    assert found["brief"] == ["brief-again"]
    assert not any(found[one] for one in LISTED if one not in {"first", "brief"})


def test_copies_are_shown_where_they_are_asked_for(ferry: Engine) -> None:
    ranking = ferry.search(Query(MatchAll()), limit=20)
    assert ranking.total == ranking.total_articles == len(ARTICLES)
    assert not any(hit.copies_total for hit in ranking.hits)


def test_a_filter_never_hides_the_only_copy(ferry: Engine) -> None:
    assert hits(ferry, MatchAll(), FacetFilter(OUTLET, "Echo")) == {
        "second": [], "brief-again": [], "brief-elsewhere": [],
    }  # fmt: skip
    assert hits(ferry, And((Word("surveyor"), Word("coast")))) == {"longer": []}


def test_facets_count_what_a_choice_lists(ferry: Engine) -> None:
    facets = ferry.search(Query(Word("ferry"), grouped=True), limit=0).facets
    assert {value.value: value.count for value in facets[OUTLET]} == {"Post": 4, "Argus": 1, "Echo": 1, "Gazette": 1}
    assert [(value.value, value.count) for value in facets.month] == [("2021-03", 4)]


def test_a_chosen_facet_is_counted_without_its_choice_by_groups(ferry: Engine) -> None:
    choice = DrillSidewaysFilter(OUTLET, FacetFilter(OUTLET, "Argus"))
    ranking = ferry.search(Query(Word("ferry"), (choice,), grouped=True), limit=5)
    assert [hit.head.id for hit in ranking.hits] == ["longer"]
    assert {value.value: value.count for value in ranking.facets[OUTLET]} == {
        "Post": 4,
        "Argus": 1,
        "Echo": 1,
        "Gazette": 1,
    }
    assert {value.value: value.count for value in ranking.facets[SECTION]} == {"Sea": 1}


def test_totals_and_pages_agree(ferry: Engine) -> None:
    whole = ferry.search(Query(Word("ferry"), grouped=True), limit=20)
    pages = [ferry.search(Query(Word("ferry"), grouped=True), limit=1, offset=i) for i in range(5)]
    assert [hit.head.id for page in pages for hit in page.hits] == [hit.head.id for hit in whole.hits]
    assert {page.total for page in pages} == {whole.total} == {4}
    assert list(ferry.totals([Query(Word("ferry"), grouped=True), Query(Word("ferry"))])) == [4, 7]
    relaxed = MinShouldMatch((Word("ferry"), Word("coast")), 1)
    assert ferry.search(Query(relaxed, grouped=True), limit=1).total_all_words == 1


def test_histograms_count_groups(ferry: Engine) -> None:
    grouped, every = ferry.histograms([Query(Word("ferry"), grouped=True), Query(Word("ferry"))], "month")
    assert (grouped.total, every.total, every.undated) == (4, 7, 1)


def test_an_article_has_its_copies(ferry: Engine) -> None:
    assert [head.id for head in ferry.copies("longer")] == ["first", "second", "undated"]
    assert [head.id for head in ferry.copies("brief-again")] == ["brief"]
    assert not ferry.copies("counted")
    assert not ferry.copies("nowhere")


def test_an_article_leaves_its_group(ferry: Engine) -> None:
    with ferry.writer() as writer:
        writer.delete("first")
        writer.put(story("second", "Gale halts boat", MORE, day="2021-03-04"))
    assert hits(ferry)["longer"] == ["undated"]
    assert not ferry.copies("second")


def test_an_article_joins_a_group(ferry: Engine) -> None:
    with ferry.writer() as writer:
        writer.put(story("third", "Storm damages boat", STORY.replace("hurt", "injured"), day="2021-03-01"))
    assert hits(ferry)["third"] == ["first", "longer", "second", "undated"]


def test_the_order_in_which_articles_come_does_not_matter(opener: Opener) -> None:
    engine = opener()
    with engine.writer(fresh=True) as writer:
        for one in ARTICLES:
            writer.put(one)
    at_once = hits(engine)
    with engine.writer(fresh=True) as writer:
        writer.put(ARTICLES[-1])
    for one in reversed(ARTICLES[:-1]):
        with engine.writer() as writer:
            writer.put(one)
    assert hits(engine) == at_once


def test_quotes_of_copies_count_once(engine: Engine) -> None:
    said = (("nobody was hurt", "Ned Farrow"),)
    with engine.writer(fresh=True) as writer:
        writer.put(story("a", "Ferry stops", STORY, day="2021-03-02", quotes=said))
        writer.put(story("b", "Ferry late", STORY, day="2021-03-01", quotes=said))
        writer.put(story("c", "A gale", MORE, day="2021-03-03", quotes=said))
    ranking = engine.search_quotes(Word("hurt"), (), limit=5, grouped=True)
    assert ranking.total == 2
    assert {hit.head.id: [copy.id for copy in hit.copies] for hit in ranking.hits} == {"b": ["a"], "c": []}
    assert engine.search_quotes(Word("hurt"), (), limit=5).total == 3
    speakers = engine.search_speakers(MatchAll(), (), limit=5, grouped=True).hits
    assert [(hit.quotes, hit.articles) for hit in speakers] == [(2, 2)]


def within(first: date, last: date) -> DateRange:
    start, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    return DateRange(start, end)


def counted(facets: Facets) -> Iterator[tuple[Filter, int]]:
    """Yield for each value of the facets, month and day that is shown what chooses it, and its count."""
    for field, values in facets.values.items():
        assert facets.totals[field] == len(values)
        yield from ((DrillSidewaysFilter(field, FacetFilter(field, value.value)), value.count) for value in values)
    for day in facets.day:
        first = date.fromisoformat(day.value)
        yield within(first, first), day.count
    for month in facets.month:
        first = date.fromisoformat(f"{month.value}-01")
        yield DrillSidewaysFilter(MONTH, within(first, last_day(first, "month"))), month.count


#: Copies that differ in everything that is counted; some come in late, or are gone again.
COPIES = st.lists(
    st.tuples(
        st.sampled_from([STORY, f"{STORY}\n{MORE}", NUMBERED, SHORT]),
        st.sampled_from([None, "2021-03-02", "2021-03-03", "2021-04-01"]),
        st.sampled_from(["Post", "post", "Echo", None]),
        st.sampled_from(["Sea", None]),
        st.lists(st.sampled_from(["Ned Farrow", "Edda Quill", "ned farrow"]), max_size=2, unique_by=str.lower),
        st.sampled_from(["Ned Farrow", "Edda Quill", None]),
        st.sampled_from([0, 0, 1]),
    ),
    min_size=1,
    max_size=9,
)


@given(COPIES, st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_count_is_what_a_choice_lists(engine: Engine, printed: Sequence[Any], data: st.DataObject) -> None:
    for step in (0, 1):
        with engine.writer(fresh=not step) as writer:
            for i, (text, day, outlet, section, authors, speaker, late) in enumerate(printed):
                if late in (0, step):
                    said = (("nobody was hurt", speaker), ("nobody was hurt", None))
                    of_step = {"day": day, "outlet": outlet, "section": section, "authors": tuple(authors)}
                    writer.put(story(f"a{i}", "Boat", *text.split("\n"), quotes=said, **of_step))
    roots: Sequence[Node] = [MatchAll(), Word("boat"), Word("surveyor"), Or((Word("coast"), Word("hurt")))]
    root = data.draw(st.sampled_from(roots))
    selection = FacetSelection(days_of="2021-03")
    found = engine.search(Query(root, grouped=True), limit=0, selection=selection).facets
    choices = [*counted(found)]
    for choice, count in choices:
        assert engine.search(Query(root, (choice,), grouped=True), limit=0).total == count, choice
    fields = [choice for choice, _ in choices if isinstance(choice, DrillSidewaysFilter)]
    if not fields:
        return
    drawn = data.draw(st.sampled_from(fields))
    narrowed = engine.search(Query(root, (drawn,), grouped=True), limit=0, selection=selection).facets
    for choice, count in counted(narrowed):
        others = (drawn,) if getattr(choice, "field", None) != drawn.field else ()
        assert engine.search(Query(root, (*others, choice), grouped=True), limit=0).total == count, choice
    quoted = engine.search_quotes(Word("hurt"), (), limit=0, grouped=True, selection=selection).facets
    for choice, count in counted(quoted):
        assert engine.search_quotes(Word("hurt"), (choice,), limit=0, grouped=True).total == count, choice
    for one in engine.search_speakers(Word("hurt"), (), limit=9, grouped=True).hits:
        chosen = (FacetFilter(SPEAKER, one.name),)
        assert engine.search_quotes(Word("hurt"), chosen, limit=0, grouped=True).total == one.quotes


@pytest.mark.parametrize("interval", ["day", "week", "month", "year"])
def test_a_period_counts_what_its_days_list(ferry: Engine, interval: Interval) -> None:
    query = Query(Word("ferry"), grouped=True)
    (found,) = ferry.histograms([query], interval)
    assert found.total == ferry.search(query, limit=0).total
    assert found.periods
    for one in found.periods:
        days = (within(one.first, last_day(one.first, interval)),)
        assert ferry.search(replace(query, filters=days), limit=0).total == one.count
