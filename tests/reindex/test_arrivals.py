"""Each article knows when it came in: from its first commit on, through changes, rebuilds, copies and rollbacks."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.model.article import Article, ArticleHead, Provenance
from searchsvc.model.query import AddedRange, MatchAll, Query
from searchsvc.reindex import copy_index, forget, reindex_places, rollback
from searchsvc.reindex.arrivals import Arrivals
from searchsvc.reindex.catalogue import Catalogue
from tests.engines.clusters import cluster_index

RECORD = '{{"id": "{id}", "title": "Tide of {id}", "body": "{body}"}}\n'
SECOND = timedelta(seconds=1)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    return folder


@pytest.fixture(params=["whoosh", pytest.param("opensearch", marks=pytest.mark.cluster)])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ExitStack() as stack:
        yield stack.enter_context(cluster_index()) if request.param == "opensearch" else f"whoosh:{tmp_path / 'index'}"


def write(pages: Path, *ids: str, body: str = "The harbour office said so.") -> None:
    for one in ids:
        (pages / f"{one}.jsonl").write_text(RECORD.format(id=one, body=body))


def arrivals(index: str) -> Mapping[str, datetime]:
    with closing(open_engine(index)) as engine:
        hits = engine.search(Query(MatchAll()), limit=100).hits
        found = {hit.head.id: hit.head.added for hit in hits if hit.head.added}
        assert len(found) == len(hits)
        last = max(found.values())
        after = engine.search(Query(AddedRange(last)), limit=100).hits
        assert {hit.head.id for hit in after} == {one for one, at in found.items() if at == last}
        return found


def test_articles_come_in_with_the_commit_that_first_has_them(pages: Path, index: str) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    write(pages, "a", "b")
    reindex_places([str(pages)], index=index)
    first = arrivals(index)
    assert first["a"] == first["b"] >= before
    write(pages, "c")
    reindex_places(index=index)
    second = arrivals(index)
    # Both runs may be of one second: what comes in later is later all the same.
    assert second["c"] > second["a"] == first["a"]


def test_changes_and_rebuilds_keep_the_arrival(pages: Path, index: str) -> None:
    write(pages, "a", "b")
    reindex_places([str(pages)], index=index)
    first = arrivals(index)
    write(pages, "a", body="The harbour office now says otherwise.")
    reindex_places(index=index)
    assert arrivals(index) == first
    write(pages, "d")
    reindex_places(index=index, full=True)
    rebuilt = arrivals(index)
    assert rebuilt["d"] > rebuilt["a"]
    assert {one: rebuilt[one] for one in first} == first
    reindex_places(index=index, full=True)
    assert arrivals(index) == rebuilt


def test_an_article_that_was_gone_comes_in_anew(pages: Path, index: str) -> None:
    write(pages, "a", "b")
    reindex_places([str(pages)], index=index)
    first = arrivals(index)
    (pages / "a.jsonl").unlink()
    reindex_places(index=index)
    write(pages, "a")
    reindex_places(index=index)
    again = arrivals(index)
    assert again["a"] > first["a"]
    assert again["b"] == first["b"]


def test_a_copy_and_its_later_runs_keep_the_arrivals(pages: Path, index: str, tmp_path: Path) -> None:
    write(pages, "a", "b")
    reindex_places([str(pages)], index=index)
    first = arrivals(index)
    copy = f"whoosh:{tmp_path / 'copy'}"
    copy_index(index, copy)
    assert arrivals(copy) == first
    write(pages, "a", body="The harbour office now says otherwise.")
    write(pages, "c")
    reindex_places(index=copy)
    later = arrivals(copy)
    assert {one: later[one] for one in first} == first
    assert later["c"] > first["a"]


def test_a_rollback_brings_the_arrivals_back(pages: Path, tmp_path: Path) -> None:
    index = f"whoosh:{tmp_path / 'index'}"
    write(pages, "a")
    reindex_places([str(pages)], index=index)
    first = arrivals(index)
    write(pages, "b")
    reindex_places(index=index, full=True)
    rollback(index=index)
    assert arrivals(index) == first
    reindex_places(index=index)
    assert arrivals(index)["a"] == first["a"]


def test_a_damaged_index_loses_no_arrival(pages: Path, tmp_path: Path) -> None:
    index = f"whoosh:{tmp_path / 'index'}"
    write(pages, "a", "b")
    reindex_places([str(pages)], index=index)
    first = arrivals(index)
    for file in (tmp_path / "index").glob("generation-*/*.toc"):
        file.write_bytes(b"damaged")
    write(pages, "c")
    reindex_places(index=index)
    later = arrivals(index)
    assert {one: later[one] for one in first} == first
    assert later["c"] > first["a"]


def test_a_catalogue_keeps_nothing_of_an_article_that_was_taken_down(pages: Path, tmp_path: Path) -> None:
    index = f"whoosh:{tmp_path / 'index'}"
    write(pages, "a", "b")
    reindex_places([str(pages)], index=index)
    forget("a", index=index)
    with Catalogue(tmp_path / "index" / "catalogue.sqlite", read_only=True) as catalogue:
        assert [one for one, _ in catalogue.arrivals("1")] == ["b"]


def told(one: str) -> Article:
    return Article(ArticleHead(one, one), (), Provenance("p", "f", "s"))


def test_a_clock_that_is_put_back_does_not_order_arrivals() -> None:
    noon = datetime(2026, 6, 3, 12, 0, 0, 500, UTC)
    times = iter([noon, noon - timedelta(hours=1), noon + timedelta(hours=1)])
    with Catalogue(None) as catalogue:
        run = Arrivals(catalogue, "1", "1", lambda: next(times))
        moments = []
        for one in "abc":
            moments.append(run.stamped(told(one)).head.added)
            assert run.stamped(told(f"{one}2")).head.added == moments[-1]
            run.write(dry_run=False)
    whole = noon.replace(microsecond=0)
    assert moments == [whole, whole + SECOND, whole + timedelta(hours=1)]


def test_a_run_goes_on_from_the_newest_arrival_of_the_catalogue() -> None:
    noon = datetime(2026, 6, 3, 12, tzinfo=UTC)
    with Catalogue(None) as catalogue:
        catalogue.write_arrivals("1", [("a", noon)])
        assert Arrivals(catalogue, "1", "1", lambda: noon).stamped(told("b")).head.added == noon + SECOND
        assert Arrivals(catalogue, "built after 1", "1", lambda: noon).stamped(told("a")).head.added == noon
