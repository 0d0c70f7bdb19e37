"""Reindexing into a cluster: any machine can take the next run, and what a killed one has left is set right."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import CatalogueStore
from searchsvc.engines.opensearch import OpenSearchEngine, catalogue_store, lease
from searchsvc.engines.run_history import RunRecord, RunStore, add_run, runs_of
from searchsvc.errors import CorruptIndexError, EngineError, IndexBusyError, NotFoundError
from searchsvc.reindex import catalogue_faults, forget, reindex_places, rollback
from searchsvc.reindex.session import open_session
from searchsvc.search.collection import describe_collection
from tests.engines.clusters import cluster_index
from tests.narrowing import of_type

pytestmark = pytest.mark.cluster
RECORD = '{{"id": "{id}", "title": "Tide of {id}", "body": "The harbour office said so of {id}."}}\n'


@pytest.fixture
def index() -> Iterator[str]:
    with cluster_index() as url:
        yield url


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    source = tmp_path / "pages"
    source.mkdir()
    write(source, "a", "b", "c")
    return source


def write(source: Path, *ids: str) -> None:
    """Make the folder hold the pages of some articles, and no others."""
    for page in source.iterdir():
        page.unlink()
    for one in ids:
        (source / f"{one}.jsonl").write_text(RECORD.format(id=one))


def ids(index: str) -> list[str]:
    with closing(open_engine(index)) as engine:
        return list(engine.ids())


def test_a_run_on_another_machine_goes_on_where_the_last_one_ended(
    pages: Path, index: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    report = reindex_places([str(pages)], index=index)
    assert (len(report.changes), ids(index)) == (3, ["a", "b", "c"])
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    write(pages, "b", "c", "d")
    report = reindex_places(index=index)
    assert {(change.kind, change.id) for change in report.changes} == {("added", "d"), ("deleted", "a")}
    assert (report.unchanged, ids(index), catalogue_faults(index)) == (2, ["b", "c", "d"], [])
    assert list(tmp_path.iterdir()) == [pages], "no copy of the catalogue is left"


def test_a_dry_run_takes_no_lock_and_changes_nothing(pages: Path, index: str) -> None:
    assert len(reindex_places([str(pages)], index=index, dry_run=True).changes) == 3
    reindex_places([str(pages)], index=index)
    write(pages, "a", "z")
    with open_session(index):
        assert len(reindex_places(index=index, dry_run=True).changes) == 3, "two are gone, one is new"
    assert ids(index) == ["a", "b", "c"]


def test_two_runs_at_once_are_one_too_many(pages: Path, index: str) -> None:
    with open_session(index), pytest.raises(IndexBusyError, match="another reindex is open"):
        reindex_places([str(pages)], index=index)
    reindex_places([str(pages)], index=index)


def test_a_full_run_and_the_way_back(pages: Path, index: str) -> None:
    reindex_places([str(pages)], index=index)
    write(pages, "b", "x")
    reindex_places(index=index, full=True)
    assert ids(index) == ["b", "x"]
    assert rollback(index=index).articles == 3
    assert ids(index) == ["a", "b", "c"]
    report = reindex_places(index=index)
    assert report.mended is None, "the catalogue has the rows of that generation, too"
    assert ids(index) == ["b", "x"]


def test_what_is_taken_down_stays_so(pages: Path, index: str) -> None:
    reindex_places([str(pages)], index=index)
    forget("a", index=index)
    with pytest.raises(NotFoundError):
        forget("nobody", index=index)
    for full in (False, True):
        report = reindex_places(index=index, full=full)
        assert (report.forgotten, ids(index)) == (1, ["b", "c"])
    assert report.mended is None


#: Reads pages into an index, and ends as by `kill -9` at the given call of a method.
KILLED = """
import os, signal, sys
from searchsvc.engines.opensearch import {module} as module
real = module.{name}
calls = 0
def dying(*args, **kwargs):
    global calls
    calls += 1
    if calls == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)
