"""Tests that count what runs take nothing from those who measure the tests."""

import sys

import pytest

from tests.tracing import lines_run


def work(times: int) -> None:
    for _ in range(times):
        pass


def test_lines_run_counts_work_and_not_time() -> None:
    assert lines_run(lambda: work(200)) - lines_run(lambda: work(100)) == 200
    assert lines_run(lambda: work(100), below="/elsewhere/") == 0


def test_lines_run_gives_back_the_tracing_that_it_found() -> None:
    seen: list[str] = []

    def other(_frame: object, event: str, _argument: object) -> None:
        seen.append(event)

    before = sys.gettrace()
    sys.settrace(other)
    try:
        lines_run(lambda: work(1))
        with pytest.raises(ZeroDivisionError):
            lines_run(lambda: 1 / 0)
        assert sys.gettrace() is other
        seen.clear()
        work(1)
    finally:
        sys.settrace(before)
    assert "call" in seen
