"""Parsing of printed dates: absolute (`18 Apr 2009 10:21 BST`) to UTC, relative (`7 hrs ago`) to a range of time.

The day of an absolute date is the one that is printed, whatever day it was in UTC.

A text is a date only if it consists of nothing else: "talks in 2003" and "may" are no dates. The words for months,
units and labels come from the tables in `languages/`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from searchsvc.languages import MONTHS, WEEKDAYS, Language, alternatives, every, literal
from searchsvc.model.article import AgePrecision
from searchsvc.model.printed_date import PrintedDate, midnight, precision_of

#: Abbreviation → hours east of UTC. Ambiguous abbreviations (IST: Indian, Irish or Israeli) are left out.
_FIXED_OFFSETS = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "МСК": 3, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "SAST": 2, "HKT": 8,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
}  # fmt: skip
_ZONES_OF_PLACES = {
    "UK": "Europe/London",
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)?", re.IGNORECASE)

#: What may stand after a clock: `GMT`, `+01:00`, `UK time`, `GMT+2`.
_ZONE = (
    r"(?:(?:GMT|UTC)?\s?[+-]\d{1,2}(?::?\d\d)?(?!\d)|(?:"
    + "|".join(sorted((*_FIXED_OFFSETS, *_ZONES_OF_PLACES), key=len, reverse=True))
    + r")\b)"
)


@cache
def _zone_of(name: str) -> tzinfo:
    """Return the zone of a printed name that matches _ZONE."""
    name = name.upper().replace(" ", "")
    if name in _FIXED_OFFSETS:
        return timezone(timedelta(hours=_FIXED_OFFSETS[name])) if _FIXED_OFFSETS[name] else UTC
    if name in _ZONES_OF_PLACES:
        return ZoneInfo(_ZONES_OF_PLACES[name])
    match = _OFFSET.fullmatch(name)
    if not match:
        raise ValueError(name)
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-size if match[1] == "-" else size)


def _in_utc(clock: datetime, zone: str | None) -> datetime:
    """Return a clock time as UTC; one without a zone is taken as UTC.

    Raises:
        ValueError: The offset is out of range, or the time is out of the range of `datetime`.

    """
    try:
        return clock.replace(tzinfo=_zone_of(zone) if zone else UTC).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(clock)) from error


#: Most characters of a date line; longer texts are not tried.
_LONGEST_DATE = 120
#: Two-digit years below this one are 20xx, the others 19xx.
_CENTURY = 70
_FIRST_YEAR, _LAST_YEAR = 1900, 2100

_NAMES = literal(sorted(MONTHS, key=len, reverse=True))
_CLOCK_WORD = literal(every(lambda language: language.clock_words))
_LABELS = alternatives(every(lambda language: (*language.date_words, *language.published, *language.updated)))
_DAYS = (
    r"(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)",
    r"(?P<d3>\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?[\s-]{0,3}(?:de\s|of\s|d')?\s?(?P<m3>" + _NAMES + r")\b\.?,?"
    r"(?:\sde|\sdel|\sof)?[\s-]{0,3}(?P<y3>\d{4}|'?\d\d)(?![\d:.])",
    r"(?P<m4>" + _NAMES + r")\b\.?\s?(?P<d4>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y4>\d{4})(?!\d)",
    r"(?P<d5>\d{1,2})\.\s?(?P<m5>\d{1,2})\.\s?(?P<y5>\d{4}|\d\d)(?!\d)",
    r"(?P<a6>\d{1,2})[/-](?P<b6>\d{1,2})[/-](?P<y6>\d{4})(?!\d)",
    r"(?P<y7>\d{4})年\s?(?P<m7>\d{1,2})月\s?(?P<d7>\d{1,2})日",
)
#: `2009-07-15T10:21:00.000+01:00`, `20090715102100`, `20090715`.
_TIMESTAMP = re.compile(
    r"(?P<y>\d{4})(?P<dash>-?)(?P<m>\d\d)(?P=dash)(?P<d>\d\d)"
    r"(?:[Tt ]?(?P<H>\d\d):?(?P<M>\d\d)(?::?(?P<S>\d\d)(?:[.,]\d{1,9})?)?\s?(?P<zone>Z|z|[+-]\d\d(?::?\d\d)?)?)?"
)
_DAY = re.compile(r"(?<!\d)(?:" + "|".join(_DAYS) + ")", re.IGNORECASE)
_CLOCK = re.compile(
    r"\b(?:"
    r"(?P<H>\d{1,2})(?:[:.h]|時)(?P<M>\d\d)(?:[:.](?P<S>\d\d)(?:[.,]\d{1,9})?)?"
    r"|(?P<P>\d{1,2})(?=\s?[ap]\.?m\b)|(?P<U>\d{1,2})(?=\s?" + _CLOCK_WORD + r"\b)"
    r"|(?P<N>\d{4})(?=\s?(?:GMT|BST|UTC|ET|EST|EDT)\b))"
    r"\s?(?P<half>[ap]\.?m\b\.?)?\s?(?:" + _CLOCK_WORD + r"\b)?\s?(?P<zone>" + _ZONE + r")?(?:\s+time\b)?",
    re.IGNORECASE,
)
_FILLER = re.compile(rf"(?<!\w){_LABELS}(?!\w)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:-feira)?")


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A parsed absolute date."""

    printed: PrintedDate
    #: Whether a clock is printed with its zone; one without a zone is taken as UTC.
    has_zone: bool = False
    #: What is inconsistent in it, such as two clocks that disagree.
    warning: str | None = None

    @property
    def at(self) -> datetime:
        """The instant in UTC; midnight if only the day is printed."""
        return self.printed.at

    @property
    def has_time(self) -> bool:
        """Whether a clock time is printed."""
        return self.printed.precision != "day"


