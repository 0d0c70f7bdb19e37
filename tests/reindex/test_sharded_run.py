"""Several runs build one generation: together they make what a single run makes, and it waits for all of them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.cli import commands
from searchsvc.engines import engine_url, open_engine
from searchsvc.engines.sharding import Shard
from searchsvc.errors import IndexBusyError, UsageError
from searchsvc.model.query import MatchAll
from searchsvc.reindex import forget, reindex_places, reindex_shard, sharded_run
from searchsvc.reindex.sharded_run import version_number
from searchsvc.search import SearchRequest, search_articles
from tests.engines.clusters import cluster_index
from tests.reindex.test_reindex_cluster import end_leases

WE_ROW, WE_SAIL = "“We row at dawn,” said Ann Oar.", "“We sail at noon,” said Ann Oar."


@pytest.fixture
def index() -> Iterator[str]:
    with cluster_index() as url:
        yield url


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Twelve articles with a quote in files of their own; of `twice` three captures, of `tied` four of one time."""
    source = tmp_path / "pages"
    source.mkdir()
    for i in range(12):
        write(source / f"page{i}.jsonl", f"article{i}", f"The harbour office said so of {i}. {WE_ROW}")
    for day, body in ((1, WE_ROW), (3, "The rowers rest."), (2, f"{WE_ROW}\n{WE_SAIL}")):
        write(source / f"twice{day}.jsonl", "twice", body, updated=f"2024-05-0{day}T08:00:00Z")
    for name in ("a", "b", "c", "d"):
        write(source / f"tied-{name}.jsonl", "tied", f"As {name} has it. {WE_ROW}", updated="2024-05-01T08:00:00Z")
    return source


def write(path: Path, article: str, body: str, **fields: str) -> None:
    path.write_text(json.dumps({"id": article, "title": f"Tide of {article}", "body": body, **fields}) + "\n")


def everything(index: str) -> Sequence[object]:
    """What an index holds, and answers to a few queries."""
    with closing(open_engine(engine_url(index))) as engine:
        texts = ("harbour", "title:tide", '"said so"', "row*", "speaker:oar")
        found = [search_articles(engine, SearchRequest(text)) for text in texts]
        quotes = engine.search_quotes(MatchAll(), (), limit=50)
        shown = sorted((hit.head.id, hit.index, hit.quote.text) for hit in quotes.hits)
        answers = [[(r.head.id, r.snippets) for r in page.results] for page in found]
        words = engine.words("", limit=500)
        ids = sorted(engine.ids())
        every = [*engine.articles(ids), *(older for one in ids for older in engine.versions(one))]
        # They came in at other times.
        articles = [one and replace(one, head=replace(one.head, added=None)) for one in every]
        return [articles, shown, answers, [page.facets for page in found], words]


def shards(number: int) -> list[Shard]:
    return [Shard(i + 1, number) for i in range(number)]


@pytest.mark.cluster
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("number", [1, 2, 5])
def test_several_runs_make_what_one_makes(
    pages: Path, index: str, tmp_path: Path, number: int, *, backwards: bool
) -> None:
    alone = f"whoosh:{tmp_path / 'alone'}"
    reindex_places([str(pages)], index=alone)
    order = shards(number)[:: -1 if backwards else 1]
    *first, last = [reindex_shard([str(pages)], shard=shard, index=index) for shard in order]
    assert all(report.waiting and report.index is None for report in first)
    assert (last.waiting, last.index and last.index.articles) == ((), 14)
    assert sum(report.pages for report in (*first, last)) == 19
    assert everything(index) == everything(alone)
    assert reindex_places(index=index).changes == (), "the catalogue has all pages"
    write(pages / "page3.jsonl", "new", "The harbour office moved.")
    (pages / "twice3.jsonl").unlink()
    for one in (alone, index):
        reindex_places(index=one)
    assert everything(index) == everything(alone), "an older capture comes back, too"


@pytest.mark.cluster
def test_the_generation_before_answers_until_all_runs_are_done(pages: Path, index: str, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index)
    before = everything(index)
    write(pages / "page0.jsonl", "changed", "A harbour of another kind.")
    reindex_shard([], shard=Shard(2, 2), index=index)
    assert everything(index) == before
    report = reindex_shard([], shard=Shard(1, 2), index=index)
    assert report.index is not None
    assert report.index.generation.startswith("2.")
    alone = f"whoosh:{tmp_path / 'alone'}"
    reindex_places([str(pages)], index=alone)
    assert everything(index) == everything(alone)


#: Reads a shard, one article a request, and ends as by `kill -9` at the third.
KILLED = """
import os, signal, sys
from searchsvc.engines.opensearch import sharded_build
from searchsvc.engines.sharding import Shard
from searchsvc.reindex import reindex_shard
sharded_build.SENT_AT_ONCE = 1
real, calls = sharded_build.VersioningWriter._send, []
def dying(self):
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    real(self)
sharded_build.VersioningWriter._send = dying
reindex_shard(sys.argv[2:], shard=Shard(2, 3), index=sys.argv[1])
"""


