"""Dates of a query: `2009`, `2009-07`, `2009-07-15`, an instant, `7d` ago, `A..B` → Published."""

import re
from datetime import UTC, date, datetime, time, timedelta

from searchsvc.model.query import Published

DAY = timedelta(days=1)
PRINTED = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?Z")
AGO = re.compile(r"(\d{1,4})([hdwmy])", re.IGNORECASE)
UNITS = {"h": timedelta(hours=1), "d": DAY, "w": 7 * DAY, "m": 30 * DAY, "y": 365 * DAY}
#: Both ends of a time: its first instant, and the one after its last.
Period = tuple[datetime, datetime]


def published(field: str, text: str, now: datetime) -> Published | None:
    """Return the condition that `field:text` states, or None if the text is no date."""
    if field == "date":
        first, dots, last = text.partition("..")
        start, end = _period(first, now), _period(last if dots else first, now)
        return Published(start[0], end[1]) if start and end else None
    period = _period(text, now)
    if period is None:
        return None
    return Published(start=period[0]) if field == "after" else Published(end=period[0])


def _period(text: str, now: datetime) -> Period | None:
    try:
        return _instant(text) or _ago(text, now) or _printed(text)
    except (ValueError, OverflowError):
        return None


def _instant(text: str) -> Period | None:
    if not INSTANT.fullmatch(text):
        return None
    at = datetime.fromisoformat(text)
    return at, at


def _ago(text: str, now: datetime) -> Period | None:
    match = AGO.fullmatch(text)
    if match is None:
        return None
    at = (now - int(match.group(1)) * UNITS[match.group(2).lower()]).astimezone(UTC).replace(microsecond=0)
    return at, at


def _printed(text: str) -> Period | None:
    match = PRINTED.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    first = date(year or 0, month or 1, day or 1)
    if day:
        last = first + DAY
    elif month:
        last = (first.replace(day=28) + 4 * DAY).replace(day=1)
    else:
        last = date(first.year + 1, 1, 1)
    return _midnight(first), _midnight(last)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def written(condition: Published) -> str:
    """Return the condition as a reader would write it; `published` reads it back."""
    start, end = condition.start, condition.end
    if start and end:
        return f"date:{_at(start)}..{_at(end - DAY) if _whole(end) else _at(end)}"
    if start:
        return f"after:{_at(start)}"
    return f"before:{_at(end)}" if end else "*"


def _whole(at: datetime) -> bool:
    return at.time() == time()


def _at(at: datetime) -> str:
    return at.date().isoformat() if _whole(at) else at.isoformat(timespec="seconds").replace("+00:00", "Z")