def parse_datetime(text: str) -> ParsedDate | None:
    """Return the date in a text; None if the text holds anything else, or more than one date."""
    text = " ".join(text.split())
    if not 6 <= len(text) <= _LONGEST_DATE or not any(map(str.isdigit, text)):  # noqa: PLR2004 - `1 5 09`, the shortest
        return None
    try:
        if match := _TIMESTAMP.fullmatch(text):
            return _from_timestamp(match)
        found = _DAY.search(text)
        if found is None:
            return _parse_other_language(text)
        rest = text[: found.start()] + " \n " + text[found.end() :]
        day = _day(found)
        if day is None or _has_other_words(_CLOCK.sub(" ", rest)):
            return None
        return _with_clock(day, [*_CLOCK.finditer(rest)])
    except ValueError:
        return None


def parse_day(text: str) -> date | None:
    """Return the day in a text, or None; a label after a bar (`18 Apr 09 | Americas`) is ignored."""
    parsed = parse_datetime(text.partition("|")[0])
    return parsed.printed.day if parsed else None


def _from_timestamp(match: re.Match[str]) -> ParsedDate:
    hour, minute, second = (int(match[part] or 0) for part in "HMS")
    clock = datetime(_year(match["y"]), int(match["m"]), int(match["d"]), hour, minute, min(second, 59), tzinfo=UTC)
    precision = precision_of(clock=match["H"] is not None, seconds=match["S"] is not None)
    return ParsedDate(
        PrintedDate(_in_utc(clock, match["zone"]), clock.date(), precision), has_zone=match["zone"] is not None
    )


def _day(found: re.Match[str]) -> date | None:
    parts = {name[0]: value for name, value in found.groupdict().items() if value is not None}
    year = _year(parts["y"])
    if "a" in parts:
        first, second = int(parts["a"]), int(parts["b"])
        if first != second and max(first, second) <= 12:  # noqa: PLR2004 - either could be the month: no guess
            return None
        return date(year, min(first, second), max(first, second))
    month = parts["m"]
    # `re.IGNORECASE` matches more letters than `str.lower` maps: `MAYIS` matches `mayıs`, but lower() gives `mayis`.
    number = int(month) if month.isdigit() else MONTHS.get(month.lower())
    return date(year, number, int(parts["d"])) if number else None


def _year(digits: str) -> int:
    digits = digits.lstrip("'")
    year = int(digits)
    if len(digits) == 2:  # noqa: PLR2004 - `09`
        return year + (2000 if year < _CENTURY else 1900)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(digits)
    return year


def _has_other_words(rest: str) -> bool:
    rest = _WORD.sub(lambda word: "" if word[0].lower() in WEEKDAYS else word[0], rest)
    return bool(re.search(r"\w", _FILLER.sub(" ", rest)))


def _with_clock(day: date, clocks: list[re.Match[str]]) -> ParsedDate:
    if not clocks:
        return ParsedDate(PrintedDate(midnight(day), day, "day"))
    zoned = [clock for clock in clocks if clock["zone"]]
    first = (zoned or clocks)[0]
    at, others = _clock_in_utc(day, first), [_clock_in_utc(day, clock) for clock in clocks]
    last = others[clocks.index(zoned[-1])] if zoned else at
    disagree = len({other for other, clock in zip(others, clocks, strict=True) if clock["zone"]}) > 1
    warning = f"its clocks disagree: {at:%H:%M} and {last:%H:%M} UTC" if disagree else None
    return ParsedDate(
        PrintedDate(at, day, precision_of(clock=True, seconds=first["S"] is not None)), bool(zoned), warning
    )


