"""Counts of articles by period of the calendar, and the arithmetic of these periods.

A period is named by its first day. Weeks are those of ISO 8601: they begin on Mondays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Literal

#: Length of a period. The days of articles are the pages' own calendar days.
Interval = Literal["day", "week", "month", "year"]
DAYS_OF_WEEK, MONTHS_OF_YEAR = 7, 12


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """A period, and how many articles are dated within it."""

    #: First day of the period.
    first: date
    count: int


@dataclass(frozen=True, slots=True)
class DateHistogram:
    """How many of some articles are dated within each period.

    Where copies are grouped, a period counts the groups that have an article in it, so that one may count in several.
    """

    #: The periods that have articles, ascending.
    periods: tuple[PeriodCount, ...] = ()
    #: Articles without a date.
    undated: int = 0
    #: How often groups of copies are counted again: those with articles in several periods, or undated ones too.
    again: int = 0

    @property
    def dated(self) -> int:
        """Return the sum of the periods' counts."""
        return sum(one.count for one in self.periods)

    @property
    def total(self) -> int:
        """Return the number of all articles, or groups of copies."""
        return self.dated + self.undated - self.again


def first_day(day: date, interval: Interval) -> date:
    """Return the first day of the period that a day lies in.

    >>> str(first_day(date(2026, 11, 30), "week")), str(first_day(date(2026, 11, 30), "year"))
    ('2026-11-30', '2026-01-01')
    """
    match interval:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)


def last_day(first: date, interval: Interval) -> date:
    """Return the last day of a period, given by its first; the calendar ends with the year 9999."""
    after = _next(first, interval)
    return date.max if after is None else after - timedelta(days=1)


def periods_between(first: date, last: date, interval: Interval) -> Iterator[date]:
    """Yield the first day of each period from the one that `first` lies in to that of `last`, empty ones too."""
    at: date | None = first_day(first, interval)
    while at is not None and at <= last:
        yield at
        at = _next(at, interval)


def count_periods(first: date, last: date, interval: Interval) -> int:
    """Return how many periods there are from the one that `first` lies in to that of `last`, without listing them."""
    begin, end = first_day(first, interval), first_day(last, interval)
    match interval:
        case "day":
            return (end - begin).days + 1
        case "week":
            return (end - begin).days // DAYS_OF_WEEK + 1
        case "month":
            return (end.year - begin.year) * MONTHS_OF_YEAR + end.month - begin.month + 1
        case "year":
            return end.year - begin.year + 1


def _next(first: date, interval: Interval) -> date | None:
    """Return the first day of the period after the one that begins with a day; None beyond the calendar's end."""
    if interval in {"day", "week"}:
        length = DAYS_OF_WEEK if interval == "week" else 1
        return first + timedelta(days=length) if (date.max - first).days >= length else None
    months = 1 if interval == "month" else MONTHS_OF_YEAR
    year, month = divmod(first.year * MONTHS_OF_YEAR + first.month - 1 + months, MONTHS_OF_YEAR)
    return date(year, month + 1, 1) if year <= MAXYEAR else None
