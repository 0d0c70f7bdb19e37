"""What every engine does alike: searching quotes and headlines."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from searchsvc.engines.base import Engine
from searchsvc.model.article import Article, Quote
from searchsvc.model.document import chunk
from searchsvc.model.fields import KIND, QUOTED, RELATED, SECTION, SPEAKER, SPEAKER_NAME, TITLE, FacetField
from searchsvc.model.printed_date import midnight
from searchsvc.model.query import And, DateRange, FacetFilter, MatchAll, Node, Not, Phrase, Prefix, Query, Sort, Word
from searchsvc.model.result import FacetValue, SpeakerHit
from tests.engines.engine_articles import article


def quotes(engine: Engine, root: Node, *filters: Node) -> list[tuple[str, int]]:
    ranking = engine.search_quotes(root, filters, limit=50)
    assert ranking.total == len(ranking.hits)
    return [(hit.head.id, hit.index) for hit in ranking.hits]


def headlines(engine: Engine, root: Node, *filters: Node) -> list[str]:
    return [hit.headline.text for hit in engine.search_headlines(root, filters, limit=50).hits]


@pytest.mark.parametrize(
    ("root", "found"),
    [
        pytest.param(Word("storm"), [("ferry", 0)], id="own words"),
        pytest.param(Word("harbour"), [], id="not the article's words"),
        pytest.param(Word("lost", QUOTED), [("storm", 0)], id="by field"),
        pytest.param(Word("quill", SPEAKER_NAME), [("ferry", 0), ("storm", 0)], id="speaker, newest first"),
        pytest.param(Phrase(("slept", "in", "the", "church")), [("storm", 1)], id="phrase"),
        pytest.param(Prefix("jett"), [("ferry", 0)], id="prefix"),
        pytest.param(And((Word("edda", SPEAKER_NAME), Not(Word("storm")))), [("storm", 0)], id="NOT"),
        pytest.param(And((Word("lost"), Word("harbour", TITLE))), [("storm", 0)], id="a field of the article"),
        pytest.param(MatchAll(), [("ferry", 0), ("storm", 0), ("storm", 1)], id="everything, newest first"),
    ],
)
def test_search_quotes_finds(harbour: Engine, root: Node, found: list[tuple[str, int]]) -> None:
    assert quotes(harbour, root) == found


def test_search_quotes_filters_by_its_own_speaker_and_its_articles_columns(harbour: Engine) -> None:
    assert quotes(harbour, MatchAll(), FacetFilter(SPEAKER, "tom reed")) == [("storm", 1)]
    assert quotes(harbour, MatchAll(), FacetFilter(SECTION, "Weather")) == [("storm", 0), ("storm", 1)]
    assert quotes(harbour, MatchAll(), DateRange(datetime(2021, 3, 1, tzinfo=UTC))) == [("ferry", 0)]


def test_search_quotes_counts_quotes_and_pages_them(harbour: Engine) -> None:
    ranking = harbour.search_quotes(MatchAll(), (), limit=1, offset=1)
    assert [(hit.head.id, hit.index) for hit in ranking.hits] == [("storm", 0)]
    assert ranking.total == 3
    assert ranking.facets[SPEAKER] == (FacetValue("Edda Quill", 2), FacetValue("Tom Reed", 1))
    assert ranking.facets[KIND] == (FacetValue("full", 3),)
    assert ranking.facets[SECTION] == (FacetValue("Weather", 2), FacetValue("Transport", 1))
    assert ranking.facets[FacetField("outlet")] == (FacetValue("The Aldous Courier", 3),)
    assert ranking.facets.month == (FacetValue("2021-02", 2), FacetValue("2021-03", 1))


def test_a_quote_hit_brings_its_evidence(harbour: Engine) -> None:
    (hit,) = harbour.search_quotes(Word("church"), (), limit=5).hits
    assert (hit.quote.text, hit.quote.speaker, hit.anchor) == ("We slept in the church", "Tom Reed", "b0")
    assert hit.context == "A storm shut the harbour of Port Aldous on Friday night."
    assert hit.head.title == "Storm closes the harbour"
    assert hit.score > 0


def test_search_quotes_sorts_by_date(harbour: Engine) -> None:
    orders: dict[Sort, list[str]] = {"newest": ["ferry", "storm", "storm"], "oldest": ["storm", "storm", "ferry"]}
    for sort, order in orders.items():
        ranking = harbour.search_quotes(MatchAll(), (), limit=5, sort=sort)
        assert [hit.head.id for hit in ranking.hits] == order


def test_a_quote_hit_brings_the_block_that_names_the_speaker(engine: Engine) -> None:
    told = article(
        "walk", "Dogs walk again", "“They are back,” she said.", "Bea Larch runs the kennel.", day="2022-01-01"
    )
    quote = Quote("They are back,", "full", "Bea Larch", "Bea Larch", block=0, start=1, end=15, mention_block=1)
    nobody = Quote("are", "term", block=0, start=6, end=9)
    with engine.writer() as writer:
        writer.put(chunk(replace(told, quotes=(quote, nobody))))
    first, second = engine.search_quotes(MatchAll(), (), limit=5).hits
    assert first.context == "“They are back,” she said."
    assert first.mention_context == "Bea Larch runs the kennel."
    assert second.mention_context is None


def test_a_headlines_quote_brings_the_headline_it_stands_in(engine: Engine) -> None:
    told = article("walk", "Kennel “nearly full”", related=("Kennel “nearly full” again",))
    with engine.writer() as writer:
        writer.put(chunk(replace(told, quotes=(Quote("nearly full", "headline"),))))
    (hit,) = engine.search_quotes(MatchAll(), (), limit=5).hits
    assert (hit.context, hit.anchor) == ("Kennel “nearly full”", None)


def spoken(engine: Engine, *articles: Article) -> None:
    with engine.writer() as writer:
        for one in articles:
            writer.put(chunk(one))


def speaker(name: str, said: int, articles: int, first: date | None, last: date | None) -> SpeakerHit:
    oldest, newest = (midnight(day) if day else None for day in (first, last))
    return SpeakerHit(name, said, articles, oldest, newest, first, last)


def test_a_speaker_who_is_only_probable_is_found_by_his_mention_and_counted_nowhere(engine: Engine) -> None:
    said = (
        Quote("we sail at dawn", "full", "Ivo Marr", "he", speaker_confidence=0.99),
        Quote("we stay at home", "full", "Odo Venn", "the pilot", speaker_confidence=0.9),
    )
    spoken(engine, replace(article("port", "A port", "x"), quotes=said))
    assert [hit.name for hit in engine.search_speakers(MatchAll(), (), limit=9).hits] == ["Ivo Marr"]
    ranking = engine.search_quotes(MatchAll(), (), limit=9)
    assert [hit.quote.speaker for hit in ranking.hits] == ["Ivo Marr", "Odo Venn"]
    assert [value.value for value in ranking.facets[SPEAKER]] == ["Ivo Marr"]
    assert quotes(engine, FacetFilter(SPEAKER, "Odo Venn")) == quotes(engine, Word("venn", SPEAKER_NAME)) == []
    assert quotes(engine, Word("pilot", SPEAKER_NAME)) == [("port", 1)]


def test_search_speakers_joins_spellings_of_one_full_name_and_nothing_else(engine: Engine) -> None:
    spoken(
        engine,
        article("a", "A", "x", day="2021-05-01", quotes=(("we sail", "José Peralta"), ("we row", "José Peralta"))),
        article("b", "B", "x", day="2020-05-01", quotes=(("we swim", "Jose Peralta"), ("no", "Peralta"))),
        article(
            "c", "C", "x", quotes=(("we float", "JOSÉ PERALTA"), ("well", "a spokesman"), ("we sail", "Jo Peralta"))
        ),
        article(
            "d", "D", "x", day="2019-02-03", quotes=(("hm", "Mr Peralta"), ("count", "UNLR"), ("sink", "J. K. Lorne"))
        ),
        article("e", "E", "x", day="2019-02-04", quotes=(("swam", "J K Lorne"),)),
    )
    ranking = engine.search_speakers(MatchAll(), (), limit=10)
    assert ranking.total == 4
    assert ranking.hits == (
        speaker("José Peralta", 4, 3, date(2020, 5, 1), date(2021, 5, 1)),
        speaker("J K Lorne", 2, 2, date(2019, 2, 3), date(2019, 2, 4)),
        speaker("Jo Peralta", 1, 1, None, None),
        speaker("UNLR", 1, 1, date(2019, 2, 3), date(2019, 2, 3)),
    )
    assert engine.search_speakers(MatchAll(), (), limit=2, offset=1).hits == ranking.hits[1:3]
    assert [hit.name for hit in engine.search_speakers(Word("sail"), (), limit=9).hits] == [
        "Jo Peralta",
        "José Peralta",
    ]
    assert quotes(engine, MatchAll(), FacetFilter(SPEAKER, "jose peralta")) == [
        ("a", 0),
        ("a", 1),
        ("b", 0),
        ("c", 0),
    ]
    facet = engine.search_quotes(MatchAll(), (), limit=0).facets[SPEAKER]
    assert facet[:2] == (FacetValue("José Peralta", 4), FacetValue("J K Lorne", 2))
    assert "a spokesman" not in {value.value for value in facet}


def test_kind_narrows_quotes_and_no_article_has_one(engine: Engine) -> None:
    told = article("walk", "Dogs walk again", "x")
    spoken(engine, replace(told, quotes=(Quote("back", "full", block=0), Quote("walkies", "term", block=0))))
    assert quotes(engine, MatchAll(), FacetFilter(KIND, "term")) == [("walk", 1)]
    assert engine.search(Query(MatchAll(), (FacetFilter(KIND, "term"),)), limit=5).total == 0


def test_search_headlines_finds_their_own_words(harbour: Engine) -> None:
    assert headlines(harbour, Word("storm")) == ["Storm closes the harbour for a week"]
    assert headlines(harbour, Word("ferry", RELATED)) == ["Ferry line to close in winter"]
    assert headlines(harbour, Word("herring")) == []
    assert headlines(harbour, MatchAll()) == ["Storm closes the harbour for a week", "Ferry line to close in winter"]
    assert headlines(harbour, MatchAll(), FacetFilter(SECTION, "culture")) == ["Ferry line to close in winter"]
    assert harbour.search_headlines(Word("ferry"), (), limit=0).total == 1
