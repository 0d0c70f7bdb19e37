"""Counts by month and day → the timeline of a results page: bars, what is chosen among them, and the ways from there.

Without dates the bars go from the first hit to the last. Where a period is chosen it stays lit among its neighbours,
and below it are its parts: of a year the months, of a month the days.
"""

import calendar
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time

from searchsvc.model.message import Message
from searchsvc.model.result import FacetValue
from searchsvc.search import SearchRequest
from searchsvc.web.page_language import page_language, told
from searchsvc.web.query_strings import affordable_links, query_string

#: Bars of a row, at most, except of centuries and of the days of a month.
MAX_BARS = 24
#: Lengths of a bar's period, in months; 0: a day.
DAY, MONTH, YEAR, DECADE, CENTURY = 0, 1, 12, 120, 1200
UNITS = (MONTH, YEAR, DECADE, CENTURY)
#: Unit of a period → that of its parts.
PARTS: Mapping[int, int] = {CENTURY: DECADE, DECADE: YEAR, YEAR: MONTH, MONTH: DAY}
#: Height of the highest bar, and least height of a bar that is not empty, in units of the SVG.
MAX_HEIGHT, MIN_HEIGHT = 100, 4
#: CSS pixels of a row on the narrowest screen, of a bar at least, of a letter of a label, and of its edges.
ROW_WIDTH, BAR_WIDTH, LETTER_WIDTH, LABEL_EDGES = 288, 24, 6.5, 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a timeline: a period and the number of hits in it."""

    #: Name of the period: `July 2009`.
    label: str
    #: Label below the bar, `Jul`; "" where there is no room for it.
    short: str
    #: The year, at the first bar and each January of a row of months; else "".
    year: str
    count: int
    height: int
    #: Query string that narrows the search to the period; None if it has no hits, or is chosen.
    href: str | None
    #: Whether it is chosen, or is part of what is.
    chosen: bool = False

    @property
    def top(self) -> int:
        """Return the distance from the top of the timeline to the top of the bar."""
        return MAX_HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Step:
    """A link to another period."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The timeline of a results page."""

    bars: tuple[Bar, ...]
    #: The parts of the chosen period, and its name; () and "" if none is chosen, or it is a day.
    parts: tuple[Bar, ...] = ()
    chosen: str = ""
    #: The nearest periods before and after the chosen one that have hits, and the period that it is part of.
    previous: Step | None = None
    next: Step | None = None
    around: Step | None = None
    #: The search without dates, if it has some.
    everything: str | None = None


