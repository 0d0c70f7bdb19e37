"""Which requests wait for a thread, and which are told at once to come again."""

import time

import pytest

from searchsvc.web import admission
from searchsvc.web.admission import MAX_GIVEN, MAX_RETRY_SECONDS, MAX_WAIT, RETRY_SECONDS, Admission, Lane, Turn

THREADS = 4


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 50.0

    def monotonic(self) -> float:
        return self.now

    thread_time = monotonic


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(admission, "time", clock)
    return clock


def answer(asked: Lane, clock: Clock, seconds: float, times: int = 1) -> None:
    for _ in range(times):
        clock.now += seconds
        asked.answered()


def test_quick_requests_wait_up_to_a_number(clock: Clock) -> None:
    asked = Lane(THREADS, THREADS)
    for _ in range(100):
        asked.give(None)
        answer(asked, clock, 0.001)
    for _ in range(MAX_GIVEN):
        assert not asked.is_full
        asked.give(None)
    assert asked.is_full
    assert asked.retry_after == RETRY_SECONDS


def test_slow_requests_wait_up_to_a_time(clock: Clock) -> None:
    asked = Lane(THREADS, THREADS)
    for _ in range(40):
        asked.give(None)
    assert not asked.is_full, "nothing is known yet"
    answer(asked, clock, 1.0, 20)
    assert asked.is_full
    assert RETRY_SECONDS < asked.retry_after <= 20
    answer(asked, clock, 1.0, 18)
    assert asked.expected_wait < MAX_WAIT
    assert not asked.is_full


def test_what_has_a_thread_is_never_refused_and_quick_answers_are_believed_again(clock: Clock) -> None:
    asked = Lane(THREADS, THREADS)
    for _ in range(3):
        asked.give(None)
        answer(asked, clock, 100.0)
    for _ in range(THREADS):
        assert not asked.is_full
        asked.give(None)
    assert asked.is_full
    assert asked.retry_after == MAX_RETRY_SECONDS
    answer(asked, clock, 0.01, THREADS - 1)
    for _ in range(30):
        answer(asked, clock, 0.01)
        clock.now += 60.0  # nobody asks: no time between two answers
        asked.give(None)
    assert THREADS * asked.expected_wait < MAX_WAIT


def test_a_request_whose_turn_comes_too_late_is_late(clock: Clock) -> None:
    turn = Turn(Lane(THREADS, THREADS), 0, clock.now)
    clock.now += MAX_WAIT
    assert not turn.is_late
    clock.now += 0.1
    assert turn.is_late


def test_requests_are_handed_to_the_threads_in_turn_and_no_more_than_a_lane_is_wide(clock: Clock) -> None:
    lane = Lane(2, THREADS)
    for connection in "abcd":
        lane.give(connection)
    assert [lane.next(), lane.next(), lane.next()] == ["a", "b", None]
    answer(lane, clock, 1.0)
    assert [lane.next(), lane.next()] == ["c", None]
    answer(lane, clock, 1.0, 2)
    assert [lane.next(), lane.next()] == ["d", None]


def request(text: str) -> bytes:
    return f"GET /api/search?q={text} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def answered(admission_: Admission, asked: bytes, cost: float | None) -> None:
    turn = admission_.turn(asked)
    turn.lane.give(None)
    turn.cost = cost
    admission_.answered(turn)


def test_requests_are_costly_by_what_they_cost_and_unknown_ones_by_their_length() -> None:
    known = Admission(THREADS)
    short, long = request("harbour"), request("%22harbour+wall%22+OR+" * 50)
    assert known.turn(short).lane is known.usual
    assert known.turn(long).lane is known.costly
    answered(known, short, 1.0)
    answered(known, long, 0.01)
    assert known.turn(short).lane is known.costly
    assert known.turn(long).lane is known.usual
    answered(known, short, None)
    assert known.turn(short).lane is known.costly, "a request that was not answered tells nothing"
    assert known.turn(request("ferry")).lane is known.usual
    answered(known, short, 0.01)
    assert known.turn(short).lane is known.usual


def test_costs_of_the_latest_requests_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MAX_COSTS", 3)
    known = Admission(THREADS)
    for text in ("a", "b", "c", "a", "d"):
        answered(known, request(text), 1.0)
    lanes = [known.turn(request(text)).lane for text in "abcd"]
    assert lanes == [known.costly, known.usual, known.costly, known.costly]


def test_a_turn_measures_processor_time() -> None:
    turn = Turn(Lane(THREADS, THREADS), 0, time.monotonic())
    with turn:
        time.sleep(0.2)
        begin = time.thread_time()
        while time.thread_time() < begin + 0.05:
            pass
    assert turn.cost is not None
    assert 0.05 <= turn.cost < 0.2
