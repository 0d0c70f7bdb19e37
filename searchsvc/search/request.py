"""What a reader may ask of one search: the same words on the page, in the API and on the command line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from searchsvc.errors import QueryError
from searchsvc.model.query import Facet, FacetField, Node, Or, Published, Sort

Match = Literal["auto", "all", "any"]

PAGE_SIZE = 10
LARGEST_PAGE = 100
#: Deeper pages are served by narrowing the dates; this many hits is past what anybody reads.
DEEPEST_HIT = 1_000_000


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. Several values of a facet widen it; different facets narrow each other.

    `sort` None means by relevance, or newest first where there is no text.
    """

    text: str = ""
    page: int = 1
    size: int = PAGE_SIZE
    sort: Sort | None = None
    match: Match = "auto"
    section: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    #: Kinds of quotes; articles have none.
    kind: tuple[str, ...] = ()
    #: First and last day, both included.
    first: date | None = None
    last: date | None = None
    #: The text is mere words: no operators, no fields.
    plain: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be answered.

        Raises:
            QueryError: A number is out of range or the dates are the wrong way round.

        """
        if not 1 <= self.size <= LARGEST_PAGE:
            raise QueryError(f"size is {self.size}: ask for 1 to {LARGEST_PAGE} articles a page")
        if self.page < 1:
            raise QueryError(f"page is {self.page}: pages are counted from 1")
        if self.page * self.size > DEEPEST_HIT:
            raise QueryError(
                f"page {self.page} lies beyond hit {DEEPEST_HIT}: narrow the dates instead", too_costly=True
            )
        if self.first and self.last and self.first > self.last:
            raise QueryError(f"from {self.first} is after to {self.last}: exchange the two")

    def filters(self) -> tuple[Node, ...]:
        """Return the nodes that narrow the result without scoring."""
        return tuple(self._filters())

    def _filters(self) -> Iterator[Node]:
        choices: tuple[tuple[FacetField, tuple[str, ...]], ...] = (
            ("section", self.section),
            ("outlet", self.outlet),
            ("author", self.author),
            ("speaker", self.speaker),
            ("language", self.language),
            ("kind", self.kind),
        )
        for field, values in choices:
            if values:
                nodes = tuple(Facet(field, value) for value in values)
                yield nodes[0] if len(nodes) == 1 else Or(nodes)
        if self.first or self.last:
            yield Published(_midnight(self.first), _midnight(self.last and _next_day(self.last)))


def _next_day(day: date) -> date | None:
    return None if day == date.max else day + timedelta(days=1)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