@pytest.mark.cluster
def test_a_run_that_died_is_named_and_run_again(pages: Path, index: str, tmp_path: Path) -> None:
    """Processes as on three machines, at the same time; the second is killed, and its pages change meanwhile."""
    command = [sys.executable, "-m", "searchsvc", "reindex", "--index", index, str(pages), "--shard"]
    killed = subprocess.Popen([sys.executable, "-c", KILLED, index, str(pages)], env=dict(os.environ))
    others = [subprocess.Popen([*command, f"{i}/3"], stdout=subprocess.PIPE, text=True) for i in (1, 3)]
    assert killed.wait() == -signal.SIGKILL
    told = [process.communicate()[0] for process in others]
    assert [process.returncode for process in others] == [0, 0]
    assert all("waiting: shard 2/3 is" in text for text in told)
    end_leases(index, "shard-2-of-3")
    owner = f"process {killed.pid} on"
    done = CliRunner().invoke(commands, ["reindex", "--index", index, "--shard", "1/3", str(pages)])
    assert f"waiting: shard 2/3 is stopped ({owner}" in done.output
    assert "it ended before it was done: run --shard 2/3 again" in done.output
    assert "0 pages" in done.output, "what is done is not read again"
    of_second = [page for page in sorted(pages.iterdir()) if Shard(2, 3).has(page.name) and page.name[:4] == "page"]
    write(of_second[0], of_second[0].stem.replace("page", "article"), "The harbour office said nothing.")
    write(of_second[1], "other", "The harbour office said nothing else.")
    done = CliRunner().invoke(commands, ["reindex", "--index", index, "--shard", "2/3", str(pages)])
    assert (done.exit_code, "waiting" in done.output) == (0, False)
    alone = f"whoosh:{tmp_path / 'alone'}"
    reindex_places([str(pages)], index=alone)
    assert everything(index) == everything(alone), "nothing of the killed run is left over"
    with closing(open_engine(index)) as engine:
        assert engine.count() == len(engine.ids())


@pytest.mark.cluster
def test_runs_that_do_not_fit_together_are_refused(pages: Path, index: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(other / "x.jsonl", "x", "Elsewhere.")
    reindex_shard([str(pages)], shard=Shard(1, 2), index=index)
    with pytest.raises(UsageError, match="is being built by 2 runs, not by 3: give all of them the same"):
        reindex_shard([str(pages)], shard=Shard(3, 3), index=index)
    with pytest.raises(UsageError, match=f"the other runs read {pages}, and this one {other}"):
        reindex_shard([str(other)], shard=Shard(2, 2), index=index)
    reindex_places([str(other)], index=index, full=True)
    report = reindex_shard([str(pages)], shard=Shard(1, 2), index=index)
    assert report.waiting == ("shard 2/2 is not begun: run --shard 2/2",), "the full run has given the others up"


@pytest.mark.cluster
def test_a_run_at_work_is_not_begun_twice_nor_given_up(pages: Path, index: str) -> None:
    refused: list[str] = []

    def reading(*_: object) -> None:
        if not refused:
            with pytest.raises(IndexBusyError, match="another run of shard 1/2 is open") as twice:
                reindex_shard([str(pages)], shard=Shard(1, 2), index=index)
            with pytest.raises(IndexBusyError, match="shard 1/2 is at work") as full:
                reindex_places([str(pages)], index=index, full=True)
            refused.extend((str(twice.value), str(full.value)))

    reindex_shard([str(pages)], shard=Shard(1, 2), index=index, progress=reading)
    assert len(refused) == 2


@pytest.mark.cluster
def test_the_last_run_waits_for_another_writer(pages: Path, index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reindex_shard([str(pages)], shard=Shard(1, 2), index=index)
    waits: list[float] = []
    with closing(open_engine(index)) as engine:
        held = engine.reindexing()  # type: ignore[attr-defined]
        held.__enter__()

        def pause(seconds: float) -> None:
            waits.append(seconds)
            held.__exit__(None, None, None)

        monkeypatch.setattr(sharded_run, "sleep", pause)
        report = reindex_shard([str(pages)], shard=Shard(2, 2), index=index)
    assert (len(waits), report.index is not None) == (1, True)


@pytest.mark.cluster
def test_what_is_taken_down_meanwhile_stays_out(pages: Path, index: str) -> None:
    reindex_places([str(pages)], index=index)
    reindex_shard([], shard=Shard(1, 2), index=index)
    forget("twice", index=index)
    assert reindex_shard([], shard=Shard(2, 2), index=index).index is not None
    with closing(open_engine(index)) as engine:
        assert "twice" not in engine.ids()
        assert "twice" not in {hit.head.id for hit in engine.search_quotes(MatchAll(), (), limit=50).hits}


def test_an_index_of_one_machine_is_built_by_one_run(pages: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="an index that several machines reach"):
        reindex_shard([str(pages)], shard=Shard(1, 2), index=f"whoosh:{tmp_path / 'index'}")


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "1/", "/2", "a/b", "1/1001", "-1/2", "1/2/3"])
def test_a_shard_that_is_none_is_refused(shard: str) -> None:
    done = CliRunner().invoke(commands, ["reindex", f"--shard={shard}", "pages"])
    assert isinstance(done.exception, UsageError)
    assert "give I/N, from 1/N to N/N" in str(done.exception)


@given(st.text(), st.integers(1, 9))
def test_each_name_belongs_to_one_share(name: str, number: int) -> None:
    assert sum(shard.has(name) for shard in shards(number)) == 1


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_versions_grow_with_the_time_of_the_capture(one: datetime, two: datetime) -> None:
    older, newer = sorted(moment.isoformat() for moment in (one, two))
    assert 0 == version_number("") <= version_number(older) <= version_number(newer) < 1 << 63
    assert (version_number(older) == version_number(newer)) == (older == newer)
