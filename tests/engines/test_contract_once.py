"""What every engine does alike: one call for all that one question needs."""

import pytest

from searchsvc.engines.base import Engine
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.document import chunk
from searchsvc.model.fields import SECTION, SPEAKER, TITLE, FacetField
from searchsvc.model.query import (
    And,
    DrillSidewaysFilter,
    FacetFilter,
    Filter,
    Fuzzy,
    Leaf,
    MatchAll,
    MinShouldMatch,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from searchsvc.model.result import Annotations, FacetValue, QuoteWords
from tests.engines.engine_articles import article, documents
from tests.narrowing import present

TRANSPORT, WEATHER = FacetFilter(SECTION, "Transport"), FacetFilter(SECTION, "Weather")
COURIER = FacetFilter(FacetField("outlet"), "The Aldous Courier")


def values(found: tuple[FacetValue, ...]) -> dict[str, int]:
    return {value.value: value.count for value in found}


def test_a_facet_with_a_choice_is_counted_under_all_other_filters(harbour: Engine) -> None:
    filters = (DrillSidewaysFilter(SECTION, TRANSPORT), DrillSidewaysFilter(FacetField("outlet"), COURIER))
    ranking = harbour.search(Query(MatchAll(), filters), limit=9)
    assert [hit.head.id for hit in ranking.hits] == ["ferry"]
    assert values(ranking.facets[SECTION]) == {"Transport": 1, "Weather": 1}
    assert values(ranking.facets[FacetField("outlet")]) == {"The Aldous Courier": 1}
    assert values(ranking.facets[FacetField("author")]) == {"Ned Farrow": 1}
    assert values(ranking.facets.month) == {"2021-03": 1}


@pytest.mark.parametrize(
    "root",
    [
        pytest.param(Word("harbour"), id="word"),
        pytest.param(Or((Word("harbour"), Word("zeppelin"))), id="any word"),
        pytest.param(Prefix("harb"), id="leaf"),
        pytest.param(And((Word("harbour"), Not(Word("zeppelin")))), id="tree"),
    ],
)
def test_a_choice_that_leaves_nothing_still_offers_the_others(harbour: Engine, root: Word) -> None:
    for choice in (
        DrillSidewaysFilter(SECTION, FacetFilter(SECTION, "Sport")),
        DrillSidewaysFilter(SECTION, Or((WEATHER, TRANSPORT))),
    ):
        ranking = harbour.search(Query(root, (choice, COURIER)), limit=9)
        assert values(ranking.facets[SECTION]) == {"Transport": 1, "Weather": 1}
        assert ranking.total == sum(values(ranking.facets[FacetField("outlet")]).values())
        assert ranking.total_unfiltered == 2


def test_filters_that_are_no_choice_narrow_their_own_facet(harbour: Engine) -> None:
    ranking = harbour.search(Query(MatchAll(), (TRANSPORT,)), limit=9)
    assert values(ranking.facets[SECTION]) == {"Transport": 1}
    assert (ranking.total, ranking.total_unfiltered) == (1, 4)


def test_all_words_are_counted_beside_any_of_them(harbour: Engine) -> None:
    words = (Word("harbour"), Word("jetties"))
    ranking = harbour.search(Query(Or(words), (COURIER,), all_words=And(words)), limit=9)
    assert (ranking.total, ranking.total_all_words) == (2, 1)
    relaxed = harbour.search(Query(MinShouldMatch(words, 1)), limit=9)
    assert (relaxed.total, relaxed.total_all_words) == (2, 1)


def test_nothing_but_totals_is_returned_where_fewer_match_than_are_wanted(harbour: Engine) -> None:
    query = Query(Word("harbour"), (DrillSidewaysFilter(SECTION, WEATHER),))
    ranking = harbour.search(query, limit=9, least=3)
    assert (ranking.hits, values(ranking.facets[SECTION])) == ((), {})
    assert (ranking.total, ranking.total_unfiltered) == (1, 2)
    assert len(harbour.search(query, limit=9, least=2).hits) == 1, "what the filters leave is no matter"


def test_hits_without_texts_are_the_same_but_for_these(harbour: Engine) -> None:
    query = Query(Word("harbour"))
    for whole, bare in zip(
        harbour.search(query, limit=9).hits, harbour.search(query, limit=9, texts=False).hits, strict=True
    ):
        assert (bare.head, bare.score, bare.matched_in) == (whole.head, whole.score, whole.matched_in)
        assert whole.blocks
        assert (bare.blocks, bare.passages, bare.best) == ((), (), None)


def test_quotes_of_a_facet_with_a_choice_are_counted_without_it(harbour: Engine) -> None:
    tom, edda = FacetFilter(SPEAKER, "Tom Reed"), FacetFilter(SPEAKER, "Edda Quill")
    filters: tuple[Filter, ...] = (DrillSidewaysFilter(SPEAKER, tom), DrillSidewaysFilter(SECTION, TRANSPORT))
    ranking = harbour.search_quotes(MatchAll(), filters, limit=9)
    assert ranking.total == 0
    assert values(ranking.facets[SPEAKER]) == {"Edda Quill": 1}
    assert values(ranking.facets[SECTION]) == {"Weather": 1}
    assert ranking.totals_without == {"speaker": 1, "section": 1}
    ranking = harbour.search_quotes(Word("storm"), (DrillSidewaysFilter(SPEAKER, Or((tom, edda))), COURIER), limit=9)
    assert [hit.head.id for hit in ranking.hits] == ["ferry"]
    assert values(ranking.facets[SPEAKER]) == {"Edda Quill": 1}


def test_totals_answer_several_questions_at_once(harbour: Engine) -> None:
    asked = [
        Query(MatchAll()),
        Query(Word("ferry")),
        Query(And((Word("the"), Word("storm")))),
        Query(Word("storm"), (DrillSidewaysFilter(SECTION, WEATHER),)),
        Query(MinShouldMatch((Word("storm"), Word("herring"), Word("quay")), 2)),
        Query(Word("zeppelin")),
    ]
    assert list(harbour.totals(asked)) == [4, 3, 2, 1, 1, 0]
    assert list(harbour.totals([])) == []
    quotes = [Query(MatchAll()), Query(Word("lost")), Query(MatchAll(), (FacetFilter(SPEAKER, "edda quill"),))]
    assert list(harbour.totals(quotes, of="quotes")) == [3, 1, 2]


def test_frequencies_count_articles_by_stem_form_and_field(harbour: Engine) -> None:
    leaves: list[Leaf] = [
        Word("jetty"),
        Word("the"),
        Word("ferry", TITLE),
        Phrase(("no", "boat")),
        Prefix("fest"),
        Fuzzy("stomr"),
        Word("zeppelin"),
    ]
    assert list(harbour.frequencies(leaves)) == [1, 4, 1, 1, 1, 2, 0]


def test_quote_words_are_those_of_the_newest_each_statement_once(engine: Engine) -> None:
    said = (("We'll sail, we said.", "Ann Oar"), ("Wir segeln", "Ann Oar"))
    with engine.writer() as writer:
        for article_id, day, language in (("old", "2020-01-01", "de"), ("new", "2021-01-01", "en")):
            writer.put(documents(article_id, "A", "x", day=day, language=language, quotes=said))
        writer.put(documents("other", "A", "x", day="2022-01-01", quotes=(("we'll sail we said", "Bo Reed"),)))
    ann = (FacetFilter(SPEAKER, "ann oar"),)
    first, second = engine.quote_words(ann, limit=9)
    assert first == QuoteWords("en", first.forms)
    assert first.forms[-2:] == ("we", "said")
    assert second == QuoteWords("en", ("wir", "segeln"))
    assert list(engine.quote_words(ann, limit=1)) == [first]
    assert list(engine.quote_words((FacetFilter(SPEAKER, "nobody"),), limit=9)) == []


def test_locate_finds_the_article_of_an_address_or_else_of_the_same_words(engine: Engine) -> None:
    with engine.writer() as writer:
        writer.put(chunk(article("b", "Ferry line reopens", "x", url="https://www.lowmere.example/ferry/")))
        writer.put(chunk(article("a", "FERRY LINE, reopens!", "x", url="http://lowmere.example/ferry?utm_source=m")))
        writer.put(chunk(article("c", "Ferry line reopens at last", "x")))
        writer.put(chunk(article("d", "Die Fähre fährt", "x", language="de")))

    def located(text: str, url: str | None = None) -> list[str]:
        (ids,) = engine.locate([RelatedHeadline(text, "see_also", url=url)])
        return list(ids)

    assert located("Quite another headline", "lowmere.example/ferry") == []
    assert located("Quite another headline", "https://lowmere.example/ferry") == ["a"]
    assert located("ferry line reopens") == ["a", "b"]
    assert located("Ferry line reopens", "https://lowmere.example/gone") == ["a", "b"]
    assert located("Ferry line") == []
    assert located("die fahre fahrt") == ["d"]
    assert located("…") == located("") == []
    assert located("Die Faehre faehrt") == ["d"]
    several = [RelatedHeadline("Ferry line reopens at last", "promo"), RelatedHeadline("No such", "promo")]
    assert [list(ids) for ids in engine.locate(several)] == [["c"], []]


def test_several_articles_are_read_in_the_order_asked_for(harbour: Engine) -> None:
    storm, nobody, ferry = harbour.articles(["storm", "nobody", "ferry"])
    assert (storm, nobody, ferry) == (harbour.article("storm"), None, harbour.article("ferry"))
    assert present(storm).head.id == "storm"
    assert list(harbour.articles([])) == []


def test_annotations_are_the_quotes_and_headlines_of_several_articles(harbour: Engine) -> None:
    storm, nobody, ferry = harbour.annotations(["storm", "nobody", "ferry"])
    assert [quote.text for quote in storm.quotes] == ["No boat was lost", "We slept in the church"]
    assert storm.related == ()
    assert nobody == Annotations()
    assert [one.text for one in ferry.related] == ["Storm closes the harbour for a week"]
