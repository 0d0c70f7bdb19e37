"""What every engine does alike: values of facets with all their spellings, and the pages' own calendar days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from searchsvc.engines.base import Engine
from searchsvc.model.document import chunk
from searchsvc.model.fields import MONTH, SECTION, SPEAKER, FacetField
from searchsvc.model.query import (
    DateRange,
    DrillSidewaysFilter,
    FacetFilter,
    FacetSelection,
    MatchAll,
    Node,
    Query,
    Sort,
    Word,
)
from searchsvc.model.result import Facets, FacetValue
from tests.engines.engine_articles import article

OUTLET, AUTHOR = FacetField("outlet"), FacetField("author")
#: One name, spelled in four ways; `LATIN AMERICA` and so on are one section.
SPELLINGS = ("Latin America", "latin america", "LATIN AMÉRICA", "Latin\u00a0 Ame\u0301rica")
AUCKLAND = timezone(timedelta(hours=13))


def store(engine: Engine, *articles: object) -> None:
    with engine.writer() as writer:
        for one in articles:
            writer.put(chunk(one))  # type: ignore[arg-type]  # articles


def counted(engine: Engine, selection: FacetSelection, root: Node | None = None) -> Facets:
    return engine.search(Query(root or MatchAll()), limit=0, selection=selection).facets


def in_pieces(engine: Engine) -> None:
    """Sections in several spellings, and authors beside others, in two commits."""
    store(
        engine,
        article("a", "A", "The strait.", section=SPELLINGS[1], authors=("Bo Lee", "ana ruíz")),
        article("b", "B", "The strait.", section=SPELLINGS[2], authors=("Bo Lee", "Ana Ruiz")),
        article("c", "C", "The sound.", section=SPELLINGS[2], authors=("Ana Ruiz", "ANA RUIZ")),
    )
    store(
        engine,
        article("d", "D", "The sound.", section=SPELLINGS[3], authors=("Cy Moe", "Ana-Ruiz", "Bo Lee")),
        article("e", "E", "The sound.", section="Sport"),
    )


def test_spellings_of_a_value_are_one_value_shown_in_the_commonest_spelling(engine: Engine) -> None:
    in_pieces(engine)
    facets = engine.search(Query(MatchAll()), limit=0).facets
    assert facets[SECTION] == (FacetValue(SPELLINGS[2], 4), FacetValue("Sport", 1))
    assert facets[AUTHOR] == (FacetValue("Ana Ruiz", 4), FacetValue("Bo Lee", 3), FacetValue("Cy Moe", 1))
    assert (facets.totals[SECTION], facets.totals[AUTHOR], facets.totals[OUTLET]) == (2, 3, 0)
    first = counted(engine, FacetSelection(limit=1))
    assert (first[SECTION], first[AUTHOR]) == (facets[SECTION][:1], facets[AUTHOR][:1])
    strait = engine.search(Query(Word("strait")), limit=0).facets
    assert strait[SECTION] == (FacetValue(SPELLINGS[2], 2),)
    assert strait[AUTHOR] == (FacetValue("Ana Ruiz", 2), FacetValue("Bo Lee", 2))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_filter_finds_all_spellings_and_as_many_as_were_counted(engine: Engine, spelling: str) -> None:
    in_pieces(engine)
    chosen = FacetFilter(SECTION, spelling)
    assert engine.search(Query(MatchAll(), (chosen,)), limit=9).total == 4
    sideways = engine.search(Query(MatchAll(), (DrillSidewaysFilter(SECTION, chosen),)), limit=9)
    assert (sideways.total, sideways.facets.totals[SECTION]) == (4, 2)
    assert sideways.facets[SECTION] == (FacetValue(SPELLINGS[2], 4), FacetValue("Sport", 1))


def test_of_spellings_that_are_as_common_the_one_in_mixed_case_is_shown(engine: Engine) -> None:
    store(engine, *(article(f"a{i}", "A", section=section) for i, section in enumerate(("world", "WORLD", "World"))))
    assert engine.search(Query(MatchAll()), limit=0).facets[SECTION] == (FacetValue("World", 3),)


def test_values_of_signs_alone_are_values(engine: Engine) -> None:
    store(engine, article("a", "A", section="…"), article("b", "B", section="..."), article("c", "C"))
    facets = engine.search(Query(MatchAll()), limit=0).facets
    assert (facets[SECTION], facets.totals[SECTION]) == ((FacetValue("...", 1), FacetValue("…", 1)), 2)
    assert engine.search(Query(MatchAll(), (FacetFilter(SECTION, "..."),)), limit=9).total == 1


def test_totals_say_how_many_values_there_are_and_the_limit_gives_them_all(engine: Engine) -> None:
    store(
        engine,
        *(
            article(f"a{n:03}", "Notes", "Quiet.", section=f"Section {n:03}", authors=(f"Ana Writer{n % 60:03}",))
            for n in range(140)
        ),
    )
    usual = engine.search(Query(MatchAll()), limit=0).facets
    assert (len(usual[SECTION]), usual.totals[SECTION]) == (50, 140)
    assert (len(usual[AUTHOR]), usual.totals[AUTHOR]) == (50, 60)
    every = counted(engine, FacetSelection(limit=10_000))
    assert [one.value for one in every[SECTION]] == [f"Section {n:03}" for n in range(140)]
    few = counted(engine, FacetSelection(limit=1))
    assert (few[AUTHOR], few.totals) == ((FacetValue("Ana Writer000", 3),), every.totals)


def test_only_values_that_contain_the_words_are_returned(engine: Engine) -> None:
    outlets = ("The Aldous Courier", "Courrier d’Économie", "Ecónomie Courier", "Lowmere Letter")
    store(engine, *(article(f"a{i}", "A", outlet=outlet, section="Courier") for i, outlet in enumerate(outlets)))
    found = counted(engine, FacetSelection(words="COURIER"))
    assert [one.value for one in found[OUTLET]] == ["Ecónomie Courier", "The Aldous Courier"]
    assert (found.totals[OUTLET], found.totals[SECTION]) == (2, 1)
    one_facet = counted(engine, FacetSelection(limit=1, words="economie", field=OUTLET))
    assert (one_facet.totals[OUTLET], one_facet[OUTLET]) == (2, (FacetValue("Courrier d’Économie", 1),))
    assert one_facet.totals[SECTION] == 1
    both = counted(engine, FacetSelection(words="courier economie", field=OUTLET))
    assert [one.value for one in both[OUTLET]] == ["Ecónomie Courier"]
    none = counted(engine, FacetSelection(words="[a.*(", field=OUTLET))
    assert (none[OUTLET], none.totals[OUTLET]) == ((), 0)


def test_facets_of_quotes_have_totals_limits_and_spellings_too(engine: Engine) -> None:
    quotes = (
        ("we sail", "José Peralta"),
        ("we row", "JOSE PERALTA"),
        ("we swim", "José Peralta"),
        ("no", "Edda Quill"),
    )
    store(engine, article("a", "A", "x", quotes=quotes, section="World"), article("b", "B", "x", quotes=quotes[:1]))
    ranking = engine.search_quotes(MatchAll(), (), limit=0, selection=FacetSelection(limit=1))
    assert ranking.facets[SPEAKER] == (FacetValue("José Peralta", 4),)
    assert (ranking.facets.totals[SPEAKER], ranking.facets.totals[SECTION]) == (2, 1)
    assert not engine.search_quotes(MatchAll(), (), limit=0, facets=False).facets.totals


def printed(engine: Engine) -> None:
    """Articles about midnight: two of Auckland and Honolulu, two of UTC, one that prints no clock."""
    honolulu = timezone(timedelta(hours=-10))
    store(
        engine,
        article("auckland", "Auckland", "Night.", published=datetime(2019, 3, 1, 0, 30, tzinfo=AUCKLAND)),
        article("honolulu", "Honolulu", "Night.", published=datetime(2019, 2, 28, 23, 30, tzinfo=honolulu)),
        article("late", "Late", "Night.", published=datetime(2019, 2, 28, 23, 59, tzinfo=UTC)),
        article("noon", "Noon", "Day.", published=datetime(2019, 3, 1, 12, tzinfo=UTC)),
        article("day", "Day", "Day.", published=datetime(2019, 3, 1, 7, tzinfo=UTC), published_precision="day"),
        article("undated", "Undated", "Day."),
    )


def within(engine: Engine, start: datetime | None, end: datetime | None) -> set[str]:
    ranking = engine.search(Query(MatchAll(), (DateRange(start, end),)), limit=9)
    return {hit.head.id for hit in ranking.hits}


def test_days_are_those_of_the_pages_wherever_they_were_printed(engine: Engine) -> None:
    printed(engine)
    march, april = datetime(2019, 3, 1, tzinfo=UTC), datetime(2019, 4, 1, tzinfo=UTC)
    assert within(engine, march, april) == {"auckland", "noon", "day"}
    assert within(engine, None, march) == {"honolulu", "late"}
    months = engine.search(Query(MatchAll()), limit=0).facets.month
    assert months == (FacetValue("2019-02", 2), FacetValue("2019-03", 3))


def test_a_bound_with_a_clock_is_an_instant(engine: Engine) -> None:
    printed(engine)
    start = datetime(2019, 2, 28, 11, 30, tzinfo=UTC)
    assert within(engine, start, datetime(2019, 3, 1, 9, 30, tzinfo=UTC)) == {"auckland", "late", "day"}
    assert within(engine, start + timedelta(minutes=1), datetime(2019, 3, 2, tzinfo=UTC)) == {
        "honolulu", "late", "day", "noon",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", ["noon", "honolulu", "day", "late", "auckland", "undated"]),
        ("oldest", ["auckland", "late", "day", "honolulu", "noon", "undated"]),
    ],
)
def test_sorting_is_by_instant_and_a_day_counts_from_its_midnight(engine: Engine, sort: Sort, order: list[str]) -> None:
    printed(engine)
    ranking = engine.search(Query(MatchAll(), sort=sort), limit=9)
    assert [hit.head.id for hit in ranking.hits] == order


def test_a_head_comes_back_with_day_and_precision(engine: Engine) -> None:
    printed(engine)
    heads = {hit.head.id: hit.head for hit in engine.search(Query(MatchAll()), limit=9).hits}
    auckland = heads["auckland"]
    assert (auckland.published, auckland.published_day) == (datetime(2019, 2, 28, 11, 30, tzinfo=UTC), date(2019, 3, 1))
    assert (auckland.published_precision, heads["day"].published_precision) == ("second", "day")
    assert heads["day"].published == datetime(2019, 3, 1, tzinfo=UTC)
    assert (heads["undated"].published_day, heads["undated"].published_precision) == (None, None)
    whole = engine.article("auckland")
    assert whole
    assert whole.head == auckland


def test_speakers_have_the_days_of_their_pages(engine: Engine) -> None:
    said = article("a", "A", "x", quotes=(("we sail", "Edda Quill"),), published=datetime(2019, 3, 1, tzinfo=AUCKLAND))
    store(engine, said)
    (hit,) = engine.search_speakers(MatchAll(), (), limit=9).hits
    assert (hit.first, hit.first_day, hit.last_day) == (
        datetime(2019, 2, 28, 11, tzinfo=UTC),
        date(2019, 3, 1),
        date(2019, 3, 1),
    )


def test_months_and_days_are_counted_beside_a_choice_of_dates(engine: Engine) -> None:
    printed(engine)
    march = DateRange(datetime(2019, 3, 1, tzinfo=UTC), datetime(2019, 3, 2, tzinfo=UTC))
    sideways = (DrillSidewaysFilter(MONTH, march),)
    selection = FacetSelection(days_of="2019-02")

    found = engine.search(Query(MatchAll(), sideways), limit=9, selection=selection)

    assert (found.total, found.facets.day) == (3, (FacetValue("2019-02-28", 2),))
    assert found.facets.month == (FacetValue("2019-02", 2), FacetValue("2019-03", 3))
    narrowed = engine.search(Query(MatchAll(), (march,)), limit=0, selection=FacetSelection(days_of="2019-03"))
    assert narrowed.facets.month == (FacetValue("2019-03", 3),)
    assert narrowed.facets.day == (FacetValue("2019-03-01", 3),)
    assert engine.search(Query(MatchAll(), (march,)), limit=0, selection=selection).facets.day == ()
    assert engine.search(Query(MatchAll()), limit=0).facets.day == ()


def test_other_facets_are_counted_under_a_choice_of_dates(engine: Engine) -> None:
    store(
        engine,
        article("a1", "A", section="Coast", published=datetime(2019, 3, 1, tzinfo=UTC)),
        article("a2", "B", section="Trade", published=datetime(2019, 4, 1, tzinfo=UTC)),
    )
    march = DateRange(datetime(2019, 3, 1, tzinfo=UTC), datetime(2019, 4, 1, tzinfo=UTC))
    chosen = (DrillSidewaysFilter(MONTH, march), DrillSidewaysFilter(SECTION, FacetFilter(SECTION, "Trade")))

    found = engine.search(Query(MatchAll(), chosen), limit=9).facets

    assert found[SECTION] == (FacetValue("Coast", 1),)
    assert found.month == (FacetValue("2019-04", 1),)


def test_months_of_quotes_are_counted_beside_a_choice_of_dates(engine: Engine) -> None:
    said = (("we sail at dawn", "Ivo Marr"),)
    days = ("2019-02-27", "2019-03-01", "2019-03-30")
    store(engine, *(article(f"a{i}", "A", "Text.", day=day, quotes=said) for i, day in enumerate(days)))
    first_of_march = DateRange(datetime(2019, 3, 1, tzinfo=UTC), datetime(2019, 3, 2, tzinfo=UTC))
    chosen = (DrillSidewaysFilter(MONTH, first_of_march),)

    found = engine.search_quotes(MatchAll(), chosen, limit=9, selection=FacetSelection(days_of="2019-03"))

    assert (found.total, found.totals_without[MONTH]) == (1, 3)
    assert found.facets.month == (FacetValue("2019-02", 1), FacetValue("2019-03", 2))
    assert found.facets.day == (FacetValue("2019-03-01", 1), FacetValue("2019-03-30", 1))
