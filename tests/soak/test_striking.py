"""The library that strikes: without it the tests of failing calls would pass for nothing."""

import errno
import shutil
import signal
import sys
from pathlib import Path

import pytest

from soak.striking import KILL, Striker

WORK = """
import os, sys
folder = sys.argv[1]
with open(folder + "/a", "wb", buffering=0) as file:
    file.write(b"one")
    file.write(b"two")
    os.fsync(file.fileno())
os.replace(folder + "/a", folder + "/b")
os.unlink(folder + "/b")
"""


@pytest.fixture(name="command")
def made_command(tmp_path: Path) -> list[str]:
    (tmp_path / "here").mkdir()
    return [sys.executable, "-c", WORK, str(tmp_path / "here")]


def test_calls_are_those_under_the_folder(command: list[str], striker: Striker, tmp_path: Path) -> None:
    here = tmp_path / "here"
    calls = striker.calls(command, under=here)
    assert calls == [f"w {here}/a", f"w {here}/a", f"f {here}/a", f"r {here}/b", f"u {here}/b"]
    assert striker.calls(command, under=tmp_path / "elsewhere") == []


def test_strike_fails_one_call_or_kills_in_its_place(command: list[str], striker: Striker, tmp_path: Path) -> None:
    here = tmp_path / "here"
    struck = striker.strike(command, under=here, kinds="w", at=2, error=errno.ENOSPC)
    assert (struck.call, "No space left" in struck.done.stderr) == (f"w {here}/a", True)
    assert (here / "a").read_bytes() == b"one"
    struck = striker.strike(command, under=here, kinds="fru", at=2, error=KILL)
    assert (struck.call, struck.done.returncode) == (f"r {here}/b", -signal.SIGKILL)
    assert [path.name for path in here.iterdir()] == ["a"]
    assert striker.strike(command, under=here, kinds="f", at=9, error=errno.EIO).call is None


def test_opens_reads_and_folders_are_calls_of_their_own(striker: Striker, tmp_path: Path) -> None:
    here = tmp_path / "here"
    work = "import os, sys; os.mkdir(sys.argv[1]); f = open(sys.argv[1] + '/a', 'w+b', 0); f.read(); f.truncate(9)"
    command = [sys.executable, "-c", f"{work}; open(f.name)", str(here)]
    calls = striker.calls(command, under=here, kinds="oidmt")
    assert [call for call in calls if call != f"d {here}/a"] == [
        f"m {here}",
        f"o {here}/a",
        f"t {here}/a",
        f"i {here}/a",
    ]
    assert f"d {here}/a" in calls
    shutil.rmtree(here)
    struck = striker.strike(command, under=here, kinds="o", at=1, error=errno.ENOSPC)
    assert (struck.call, "No space left" in struck.done.stderr) == (f"o {here}/a", True)
