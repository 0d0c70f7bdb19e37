"""Candidate: a value that may be that of a field of the head, with what speaks for and against it, and the choice.

Each field of a page is stated in several places (JSON-LD, meta elements, microdata, print), and places state it that
speak of something else: a video, a reader's comment, a related story. Every place gives a candidate; a candidate that
cannot be meant is refused with the reason, and of the others the one with the greatest weight is taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from searchsvc.model.article import Origin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T]):
    """A value that a place of the page gives for a field."""

    value: T
    #: The rule that found it, and the place on the page.
    origin: Origin
    #: How much speaks for it, compared with other candidates of the field; 100 is a statement about this very story.
    weight: float = 0.0
    #: Why it cannot be the value of the field; None if it can.
    refused: str | None = None


def candidate(
    value: T,
    rule: str,
    place: str,
    weight: float = 0.0,
    *,
    inferred: bool = False,
    refused: str | None = None,
) -> Candidate[T]:
    """Return a candidate with its origin."""
    return Candidate(value, Origin(rule, place, inferred), weight, refused)


def chosen(candidates: Iterable[Candidate[T]]) -> Candidate[T] | None:
    """Return the candidate of the greatest weight that is not refused, of equal ones the first; None without one."""
    return max((one for one in candidates if one.refused is None), key=lambda one: one.weight, default=None)


def reason_against(one: Candidate[T], taken: Candidate[T] | None) -> str:
    """Return why a candidate was not taken: why it is refused, or which one has more weight."""
    if one.refused:
        return one.refused
    return f"{taken.origin.rule} has more weight ({taken.weight:g} to {one.weight:g})" if taken else "not taken"