def _clock_in_utc(day: date, clock: re.Match[str]) -> datetime:
    digits = clock["N"]
    hour = int(digits[:2] if digits else clock["H"] or clock["P"] or clock["U"])
    minute = int(digits[2:4] if digits else clock["M"] or 0)
    second = int(clock["S"] or 0)
    if clock["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - a clock face
            raise ValueError(clock[0])
        hour = hour % 12 + 12 * (clock["half"][0] in "pP")
    at = datetime(day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=UTC)
    return _in_utc(at, clock["zone"])


def _parse_other_language(text: str) -> ParsedDate | None:
    """Return the date that dateparser finds; only for texts with a year and a number that may be the day."""
    if not re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text) or not re.search(r"(?<!\d)\d{1,2}(?!\d)", text):
        return None
    import dateparser  # noqa: PLC0415 - a tenth of a second that most runs need not pay

    at = dateparser.parse(text, settings={"STRICT_PARSING": True, "RETURN_AS_TIMEZONE_AWARE": True, "TIMEZONE": "UTC"})
    if at is None or not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        return None
    clock = re.search(r"\d[:.h]\d\d(:\d\d)?", text)
    try:
        seconds = clock is not None and clock[1] is not None
        return ParsedDate(PrintedDate.of(at, precision_of(clock=clock is not None, seconds=seconds)))
    except OverflowError:
        return None


_WORDS: dict[AgePrecision, Callable[[Language], Iterable[str]]] = {
    "minute": lambda language: language.age_minute,
    "hour": lambda language: language.age_hour,
    "day": lambda language: language.age_day,
    "week": lambda language: language.age_week,
    "month": lambda language: language.age_month,
    "year": lambda language: language.age_year,
}
_UNITS: dict[str, AgePrecision] = {name: unit for unit, words in _WORDS.items() for name in every(words)}
_LENGTHS: dict[AgePrecision, timedelta] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    # The longest month and year: the range must hold every moment that the words may mean.
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}
_SHORTEST: dict[AgePrecision, timedelta] = {**_LENGTHS, "month": timedelta(days=28), "year": timedelta(days=365)}
_ONES = every(lambda language: language.age_one)
_BEFORE = every(lambda language: language.age_before)
_AFTER = alternatives(every(lambda language: language.age_after))
_AGE = re.compile(
    rf"(?:{alternatives(_BEFORE, *every(lambda language: language.age_about))}\s)?(?P<n>\d{{1,4}}|{literal(_ONES)})"
    rf"\s?(?P<unit>{literal(sorted(_UNITS, key=len, reverse=True))})\b\.?(?:\s?{_AFTER})?",
    re.IGNORECASE,
)
_SAYS_AGO = re.compile(rf"\b{_AFTER}$|^{alternatives(_BEFORE)}\b", re.IGNORECASE)
#: Most characters of a printed age; longer texts are not tried.
_LONGEST_AGE = 40


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """A printed age (`7 hrs ago`) and the range of time that it means."""

    #: As printed.
    text: str
    precision: AgePrecision
    #: Bounds of the time of publication, in the zone of the base; None if no base was given.
    start: datetime | None = None
    end: datetime | None = None


def parse_relative_date(text: str, base: datetime | None) -> RelativeDate | None:
    """Return the age in a text, counted back from `base`; None if the text holds anything else.

    `n units ago` is printed while the age is between n and n + 1 full units, so the range is
    `[base - (n + 1) units, base - n units]`. For months and years the far bound takes the longest unit (31 and 366
    days), the near bound the shortest (28 and 365).
    """
    text = " ".join(text.split())
    found = _AGE.fullmatch(text) if len(text) <= _LONGEST_AGE and _SAYS_AGO.search(text) else None
    if found is None:
        return None
    count = 1 if found["n"].lower() in _ONES else int(found["n"])
    unit = _UNITS[found["unit"].lower()]
    if base is None:
        return RelativeDate(text, unit)
    try:
        return RelativeDate(text, unit, base - (count + 1) * _LENGTHS[unit], base - count * _SHORTEST[unit])
    except OverflowError:
        return RelativeDate(text, unit)
