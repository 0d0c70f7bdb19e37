"""What a test knows of the type of a value and mypy does not: asserted, so that a wrong guess fails."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    """Return the value, which is not None."""
    assert value is not None
    return value


def of_type(kind: type[T], value: object) -> T:
    """Return the value, which is of that class."""
    assert isinstance(value, kind), value
    return value


def all_of_type(kind: type[T], values: Iterable[object]) -> list[T]:
    """Return the values, which are of that class, all of them."""
    return [of_type(kind, value) for value in values]
