"""What every engine does alike: searching quotes and headlines."""

from datetime import UTC, datetime

import pytest

from searchsvc.engines.base import Engine
from searchsvc.model.query import And, Everything, Facet, Node, Not, Phrase, Prefix, Published, Word
from searchsvc.model.result import FacetValue


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
        pytest.param(Word("lost", "quotes"), [("storm", 0)], id="by field"),
        pytest.param(Word("quill", "speaker"), [("ferry", 0), ("storm", 0)], id="speaker, newest first"),
        pytest.param(Phrase(("slept", "in", "the", "church")), [("storm", 1)], id="phrase"),
        pytest.param(Prefix("jett"), [("ferry", 0)], id="prefix"),
        pytest.param(And((Word("edda", "speaker"), Not(Word("storm")))), [("storm", 0)], id="NOT"),
        pytest.param(And((Word("lost"), Word("harbour", "title"))), [("storm", 0)], id="a field of the article"),
        pytest.param(Everything(), [("ferry", 0), ("storm", 0), ("storm", 1)], id="everything, newest first"),
    ],
)
def test_search_quotes_finds(harbour: Engine, root: Node, found: list[tuple[str, int]]) -> None:
    assert quotes(harbour, root) == found


def test_search_quotes_filters_by_its_own_speaker_and_its_articles_columns(harbour: Engine) -> None:
    assert quotes(harbour, Everything(), Facet("speaker", "tom reed")) == [("storm", 1)]
    assert quotes(harbour, Everything(), Facet("section", "Weather")) == [("storm", 0), ("storm", 1)]
    assert quotes(harbour, Everything(), Published(datetime(2021, 3, 1, tzinfo=UTC))) == [("ferry", 0)]


def test_search_quotes_counts_quotes_and_pages_them(harbour: Engine) -> None:
    ranking = harbour.search_quotes(Everything(), (), limit=1, offset=1)
    assert [(hit.head.id, hit.index) for hit in ranking.hits] == [("storm", 0)]
    assert ranking.total == 3
    assert ranking.speaker == (FacetValue("Edda Quill", 2), FacetValue("Tom Reed", 1))
    assert ranking.month == (FacetValue("2021-02", 2), FacetValue("2021-03", 1))


def test_a_quote_hit_brings_its_evidence(harbour: Engine) -> None:
    (hit,) = harbour.search_quotes(Word("church"), (), limit=5).hits
    assert (hit.quote.text, hit.quote.speaker, hit.anchor) == ("We slept in the church", "Tom Reed", "b0")
    assert hit.context == "A storm shut the harbour of Port Aldous on Friday night."
    assert hit.head.title == "Storm closes the harbour"
    assert hit.score > 0


def test_search_headlines_finds_their_own_words(harbour: Engine) -> None:
    assert headlines(harbour, Word("storm")) == ["Storm closes the harbour for a week"]
    assert headlines(harbour, Word("ferry", "related")) == ["Ferry line to close in winter"]
    assert headlines(harbour, Word("herring")) == []
    assert headlines(harbour, Everything()) == ["Storm closes the harbour for a week", "Ferry line to close in winter"]
    assert headlines(harbour, Everything(), Facet("section", "culture")) == ["Ferry line to close in winter"]
    assert harbour.search_headlines(Word("ferry"), (), limit=0).total == 1
