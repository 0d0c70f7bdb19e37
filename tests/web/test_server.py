"""The real server: its options, what it says when it cannot start, and what every answer of it carries."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchsvc.reindex import reindex_places
from searchsvc.web.connection_buffers import MAX_REQUEST
from searchsvc.web.gunicorn_server import Server
from searchsvc.web.gunicorn_worker import FairWorker
from searchsvc.web.security_headers import CONTENT_SECURITY_POLICY

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent


def surroundings(**more: str | bytes) -> dict[bytes, bytes]:
    environ = {key: value for key, value in os.environb.items() if not key.startswith(b"SEARCHSVC") and key != b"PORT"}
    return environ | {os.fsencode(key): os.fsencode(value) for key, value in more.items()}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_server_sets_what_differs_from_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--threads 9 --workers 9 --forwarder-headers PATH_INFO")
    server = Server("127.0.0.1:8333", 3)
    for _ in range(2):
        assert server.cfg.address == [("127.0.0.1", 8333)]
        assert (server.cfg.workers, server.cfg.threads, server.cfg.limit_request_line) == (3, 4, 8190)
        assert server.cfg.worker_class is FairWorker
        assert server.cfg.control_socket_disable
        assert server.cfg.forwarder_headers == []
        server.reload()


WRONG: dict[str, dict[str, str | bytes]] = {
    "no engine": {"SEARCHSVC_ENGINE": "nonsense"},
    "an engine without a folder": {"SEARCHSVC_ENGINE": "whoosh:"},
    "no port": {"PORT": "abc"},
    "a port of many digits": {"PORT": "9" * 5000},
    "no number of workers": {"SEARCHSVC_WORKERS": "0"},
    "no text": {"SEARCHSVC_TITLE": b"\xff"},
    "no address": {"SEARCHSVC_BASE_URL": "news.example/archive"},
    "an address with a query": {"SEARCHSVC_BASE_URL": "https://news.example/?a=b"},
    "no logo": {"SEARCHSVC_LOGO": "/no/such/logo.svg"},
    "a pale colour": {"SEARCHSVC_ACCENT": "#ffcc00"},
    "no origin": {"SEARCHSVC_CORS_ORIGINS": "paper.example"},
    "half an address": {"SEARCHSVC_BASE_URL": "http://[::1"},
}


@pytest.mark.parametrize("more", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize(
    "options", [[], ["--preload"], ["-k", "searchsvc.web.gunicorn_worker.FairWorker"]], ids=" ".join
)
def test_gunicorn_ends_with_one_line_where_the_settings_are_wrong(
    more: dict[str, str | bytes], options: list[str]
) -> None:
    command: list[str | Path] = [
        BIN / "gunicorn",
        "-b",
        f"127.0.0.1:{free_port()}",
        "--no-control-socket",
        *options,
        "wsgi:application",
    ]
    done = subprocess.run(
        command, cwd=ROOT, env=surroundings(**more), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode not in {0, -15}
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "searchsvc: " in line]
    assert next(iter(more)) in line or "names no engine" in line


MAIN = "from searchsvc.web import gunicorn_server as g; g.main('127.0.0.1:{}', '1')"
FAULT = "from searchsvc.web import gunicorn_server as g; g.create_app = None; g.main('127.0.0.1:{}', '1')"


def started(script: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-c", script.format(free_port())]
    return subprocess.run(command, env=surroundings(**more), capture_output=True, text=True, check=False, timeout=60)


def test_main_ends_with_the_exit_code_of_wrong_use_where_the_settings_are_wrong() -> None:
    done = started(MAIN, SEARCHSVC_ENGINE="nonsense")
    assert done.returncode == 2
    assert any(line.startswith("searchsvc: 'nonsense' names no engine: use ") for line in done.stderr.splitlines())
    assert "Traceback" not in done.stderr


def test_main_ends_with_the_exit_code_of_a_fault_where_no_worker_starts() -> None:
    done = started(FAULT)
    assert done.returncode == 70
    assert "TypeError" in done.stderr


HOSTS = {
    "an empty label": "é..x",
    "a long label": "a" * 70,
    "no machine": "no.such.invalid",
    "no UTF-8": b"\xff",
    "two lines": "a\nb",
    "no address": "999.1.1.1",
    "two addresses": "127.0.0.1,127.0.0.2",
    "a socket": "unix:/tmp/x",
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_serve_refuses_what_can_be_no_host_in_one_line(host: str | bytes, tmp_path: Path) -> None:
    command: list[str | bytes | Path] = [BIN / "searchsvc", "serve", "--index", tmp_path, "--host", host]
    command += ["--port", str(free_port())]
    done = subprocess.run(command, env=surroundings(), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.endswith("choose another with --port (or PORT=) or --host")


def test_serve_refuses_an_index_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no index")
    ways: list[tuple[dict[str, str | bytes], list[str]]] = [
        ({}, ["--index", f"{tmp_path}/file"]),
        ({"SEARCHSVC_ENGINE": f"whoosh:{tmp_path}/file"}, []),
    ]
    for more, options in ways:
        done = subprocess.run(
            [BIN / "searchsvc", "serve", *options],
            env=surroundings(**more),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].endswith("is a file.")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Start `searchsvc serve`; yield its port."""
    folder = tmp_path_factory.mktemp("served")
    reindex_places([str(ROOT / "seeds")], index=str(folder / "index"))
    port = free_port()
    command: list[str | Path] = [BIN / "searchsvc", "serve", "--index", "index", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, cwd=folder, env=surroundings()) as process:
        deadline = time.monotonic() + 60
        while not answers(port):
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.05)
        assert b"MALLOC_ARENA_MAX=1" in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
        yield port
        process.terminate()


