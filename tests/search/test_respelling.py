"""Misspelled words: what is offered instead, what is shown instead, and that printed words are not doubted."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk
from searchsvc.search import SearchRequest, search_articles
from searchsvc.search.spelling import FIRST, spelling_cost


def collection(*texts: str, language: str = "en") -> Engine:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for number, text in enumerate(texts):
            head = ArticleHead(f"a{number}", f"Notes, part {number}", language=language)
            block = Block("paragraph", text)
            writer.put(chunk(Article(head, (block,), Provenance("test/1", head.id, "0" * 64))))
    return engine


COMMITTEE = "The committee in Lisbon received a separate report."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("comittee", "committee"),
        ("recieved", "received"),
        ("seperate", "separate"),
        ("rpeort", "report"),
        ("eparate", "separate"),  # the first letter
        ("lisbom", "Lisbon"),  # as it is printed
        ("comittee recieved", "committee received"),
        ("separatereport", "separate report"),  # two words without the space
        ("title:nots", "title:notes"),
        ("comittee -football", "committee -football"),
    ],
)
def test_what_finds_nothing_is_asked_as_it_was_likely_meant(typed: str, meant: str) -> None:
    page = search_articles(collection(COMMITTEE), SearchRequest(typed))
    assert (page.text, page.suggestion, page.respelled) == (typed, meant, True)
    assert [notice.code for notice in page.notices] == ["respelled"]
    assert typed in page.notices[0].text
    assert meant in page.notices[0].text
    assert page.total == len(page.results) == 1
    marked = [snippet.text[mark.start : mark.end] for snippet in page.results[0].snippets for mark in snippet.marks]
    assert marked or page.results[0].title.marks


def test_as_typed_nothing_is_found_and_the_spelling_is_offered() -> None:
    page = search_articles(collection(COMMITTEE), SearchRequest("comittee", spelling="typed"))
    assert (page.total, page.suggestion, page.respelled, page.notices) == (0, "committee", False, ())


def test_a_filter_that_leaves_nothing_is_no_misspelling() -> None:
    engine = collection(COMMITTEE)
    assert search_articles(engine, SearchRequest("committee section:Nowhere")).suggestion is None
    page = search_articles(engine, SearchRequest("comittee section:Nowhere"))
    assert (page.total, page.respelled) == (0, False)


def test_mere_words_are_never_exchanged() -> None:
    page = search_articles(collection(COMMITTEE), SearchRequest("comittee", plain=True))
    assert (page.total, page.respelled) == (0, False)


def test_all_pages_of_a_respelled_search_belong_together() -> None:
    engine = collection(*(f"The harbour, day {number}." for number in range(25)))
    pages = [search_articles(engine, SearchRequest("harbuor", page=page)) for page in (1, 2, 3)]
    assert [page.total for page in pages] == [25, 25, 25]
    assert len({result.head.id for page in pages for result in page.results}) == 25


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        (["The chain held."] * 30 + ["Cobain sang."], "cobain"),  # two edits from chain
        (["It rained later."] * 30 + ["Luther wrote."], "luther"),
        (["The harbour is full."] * 3, "harbours"),  # another inflection
        (["The storm came."] * 30 + ["A stork came."], "stork"),
    ],
)
def test_a_word_that_is_printed_or_found_by_its_stem_is_not_doubted(printed: Sequence[str], typed: str) -> None:
    page = search_articles(collection(*printed), SearchRequest(typed))
    assert page.total
    assert page.suggestion is None


def test_a_slip_of_the_pen_that_was_printed_is_doubted() -> None:
    engine = collection(*["The committee met."] * 30, "The comittee met.")
    page = search_articles(engine, SearchRequest("comittee"))
    assert (page.total, page.suggestion, page.respelled) == (1, "committee", False)


def test_words_of_scripts_without_capitals_are_respelled() -> None:
    engine = collection("방파제 공사가 끝났다.", language="ko")
    assert search_articles(engine, SearchRequest("방파재")).suggestion == "방파제"


@given(st.text("abcdeß", max_size=6), st.text("abcdeß", max_size=6))
def test_the_cost_of_a_spelling_is_a_distance(first: str, second: str) -> None:
    cost = spelling_cost(first, second)
    assert (cost == 0) == (first == second)
    assert cost == spelling_cost(second, first)
    assert cost <= max(len(first), len(second)) + FIRST