@dataclass(frozen=True, slots=True)
class TimePeriod:
    """A period of a unit; its number counts days as `date.toordinal`, else units since the year 0."""

    unit: int
    number: int

    @property
    def first(self) -> date:
        """The first day; the calendar begins in the year 1."""
        if self.unit == DAY:
            return date.fromordinal(self.number)
        year, month = divmod(self.number * self.unit, YEAR)
        return date(max(year, 1), month + 1, 1)

    @property
    def last(self) -> date:
        """The last day; the calendar ends in the year 9999."""
        if self.unit == DAY:
            return self.first
        year, month = divmod((self.number + 1) * self.unit - 1, YEAR)
        year = min(year, MAXYEAR)
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])

    @property
    def label(self) -> str:
        """The name of the period."""
        first, year = self.first, self.number * self.unit // YEAR
        if self.unit == DAY:
            return day(first)
        if self.unit == MONTH:
            return page_language().month(first)
        return str(year) if self.unit == YEAR else _from_to(str(year), str(year + self.unit // YEAR - 1))

    @property
    def short(self) -> str:
        """The label below its bar."""
        if self.unit == DAY:
            return str(self.first.day)
        if self.unit == MONTH:
            return page_language().short_month(self.first)
        year = self.number * self.unit // YEAR
        if self.unit == CENTURY:
            return f"{year}–{year + CENTURY // YEAR - 1}"
        return str(year) if self.unit == YEAR else told(Message("%(year)ss", year=str(year)))

    def within(self, unit: int) -> "TimePeriod":
        """Return the period of a greater unit that it is part of."""
        month = self.first.year * YEAR + self.first.month - 1 if self.unit == DAY else self.number * self.unit
        return TimePeriod(unit, month // unit)

    def parts(self) -> range:
        """Return the numbers of its parts, periods of the next smaller unit."""
        if self.unit == MONTH:
            return range(self.first.toordinal(), self.last.toordinal() + 1)
        ratio = self.unit // PARTS[self.unit]
        return range(self.number * ratio, (self.number + 1) * ratio)


def month_period(value: str) -> TimePeriod:
    """Return the month `2009-07`."""
    year, _, month = value.partition("-")
    return TimePeriod(MONTH, int(year) * YEAR + int(month) - 1)


def chosen_period(request: SearchRequest) -> TimePeriod | None:
    """Return the day, month, year, decade or century that first and last day of a search make; None if they do not."""
    if request.first is None or request.last is None:
        return None
    day = TimePeriod(DAY, request.first.toordinal())
    periods = [day, *(day.within(unit) for unit in UNITS)]
    return next((one for one in periods if (one.first, one.last) == (request.first, request.last)), None)


def timeline(months: Sequence[FacetValue], days: Sequence[FacetValue], request: SearchRequest) -> Timeline:
    """Return the timeline of a search; without bars if all hits are of one period and no dates are chosen.

    The period of a bar is the chosen one's unit, else the shortest that gives at most MAX_BARS bars (fewer for a very
    long search), else centuries. Where a period is chosen, there are three bars at least.

    Args:
        months: Counts by month, `2009-07`, without the chosen dates.
        days: Counts by day, `2009-07-15`, of the month that the chosen dates are in, without these dates.
        request: The search that the bars narrow.

    """
    by_month = {month_period(value.value): value.count for value in months}
    if not by_month:
        return Timeline(())
    most = min(MAX_BARS, affordable_links(request))
    chosen = chosen_period(request)
    everything = query_string(request, first=None, last=None) if request.first or request.last else None
    if chosen is None:
        numbers = [one.number for one in by_month]
        unit = next((unit for unit in UNITS if max(numbers) // unit - min(numbers) // unit < most), UNITS[-1])
        counts = _counted(by_month, unit)
        if len(counts) == 1 and everything is None:
            return Timeline(())
        return Timeline(_row(unit, range(min(counts), max(counts) + 1), counts, request), everything=everything)
    by_day = {date.fromisoformat(value.value).toordinal(): value.count for value in days}
    counts = by_day if chosen.unit == DAY else _counted(by_month, chosen.unit)
    if chosen.unit == DAY:
        shown = chosen.within(MONTH).parts()
    else:
        shown = _window(chosen.number, min((*counts, chosen.number - 1)), max((*counts, chosen.number + 1)), most)
    inside = by_day if chosen.unit == MONTH else _counted(by_month, PARTS.get(chosen.unit, MONTH))
    parts = () if chosen.unit == DAY or most < MAX_BARS else _row(PARTS[chosen.unit], chosen.parts(), inside, request)
    before = max((number for number in counts if number < chosen.number), default=None)
    after = min((number for number in counts if number > chosen.number), default=None)
    greater = next((unit for unit in UNITS[:2] if unit > chosen.unit), None)
    return Timeline(
        bars=_row(chosen.unit, shown, counts, request),
        parts=parts,
        chosen=chosen.label,
        previous=None if before is None else _step(TimePeriod(chosen.unit, before), request),
        next=None if after is None else _step(TimePeriod(chosen.unit, after), request),
        around=None if greater is None else _step(chosen.within(greater), request),
        everything=everything,
    )


def _counted(by_month: Mapping[TimePeriod, int], unit: int) -> dict[int, int]:
    """Return the counts by period of a unit."""
    counts: Counter[int] = Counter()
    for month, count in by_month.items():
        counts[month.number // unit] += count
    return counts


def _window(chosen: int, first: int, last: int, most: int) -> range:
    """Return at most `most` numbers, three at least, from `first` to `last`, with the chosen one in the middle."""
    size = max(3, most)
    start = max(min(chosen - size // 2, last + 1 - size), first)
    return range(start, min(last + 1, start + size))


def _row(unit: int, numbers: range, counts: Mapping[int, int], request: SearchRequest) -> tuple[Bar, ...]:
    """Return the bars of some periods; each first label of a few is shown where not all have room."""
    periods = [TimePeriod(unit, number) for number in numbers if _is_in_calendar(unit, number)]
    highest = max((counts.get(one.number, 0) for one in periods), default=0)
    width = max(BAR_WIDTH, ROW_WIDTH / max(1, len(periods)))
    room = max((len(one.short) for one in periods), default=0) * LETTER_WIDTH + LABEL_EDGES
    step = -int(-room // width)
    bars = []
    for i, period in enumerate(periods):
        count = counts.get(period.number, 0)
        is_labelled = i % step == 0 and (len(periods) - i) * width >= room
        bars.append(
            Bar(
                label=period.label,
                short=period.short if is_labelled else "",
                year=str(period.first.year) if unit == MONTH and (i == 0 or period.first.month == 1) else "",
                count=count,
                height=max(MIN_HEIGHT, round(MAX_HEIGHT * count / highest)) if count else 0,
                href=_step(period, request).href if count and not _is_exactly(period, request) else None,
                chosen=_is_chosen(period, request),
            )
        )
    return tuple(bars)


def _is_in_calendar(unit: int, number: int) -> bool:
    return 1 <= number <= date.max.toordinal() if unit == DAY else 0 <= number <= MAXYEAR * YEAR // unit + 11 // unit


def _is_exactly(period: TimePeriod, request: SearchRequest) -> bool:
    return (period.first, period.last) == (request.first, request.last)


def _is_chosen(period: TimePeriod, request: SearchRequest) -> bool:
    """Return whether a period is chosen, or overlaps days that are; the parts of a chosen period are not lit."""
    if not (request.first or request.last):
        return False
    exact = chosen_period(request)
    if exact is not None:
        return period == exact
    return (request.first or date.min) <= period.last and period.first <= (request.last or date.max)


def _step(period: TimePeriod, request: SearchRequest) -> Step:
    """Return the link that narrows a search to a period."""
    return Step(period.label, query_string(request, first=period.first, last=period.last))


def span(months: Sequence[FacetValue]) -> str:
    """Return the first and the last of the months as `July 2009 to May 2011`; "" if there are none."""
    if not months:
        return ""
    first, last = month_period(months[0].value).label, month_period(months[-1].value).label
    return first if first == last else _from_to(first, last)


def day(value: date | None) -> str:
    """Return a day as the page writes it, `15 July 2009`; "" for None."""
    return page_language().day(value)


def month_name(value: str) -> str:
    """Return the month `2009-07` as the page writes it: `July 2009`."""
    return month_period(value).label


def arrivals(request: SearchRequest) -> str:
    """Return in words when the articles of a search came in; "" if it does not say."""
    since = _bound(request.added_after) if request.added_after else ""
    before = _bound(request.added_before) if request.added_before else ""
    if since and before:
        return told(Message("Added since %(since)s and before %(before)s", since=since, before=before))
    if since:
        return told(Message("Added since %(since)s", since=since))
    return told(Message("Added before %(before)s", before=before)) if before else ""


def moment(at: datetime, clock: str = "%H:%M") -> str:
    """Return an instant as the page writes it, `15 July 2009, 10:21 UTC`; `clock` is the pattern of its time of day."""
    return told(Message("%(day)s, %(clock)s UTC", day=at.date(), clock=at.strftime(clock)))


def _bound(at: datetime) -> str:
    """Return a bound of arrivals: its day alone where that begins."""
    return day(at.date()) if at.time() == time() else moment(at, "%H:%M:%S")


def dates(request: SearchRequest) -> str:
    """Return the chosen dates of a search in words; "" if it has none."""
    first, last = request.first, request.last
    if first and last:
        period = chosen_period(request)
        return period.label if period else _from_to(day(first), day(last))
    if first:
        return told(Message("Since %(day)s", day=first))
    return told(Message("Until %(day)s", day=last)) if last else ""


def _from_to(first: str, last: str) -> str:
    return told(Message("%(first)s to %(last)s", first=first, last=last))
