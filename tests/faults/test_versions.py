"""An index of another layout: servers of the version before answer on, this one says what to do until it is done."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).parents[2]
#: Where a line stands whose change tells that the files' layout is another one, whichever module has it.
LAYOUT = "searchsvc/engines/whoosh/codec"
SECONDS = 60.0


def git(*args: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(ROOT), *args], capture_output=True, check=False)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the last commit that wrote the layout before this one."""
    changed = git("log", "-1", "-M", "--format=%H", "-G", "^LAYOUT = ", "--", LAYOUT).stdout.decode().strip()
    archived = git("archive", f"{changed}^") if changed else None
    if archived is None or archived.returncode:
        pytest.skip("NO HISTORY: an index of the version before cannot be made here")
    folder = tmp_path_factory.mktemp("before")
    subprocess.run(["tar", "x", "-C", str(folder)], input=archived.stdout, check=True)
    return folder


def run(code: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*args), cwd=code, env=environ(code), capture_output=True, text=True, check=False)


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "searchsvc", *args]


def environ(code: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if name not in {"SEARCHSVC_ENGINE", "PORT"}}
    return given | {"PYTHONPATH": str(code)}


Ask = Callable[[str], tuple[int, dict[str, str], dict[str, object]]]


@contextmanager
def serving(code: Path, index: Path) -> Iterator[Ask]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    args = command("serve", "--index", str(index), "--port", str(port), "--workers", "1")
    server = subprocess.Popen(args, cwd=code, env=environ(code), stderr=subprocess.DEVNULL, start_new_session=True)

    def ask(path: str) -> tuple[int, dict[str, str], dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), json.loads(answer.read())
        finally:
            connection.close()

    try:
        wait_for(lambda: answers(ask))
        yield ask
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers(ask: Ask) -> bool:
    with suppress(OSError):
        return ask("/healthz")[0] == 200
    return False


def wait_for(seen: Callable[[], bool]) -> None:
    late = time.monotonic() + SECONDS
    while not seen():
        assert time.monotonic() < late, "it does not come"
        time.sleep(0.1)


def test_the_server_of_the_version_before_answers_until_it_is_restarted(before: Path, tmp_path: Path) -> None:
    index, pages = tmp_path / "index", tmp_path / "pages"
    pages.mkdir()
    (pages / "ferry.txt").write_text("Ferry stays in port\n\nFog kept the morning ferry in port, the office said.\n")
    assert run(before, "reindex", str(pages), "--index", str(index)).returncode == 0
    refused = run(ROOT, "search", "ferry", "--index", str(index))
    assert (refused.returncode, "another version" in refused.stderr) == (3, True)
    assert "damaged" not in run(ROOT, "doctor", "--index", str(index)).stderr
    with ExitStack() as servers:
        older = servers.enter_context(serving(before, index))
        newer = servers.enter_context(serving(ROOT, index))
        assert older("/api/search?q=ferry")[2]["total"] == 1
        status, headers, problem = newer("/api/search?q=ferry")
        assert (status, "Retry-After" in headers) == (503, True)
        assert ("another version" in str(problem["title"]), "searchsvc reindex" in str(problem["detail"])) == (
            True,
            True,
        )
        (pages / "museum.txt").write_text("Museum finds its clock\n\nThe stolen ferry clock stood in a barn.\n")
        done = run(ROOT, "reindex", "--index", str(index))
        assert (done.returncode, "everything is read again" in done.stderr) == (0, True)
        wait_for(lambda: newer("/api/search?q=ferry")[0] == 200)
        assert newer("/api/search?q=ferry")[2]["total"] == 2
        for _ in range(8):  # beyond the time in which a change of files could have been overlooked
            assert older("/api/search?q=ferry")[2]["total"] == 1
            time.sleep(0.5)
