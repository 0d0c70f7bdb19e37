"""A text that is being typed: what it may become, and that each completion leads to something."""

import pytest

from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Quote
from searchsvc.model.document import chunk
from searchsvc.search import SearchRequest, complete, search_articles

TEXTS = {
    "kiln": (
        "The kiln is lit",
        "The kilns of Portbrae were lit by Mr McAllister. A potter lit the kiln; a kilnhouse burned.",
    ),
    "glaze": (
        "Glaze and glass",
        "The potter Evora McAllister sold glazed pots to Zürich. The kiln of the potter is new.",
    ),
    "clay": ("Clay comes by boat", "Clay comes by boat to Portbrae, and glass goes to Zürich by rail."),
    "copy": ("Clay comes by boat", "Clay comes by boat to Portbrae, as was told before in other words."),
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for name, (title, text) in TEXTS.items():
            block = Block("paragraph", text)
            quotes = (Quote("Never", "full", "Ines Vale"),) if name == "clay" else ()
            head = ArticleHead(name, title, language="en")
            writer.put(chunk(Article(head, (block,), Provenance("test/1", name, "0" * 64), quotes=quotes)))
    return engine


def texts(engine: Engine, typed: str, kind: str = "word") -> list[str]:
    return [one.text for one in complete(engine, typed) if one.kind == kind]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("kil", ["kiln"]),
        ("gla", ["glass", "glaze"]),
        ("mca", ["McAllister"]),
        ("Zur", ["Zürich"]),
        ("port", ["Portbrae"]),
    ],
)
def test_a_word_is_completed_once_a_stem_and_as_it_is_printed(engine: Engine, typed: str, words: list[str]) -> None:
    assert texts(engine, typed) == words


def test_a_word_is_completed_only_by_those_that_stand_with_the_words_before_it(engine: Engine) -> None:
    assert texts(engine, "boat p") == ["boat Portbrae"]
    assert texts(engine, "potter k") == ["potter kiln"]
    assert texts(engine, "boat k") == []
    assert texts(engine, "clay t") == ["clay told"], "no stop word, which would lead to what clay alone does"
    assert texts(engine, "glass r") == ["glass rail"]
    assert texts(engine, "lit b")[0] == "lit burned"


def test_after_a_space_the_words_follow_that_follow_in_the_articles(engine: Engine) -> None:
    assert texts(engine, "clay ") == ["clay comes"]
    assert texts(engine, "boat to ") == ["boat to Portbrae"]
    assert texts(engine, "zebra ") == []


def test_equal_titles_stand_once_and_speakers_by_any_of_their_names(engine: Engine) -> None:
    assert texts(engine, "clay com", "title") == ["Clay comes by boat"]
    assert texts(engine, "val", "speaker") == ["Ines Vale"]


@pytest.mark.parametrize("typed", ["", "k", "ki", 'kil"', "kil*", "text:kil", "kil ?", "kil" * 80, "a " * 11 + "k"])
def test_what_is_no_beginning_of_a_query_has_no_completions(engine: Engine, typed: str) -> None:
    assert complete(engine, typed) == ()


@pytest.mark.parametrize("typed", ["kil", "gla", "por", "boat p", "the p", "potter ", "clay ", "mr mc"])
def test_every_completion_leads_to_something(engine: Engine, typed: str) -> None:
    found = complete(engine, typed)
    assert found
    for one in found:
        assert one.kind == "speaker" or search_articles(engine, SearchRequest(one.text)).total
