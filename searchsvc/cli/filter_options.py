"""Options that narrow a search, alike for the commands: the facets of the table, days, a month.

A command with `filter_options` gets their values as one argument, `narrowing`, and keeps its own options beside them.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

import click

from searchsvc.errors import UsageError
from searchsvc.model.fields import FacetField, FacetRow
from searchsvc.search import SearchRequest

#: Types of the options of days and months.
DAY, MONTH = click.DateTime(["%Y-%m-%d"]), click.DateTime(["%Y-%m"])
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])
_WRITTEN = "YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ (UTC)"


#: What a command is before and after options are added to it.
CliFunction = Callable[..., None]


@dataclass(frozen=True, slots=True)
class GivenFilters:
    """What a search is narrowed to."""

    chosen: Mapping[FacetField, tuple[str, ...]]
    #: First and last day, both included.
    first: date | None
    last: date | None
    #: When the articles came in: from the first instant on, and before the second one.
    added_after: datetime | None
    added_before: datetime | None

    def narrowed(self, request: SearchRequest) -> SearchRequest:
        """Return a search with these filters."""
        return replace(
            request,
            chosen=self.chosen,
            first=self.first,
            last=self.last,
            added_after=self.added_after,
            added_before=self.added_before,
        )


def filter_options(rows: Sequence[FacetRow], *, of_quotes: bool = False) -> Callable[[CliFunction], CliFunction]:
    """Return a decorator that adds an option for each facet, for the days and for a month to a command.

    Args:
        rows: The facets.
        of_quotes: Whether quotes are searched, of which a facet may be told otherwise.

    """

    def decorate(command: CliFunction) -> CliFunction:
        @wraps(command)
        def call(**given: Any) -> None:
            chosen = {row.name: tuple(given.pop(f"facet_{row.parameter}")) for row in rows}
            first, last = _days(given.pop("first_day"), given.pop("last_day"), given.pop("of_month"))
            after, before = (_utc(given.pop(name)) for name in ("added_after", "added_before"))
            command(**given, narrowing=GivenFilters(chosen, first, last, after, before))

        options = [_facet_option(row, of_quotes=of_quotes) for row in rows]
        options += [
            click.option("--from", "first_day", type=DAY, metavar="DATE", help="First day, YYYY-MM-DD."),
            click.option("--to", "last_day", type=DAY, metavar="DATE", help="Last day, included."),
            click.option("--month", "of_month", type=MONTH, metavar="MONTH", help="All days of a month, YYYY-MM."),
            click.option(
                "--added-after", type=MOMENT, metavar="TIME", help=f"Only what came in from then on, {_WRITTEN}."
            ),
            click.option("--added-before", type=MOMENT, metavar="TIME", help="Only what came in before then."),
        ]
        decorated: CliFunction = call
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


def _utc(at: datetime | None) -> datetime | None:
    return at and at.replace(tzinfo=UTC)


def _facet_option(row: FacetRow, *, of_quotes: bool) -> Callable[[CliFunction], CliFunction]:
    does = (row.does_for_quotes if of_quotes else None) or row.does
    kind = click.Choice(row.known) if row.known else None
    name, metavar = f"facet_{row.parameter}", None if row.known else "NAME" if row.names else "VALUE"
    return click.option(f"--{row.parameter}", name, multiple=True, type=kind, metavar=metavar, help=does)


def _days(first: datetime | None, last: datetime | None, month: datetime | None) -> tuple[date | None, date | None]:
    """Return first and last day.

    Raises:
        UsageError: A month is given beside days.

    """
    if month is None:
        return first and first.date(), last and last.date()
    if first or last:
        raise UsageError("give --month, or --from and --to, and not both")
    begin = month.date()
    return begin, begin.replace(day=monthrange(begin.year, begin.month)[1])
