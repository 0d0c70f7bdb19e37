"""Command → what becomes of it when one of its calls to the system fails, or ends its process.

    striker = Striker(tmp_path)                   compiles `striking.c`
    calls = striker.calls(command, under=index)   what an undisturbed run does under a folder: ["w /…/a", "f /…/a"]
    struck = striker.strike(command, under=index, kinds="f", at=2, error=errno.EIO)

The library stands between the program and the C library, so the calls of SQLite and numpy are struck as well as those
of Python: a wrapper in Python would see only the latter. A command is what `subprocess.run` takes; children of it are
struck too, each counting for itself. The folder may be a file, or the beginning of several paths. `struck.call` is None
where the run makes fewer such calls.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("striking.c")
#: Writes, fsyncs, renames, unlinks: the calls that change what lies on the disk.
ALL = "wfru"
#: Takes the place of an error: the process is killed, as by kill -9, before the call.
KILL = 0


class NoCompilerError(Exception):
    """There is no C compiler here."""


def compile_library(folder: Path) -> Path:
    """Compile the library that strikes into a folder; return its path, for LD_PRELOAD.

    Raises:
        NoCompilerError: There is no C compiler.

    """
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise NoCompilerError("no C compiler (cc, gcc or clang): calls that fail cannot be tried here")
    library = folder / "striking.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def strike_environ(*, under: Path, kinds: str, at: int, error: int, log: Path) -> dict[str, str]:
    """Return the environment that tells the library what to strike; LD_PRELOAD is not part of it."""
    told = {"UNDER": under.resolve(), "KINDS": kinds, "AT": at, "WITH": error, "LOG": log}
    return {f"STRIKE_{key}": str(value) for key, value in told.items()}


def struck_call(log: Path) -> str | None:
    """Return letter and path of the call that was struck; None if none was."""
    struck = [line[1:] for line in noted(log) if line[0] == "*"]
    return struck[0] if struck else None


def noted(log: Path) -> list[str]:
    """Return the calls that the library has noted, in order, "*" before the one that was struck."""
    return log.read_text().splitlines() if log.exists() else []


@dataclass(frozen=True, slots=True)
class Struck:
    """A run, and the call of it that was struck: its letter and its path."""

    done: subprocess.CompletedProcess[str]
    call: str | None


class Striker:
    """Runs commands with the library that strikes."""

    def __init__(self, folder: Path) -> None:
        """Compile the library into a folder.

        Raises:
            NoCompilerError: There is no C compiler.

        """
        self._library, self._log = compile_library(folder), folder / "striking.log"

    def calls(self, command: Sequence[str], *, under: Path, kinds: str = ALL) -> list[str]:
        """Return the calls that a run makes when nothing is struck, in order."""
        self._run(command, under, kinds, at=0, error=KILL)
        return noted(self._log)

    def strike(self, command: Sequence[str], *, under: Path, kinds: str, at: int, error: int) -> Struck:
        """Run; the call number `at` (from 1 on) of these kinds fails with an errno, or kills (`KILL`)."""
        done = self._run(command, under, kinds, at=at, error=error)
        return Struck(done, struck_call(self._log))

    def _run(
        self, command: Sequence[str], under: Path, kinds: str, *, at: int, error: int
    ) -> subprocess.CompletedProcess[str]:
        self._log.unlink(missing_ok=True)
        told = strike_environ(under=under, kinds=kinds, at=at, error=error, log=self._log)
        env = {**os.environ, "LD_PRELOAD": str(self._library), **told}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)
