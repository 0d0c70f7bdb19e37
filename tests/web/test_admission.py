"""Which requests wait for a thread, and which are told at once to come again."""

import pytest

from searchsvc.web import admission
from searchsvc.web.admission import MAX_GIVEN, MAX_RETRY_SECONDS, MAX_WAIT, RETRY_SECONDS, Admission

THREADS = 4


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 50.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(admission, "time", clock)
    return clock


def answer(asked: Admission, clock: Clock, seconds: float, times: int = 1) -> None:
    for _ in range(times):
        clock.now += seconds
        asked.answered()


def test_quick_requests_wait_up_to_a_number(clock: Clock) -> None:
    asked = Admission(THREADS)
    for _ in range(100):
        asked.give()
        answer(asked, clock, 0.001)
    for _ in range(MAX_GIVEN):
        assert not asked.is_full
        asked.give()
    assert asked.is_full
    assert asked.retry_after == RETRY_SECONDS


def test_slow_requests_wait_up_to_a_time(clock: Clock) -> None:
    asked = Admission(THREADS)
    for _ in range(40):
        asked.give()
    assert not asked.is_full, "nothing is known yet"
    answer(asked, clock, 1.0, 20)
    assert asked.is_full
    assert RETRY_SECONDS < asked.retry_after <= 20
    answer(asked, clock, 1.0, 18)
    assert asked.expected_wait < MAX_WAIT
    assert not asked.is_full


def test_what_has_a_thread_is_never_refused_and_quick_answers_are_believed_again(clock: Clock) -> None:
    asked = Admission(THREADS)
    for _ in range(3):
        asked.give()
        answer(asked, clock, 100.0)
    for _ in range(THREADS):
        assert not asked.is_full
        asked.give()
    assert asked.is_full
    assert asked.retry_after == MAX_RETRY_SECONDS
    answer(asked, clock, 0.01, THREADS - 1)
    for _ in range(30):
        answer(asked, clock, 0.01)
        clock.now += 60.0  # nobody asks: no time between two answers
        asked.give()
    assert THREADS * asked.expected_wait < MAX_WAIT


def test_a_request_whose_turn_comes_too_late_is_late(clock: Clock) -> None:
    asked = Admission(THREADS)
    given_at = asked.give()
    clock.now += MAX_WAIT
    assert not asked.is_late(given_at)
    clock.now += 0.1
    assert asked.is_late(given_at)
