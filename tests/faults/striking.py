"""Command → what becomes of it when one of its writes, fsyncs, renames or unlinks fails, or ends its process.

    striker = Striker(tmp_path)                   compiles `striking.c`; skips the test where no compiler is
    calls = striker.calls(command, under=index)   what an undisturbed run does under a folder: ["w /…/a", "f /…/a"]
    struck = striker.strike(command, under=index, kinds="f", at=2, error=errno.EIO)

A command is what `subprocess.run` takes; children of it are struck too, each counting for itself. The folder
may be a file, or the beginning of several paths. `struck.call` is None where the run makes fewer such calls.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("striking.c")
#: Writes, fsyncs, renames, unlinks.
ALL = "wfru"
#: Takes the place of an error: the process is killed, as by kill -9, before the call.
KILL = 0


@dataclass(frozen=True, slots=True)
class Struck:
    """A run, and the call of it that was struck: its letter and its path."""

    done: subprocess.CompletedProcess[str]
    call: str | None


class Striker:
    """Runs commands with the library that strikes."""

    def __init__(self, folder: Path) -> None:
        compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
        if compiler is None:
            pytest.skip("no C compiler: calls that fail cannot be tried here")
        self._library, self._log = folder / "striking.so", folder / "striking.log"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", self._library, SOURCE, "-ldl"], check=True)

    def calls(self, command: Sequence[str], *, under: Path, kinds: str = ALL) -> list[str]:
        """Return the calls that a run makes when nothing is struck, in order."""
        self._run(command, under, kinds, at=0, error=KILL)
        return self._noted()

    def strike(self, command: Sequence[str], *, under: Path, kinds: str, at: int, error: int) -> Struck:
        """Run; the call number `at` (from 1 on) of these kinds fails with an errno, or kills (`KILL`)."""
        done = self._run(command, under, kinds, at=at, error=error)
        struck = [line[1:] for line in self._noted() if line[0] == "*"]
        return Struck(done, struck[0] if struck else None)

    def _run(
        self, command: Sequence[str], under: Path, kinds: str, *, at: int, error: int
    ) -> subprocess.CompletedProcess[str]:
        self._log.unlink(missing_ok=True)
        told = {"UNDER": under.resolve(), "KINDS": kinds, "AT": at, "WITH": error, "LOG": self._log}
        env = {**os.environ, "LD_PRELOAD": str(self._library), **{f"STRIKE_{k}": str(v) for k, v in told.items()}}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    def _noted(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []
