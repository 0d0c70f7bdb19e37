"""`name:value` of a facet, address or date → FacetFilter, Url, DateRange; a DateRange → text.

Dates are `2009`, `2009-07`, `2009-07-15`, an instant, `7d` ago, `A..B`; all are in UTC.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from searchsvc.analysis import fold
from searchsvc.analysis.keys import url_key
from searchsvc.languages import STEMMERS
from searchsvc.model import fields
from searchsvc.model.fields import LANGUAGE, FacetField
from searchsvc.model.query import ClockUnit, DateRange, FacetFilter, Node, Url

#: Word of a query → the facet it asks for.
FACETS: dict[str, FacetField] = {word: row.name for row in fields.FACETS for word in row.words}
TIMES = frozenset({"after", "before", "date"})
CONDITIONS = frozenset({*FACETS, *TIMES, "url"})
#: English name → code, for who writes `lang:english`.
LANGUAGE_NAMES = {name: code for code, name in STEMMERS.items()}
CODE = re.compile(r"[a-z]{2,3}")
#: Signs of the sentence after a value.
AFTER_VALUE = ",;!?"
#: So much of a wrong value is repeated to the reader.
SHOWN = 40
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PRINTED = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?Z")
AGO = re.compile(r"([0-9]{1,6})(h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?|m(?:onths?)?|y(?:ears?)?)")
NAMED = {"today": "0d", "yesterday": "1d"}
DAYS = {"d": 1, "w": 7}
MONTHS = {"m": 1, "y": 12}
MONTHS_A_YEAR = 12
FIRST = datetime.min.replace(tzinfo=UTC)
#: The first instant of a time, and the one after its last; None is open.
Period = tuple[datetime | None, datetime | None]
OPEN: Period = (None, None)


class FieldValueError(ValueError):
    """The value is none of its field; `instead` is one that is, if there is one near."""

    def __init__(self, reason: str, instead: str | None = None) -> None:
        """Keep the reason and the better value."""
        super().__init__(reason)
        self.instead = instead


class Clock:
    """The time that relative dates count from. It remembers how finely it was read: so long the reading holds."""

    def __init__(self, now: datetime) -> None:
        """Stop the clock."""
        self._now = now.astimezone(UTC)
        #: The finest unit that anything was counted from; None where nothing was.
        self.unit: ClockUnit | None = None

    def day(self) -> date:
        """Return the day, in UTC."""
        self.unit = self.unit or "day"
        return self._now.date()

    def minute(self) -> datetime:
        """Return the beginning of the minute, in UTC."""
        self.unit = "minute"
        return self._now.replace(second=0, microsecond=0)


def parse_field_value(name: str, value: str, clock: Clock) -> Node:
    """Return what `name:value` states.

    Raises:
        FieldValueError: The value is no value of that field.

    """
    if name in TIMES:
        return _time(name, "".join(value.split()).rstrip(AFTER_VALUE), clock)
    if name == "url":
        node = parse_url(value)
        if node is None:
            raise FieldValueError(f"“{value[:SHOWN]}” is no address: write www.example.org/news/1")
        return node
    field = FACETS[name]
    return FacetFilter(field, _language(value) if field == LANGUAGE else value)


def parse_url(text: str) -> Url | None:
    """Return the address a text is, with or without its scheme; None if it is none."""
    whole = text if "://" in text else f"http://{text.lstrip('/')}"
    return Url(whole) if url_key(whole) and not re.search(r"\s", text) else None


def _time(name: str, value: str, clock: Clock) -> Node:
    found = parse_date_range(name, value, clock)
    if found is None:
        near = possible_part(value)
        raise FieldValueError(
            f"“{value[:SHOWN]}” is no date: write 2009, 2009-07, 2009-07-15, 7d or (date:) 2009-07..2009-09",
            near and f"{name}:{near}",
        )
    if name == "date" and (exchanged := reversed_range(value, clock)):
        return parse_date_range(name, exchanged, clock) or found
    return found


def _language(value: str) -> str:
    name = fold(value)
    code = LANGUAGE_NAMES.get(name, re.split("[-_]", name)[0])
    if code not in STEMMERS and not CODE.fullmatch(code):
        raise FieldValueError(f"“{value[:SHOWN]}” is no language: write en, de, fr … or english, german, french …")
    return code


def parse_date_range(field: str, text: str, clock: Clock) -> DateRange | None:
    """Return the condition that `field:text` states, or None if the text is no date.

    `after:` holds the day it names and those that follow; `before:` the days before it.
    """
    if field == "date":
        period = _range(text.replace("…", ".."), clock)
        return DateRange(*period) if period else None
    period = _period(text, clock)
    if period is None:
        return None
    return DateRange(start=period[0]) if field == "after" else DateRange(end=period[0])


def reversed_range(text: str, clock: Clock) -> str | None:
    """Return the range with its ends exchanged if it ends before it begins."""
    first, dots, last = text.replace("…", "..").partition("..")
    begin, end = _period(first, clock), _period(last, clock)
    backwards = dots and begin and end and begin[0] and end[1] and end[1] <= begin[0]
    return f"{last}..{first}" if backwards else None


def is_ago(text: str) -> bool:
    """Return whether a text is so long ago: `7d`."""
    return AGO.fullmatch(text.lower()) is not None


def possible_part(text: str) -> str | None:
    """Return the part of an impossible date that is possible: of `2009-02-30` the month; None if there is none."""
    parts = re.split("[-/.]", text)[:2]
    tries = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((part for part in tries if part != text and _printed(part)), None)


def _range(text: str, clock: Clock) -> Period | None:
    first, dots, last = text.partition("..")
    if not dots:
        period = _period(text, clock)
        if period and period[0] == period[1] and period[0]:
            return period[0], period[0] + MINUTE
        return period
    begin = _period(first, clock) if first else OPEN
    end = _period(last, clock) if last else OPEN
    return (begin[0], end[1]) if begin and end and (first or last) else None


def _period(text: str, clock: Clock) -> Period | None:
    try:
        return _instant(text) or _ago(text, clock) or _printed(text)
    except (ValueError, OverflowError):
        return None


def _instant(text: str) -> Period | None:
    if not INSTANT.fullmatch(text):
        return None
    at = datetime.fromisoformat(text)
    return at, at


def _ago(text: str, clock: Clock) -> Period | None:
    """Return the time from so long ago until now: from the beginning of that day, for hours of that minute.

    So the same question is the same all day, and an article dated by the day alone is found.
    """
    match = AGO.fullmatch(NAMED.get(text.lower(), text.lower()))
    if match is None:
        return None
    start = _before(clock, int(match[1]), match[2][0])
    return start, start + DAY if text.lower() == "yesterday" else None


def _before(clock: Clock, count: int, unit: str) -> datetime:
    """Return the moment so long before, at the earliest the first there is."""
    try:
        if unit == "h":
            return clock.minute() - timedelta(hours=count)
        today = clock.day()
        if unit in DAYS:
            return _midnight(today - timedelta(days=count * DAYS[unit]))
        year, month = divmod(today.year * MONTHS_A_YEAR + today.month - 1 - count * MONTHS[unit], MONTHS_A_YEAR)
        first = date(year, month + 1, 1)
        return _midnight(min(first + timedelta(days=today.day - 1), _next_month(first) - DAY))
    except (OverflowError, ValueError):
        return FIRST


def _printed(text: str) -> Period | None:
    match = PRINTED.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        first = date(year, month, day)
    except ValueError:
        return None
    try:
        last = first + DAY if match[3] else _next_month(first) if match[2] else date(year + 1, 1, 1)
    except (OverflowError, ValueError):  # the calendar ends with the year 9999
        return _midnight(first), None
    return _midnight(first), _midnight(last)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def format_date_range(condition: DateRange) -> str:
    """Return the condition as a reader would write it; `parse_date_range` reads it back."""
    start, end = condition.start, condition.end
    if start and end:
        return f"date:{_unit(start, end) or _ends(start, end)}"
    if start:
        return f"after:{_at(start)}"
    return f"before:{_at(end)}" if end else "date:..9999"


def _unit(start: datetime, end: datetime) -> str | None:
    """Return the year, month or day that is exactly this time."""
    texts = (f"{start.year:04}", f"{start.year:04}-{start.month:02}", f"{start.date()}")
    return next((text for text in texts if _printed(text) == (start, end)), None)


def _ends(start: datetime, end: datetime) -> str:
    if _whole(start) and _whole(end) and start < end:
        return f"{start.date()}..{(end - DAY).date()}"
    return f"{_instant_of(start)}..{_instant_of(end)}"


def _whole(at: datetime) -> bool:
    return at.time() == time()


def _at(at: datetime) -> str:
    return at.date().isoformat() if _whole(at) else _instant_of(at)


def _instant_of(at: datetime) -> str:
    return at.isoformat(timespec="microseconds" if at.microsecond else "seconds").replace("+00:00", "Z")
