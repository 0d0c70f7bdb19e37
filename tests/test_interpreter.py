"""Where a Python of ours looks for modules."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from searchsvc.interpreter import leave_current_folder, python_of_ours

ROOT = Path(__file__).parent.parent


def entries(environ: dict[str, str]) -> list[str]:
    return environ["PYTHONPATH"].split(os.pathsep)


def test_python_of_ours_leaves_out_the_current_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to("here")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PYTHONPATH", f"lib:/trusted{os.pathsep}")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "cache")
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    lib = str(tmp_path / "here" / "lib")
    strange = ["", ".", "lib", lib, str(tmp_path / "here"), str(tmp_path / "link"), "/with:colon"]
    monkeypatch.setattr(sys, "path", [*strange, "/trusted", str(ROOT)])
    command, environ = python_of_ours("module:function", "a", "b")
    assert entries(environ) == ["/trusted", str(ROOT)]
    assert command[:3] == [sys.executable, "-P", "-c"]
    assert command[4:] == ["a", "b"]
    assert "PYTHONPYCACHEPREFIX" not in environ
    assert (environ["PYTHONHASHSEED"], environ["PYTHONSAFEPATH"]) == ("1", "1")


def test_python_of_ours_keeps_the_folder_that_the_package_lies_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", ["", str(ROOT), "/trusted"])
    assert entries(python_of_ours("module:function")[1]) == [str(ROOT), "/trusted"]


def test_python_of_ours_works_where_the_current_folder_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(sys, "path", ["", "/trusted"])
    assert entries(python_of_ours("module:function")[1]) == ["/trusted"]


def test_python_of_ours_calls_the_function_with_the_arguments() -> None:
    command, environ = python_of_ours("builtins:print", "a text", "b")
    assert subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout == "a text b\n"


def test_leave_current_folder_changes_nothing_in_programs_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", before := ["", "/trusted"])
    monkeypatch.setattr(sys, "argv", ["-c"])
    leave_current_folder()
    assert before == ["", "/trusted"]
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/searchsvc", "search"])
    leave_current_folder()
    assert before == ["/trusted"]
