"""Three nodes with a copy of each shard, and one of them in trouble: what was committed stays, answers are whole.

`make test-cluster-faults` starts such a cluster; each test prints what it has seen.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.opensearch import cluster as cluster_module
from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.errors import EngineError, NoRoomError, OutdatedIndexError
from searchsvc.model.query import Query, Word
from searchsvc.reindex import reindex_places
from tests.engines.clusters import HOSTS, cluster_index, cluster_of
from tests.reindex.test_reindex_cluster import end_leases

NODES = 3
FOLDER = os.environ.get("SEARCHSVC_TEST_CLUSTER_FOLDER", "")
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        len(HOSTS.split(",")) < NODES or not FOLDER, reason="needs three nodes: make test-cluster-faults starts them"
    ),
]
SCRIPT = Path(__file__).parent.parent.parent.parent / "tools" / "cluster" / "cluster.sh"
#: Articles before the trouble, and articles that are added while it lasts.
BEFORE, ADDED = 400, 1200
#: Seconds that a reader waits for a node (`SEARCHSVC_OPENSEARCH_TIMEOUT`).
TIMEOUT = 4
#: Times that a client asks, and seconds between them.
ASKS, PAUSE = 3, 2.0
SUBJECTS = ("harbour", "ferry", "tide", "school", "herring")


def do(verb: str, node: int) -> None:
    """Kill, hang, wake or start a node."""
    subprocess.run([SCRIPT, verb, FOLDER, str(node)], check=True)


def is_running(node: int) -> bool:
    """Whether the process of a node is there, perhaps stopped."""
    try:
        os.kill(int(Path(FOLDER, f"n{node}.pid").read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_whole(cluster: Cluster, nodes: int = NODES) -> float:
    """Wait until all nodes are there and all shards have their copies; return the seconds."""
    begun = time.monotonic()
    wanted = {"wait_for_status": "green", "wait_for_nodes": str(nodes), "timeout": "2s", "request_timeout": 5}
    while time.monotonic() - begun < 90:
        with suppress(EngineError):
            if not cluster.request("GET", "/_cluster/health", params=wanted)["timed_out"]:
                return time.monotonic() - begun
        time.sleep(1)
    raise AssertionError("the cluster does not become whole")


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("SEARCHSVC_OPENSEARCH_TIMEOUT", str(TIMEOUT))
    with cluster_index() as url, closing(cluster_of(url)) as cluster:
        wait_until_whole(cluster)
        try:
            yield url
        finally:
            for node in range(1, NODES + 1):
                do("wake" if is_running(node) else "node", node)
            wait_until_whole(cluster)


def write(folder: Path, name: str, first: int, end: int) -> None:
    folder.mkdir(exist_ok=True)
    lines = [
        json.dumps(
            {"id": f"a{i}", "title": f"Report {i}", "body": f"The {SUBJECTS[i % 5]} office said so of {i}. " * 5}
        )
        for i in range(first, end)
    ]
    (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")


def check_whole(index: str, articles: int) -> None:
    """Every article is there and is found."""
    with closing(open_engine(index)) as engine:
        assert (engine.count(), len(set(engine.ids()))) == (articles, articles)
        counts = Counter(SUBJECTS[i % 5] for i in range(articles))
        assert engine.totals([Query(Word(word)) for word in SUBJECTS]) == [counts[word] for word in SUBJECTS]


@dataclass
class Load:
    """Clients that ask a server one question after the other, each again where it is answered with an error."""

    port: int
    #: Status of every answer; of the last answer to a question that had an error first; bodies of errors; seconds.
    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    totals: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        number = 0
        while not self.ended.is_set():
            number += 1
            word = SUBJECTS[number % 5]
            for ask in range(ASKS):
                status = self.ask(f"/api/search?q={quote(word)}&size=5")
                (self.last if ask else self.first)[status] += 1
                if status == 200:
                    break
                time.sleep(PAUSE)
            else:
                self.last[-1] += 1
            time.sleep(0.02)

    def ask(self, path: str) -> int:
        begun = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
        self.slowest = max(self.slowest, time.monotonic() - begun)
        if answer.status != 200:
            self.errors.append(body)
        return answer.status


@contextmanager
def under_load(index: str) -> Iterator[Load]:
    """A server of the index, and two clients that ask it while the block runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "searchsvc", "serve", "--index", index, "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        load = Load(port)
        try:
            for _ in range(200):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.1)
            clients = [threading.Thread(target=load.run) for _ in range(2)]
            for client in clients:
                client.start()
            try:
                yield load
            finally:
                load.ended.set()
                for client in clients:
                    client.join()
        finally:
            server.terminate()


