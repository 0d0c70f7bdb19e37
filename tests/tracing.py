"""Call → how many lines of Python it runs: a measure of work that no other process disturbs."""

import sys
from collections.abc import Callable
from types import FrameType


def lines_run(call: Callable[[], object], *, below: str = "") -> int:
    """Return how many lines run in files whose path holds `below`; who traced before goes on afterwards."""
    lines = 0

    def count(_frame: FrameType, event: str, _argument: object) -> object:
        nonlocal lines
        lines += event == "line"
        return count

    def enter(frame: FrameType, _event: str, _argument: object) -> object:
        return count if below in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(enter)  # type: ignore[arg-type]
    try:
        call()
    finally:
        sys.settrace(before)
    return lines
