"""Answers of the last commit that a process keeps."""

from typing import Any

import pytest

from searchsvc.engines.opensearch import commit_view
from searchsvc.engines.opensearch.commit_view import AnswerCache


def answer(*texts: str, total: int = 7, buckets: int = 0) -> dict[str, Any]:
    hits = [{"_source": {"shown": text}} for text in texts]
    found = {"all": {"doc_count": 1, "keys": {"buckets": [{"key": str(i), "doc_count": i} for i in range(buckets)]}}}
    return {"hits": {"total": total, "hits": hits}} | ({"aggregations": found} if buckets else {})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> AnswerCache:
    monkeypatch.setattr(commit_view, "REMEMBERED_BYTES", 10_000)
    monkeypatch.setattr(commit_view, "_LARGEST", 5_000)
    return AnswerCache()


def test_an_answer_is_kept_for_its_commit_alone(small: AnswerCache) -> None:
    small.put("one", "line", answer("a"), counts=False)
    small.put("one", "count", answer(total=3), counts=True)
    assert small.get("one", "line") == answer("a")
    assert small.get("one", "count") == {"hits": {"total": 3, "hits": []}}
    assert small.get("two", "line") is None
    small.put("two", "other", answer("b"), counts=False)
    assert small.get("one", "line") is None
    assert small.get("one", "count") is None


def test_the_answers_that_were_used_last_stay(small: AnswerCache) -> None:
    for name in "abc":
        small.put("one", name, answer("x" * 1500), counts=False)
    assert small.get("one", "a")
    small.put("one", "d", answer("x" * 1500), counts=False)
    assert [name for name in "abcd" if small.get("one", name)] == ["a", "c", "d"]


@pytest.mark.parametrize("large", [answer("x" * 5_000), answer(*"abcdefghi"), answer(buckets=13)])
def test_an_answer_that_would_push_out_many_is_not_kept(small: AnswerCache, large: dict[str, Any]) -> None:
    small.put("one", "small", answer("a"), counts=False)
    small.put("one", "large", large, counts=False)
    assert small.get("one", "large") is None
    assert small.get("one", "small")


def test_numbers_take_no_room_of_answers(small: AnswerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit_view, "REMEMBERED", 3)
    small.put("one", "line", answer("a"), counts=False)
    for i in range(4):
        small.put("one", str(i), answer(total=i), counts=True)
    assert small.get("one", "0") is None
    assert small.get("one", "3") == {"hits": {"total": 3, "hits": []}}
    assert small.get("one", "line")
