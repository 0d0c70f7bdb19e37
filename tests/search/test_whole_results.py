"""All hits of a search, slice by slice: the order of the pages, one commit, never fewer than there are."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import EngineError
from searchsvc.model.fields import LANGUAGE
from searchsvc.model.query import Query
from searchsvc.model.result import Ranking
from searchsvc.search import (
    SearchRequest,
    all_articles,
    all_headlines,
    all_quotes,
    all_speakers,
    search_articles,
    search_headlines,
    search_quotes,
    search_speakers,
    whole_results,
)
from tests.engines.engine_articles import documents

#: Articles of the collection: more than one slice of the small ones set here.
COUNT = 61


def _put(writer: Any, number: int) -> None:
    words = "Résumé of the ferry" if number % 3 else "The resume of the ferry"
    said = (f"We wait for tide {number}", f"Ida Lund{number % 7}")
    writer.put(
        documents(
            f"a{number:03}",
            f"Ferry {number}",
            f"{words} and the harbour wall. " * (1 + number % 4),
            f"“{said[0]}”, said {said[1]}.",
            day=f"2024-{1 + number % 12:02}-10",
            quotes=(said,),
            related=(f"Ferry news {number}",),
        )
    )


@pytest.fixture(params=["memory", "whoosh"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(whole_results, "SLICE", 7)
    monkeypatch.setattr(whole_results, "READ_SLICE", 7)
    made: Engine = MemoryEngine() if request.param == "memory" else open_engine(f"whoosh:{tmp_path / 'index'}")
    with closing(made), made.writer() as writer:
        for number in range(COUNT):
            _put(writer, number)
    made = made if request.param == "memory" else open_engine(f"whoosh:{tmp_path / 'index'}")
    with closing(made):
        yield made


@pytest.mark.parametrize(
    "asked",
    [
        SearchRequest("ferry"),
        SearchRequest(""),
        SearchRequest("ferry", sort="oldest"),
        SearchRequest('"résumé of"'),
        SearchRequest("ferrry"),
        SearchRequest("ferry zzqqx", match="auto"),
        SearchRequest("harbour", chosen={LANGUAGE: ("en",)}),
        SearchRequest("nowhere"),
    ],
    ids=lambda asked: asked.text or "everything",
)
def test_articles_come_in_the_order_of_the_pages(engine: Engine, asked: SearchRequest) -> None:
    found = all_articles(engine, replace(asked, page=2, size=3))
    paged = search_articles(engine, replace(asked, size=100))
    assert found.total == paged.total
    hits = list(chain.from_iterable(found.slices))
    assert [hit.head.id for hit in hits] == [result.head.id for result in paged.results]
    assert [hit.score for hit in hits] == pytest.approx([result.score for result in paged.results])


def test_quotes_headlines_and_speakers_come_in_the_order_of_the_pages(engine: Engine) -> None:
    for asked in (SearchRequest("tide"), SearchRequest("")):
        page = replace(asked, size=100)
        quotes = list(chain.from_iterable(all_quotes(engine, asked).slices))
        expected = [(one.head.id, one.index) for one in search_quotes(engine, page).results]
        assert [(one.head.id, one.index) for one in quotes] == expected
        assert len(quotes) == COUNT
    headlines = list(chain.from_iterable(all_headlines(engine, SearchRequest("news")).slices))
    expected = [(one.head.id, one.index) for one in search_headlines(engine, SearchRequest("news", size=100)).results]
    assert [(one.head.id, one.index) for one in headlines] == expected
    speakers = list(chain.from_iterable(all_speakers(engine, SearchRequest("")).slices))
    assert tuple(speakers) == search_speakers(engine, SearchRequest("", size=100)).ranking.hits


def test_a_commit_in_between_changes_nothing(engine: Engine) -> None:
    found = all_articles(engine, SearchRequest("ferry"))
    first = next(found.slices)
    with engine.writer() as writer:
        writer.delete(first[0].head.id)
        writer.delete("a060")
    hits = [*first, *chain.from_iterable(found.slices)]
    assert len({hit.head.id for hit in hits}) == found.total == COUNT


def test_hits_that_are_missing_are_an_error(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    found = all_articles(engine, SearchRequest("ferry"))
    real: Callable[..., Ranking] = type(engine).search

    def short(self: Engine, query: Query, **asked: Any) -> Ranking:
        ranking = real(self, query, **asked)
        return replace(ranking, hits=ranking.hits[:-1])

    monkeypatch.setattr(type(engine), "search", short)
    with pytest.raises(EngineError, match="gave"):
        list(found.slices)
