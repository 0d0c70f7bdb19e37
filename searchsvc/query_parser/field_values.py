"""Parse `name:value` of a facet, address or date into a node of metadata, and write a DateRange or AddedRange as text.

Forms of a date: a year, month or day (`2009`, `2009-07`, `2009-07-15`), an instant
(`2009-07-15T10:20:00Z`), a relative date (`7d`, seven days ago), and a range of two of them (`A..B`).
All dates are in UTC.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from searchsvc.analysis import fold
from searchsvc.analysis.keys import url_key
from searchsvc.analysis.links import address_key, is_title_key
from searchsvc.languages import STEMMERS
from searchsvc.model import fields
from searchsvc.model.fields import LANGUAGE, FacetField
from searchsvc.model.message import Message
from searchsvc.model.query import AddedRange, ClockUnit, DateRange, FacetFilter, LinksTo, Node, Url

#: Field name in a query → facet.
FACETS: dict[str, FacetField] = {word: row.name for row in fields.FACETS for word in row.words}
#: Fields of the dates of articles, and of when they came in.
DATE_FIELDS = frozenset({"after", "before", "date", "added_after", "added_before"})
#: All field names whose value states a condition on metadata, instead of words in a text field.
VALUE_FIELDS = frozenset({*FACETS, *DATE_FIELDS, "url", "links"})
#: English name of a language, in lower case → ISO 639-1 code, for `lang:english`.
LANGUAGE_NAMES = {name: code for code, name in STEMMERS.items()}
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
#: Punctuation dropped at the end of a date: it belongs to the sentence around the query.
DATE_TRAILING_SIGNS = ",;!?"
#: Code points of a faulty value that an error message repeats.
MAX_ECHO_LENGTH = 40
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CALENDAR_DATE = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?Z")
#: Count and unit of a relative date: `3h`, `7d`, `2weeks`. The first letter decides the unit, so `m` is months.
RELATIVE_DATE = re.compile(r"([0-9]{1,6})(h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?|m(?:onths?)?|y(?:ears?)?)")
NAMED_DAYS = {"today": "0d", "yesterday": "1d"}
DAYS_PER_UNIT = {"d": 1, "w": 7}
MONTHS_PER_UNIT = {"m": 1, "y": 12}
MONTHS_PER_YEAR = 12
EARLIEST = datetime.min.replace(tzinfo=UTC)
#: A half-open interval: its first instant, and the first instant after it. None: no bound on that side.
Period = tuple[datetime | None, datetime | None]
OPEN_PERIOD: Period = (None, None)


class FieldValueError(ValueError):
    """The value is not valid for its field. `instead` is a valid condition close to it, as query text, or None."""

    def __init__(self, reason: str, instead: str | None = None) -> None:
        """Keep the message for the user and the proposed condition."""
        super().__init__(reason)
        self.instead = instead


class Clock:
    """A fixed time that relative dates count back from.

    It records the finest unit that was read from it. Until that day or minute ends, parsing the
    same text again gives the same query, so a cached ParsedQuery stays valid.
    """

    def __init__(self, now: datetime) -> None:
        """Fix the time; `now` has a time zone."""
        self._now = now.astimezone(UTC)
        #: The finest unit read so far; None if the time was never read.
        self.unit: ClockUnit | None = None

    def day(self) -> date:
        """Return the current day in UTC."""
        self.unit = self.unit or "day"
        return self._now.date()

    def minute(self) -> datetime:
        """Return the first instant of the current minute in UTC."""
        self.unit = "minute"
        return self._now.replace(second=0, microsecond=0)


def parse_field_value(name: str, value: str, clock: Clock) -> Node:
    """Return the node of the condition `name:value`.

    Args:
        name: One of VALUE_FIELDS.
        value: The value as written, without quotation marks.
        clock: Time that relative dates count back from.

    Raises:
        FieldValueError: The value is not valid for that field.

    """
    if name in DATE_FIELDS:
        return _date_condition(name, "".join(value.split()).rstrip(DATE_TRAILING_SIGNS), clock)
    if name == "links" and is_title_key(value):
        return LinksTo((value,))
    if name in {"url", "links"}:
        node = parse_url(value)
        if node is not None and name == "links":
            return LinksTo(address_key(node.url))
        if node is None:
            raise FieldValueError(
                Message("“%(value)s” is no address: write www.example.org/news/1", value=value[:MAX_ECHO_LENGTH])
            )
        return node
    field = FACETS[name]
    return FacetFilter(field, _language(value) if field == LANGUAGE else value)


def parse_url(text: str) -> Url | None:
    """Return the node for a web address, with or without its scheme; None if the text is no address."""
    url = text if "://" in text else f"http://{text.lstrip('/')}"
    return Url(url) if url_key(url) and not re.search(r"\s", text) else None


def _date_condition(name: str, value: str, clock: Clock) -> Node:
    """Return the condition of a date field; a range written backwards is read with its ends exchanged."""
    condition = parse_date_range(name, value, clock)
    if condition is None:
        near = longest_valid_part(value)
        raise FieldValueError(
            Message(
                "“%(value)s” is no date: write 2009, 2009-07, 2009-07-15, 7d or (date:) 2009-07..2009-09",
                value=value[:MAX_ECHO_LENGTH],
            ),
            near and f"{name}:{near}",
        )
    if name == "date" and (exchanged := reversed_range(value, clock)):
        return parse_date_range(name, exchanged, clock) or condition
    return condition


def _language(value: str) -> str:
    """Return the ISO 639 code of a language given by its code (`en`, `en-GB`) or English name."""
    name = fold(value)
    code = LANGUAGE_NAMES.get(name, re.split("[-_]", name)[0])
    if code not in STEMMERS and not LANGUAGE_CODE.fullmatch(code):
        raise FieldValueError(
            Message(
                "“%(value)s” is no language: write en, de, fr … or english, german, french …",
                value=value[:MAX_ECHO_LENGTH],
            )
        )
    return code


def parse_date_range(field: str, text: str, clock: Clock) -> DateRange | AddedRange | None:
    """Return the condition of `field:text`, or None if the text is no date.

    `after:D` matches from the first instant of D on, D included; `before:D` matches what is earlier
    than the first instant of D; `date:D` matches D itself, `date:A..B` from A to the end of B. `added_after:D` and
    `added_before:D` say the same of when articles came in.
    """
    if field == "date":
        period = _range(text.replace("…", ".."), clock)
        return DateRange(*period) if period else None
    period = _period(text, clock)
    if period is None:
        return None
    kind = AddedRange if field.startswith("added_") else DateRange
    return kind(start=period[0]) if field.endswith("after") else kind(end=period[0])


def reversed_range(text: str, clock: Clock) -> str | None:
    """Return the text `A..B` as `B..A` if B ends before A begins; None for any other text."""
    first, dots, last = text.replace("…", "..").partition("..")
    begin, end = _period(first, clock), _period(last, clock)
    backwards = dots and begin and end and begin[0] and end[1] and end[1] <= begin[0]
    return f"{last}..{first}" if backwards else None


def is_relative_date(text: str) -> bool:
    """Return whether a text has the form of a relative date: `7d`."""
    return RELATIVE_DATE.fullmatch(text.lower()) is not None


def longest_valid_part(text: str) -> str | None:
    """Return the year and month, else the year, of a date that does not exist: `2009-02` of `2009-02-30`.

    None if not even the year is valid.
    """
    parts = re.split("[-/.]", text)[:2]
    shorter = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((part for part in shorter if part != text and _calendar_date(part)), None)


def _range(text: str, clock: Clock) -> Period | None:
    """Return the period of the value of `date:`: of one date, or from the start of one to the end of another."""
    first, dots, last = text.partition("..")
    if not dots:
        period = _period(text, clock)
        if period and period[0] == period[1] and period[0]:
            # `date:` of an instant: articles of that minute, since an empty interval would match none.
            return period[0], period[0] + MINUTE
        return period
    begin = _period(first, clock) if first else OPEN_PERIOD
    end = _period(last, clock) if last else OPEN_PERIOD
    return (begin[0], end[1]) if begin and end and (first or last) else None


def _period(text: str, clock: Clock) -> Period | None:
    """Return the period of a single date in any form; of an instant, an empty one that begins there."""
    try:
        return _instant(text) or _relative_date(text, clock) or _calendar_date(text)
    except (ValueError, OverflowError):
        return None


def _instant(text: str) -> Period | None:
    if not INSTANT.fullmatch(text):
        return None
    at = datetime.fromisoformat(text)
    return at, at


def _relative_date(text: str, clock: Clock) -> Period | None:
    """Return the period from a relative date on, without an end; `yesterday` ends with that day.

    It begins with the first instant of the day, or, for hours, of the minute. So a query keeps its
    meaning for a whole day, and articles dated by day only (at midnight) are included.
    """
    match = RELATIVE_DATE.fullmatch(NAMED_DAYS.get(text.lower(), text.lower()))
    if match is None:
        return None
    start = _back_from_now(clock, int(match[1]), match[2][0])
    return start, start + DAY if text.lower() == "yesterday" else None


def _back_from_now(clock: Clock, count: int, unit: str) -> datetime:
    """Return the instant `count` units before the clock's day or minute, and not before EARLIEST.

    Months and years keep the day of the month, or take the last day of a shorter month.
    """
    try:
        if unit == "h":
            return clock.minute() - timedelta(hours=count)
        today = clock.day()
        if unit in DAYS_PER_UNIT:
            return _midnight(today - timedelta(days=count * DAYS_PER_UNIT[unit]))
        year, month = divmod(
            today.year * MONTHS_PER_YEAR + today.month - 1 - count * MONTHS_PER_UNIT[unit], MONTHS_PER_YEAR
        )
        first = date(year, month + 1, 1)
        return _midnight(min(first + timedelta(days=today.day - 1), _next_month(first) - DAY))
    except (OverflowError, ValueError):
        return EARLIEST


def _calendar_date(text: str) -> Period | None:
    """Return the period of a year, month or day; None if the text is none or the date does not exist."""
    match = CALENDAR_DATE.fullmatch(text)
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


def format_date_range(condition: DateRange | AddedRange) -> str:
    """Return the condition as query text; `parse_date_range` reads it back as the same condition."""
    if isinstance(condition, AddedRange):
        bounds = (("added_after", condition.start), ("added_before", condition.end))
        return " ".join(f"{name}:{format_moment(at)}" for name, at in bounds if at)
    start, end = condition.start, condition.end
    if start and end:
        return f"date:{_calendar_unit(start, end) or _format_ends(start, end)}"
    if start:
        return f"after:{format_moment(start)}"
    return f"before:{format_moment(end)}" if end else "date:..9999"


def _calendar_unit(start: datetime, end: datetime) -> str | None:
    """Return the year, month or day whose period is exactly from `start` to `end`; None if there is none."""
    texts = (f"{start.year:04}", f"{start.year:04}-{start.month:02}", f"{start.date()}")
    return next((text for text in texts if _calendar_date(text) == (start, end)), None)


def _format_ends(start: datetime, end: datetime) -> str:
    """Return `A..B`: as days if both ends are at midnight (B, the last day, is included), else as instants."""
    if _is_midnight(start) and _is_midnight(end) and start < end:
        return f"{start.date()}..{(end - DAY).date()}"
    return f"{_format_instant(start)}..{_format_instant(end)}"


def _is_midnight(at: datetime) -> bool:
    return at.time() == time()


def format_moment(at: datetime) -> str:
    """Return a day, if it begins at this instant in UTC, else the instant."""
    return at.date().isoformat() if _is_midnight(at) else _format_instant(at)


def _format_instant(at: datetime) -> str:
    return at.isoformat(timespec="microseconds" if at.microsecond else "seconds").replace("+00:00", "Z")
