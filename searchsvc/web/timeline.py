"""Counts by month → bars: months, years or decades, as many as a screen can bear."""

import calendar
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date

from searchsvc.model.result import FacetValue
from searchsvc.search import SearchRequest
from searchsvc.web.addresses import query_string

#: Bars are links with a label each: so many fit beside each other.
MOST_BARS = 24
MONTH, YEAR, DECADE, CENTURY = 1, 12, 120, 1200
UNITS = (MONTH, YEAR, DECADE, CENTURY)
#: Height of the highest bar, and of the lowest that is not empty: one article must be seen.
HIGHEST, LOWEST = 100, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One period and how many of the articles are of it."""

    #: `July 2009`, for reading out.
    label: str
    #: `Jul`, below the bar.
    short: str
    #: The year, where months begin or a year does.
    year: str
    count: int
    height: int
    #: Query string that narrows to the period; None where there is nothing.
    href: str | None

    @property
    def top(self) -> int:
        """Return where the bar begins, from above."""
        return HIGHEST - self.height


def timeline(months: Sequence[FacetValue], request: SearchRequest) -> tuple[Bar, ...]:
    """Return the bars without gaps, or none where all is of one period."""
    counts = {_month(value.value): value.count for value in months}
    if not counts:
        return ()
    unit = next((unit for unit in UNITS if max(counts) // unit - min(counts) // unit < MOST_BARS), UNITS[-1])
    periods: Counter[int] = Counter()
    for month, count in counts.items():
        periods[month // unit] += count
    if len(periods) == 1:
        return ()
    highest = max(periods.values())
    first, last = min(periods), max(periods)
    return tuple(_bar(period, unit, periods[period], highest, first, request) for period in range(first, last + 1))


def month_label(value: str) -> str:
    """Return `July 2009` for `2009-07`."""
    return _label(*divmod(_month(value), YEAR), MONTH)


def _bar(period: int, unit: int, count: int, highest: int, first: int, request: SearchRequest) -> Bar:
    year, month = divmod(period * unit, YEAR)
    opens_year = unit == MONTH and (month == 0 or period == first)
    return Bar(
        label=_label(year, month, unit),
        short=calendar.month_abbr[month + 1] if unit == MONTH else f"{year}{'' if unit == YEAR else 's'}",
        year=str(year) if opens_year else "",
        count=count,
        height=max(LOWEST, round(HIGHEST * count / highest)) if count else 0,
        href=query_string(request, first=_first_day(period * unit), last=_last_day((period + 1) * unit - 1))
        if count
        else None,
    )


def _label(year: int, month: int, unit: int) -> str:
    if unit == MONTH:
        return f"{calendar.month_name[month + 1]} {year}"
    return str(year) if unit == YEAR else f"{year} to {year + unit // YEAR - 1}"


def _month(value: str) -> int:
    year, _, month = value.partition("-")
    return int(year) * YEAR + int(month) - 1


def _first_day(month: int) -> date:
    return date(max(month // YEAR, 1), month % YEAR + 1, 1)


def _last_day(month: int) -> date:
    year, month = min(month // YEAR, MAXYEAR), month % YEAR + 1
    return date(year, month, calendar.monthrange(year, month)[1])
