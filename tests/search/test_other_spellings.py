"""Bare words find each other in one word, in two and with a hyphen; what is typed comes first."""

import pytest

from searchsvc.engines.memory import MemoryEngine
from searchsvc.search import SearchRequest, search_articles
from tests.engines.engine_articles import documents

TEXTS = {
    "email": "An email came at noon.",
    "hyphen": "An e-mail came at noon.",
    "wall": "The sea wall broke, and a seawall elsewhere.",
    "hall": "The sea broke the wall of the town hall.",
    "covid": "COVID-19 closed the port.",
    "covid19": "COVID19 closed the other port.",
    "angelo": "Rosa D'Angelo swam, said Alderman’s shop.",
    "año": "El año pasado fue largo.",
    "ano": "El ano pasado, sin tilde.",
    "plan": "A plan to raise the wall.",
    "fuzzy": "Captain Shelby kept the log.",
}


@pytest.fixture(scope="module")
def engine() -> MemoryEngine:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for name, text in TEXTS.items():
            writer.put(documents(name, "t", text))
    return engine


def found(engine: MemoryEngine, query: str) -> tuple[list[str], list[str]]:
    page = search_articles(engine, SearchRequest(text=query, match="all"))
    assert page.total == page.total_all_words == len(page.results)
    return [result.head.id for result in page.results], [notice.code for notice in page.notices]


@pytest.mark.parametrize(
    ("query", "ids", "notices"),
    [
        ("email", ["email", "hyphen"], ["other-spellings"]),
        ("e-mail", ["hyphen", "email"], ["other-spellings"]),
        ("e mail", ["hyphen", "email"], ["other-spellings"]),
        ('"email"', ["email"], []),
        ("seawall", ["wall"], ["other-spellings"]),
        ("covid19", ["covid19", "covid"], ["other-spellings"]),
        ("covid-19 port", ["covid", "covid19"], ["other-spellings"]),
        ("dangelo", ["angelo"], ["other-spellings"]),
        ("plan s", [], []),
        ('"Aldermans shop"', ["angelo"], ["possessives"]),
        ('"el año pasado"', ["año", "ano"], []),
        ("chelby~", ["fuzzy"], []),
    ],
)
def test_a_spelling_finds_the_others(engine: MemoryEngine, query: str, ids: list[str], notices: list[str]) -> None:
    assert found(engine, query) == (ids, notices)


def test_a_plain_search_takes_the_words_as_they_are(engine: MemoryEngine) -> None:
    page = search_articles(engine, SearchRequest(text="email", plain=True))
    assert [result.head.id for result in page.results] == ["email"]


def test_a_rare_word_finds_the_compounds_that_begin_with_it() -> None:
    texts = {
        "warning": "Die Sturmflutwarnung gilt bis Mitternacht.",
        "flood": "Die Sturmflut kam in der Nacht.",
        "storm": "Der Sturm zog ab.",
    }
    engine = MemoryEngine()
    with engine.writer() as writer:
        for name, text in texts.items():
            writer.put(documents(name, "t", text, language="de"))

    assert found(engine, "Sturmflut") == (["flood", "warning"], ["other-spellings"])
    assert found(engine, '"Sturmflut"') == (["flood"], [])