def started_run(index: str, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "searchsvc", "reindex", "--index", index, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_for_writing(cluster: Cluster, run: subprocess.Popen[str]) -> None:
    """Wait until a run holds the lock of writers."""
    states = f"{cluster.access.name}-state"
    while run.poll() is None:
        if cluster.find(states, "lease-writer"):
            return
        time.sleep(0.05)


def say(text: str) -> None:
    """Print what was seen, for `pytest -s`."""
    sys.stdout.write(f"\n{text}\n")


def told(what: str, load: Load, **more: object) -> None:
    figures = {
        "answers": sum(load.first.values()), "first": dict(load.first), "asked again": dict(load.last),
        "slowest s": round(load.slowest, 1), **more,
    }  # fmt: skip
    say(f"{what}: {figures}")


@pytest.mark.parametrize("node", [1, 2])
def test_a_killed_node_loses_no_article_and_no_answer(index: str, tmp_path: Path, node: int) -> None:
    folder = tmp_path / "pages"
    write(folder, "before", 0, BEFORE)
    reindex_places([str(folder)], index=index)
    write(folder, "added", BEFORE, BEFORE + ADDED)
    with closing(cluster_of(index)) as cluster, under_load(index) as load:
        time.sleep(2)
        run = started_run(index, folder)
        wait_for_writing(cluster, run)
        do("kill", node)
        output, _ = run.communicate()
        check_whole(index, BEFORE + ADDED if run.returncode == 0 else BEFORE)
        again = run.returncode
        if again:
            time.sleep(5)
            reindex_places([str(folder)], index=index)
        time.sleep(2)
        do("node", node)
        whole = wait_until_whole(cluster)
        check_whole(index, BEFORE + ADDED)
    told(f"node {node} killed", load, run=again, whole_after_s=round(whole, 1))
    assert load.last[-1] == 0, load.errors[-3:]
    assert again == 0, output
    assert reindex_places(index=index).changes == ()


def test_a_node_that_hangs_is_waited_for_no_longer_than_said(index: str, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write(folder, "before", 0, BEFORE)
    reindex_places([str(folder)], index=index)
    with closing(cluster_of(index)) as cluster, under_load(index) as load:
        time.sleep(2)
        do("hang", 2)
        time.sleep(3 * TIMEOUT)
        do("wake", 2)
        whole = wait_until_whole(cluster)
        time.sleep(1)
        before = sum(load.first.values())
        time.sleep(3)
        assert sum(load.first.values()) > before, "it goes on by itself"
    told("node 2 hung", load, whole_after_s=round(whole, 1), errors=list(dict.fromkeys(load.errors))[:2])
    assert set(load.first) | set(load.last) <= {200, 503, -1}
    assert {json.loads(error)["type"] for error in load.errors} <= {"/problems/index-trouble"}
    check_whole(index, BEFORE)


def test_nodes_that_are_started_again_one_by_one_lose_nothing(index: str, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write(folder, "before", 0, BEFORE)
    reindex_places([str(folder)], index=index)
    with closing(cluster_of(index)) as cluster, under_load(index) as load:
        for node in range(1, NODES + 1):
            subprocess.run([SCRIPT, "end", FOLDER, str(node)], check=True)
            do("node", node)
            wait_until_whole(cluster)
            write(folder, f"added{node}", BEFORE + 50 * (node - 1), BEFORE + 50 * node)
            reindex_places(index=index)
        check_whole(index, BEFORE + 50 * NODES)
    told("rolling restart", load)
    assert load.last[-1] == 0, load.errors[-3:]


def test_a_full_disk_is_named_with_the_way_out(index: str, tmp_path: Path) -> None:
    """The watermarks are set so low that the disk is above them, as it will be when it is full."""
    folder = tmp_path / "pages"
    write(folder, "before", 0, BEFORE)
    reindex_places([str(folder)], index=index)
    write(folder, "added", BEFORE, BEFORE + 50)
    disk = "cluster.routing.allocation.disk"
    low = {
        f"{disk}.threshold_enabled": True,
        **{f"{disk}.watermark.{mark}": "0.01%" for mark in ("low", "high", "flood_stage")},
    }
    low["cluster.info.update.interval"] = "10s"
    with closing(cluster_of(index)) as cluster:
        try:
            cluster.request("PUT", "/_cluster/settings", {"transient": low})
            for _ in range(60):
                found = cluster.request("GET", f"/{cluster.access.name}-g*/_settings")
                if all(one["settings"]["index"].get("blocks") for one in found.values()):
                    break
                time.sleep(1)
            with pytest.raises(NoRoomError, match=r"disk.*make room there, or raise .*flood_stage") as refused:
                reindex_places(index=index)
            say(f"full disk: {refused.value}")
            with pytest.raises(NoRoomError, match="make room there"):
                reindex_places(index=index, full=True)
            check_whole(index, BEFORE)
        finally:
            closed = {"cluster.blocks.create_index": None}
            cluster.request(
                "PUT", "/_cluster/settings", {"transient": dict.fromkeys(low) | closed, "persistent": closed}
            )
            cluster.request("PUT", f"/{cluster.access.name}-*/_settings", {"index.blocks.read_only_allow_delete": None})
        end_leases(index)
        reindex_places(index=index)
    check_whole(index, BEFORE + 50)


def test_an_index_that_another_version_has_mapped_is_named(index: str, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    write(folder, "before", 0, 20)
    reindex_places([str(folder)], index=index)
    with closing(cluster_of(index)) as cluster:
        states = f"{cluster.access.name}-state"
        commit = json.loads(cluster.request("GET", f"/{states}/_doc/current")["_source"]["commit"])
        other = {"commit": json.dumps(commit | {"layout": "another"})}
        cluster.request("PUT", f"/{states}/_doc/current", other, params={"refresh": "true"})
    with closing(open_engine(index)) as engine, pytest.raises(OutdatedIndexError, match="run `searchsvc reindex`"):
        engine.count()
    assert reindex_places(index=index).outdated
    check_whole(index, 20)


def test_a_shard_that_has_too_much_to_do_is_named_after_all_attempts(
    index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster refuses bulk requests for want of memory: the limit of their bytes is set to next to nothing."""
    monkeypatch.setattr(cluster_module, "BULK_RETRIES", 2)
    folder = tmp_path / "pages"
    write(folder, "before", 0, 20)
    reindex_places([str(folder)], index=index)
    write(folder, "added", 20, 40)
    with closing(cluster_of(index)) as cluster:
        try:
            limit = {"network.breaker.inflight_requests.limit": "40kb"}
            cluster.request("PUT", "/_cluster/settings", {"transient": limit})
            with pytest.raises(EngineError) as refused:
                reindex_places(index=index)
            say(f"refused bulk: {str(refused.value)[:300]}")
        finally:
            cluster.request("PUT", "/_cluster/settings", {"transient": dict.fromkeys(limit)})
    check_whole(index, 20)
    end_leases(index)
    reindex_places(index=index)
    check_whole(index, 40)
