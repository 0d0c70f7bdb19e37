"""An archive is other people's files: no command, and no process of one, runs code or reads settings that lie there.

The traps write a mark and nothing else.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).parent.parent.parent
SCRIPT = Path(sys.executable).parent / "searchsvc"
PAGE = "<title>Sea wall closed</title><h1>Sea wall closed</h1>" + "<p>The sea wall was closed by the council.</p>" * 9
#: What libraries try to import, or Python at its start, whether it is there or not.
OPTIONAL = {
    "sitecustomize", "usercustomize", "setproctitle", "gevent", "eventlet", "tornado", "h2", "brotli", "simplejson",
    "uwsgi", "dotenv", "watchdog", "blinker", "asgiref", "cchardet", "chardet", "pycld2", "py3langid", "gunicorn",
    "pandas", "IPython", "ipywidgets", "matplotlib", "rich", "regex", "tzlocal", "hijri_converter", "fasttext",
    "__config__", "__main__", "wsgi", "readline", "faust_cchardet", "html5lib", "soupsieve", "threadpoolctl",
}  # fmt: skip


def early(folder: Path, start: list[str]) -> set[str]:
    """Return what Python itself looks for on its path before any code of ours runs.

    Only the operator can keep it from finding these in the current folder, if the path begins there.
    """
    (folder / "told.py").write_text("import sys; print(*sys.modules)")
    command = [sys.executable, *(["-m", "told"] if "-m" in start else ["told.py"])]
    out = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    found = {name.partition(".")[0] for name in out.split()}
    return found | {"encodings", "sitecustomize", "usercustomize", "_distutils_hack", "searchsvc"}


def names() -> set[str]:
    return {*sys.stdlib_module_names, *packages_distributions(), *OPTIONAL, "searchsvc", "tests", "_path"} - {
        "__init__"
    }


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Make a folder of pages and traps: modules, packages, settings of gunicorn and of Python."""
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "page.html").write_text(PAGE)
    (folder / "notes.txt").write_text("Ferry late\n\nThe ferry was late, the harbour said.\n")
    return folder


def lay(folder: Path, mark: Path, spared: set[str]) -> None:
    code = f"open({str(mark)!r}, 'a').write(__name__ + ' ' + __file__ + '\\n')\n"
    for place in (folder, folder / "lib"):
        for number, name in enumerate(sorted(names() - spared)):
            module = place / name / "__init__.py" if number % 2 else place / f"{name}.py"
            module.parent.mkdir(parents=True, exist_ok=True)
            module.write_text(code + "raise ImportError\n")
    for name in ("gunicorn.conf.py", "startup.py"):
        (folder / name).write_text(code)
    (folder / "trap.pth").write_text(f"import sys; open({str(mark)!r}, 'a').write('pth\\n')\n")
    (folder / "pyvenv.cfg").write_text(f"home = {folder}\n")


def surroundings(path: str = "") -> dict[str, str]:
    """Return an environment that points at the current folder wherever that is a matter of settings, not of code."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("SEARCHSVC", "PYTHON"))}
    environ |= {
        "GUNICORN_CMD_ARGS": "--config gunicorn.conf.py --chdir . --pythonpath lib",
        "PYTHONSTARTUP": "startup.py",
    }
    return environ | ({"PYTHONPATH": path} if path else {})


#: How commands are started, and the entries of PYTHONPATH; `{root}` is where the package lies.
STARTS = {
    "script": ([str(SCRIPT)], ""),
    "script, path of the current folder": ([str(SCRIPT)], ":lib:{root}:./lib:."),
    "module": ([sys.executable, "-m", "searchsvc"], ""),
}
COMMANDS = (
    "reindex . --index ../index --jobs 1",
    "reindex --index ../index --full --jobs 2",
    "reindex --index ../index --dry-run",
    "rollback --index ../index",
    "parse page.html --json",
    "check page.html",
    "search wall --index ../index",
    "quotes wall --index ../index",
    "verify --index ../index the-sea-wall-was-closed-by-the-council",
    "stats --index ../index",
    "doctor --index ../index",
    "forget --index ../index nobody",
    "--help",
)


@pytest.mark.parametrize(("start", "path"), STARTS.values(), ids=STARTS)
def test_commands_run_nothing_that_lies_in_the_current_folder(archive: Path, start: list[str], path: str) -> None:
    mark = archive.parent / "mark"
    lay(archive, mark, early(archive.parent, start) if path or "-m" in start else set())
    environ = surroundings(path.format(root=ROOT))
    for command in COMMANDS:
        done = subprocess.run(
            [*start, *command.split()], cwd=archive, env=environ, capture_output=True, text=True, check=False
        )
        assert not mark.exists(), (command, mark.read_text())
        assert done.returncode in {0, 1}, (command, done.stderr)
        assert "Traceback" not in done.stderr, command


@contextlib.contextmanager
def serving(folder: Path, start: list[str], environ: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*start, "serve", "--index", "../index", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, cwd=folder, env=environ, start_new_session=True) as process:
        try:
            yield process, port
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as response:
            return bool(response.status == 200)
    except OSError:
        return False


def until(found: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not found():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.parametrize("path", ["", ":{root}"], ids=["no path", "an empty entry"])
def test_serve_runs_nothing_that_lies_in_the_current_folder(archive: Path, path: str) -> None:
    """Nor does what takes its place: workers after HUP, a new master after USR2."""
    mark = archive.parent / "mark"
    lay(archive, mark, early(archive.parent, [str(SCRIPT)]) if path else set())
    with serving(archive, [str(SCRIPT)], surroundings(path.format(root=ROOT))) as (process, port):
        until(lambda: answers(port), "the server does not start")
        (first,) = children(process.pid)
        process.send_signal(signal.SIGHUP)
        until(lambda: first not in children(process.pid) and answers(port), "the worker does not change")
        process.send_signal(signal.SIGUSR2)
        until(lambda: len(children(process.pid)) == 2, "there is no second master")
        second = max(children(process.pid))
        until(lambda: bool(children(second)), "the second master has no worker")
        until(lambda: answers(port), "it does not answer")
        command = Path(f"/proc/{second}/cmdline").read_bytes().split(b"\0")
        assert command == Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
        assert b"-P" in command
        os.kill(process.pid, signal.SIGTERM)
        until(lambda: process.poll() is not None, "the first master does not go")
        until(lambda: answers(port), "the second does not answer alone")
    assert not mark.exists(), mark.read_text()
