"""A stand-in for a cluster in trouble: whatever it answers becomes a result that is whole, or an error of ours."""

import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.opensearch import cluster as cluster_module
from searchsvc.engines.opensearch.access import access_of
from searchsvc.engines.opensearch.cluster import Cluster, ConflictError
from searchsvc.errors import EngineError, IndexMissingError, IndexRightsError, NoRoomError, QueryError, ScarceError
from searchsvc.model.deadline import time_limit
from tests.servers import at_work

SECRET = "hunter2-of-the-tests"  # noqa: S105 - it opens nothing
#: Answer to a request, from its method, path and lines of JSON: status and body.
Answering = Callable[[str, str, list[Any]], tuple[int, Any]]
#: Headers of the requests that stand-ins got.
HEADERS: list[Message] = []
WHOLE = {"timed_out": False, "_shards": {"total": 2, "successful": 2, "failed": 0}, "hits": {"total": 0, "hits": []}}


@contextmanager
def stand_in(answer: Answering, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that answers as it is told; its URL for `Access`."""

    class Handler(BaseHTTPRequestHandler):
        def do_any(self) -> None:
            HEADERS.append(self.headers)
            size = int(self.headers.get("Content-Length") or 0)
            lines = [json.loads(line) for line in self.rfile.read(size).splitlines() if line]
            status, body = answer(self.command, self.path, lines)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = do_any  # noqa: N815 - the names are http.server's

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with at_work(server):
        yield f"//127.0.0.1:{server.server_port}/news"


def asked(answer: Answering, ask: Callable[[Cluster], object], environ: dict[str, str] | None = None) -> object:
    with stand_in(answer) as url, closing(Cluster(access_of(url, environ or {}))) as cluster:
        return ask(cluster)


def one_search(cluster: Cluster) -> object:
    (answer,) = cluster.searches([("news", {"size": 0})])
    return answer


def answering(status: int, body: Any) -> Answering:
    return lambda _method, _path, _lines: (status, body)


def test_a_whole_answer_is_returned() -> None:
    assert asked(answering(200, {"responses": [WHOLE]}), one_search) == WHOLE


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        pytest.param(WHOLE | {"timed_out": True}, "took too long", id="time ran out"),
        pytest.param(
            WHOLE | {"_shards": {"total": 5, "failed": 2, "failures": [{"reason": {"reason": "node left"}}]}},
            "2 of 5 shards did not answer.*node left",
            id="shards failed",
        ),
        pytest.param(WHOLE | {"_shards": {"total": 5, "failed": 1}}, "does not say why", id="a shard failed silently"),
        pytest.param(
            {"error": {"type": "search_phase_execution_exception", "reason": "all shards failed",
                       "root_cause": [{"type": "x", "reason": "no such field"}]}, "status": 400},
            "no such field",
            id="one of several searches failed",
        ),
    ],
)  # fmt: skip
def test_a_part_of_a_result_never_passes_for_the_whole(answer: dict[str, Any], says: str) -> None:
    with pytest.raises(EngineError, match=says):
        asked(answering(200, {"responses": [answer]}), one_search)


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (404, "index_not_found_exception", IndexMissingError),
        (409, "version_conflict_engine_exception", ConflictError),
        (401, "security_exception", IndexRightsError),
        (403, "security_exception", IndexRightsError),
        (403, "cluster_block_exception", NoRoomError),
        (403, "index_create_block_exception", NoRoomError),
        (429, "cluster_block_exception", NoRoomError),
        (429, "circuit_breaking_exception", ScarceError),
        (400, "too_many_nested_clauses", ScarceError),
        (500, "anything", EngineError),
        (503, "master_not_discovered_exception", EngineError),
    ],
)
def test_every_refusal_is_an_error_of_ours(status: int, kind: str, error: type[EngineError]) -> None:
    body = {"error": {"type": kind, "reason": f"the reason is {kind}"}, "status": status}
    environ = {"SEARCHSVC_OPENSEARCH_USER": "reader", "SEARCHSVC_OPENSEARCH_PASSWORD": SECRET}
    with pytest.raises(error, match=kind) as raised:
        asked(answering(status, body), lambda cluster: cluster.request("GET", "/news"), environ)
    assert type(raised.value) is error
    assert SECRET not in str(raised.value)


def test_a_node_that_does_not_answer_is_given_up_and_another_one_is_asked() -> None:
    """A socket that takes connections and says nothing stands for a node that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as silent, stand_in(answering(200, {"responses": [WHOLE]})) as url:
        hangs = f"127.0.0.1:{silent.getsockname()[1]}"
        patience = {"SEARCHSVC_OPENSEARCH_TIMEOUT": "1"}
        with closing(Cluster(access_of(f"//{hangs},{url.removeprefix('//')}", patience))) as cluster:
            for _ in range(4):
                assert one_search(cluster) == WHOLE
        with (
            closing(Cluster(access_of(f"//{hangs}/news", patience))) as cluster,
            pytest.raises(EngineError, match="no answer within 1 s"),
        ):
            one_search(cluster)


def test_a_node_that_hangs_is_no_fault_of_the_query() -> None:
    """An answer that takes too long because of the query is refused as costly; because of a node it is an error."""

    def slow(*_: object) -> tuple[int, Any]:
        time.sleep(0.5)
        return 200, {"responses": [WHOLE]}

    patience = {"SEARCHSVC_OPENSEARCH_TIMEOUT": "1"}
    with socket.create_server(("127.0.0.1", 0)) as silent, stand_in(slow) as url:
        with closing(Cluster(access_of(url, patience))) as cluster, time_limit(0.2), pytest.raises(QueryError):
            one_search(cluster)
        hangs = f"//127.0.0.1:{silent.getsockname()[1]},{url.removeprefix('//')}"
        with closing(Cluster(access_of(hangs, patience))) as cluster:
            refused: list[Exception] = []
            for _ in range(3):
                try:
                    with time_limit(0.6):
                        one_search(cluster)
                        one_search(cluster)
                except (EngineError, QueryError) as error:
                    refused.append(error)
    assert any(isinstance(error, EngineError) and "within 1 s" in str(error) for error in refused)


def test_no_node_at_all_is_an_error_of_ours_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHSVC_OPENSEARCH_API_KEY", SECRET)
    with stand_in(answering(200, {})) as url:
        pass
    with (
        closing(open_engine(f"opensearch:{url}")) as engine,
        pytest.raises(EngineError, match="is the cluster up") as up,
    ):
        engine.info()
    assert SECRET not in f"{up.value} {up.value.__cause__!r}"


def test_items_that_are_refused_for_now_are_sent_again_and_others_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "FIRST_PAUSE", 0.001)
    sent: list[list[str]] = []

    def answer(_method: str, _path: str, lines: list[Any]) -> tuple[int, Any]:
        ids = [line["index"]["_id"] for line in lines if "index" in line]
        sent.append(ids)
        items = []
        for one in ids:
            busy = one == "busy" and len(sent) < 3
            status = 429 if busy else 400 if one.startswith("bad") else 201
            failed = {"error": {"type": "x", "reason": f"no room for {one}"}} if status != 201 else {}
            items.append({"index": {"_id": one, "status": status} | failed})
        return 200, {"errors": True, "items": items}

    def store(*ids: str) -> Callable[[Cluster], object]:
        actions = [{"_op_type": "index", "_index": "news", "_id": one, "_source": {"id": one}} for one in ids]
        return lambda cluster: cluster.bulk(actions)

    asked(answer, store("good", "busy"))
    assert sent == [["good", "busy"], ["busy"], ["busy"]]
    with pytest.raises(EngineError, match=r"7 documents were not stored: bad0: no room for bad0;.* and 2 more"):
        asked(answer, store("good", *(f"bad{i}" for i in range(7))))