def answers(port: int) -> bool:
    try:
        return ask(port, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def ask(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(request)
        found = b""
        while piece := client.recv(65_536):
            found += piece
    return found


END = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
ANSWERED = {
    "a page": (200, b"GET /" + END),
    "head of a page": (200, b"HEAD /?q=ferry" + END),
    "another protocol": (200, b"GET / HTTP/1.0\r\n\r\n"),
    "json": (200, b"GET /api/search" + END),
    "a preflight": (200, b"OPTIONS /api/search" + END),
    "options of all": (404, b"OPTIONS *" + END),
    "a style sheet": (200, b"GET /static/site.css" + END),
    "no style sheet": (404, b"GET /static/none.css" + END),
    "a folder": (404, b"GET /static/" + END),
    "up the tree": (404, b"GET /static/../../wsgi.py" + END),
    "nothing": (404, b"GET /<script>" + END),
    "another host": (404, b"GET http://evil/<script>" + END),
    "a tunnel": (404, b"CONNECT evil:443" + END),
    "no method": (405, b"DELETE /" + END),
    "trace": (405, b"TRACE /" + END),
    "a body without length": (411, b"POST /api/verify HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"),
    "a large body": (413, b"POST /api/verify HTTP/1.1\r\nContent-Length: 9999999\r\n\r\nx"),
    "a long address": (414, b"GET /?q=" + b"x" * 8100 + END),
    "another kind of body": (415, b"POST /api/verify HTTP/1.1\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"),
}
REFUSED = {
    "no request": (400, b"<script>alert(1)</script>\r\n\r\n"),
    "no method": (400, b"<script> /" + END),
    "no version": (400, b"GET / HTTP/9.9\r\n\r\n"),
    "an old version": (400, b"GET /\r\n\r\n"),
    "bytes in the address": (400, b"GET /\xff<script>" + END),
    "no header": (400, b"GET / HTTP/1.1\r\n<script>: x\r\n\r\n"),
    "a folded header": (400, b"GET / HTTP/1.1\r\nX: <script>\r\n y\r\n\r\n"),
    "two lengths": (400, b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
    "a longer address": (414, b"GET /?q=<script>" + b"x" * 9000 + END),
    "another expectation": (417, b"GET / HTTP/1.1\r\nExpect: <script>\r\n\r\n"),
    "many headers": (431, b"GET / HTTP/1.1\r\n" + b"X: <script>\r\n" * 200 + b"\r\n"),
    "a long header": (431, b"GET / HTTP/1.1\r\nX: <script>" + b"x" * 9000 + b"\r\n\r\n"),
    "a head without end": (431, (b"GET / HTTP/1.1\r\nX: <script>" + b"x" * MAX_REQUEST)[:MAX_REQUEST]),
    "another coding": (501, b"POST / HTTP/1.1\r\nTransfer-Encoding: <script>\r\n\r\n"),
}


def check_headers(answer: bytes, status: int) -> tuple[dict[str, str], bytes]:
    """Check what every answer carries, once each; return all headers and the body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    assert first.split(" ")[1] == str(status), head
    pairs = [line.split(": ", 1) for line in lines]
    headers = {name.lower(): value for name, value in pairs}
    assert len(headers) == len(pairs), head
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] in {"same-origin", "cross-origin"}
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"]
    assert "date" in headers
    assert b"<script>" not in body
    return headers, body


@pytest.mark.parametrize(("status", "request_"), ANSWERED.values(), ids=ANSWERED)
def test_every_answer_of_the_application_is_safe(port: int, status: int, request_: bytes) -> None:
    headers, body = check_headers(ask(port, request_), status)
    assert bool(body) == (b"HEAD" not in request_ and headers["content-length"] != "0")


@pytest.mark.parametrize(("status", "request_"), REFUSED.values(), ids=REFUSED)
def test_every_refusal_of_the_server_is_safe_and_repeats_nothing(port: int, status: int, request_: bytes) -> None:
    headers, body = check_headers(ask(port, request_), status)
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert headers["cache-control"] == "no-store"
    assert int(headers["content-length"]) == len(body)
    assert sorted(json.loads(body)) == ["detail", "status", "title", "type"]


def test_what_is_unchanged_is_safe(port: int) -> None:
    headers, _ = check_headers(ask(port, b"GET /api/search" + END), 200)
    asked = b"GET /api/search HTTP/1.1\r\nConnection: close\r\nIf-None-Match: %s\r\n\r\n"
    check_headers(ask(port, asked % headers["etag"].encode()), 304)


def test_a_client_cannot_say_where_the_service_stands(port: int) -> None:
    forged = (
        b"GET / HTTP/1.1\r\nSCRIPT_NAME: /evil\r\nPATH_INFO: /evil\r\nScript-Name: /evil\r\nConnection: close\r\n\r\n"
    )
    _, body = check_headers(ask(port, forged), 200)
    assert b"evil" not in body
