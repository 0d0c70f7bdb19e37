"""A column of numbers is as narrow as the largest of them, and gives back what was appended."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines.whoosh.codec.container import compact
from searchsvc.engines.whoosh.codec.integer_column import IntegerColumn

#: Numbers around the ends of each dtype.
NUMBERS = st.sampled_from([0, 1, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**64 - 1]) | st.integers(0, 2**64 - 1)


@given(st.lists(st.lists(NUMBERS, max_size=4), max_size=8), st.data())
def test_a_column_holds_what_was_appended_one_by_one_or_together(parts: list[list[int]], data: st.DataObject) -> None:
    column, expected = IntegerColumn(), list[int]()
    for part in parts:
        match data.draw(st.sampled_from(["append", "extend", "extend_from"])):
            case "append":
                for number in part:
                    column.append(number)
            case "extend":
                column.extend(iter(part))
            case _:
                column.extend_from(np.array(part, np.uint64))
        expected += part
    assert len(column) == len(expected)
    assert list(column) == column.values().tolist() == expected
    assert column.values().dtype == compact(np.array(expected, np.uint64)).dtype
    first = data.draw(st.integers(0, len(expected)))
    assert column.values(first, first + 2).tolist() == expected[first : first + 2]
    assert [column[number] for number in range(len(expected))] == expected


def test_values_are_a_copy_and_the_column_goes_on_growing() -> None:
    column = IntegerColumn()
    column.extend(range(3))
    before = column.values()
    column.append(7)
    before[:] = 9
    assert list(column) == [0, 1, 2, 7]
