"""Which Pythons the tests are tried with, and how those that are not here are told."""

import sys
import tomllib
from pathlib import Path

import pytest

from tools import pythons

ROOT = Path(__file__).parent.parent
HERE = "{}.{}".format(*sys.version_info)


def fake(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return path


def test_supported_begins_with_the_least_that_pyproject_asks_for() -> None:
    least = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert least == f">={pythons.supported()[0]}"
    assert HERE in pythons.supported()


def test_interpreter_passes_over_what_does_not_start_or_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path / "bin" / "python3.99", "exit 127")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    versions = tmp_path / ".pyenv" / "versions"
    fake(versions / "3.99.2" / "bin" / "python3.99", "echo 3.98")
    right = fake(versions / "3.99.1" / "bin" / "python3.99", "echo 3.99")
    assert pythons.interpreter("3.99", tmp_path) == str(right)
    assert pythons.interpreter("3.97", tmp_path) is None


def test_main_tells_what_was_tried_and_fails_where_one_that_is_here_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {"3.11": "/a/python", "3.12": None, "3.13": "/c/python"}
    monkeypatch.setattr(pythons, "supported", lambda: list(found))
    monkeypatch.setattr(pythons, "interpreter", found.get)
    outcome = {"3.11": "passed", "3.13": "passed"}
    monkeypatch.setattr(pythons, "tried", lambda version, python, arguments: outcome[version])  # noqa: ARG005
    assert pythons.main([]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-3:] == ["Python 3.11: passed", "Python 3.12: not found here, not tried", "Python 3.13: passed"]
    outcome["3.13"] = "FAILED"
    assert pythons.main([]) == 1