def test_a_shard_that_is_being_started_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "STARTING_PAUSE", 0.001)
    reason = "CurrentState[RECOVERING] operations only allowed when shard state is one of [POST_RECOVERY, STARTED]"
    starting = {"error": {"type": "illegal_index_shard_state_exception", "reason": reason}, "status": 503}
    answers = iter([(503, starting)] * 7 + [(200, {"found": True})])
    assert asked(lambda *_: next(answers), lambda cluster: cluster.find("news", "one")) == {"found": True}
    with pytest.raises(EngineError, match="RECOVERING"):
        asked(answering(503, starting), lambda cluster: cluster.find("news", "one"))


def test_a_closed_index_is_named_at_once_with_the_way_out() -> None:
    action = {"_op_type": "index", "_index": "news", "_id": "k", "_source": {"id": "article-1"}}
    error = {"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage watermark"}
    item = {"index": {"_id": "k", "status": 429, "error": error}}
    with pytest.raises(NoRoomError, match=r"flood-stage watermark\): make room there, or raise"):
        asked(answering(200, {"errors": True, "items": [item]}), lambda cluster: cluster.bulk([action]))


def test_items_that_stay_refused_are_named_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(cluster_module, "BULK_RETRIES", 3)
    action = {"_op_type": "index", "_index": "news", "_id": "k", "_source": {"id": "article-1"}}
    item = {"index": {"_id": "k", "status": 429, "error": {"type": "rejected", "reason": "queue full"}}}
    with pytest.raises(EngineError, match="1 document was not stored: article-1: queue full"):
        asked(answering(200, {"errors": True, "items": [item]}), lambda cluster: cluster.bulk([action]))
    with pytest.raises(EngineError, match="article-1"):
        asked(answering(503, {"error": {"type": "x", "reason": "no node"}}), lambda cluster: cluster.bulk([action]))


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        ({}, None),
        ({"SEARCHSVC_OPENSEARCH_USER": "ann", "SEARCHSVC_OPENSEARCH_PASSWORD": "oar"}, "Basic YW5uOm9hcg=="),
        ({"SEARCHSVC_OPENSEARCH_API_KEY": SECRET}, f"ApiKey {SECRET}"),
    ],
    ids=["nobody", "basic", "API key"],
)
def test_each_request_says_who_asks(environ: dict[str, str], sent: str | None) -> None:
    asked(answering(200, {"responses": [WHOLE]}), one_search, environ)
    assert HEADERS[-1].get("Authorization") == sent


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_connections_are_encrypted_and_certificates_are_verified(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", "req", "-x509", "-days", "2", *made, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    answer = answering(200, {"responses": [WHOLE]})
    trusted = {"SEARCHSVC_OPENSEARCH_CA": str(certificate)}
    with stand_in(answer, context) as url:
        with closing(Cluster(access_of(url, trusted))) as cluster:
            assert one_search(cluster) == WHOLE
        with (
            closing(Cluster(access_of(url, {"SEARCHSVC_OPENSEARCH_TLS": "1"}))) as cluster,
            pytest.raises(EngineError, match="no encrypted connection"),
        ):
            one_search(cluster)
