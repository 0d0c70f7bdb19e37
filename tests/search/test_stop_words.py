"""Stop words of the language that most articles have, or that is chosen, are not demanded, and are named."""

import pytest

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.fields import LANGUAGE
from searchsvc.search import SearchRequest, search_articles, search_headlines, search_quotes
from tests.engines.engine_articles import documents

TEXTS = {
    "market": ("de", "Ein Hund war auf dem Markt."),
    "quay": ("de", "Der Hund und die Katze sind am Kai."),
    "dog": ("en", "The dog will die at the quay."),
}


@pytest.fixture(scope="module")
def engine() -> MemoryEngine:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for name, (language, text) in TEXTS.items():
            said = (("der Hund bellt", "Edda Quill"),) if language == "de" else ()
            writer.put(documents(name, "t", text, language=language, quotes=said, related=("Schiff vermisst",)))
    return engine


def found(
    engine: MemoryEngine, query: str, language: str | None = None, *, plain: bool = False
) -> tuple[set[str], str]:
    chosen = {LANGUAGE: (language,)} if language else {}
    page = search_articles(engine, SearchRequest(query, match="all", chosen=chosen, plain=plain))
    named = [notice.text.split(": ")[1].split(".")[0] for notice in page.notices if notice.code == "stop-words-ignored"]
    return {result.head.id for result in page.results}, ", ".join(named)


@pytest.mark.parametrize(
    ("query", "ids", "named"),
    [
        ("der Hund", {"market", "quay"}, "der"),
        ("und der Hund am Kai", {"quay"}, "und, der, am"),
        ("the dog", {"dog"}, "the"),
        ("der the dog", {"dog"}, "der, the"),
        ('"der Hund" Kai', {"quay"}, ""),
        ("die", {"quay", "dog"}, ""),
        ("title:der Hund", set(), ""),
    ],
)
def test_stop_words_of_the_main_language(engine: MemoryEngine, query: str, ids: set[str], named: str) -> None:
    assert found(engine, query) == (ids, named)


def test_a_plain_search_too(engine: MemoryEngine) -> None:
    assert found(engine, "der Hund", plain=True) == ({"market", "quay"}, "der")


def test_the_chosen_language_tells_whose_stop_words_they_are(engine: MemoryEngine) -> None:
    assert found(engine, "will die", "en") == ({"dog"}, "will")


def test_quotes_and_headlines_are_searched_so(engine: MemoryEngine) -> None:
    assert search_quotes(engine, SearchRequest("ein Hund", match="all")).total == 2
    assert search_headlines(engine, SearchRequest("das Schiff", match="all")).total == len(TEXTS)