module.{name} = dying
from searchsvc.reindex import reindex_places
reindex_places(sys.argv[2:], index=sys.argv[1])
"""


@pytest.mark.parametrize(
    ("module", "name", "call"),
    [
        pytest.param("incremental_commit", "refresh", 1, id="documents are sent and not shown"),
        pytest.param("incremental_commit", "write_commit", 1, id="documents are shown and not committed"),
        pytest.param("incremental_commit", "count_both", 1, id="words are counted"),
    ],
)
def test_the_next_run_sets_right_what_a_killed_one_has_left(
    pages: Path, index: str, module: str, name: str, call: int
) -> None:
    reindex_places([str(pages)], index=index)
    write(pages, "b", "c", "d", "e")
    code = KILLED.format(module=module, name=name, call=call)
    done = subprocess.run([sys.executable, "-c", code, index, str(pages)], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    end_leases(index)
    reindex_places(index=index)
    assert ids(index) == ["b", "c", "d", "e"]
    with closing(open_engine(index)) as engine:
        assert list(engine.words("tide", limit=1)) == [("tide", 4)]
    assert reindex_places(index=index).changes == ()


def end_leases(index: str, *others: str) -> None:
    """Do what time does to the leases of a process that was killed: those of writers, and others by name."""
    with closing(of_type(OpenSearchEngine, open_engine(index))) as engine:
        cluster, states = engine.session.cluster, engine.session.commits.index
        for name in (lease.WRITING, lease.REINDEXING, *others):
            if found := cluster.find(states, f"lease-{name}"):
                body = found["_source"] | {"until": 0}
                cluster.request("PUT", f"/{states}/_doc/lease-{name}", body)


def test_only_changed_pieces_of_the_catalogue_are_sent(
    index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, copy = tmp_path / "file", tmp_path / "copy"
    piece = catalogue_store.PIECE
    file.write_bytes(os.urandom(5 * piece) + b"the end")
    with closing(of_type(OpenSearchEngine, open_engine(index))) as engine, engine.reindexing():
        assert isinstance(engine, CatalogueStore)
        assert not engine.load_catalogue(copy)
        engine.save_catalogue(file)
        sent: list[str] = []
        bulk = engine.session.cluster.bulk
        monkeypatch.setattr(engine.session.cluster, "bulk", lambda a: bulk(noted(a, sent)))
        changed = bytearray(file.read_bytes())
        changed[2 * piece + 5] ^= 1
        file.write_bytes(changed)
        engine.save_catalogue(file)
        assert sent == ["index", "delete"]
    with closing(of_type(OpenSearchEngine, open_engine(index))) as engine:
        assert engine.load_catalogue(copy)
    assert copy.read_bytes() == bytes(changed)


def noted(actions: Iterator[dict[str, str]], sent: list[str]) -> Iterator[dict[str, str]]:
    for action in actions:
        sent.append(action["_op_type"])
        yield action


def test_a_run_whose_catalogue_was_changed_by_another_stops(index: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"one")
    with closing(of_type(OpenSearchEngine, open_engine(index))) as engine:
        engine.save_catalogue(file)
        with closing(of_type(OpenSearchEngine, open_engine(index))) as other:
            other.load_catalogue(tmp_path / "copy")
            other.save_catalogue(file)
        with pytest.raises(EngineError, match="another run has changed the catalogue"):
            engine.save_catalogue(file)


def test_a_missing_piece_of_the_catalogue_is_damage_with_a_way_out(pages: Path, index: str, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index)
    with closing(of_type(OpenSearchEngine, open_engine(index))) as engine:
        cluster = engine.session.cluster
        name = f"{cluster.access.name}-catalogue"
        found = cluster.find(name, catalogue_store.LIST)
        assert found is not None
        cluster.request("DELETE", f"/{name}/_doc/{found['_source']['pieces'][0]}")
        with pytest.raises(CorruptIndexError, match="delete that index and run `searchsvc reindex --full`"):
            engine.load_catalogue(tmp_path / "copy")
        assert "missing or damaged" in "".join(catalogue_faults(index))
        cluster.request("DELETE", f"/{name}")
    reindex_places([str(pages)], index=index, full=True)
    assert ids(index) == ["a", "b", "c"]


def test_what_runs_have_read_is_kept_with_the_index(pages: Path, index: str) -> None:
    (pages / "z.jsonl").write_text("no record\n")
    with closing(open_engine(index)) as engine:
        assert runs_of(engine) == ()
    reindex_places([str(pages)], index=index)
    write(pages, "b", "c")
    reindex_places(index=index)
    with closing(open_engine(index)) as engine:
        assert [(run.articles, run.pages, sum(kind.pages for kind in run.refused)) for run in runs_of(engine)] == [
            (3, 4, 1),
            (2, 2, 0),
        ]
        assert isinstance(engine, RunStore)
        engine.save_runs(b"{damaged")
        assert runs_of(engine) == ()
        add_run(engine, RunRecord(datetime(2026, 1, 2, tzinfo=UTC), 2, 2, 2, 0, 0))
        assert [run.articles for run in runs_of(engine)] == [2]
        assert [growth.articles for growth in describe_collection(engine).growth] == [2]
