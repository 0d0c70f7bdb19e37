"""The audit of what we depend on: a vulnerability fails, silence of the service is told."""

import json
import sys
from collections.abc import Mapping

import pytest

from tools.audit import main, verdict

WHOLE = {"name": "flask", "version": "3.1.3", "vulns": []}
FAULTY = {
    "name": "lxml", "version": "4.6.2", "vulns": [{"id": "PYSEC-2021-19", "fix_versions": ["4.6.3"], "aliases": []}]
}  # fmt: skip
UNKNOWN = {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited: numpy (2.4.6)"}


def report(*packages: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_verdict_is_silent_where_all_is_well() -> None:
    assert verdict(report(WHOLE)) == ([], 0)


def test_verdict_fails_on_a_vulnerability() -> None:
    assert verdict(report(WHOLE, FAULTY)) == (["lxml 4.6.2: PYSEC-2021-19, mended in 4.6.3"], 1)


def test_verdict_does_not_take_silence_for_health() -> None:
    (line,), code = verdict(report(WHOLE, UNKNOWN))
    assert line.startswith("AUDIT NOT DONE for 1 of 2 packages")
    assert code == 0
    assert verdict(report(FAULTY, UNKNOWN))[1] == 1
    for output in ("", "no json", "{}", "[]"):
        (line,), code = verdict(output)
        assert line.startswith("AUDIT NOT DONE: ")
        assert code == 0


def test_main_tells_what_the_command_reports(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([sys.executable, "-c", f"print({report(FAULTY)!r})"]) == 1
    assert "PYSEC-2021-19" in capsys.readouterr().err
    assert main([sys.executable, "-c", "raise SystemExit(1)"]) == 0
    assert capsys.readouterr().err.startswith("AUDIT NOT DONE: ")
