"""Whole results from a cluster: the order of the pages, from one commit, at the same price at the end as before."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import Any

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine, searcher
from searchsvc.engines.opensearch import OpenSearchEngine, page_parts, pinned_commit
from searchsvc.errors import EngineError
from searchsvc.model.query import Sort
from searchsvc.search import SearchRequest, all_articles, all_headlines, all_quotes, all_speakers, whole_results
from tests.engines.clusters import cluster_index
from tests.engines.engine_articles import documents
from tests.narrowing import of_type

pytestmark = pytest.mark.cluster
ARTICLES, SLICE = 47, 4
STORY = "The ferry to the island waits for the tide, and the harbour master says that the wall will hold. " * 6


def fill(engine: Engine) -> None:
    with engine.writer(fresh=True) as writer:
        for i in range(ARTICLES):
            # Every fifth article is a copy of the one before.
            text = f"{STORY} Boat {i - (i % 5 == 4)} " + "of the ferry company. " * (i % 7)
            said = (f"We wait for tide {i}", f"Ida Lund{i % 6}")
            writer.put(
                documents(
                    f"a{i:02}", f"Ferry {i}", text, f"“{said[0]}”, said {said[1]}.",
                    day=f"2024-{1 + i % 12:02}-10", quotes=(said,), related=(f"Ferry news {i}",),
                )
            )  # fmt: skip


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[MemoryEngine, OpenSearchEngine]]:
    """The specification and a cluster with the same articles; slices, windows and what a search reaches are small."""
    for name in ("SLICE", "READ_SLICE"):
        monkeypatch.setattr(whole_results, name, SLICE)
    for module in (searcher, page_parts):
        monkeypatch.setattr(module, "PASSAGE_WINDOW", 5)
    for module in (page_parts, pinned_commit):
        monkeypatch.setattr(module, "RESULT_WINDOW", 7)
    memory = MemoryEngine()
    with cluster_index() as url, closing(of_type(OpenSearchEngine, open_engine(url))) as cluster:
        fill(memory)
        fill(cluster)
        yield memory, cluster


def points(cluster: OpenSearchEngine) -> int:
    """How many points in time of this index the cluster keeps."""
    kept = cluster.session.cluster.request("GET", "/_cat/pit_segments/_all", params={"format": "json"})["found"]
    return len({row["index"] for row in kept if row["index"].startswith(cluster.session.cluster.access.name)})


SEARCHES: dict[str, tuple[str, Sort]] = {
    "best first": ("ferry tide", "relevance"),
    "most words": ("ferry tide walrus", "relevance"),
    "newest": ("ferry", "newest"),
    "oldest": ("harbour", "oldest"),
    "all": ("", "newest"),
}


@pytest.mark.parametrize("show_copies", [False, True], ids=["grouped", "each"])
@pytest.mark.parametrize(("text", "sort"), SEARCHES.values(), ids=SEARCHES)
@pytest.mark.parametrize("texts", [False, True], ids=["heads", "texts"])
def test_a_whole_result_has_the_order_of_the_specification(
    pair: tuple[MemoryEngine, OpenSearchEngine], text: str, sort: Sort, *, show_copies: bool, texts: bool
) -> None:
    request = SearchRequest(text, sort=sort, show_copies=show_copies)
    want, have = (all_articles(engine, request, texts=texts) for engine in pair)
    assert have.total == want.total
    rows = [
        [(hit.head.id, pytest.approx(hit.score, rel=1e-5), len(hit.blocks)) for hit in chain.from_iterable(one.slices)]
        for one in (want, have)
    ]
    assert rows[1] == rows[0]
    assert len(rows[1]) == have.total > 2 * SLICE
    assert points(pair[1]) == 0


def test_quotes_headlines_and_speakers_have_it_too(pair: tuple[MemoryEngine, OpenSearchEngine]) -> None:
    request = SearchRequest("tide", sort="oldest")
    quotes = [
        [(hit.head.id, hit.index) for hit in chain.from_iterable(all_quotes(one, request).slices)] for one in pair
    ]
    assert quotes[0] == quotes[1]
    assert len(quotes[1]) > 2 * SLICE
    request = SearchRequest("news", sort="newest")
    headlines = [
        [(one.head.id, one.index) for one in chain.from_iterable(all_headlines(engine, request).slices)]
        for engine in pair
    ]
    assert headlines[0] == headlines[1]
    assert len(headlines[1]) > 2 * SLICE
    speakers = [list(chain.from_iterable(all_speakers(one, SearchRequest("tide")).slices)) for one in pair]
    assert speakers[0] == speakers[1]
    assert points(pair[1]) == 0


@pytest.mark.parametrize("fresh", [False, True], ids=["changed", "built anew"])
def test_commits_in_between_change_nothing(pair: tuple[MemoryEngine, OpenSearchEngine], *, fresh: bool) -> None:
    cluster = pair[1]
    request = SearchRequest("ferry", sort="newest")
    whole = [hit.head.id for hit in chain.from_iterable(all_articles(cluster, request).slices)]
    found = all_articles(cluster, request)
    ids = [hit.head.id for hit in next(found.slices)]
    with cluster.writer(fresh=fresh) as writer:
        for one in (*ids, *whole[-5:]):
            writer.delete(one)
        writer.put(documents("b", "Ferry ferry", "A new ferry."))
    assert points(cluster)
    ids += [hit.head.id for hit in chain.from_iterable(found.slices)]
    assert ids == whole
    assert points(cluster) == 0
    assert all_articles(cluster, request).total != found.total


def test_who_goes_before_the_end_leaves_nothing_behind(pair: tuple[MemoryEngine, OpenSearchEngine]) -> None:
    cluster = pair[1]
    found = all_articles(cluster, SearchRequest("ferry"))
    next(found.slices)
    assert points(cluster)
    found.slices.close()  # type: ignore[attr-defined]
    assert points(cluster) == 0
    assert cluster.count() == ARTICLES


def test_a_commit_that_was_let_go_of_ends_the_result_with_an_error(
    pair: tuple[MemoryEngine, OpenSearchEngine],
) -> None:
    cluster = pair[1]
    found = all_articles(cluster, SearchRequest("ferry", sort="newest"))
    next(found.slices)
    cluster.session.cluster.request("DELETE", "/_search/point_in_time/_all")
    with pytest.raises(EngineError):
        list(found.slices)


def test_slices_far_down_take_no_more_requests_than_the_second(
    pair: tuple[MemoryEngine, OpenSearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = pair[1]
    perform = cluster.session.cluster._perform
    made: list[str] = []

    def counted(method: str, path: str, *rest: Any) -> object:
        made.append(f"{method} {path}")
        return perform(method, path, *rest)

    monkeypatch.setattr(cluster.session.cluster, "_perform", counted)
    for sort in ("relevance", "newest"):
        numbers: list[int] = []
        slices: Iterator[Sequence[object]] = all_articles(cluster, SearchRequest("ferry", sort=sort)).slices
        made.clear()
        for _ in slices:
            numbers.append(len(made))
            made.clear()
        assert len(numbers) > 5
        assert max(numbers[2:]) <= 3, numbers
