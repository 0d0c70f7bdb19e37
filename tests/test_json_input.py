"""JSON of strangers is read to a depth that is the same in every Python, in every thread and under every caller."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.json_input import MAX_DEPTH, NestingError, read_json

LEAVES = st.none() | st.integers() | st.text(alphabet='a"\\[]{}\n')
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + closing * depth


@given(VALUES)
def test_read_json_reads_what_json_reads(value: object) -> None:
    assert read_json(json.dumps(value)) == value


@pytest.mark.parametrize(
    "around",
    [
        pytest.param("{}", id="alone"),
        pytest.param('{{"a": {}}}', id="in an object"),
        pytest.param('["]]]", "\\"]", {}]', id="after strings that close"),
        pytest.param('["\\\\", {}]', id="after an escaped escape"),
    ],
)
def test_read_json_counts_the_brackets_that_are_open(around: str) -> None:
    inside = MAX_DEPTH - (around != "{}")
    assert read_json(around.format(nested(inside)))
    with pytest.raises(NestingError):
        read_json(around.format(nested(inside + 1)))


def test_read_json_counts_no_bracket_in_a_string_and_none_that_is_closed() -> None:
    assert read_json(json.dumps("[{" * 5_000)) == "[{" * 5_000
    assert read_json(f"[{'[],' * 5_000}{{}}]") == [[]] * 5_000 + [{}]


@pytest.mark.parametrize("size", [1_000, 1_000_000], ids=["some", "many"])
@pytest.mark.parametrize("unit", ["[", "{", '{"a":', '[{"a":', '["a",', "[{},"])
def test_read_json_refuses_depth_whatever_the_size(unit: str, size: int) -> None:
    with pytest.raises(NestingError, match=f"more than {MAX_DEPTH} deep"):
        read_json(unit * size)


@pytest.mark.parametrize(
    "text", ["[" * MAX_DEPTH, '["' + "[" * 5_000, '["\\' + '[\\"' * 5_000, "]" * 5_000, '"' + '\\"' * 500_000]
)
def test_read_json_says_of_what_is_not_deep_that_it_is_no_json(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read_json(text)


def test_read_json_goes_as_deep_where_the_stack_is_almost_used_up() -> None:
    found: list[object] = []

    def below(calls: int) -> None:
        if calls:
            below(calls - 1)
        else:
            found.append(read_json(nested(MAX_DEPTH)))

    thread = threading.Thread(target=below, args=(700,))
    thread.start()
    thread.join()
    assert found
