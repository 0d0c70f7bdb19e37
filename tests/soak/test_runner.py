"""A soak is stopped and goes on, keeps what failed, and says how to see it again; its commands are true processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import ClassVar

import pytest

from soak.__main__ import PARTS, main
from soak.commands import ROOT, Commands, check_ending
from soak.part import Part, Wrong, require
from soak.runner import repeat, run


class Dice(Part):
    """Throws dice, ten a step; a stop comes in the midst where one is asked for."""

    name: ClassVar[str] = "dice"
    full: ClassVar[int] = 60
    step: ClassVar[int] = 10
    stop: ClassVar[int | None] = None
    thrown: ClassVar[dict[int, int]] = {}

    def trial(self, number: int, rng: Random) -> None:
        if number == self.stop:
            raise KeyboardInterrupt
        assert number not in self.thrown
        assert self.place.is_absolute()
        self.thrown[number] = rng.randrange(6)
        require(number != 20, f"number {number} fell from the table", evidence=b"\1\2")
        if number == 40:
            raise ValueError("lost")

    def finish(self) -> str:
        if len(self.thrown) % 2:
            raise Wrong("odd")
        return f"{len(self.thrown)} thrown"


@pytest.fixture(autouse=True)
def nothing_thrown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dice, "stop", None)
    monkeypatch.setattr(Dice, "thrown", {})


def test_failures_are_kept_with_what_shows_them_and_how_to_see_them_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = run(Dice, seed=3, states=tmp_path)
    fell, lost = row.failures
    assert (row.trials, row.remark) == (60, "6 thrown")
    assert str(row).split()[:3] == ["dice", "60", "2"]
    assert (fell.trial, fell.repeat) == (20, 'make soak PART=dice SEED=3 ARGS="--trial 20"')
    assert Path(fell.text.partition("see ")[2]).read_bytes() == b"\1\2"
    assert (lost.trial, lost.text.splitlines()[-1]) == (40, "ValueError: lost")
    assert "FAILED dice 20: number 20 fell from the table" in capsys.readouterr().err


def test_a_trial_alone_is_the_same_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(Dice, seed=3, states=Path("states"))
    thrown = dict(Dice.thrown)
    Dice.thrown.clear()
    row = repeat(Dice, 24, seed=3, states=Path("states"))
    assert Dice.thrown == {20: thrown[20]}
    assert [failure.trial for failure in row.failures] == [20]


def test_a_stopped_run_goes_on_at_the_next_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Dice.stop = 30
    with pytest.raises(KeyboardInterrupt):
        run(Dice, seed=3, states=tmp_path)
    assert sorted(Dice.thrown) == [0, 10, 20]
    Dice.stop = None
    row = run(Dice, seed=3, states=tmp_path)
    assert sorted(Dice.thrown) == [0, 10, 20, 30, 40, 50]
    assert [failure.trial for failure in row.failures] == [20, 40]
    assert "30 trials are done" in capsys.readouterr().err
    assert run(Dice, seed=3, states=tmp_path) == row  # nothing is left to do


@pytest.mark.parametrize("more", [{"seed": 4}, {"count": 20}, {"fresh": True}])
def test_another_soak_begins_anew(more: dict[str, int], tmp_path: Path) -> None:
    run(Dice, seed=3, states=tmp_path)
    Dice.thrown.clear()
    run(Dice, **{"seed": 3, "states": tmp_path, **more})  # type: ignore[arg-type]
    assert min(Dice.thrown) == 0


def test_a_state_of_other_code_or_none_at_all_is_not_gone_on_from(tmp_path: Path) -> None:
    run(Dice, seed=3, states=tmp_path)
    state = json.loads((tmp_path / "dice.json").read_text())
    for text in ("{", json.dumps({**state, "code": "other"}), "[]"):
        Dice.thrown.clear()
        (tmp_path / "dice.json").write_text(text)
        assert run(Dice, seed=3, states=tmp_path).trials == len(Dice.thrown) * 10 == 60


@pytest.mark.parametrize(("stop", "code"), [(None, 1), (20, 130)], ids=["failed", "stopped"])
def test_the_exit_code_says_what_came_of_it(
    stop: int | None, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(PARTS, "dice", Dice)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["soak", "dice", "--seed", "3"])
    Dice.stop = stop
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert ("dice 20: number 20 fell" in capsys.readouterr().out) == (code == 1)


@pytest.mark.no_cover
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_soak_between_its_trials(how: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "soak", "queries", "--seed", "5"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, text=True) as soak:
        deadline = time.monotonic() + 60
        while not (tmp_path / ".soak" / "queries.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        soak.send_signal(how)
        assert soak.wait(60) == 130
    assert 0 < json.loads((tmp_path / ".soak" / "queries.json").read_text())["done"] < 1_000_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dise"], "no part dise: there are kills,"),
        (["--count", "0"], "give a number"),
        (["--trial", "3"], "name the one"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], message: str) -> None:
    done = subprocess.run([sys.executable, "-m", "soak", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, message in done.stderr) == (2, True)


@pytest.mark.no_cover
def test_commands_are_processes_of_their_own() -> None:
    with Commands() as commands:
        done = commands.run("--version")
        assert (done.code, done.out[:9], check_ending(done, "it")) == (0, "searchsvc", None)
        done = commands.run("search", "storm", "--index", "nowhere")
        assert (done.code, "no index here yet" in done.err) == (3, True)
        assert "it: exit 3" in (check_ending(done, "it") or "")
        assert commands.run("9", function="time:sleep", patience=0.2).code == 1  # sleep takes no text
        assert commands.run(function="os:abort").code == -signal.SIGABRT
        assert "MemoryError" in commands.run(str(1 << 33), function="tests.soak.test_runner:take", memory=1 << 30).err
        killed = commands.run("30", function="tests.soak.test_runner:wait", kill_after=0.1)
        assert (killed.code, killed.hung) == (-signal.SIGKILL, False)
        late = commands.run("30", function="tests.soak.test_runner:wait", patience=0.1)
        assert (late.hung, "hangs" in (check_ending(late, "it") or "")) == (True, True)
        failed = commands.run("x", function="tests.soak.test_runner:wait")
        assert "ends in a traceback" in (check_ending(failed, "it", codes=(1,)) or "")


def take(size: str) -> None:
    bytearray(int(size))


def wait(seconds: str) -> None:
    signal.sigtimedwait([], float(seconds))
