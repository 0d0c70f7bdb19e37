"""A value with the rule and the place it came from."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from searchsvc.model.article import Origin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """One candidate for a field of the head."""

    value: T
    origin: Origin


def found(value: T, rule: str, place: str, *, inferred: bool = False) -> Found[T]:
    """Return the value with its origin."""
    return Found(value, Origin(rule, place, inferred))
