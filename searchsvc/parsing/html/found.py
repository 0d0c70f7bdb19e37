"""A value with the rule and the place it came from."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from searchsvc.model.article import Origin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HeadValue(Generic[T]):
    """One candidate for a field of the head."""

    value: T
    origin: Origin


def head_value(value: T, rule: str, place: str, *, inferred: bool = False) -> HeadValue[T]:
    """Return the value with its origin."""
    return HeadValue(value, Origin(rule, place, inferred))
