"""Parsing of one printed date: `18 Apr 2009 10:21 BST` → its instant in UTC, its day, and how much of a clock it has.

The day is the one that is printed, whatever day it was in UTC. A text is a date only if it consists of nothing else:
"talks in 2003" and "may" are no dates. The words for months, weekdays and labels come from the tables in `languages/`.
The stamps that programs write into attributes and records (ISO 8601, RFC 5322, Unix time) are read at the end. Their
forms are bordered on both sides: a Unix time or an id is never read as a date of eight digits within it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from searchsvc.languages import LANGUAGES, MONTHS, WEEKDAYS, alternatives, every, literal
from searchsvc.model.printed_date import PrintedDate, midnight, precision_of
from searchsvc.parsing.dates.calendars import SOLAR_MONTHS, from_solar_hijri, is_solar_hijri, western
from searchsvc.parsing.dates.date_locale import ANY_LOCALE, ZONE, DateLocale

#: Most characters of a date line; longer texts are not tried.
LONGEST_DATE = 120
#: Two-digit years below this one are 20xx, the others 19xx.
_CENTURY = 70
#: Years of printed dates. Dates after the last one are errors, or placeholders (`9999-12-31`), wherever they stand.
_FIRST_YEAR, LAST_YEAR = 1900, 2100

_NAMES = literal(sorted(MONTHS, key=len, reverse=True))
_SOLAR_NAMES = literal(sorted(SOLAR_MONTHS, key=len, reverse=True))
_CLOCK_WORD = literal(every(lambda language: language.clock_words))
_BEFORE_NOON = every(lambda language: language.before_noon)
_AFTER_NOON = every(lambda language: language.after_noon)
_HALF = literal(sorted({*_BEFORE_NOON, *_AFTER_NOON}, key=len, reverse=True))
_LABELS = alternatives(
    every(lambda language: (*language.date_words, *language.published, *language.updated)),
    *every(lambda language: (*language.as_of, *language.other_dates)),
)
_DAYS = (
    r"(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)",
    r"(?P<d3>\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?[\s-]{0,3}(?:de\s|of\s|d')?\s?(?P<m3>" + _NAMES + r")\b\.?,?"
    r"(?:\sde|\sdel|\sof)?[\s-]{0,3}(?P<y3>\d{4}|'?\d\d)(?![\d:.]\d|\d)",
    r"(?P<m4>" + _NAMES + r")\b\.?\s?(?P<d4>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y4>\d{4})(?!\d)",
    r"(?P<d5>\d{1,2})\.\s?(?P<m5>\d{1,2})\.\s?(?P<y5>\d{4}|\d\d)(?!\d)",
    r"(?P<a6>\d{1,2})[/-](?P<b6>\d{1,2})[/-](?P<y6>\d{4})(?!\d)",
    r"(?<![/\d])(?P<a0>\d{1,2})/(?P<b0>\d{1,2})/(?P<y0>\d\d)(?![/\d])",
    r"(?P<y7>\d{4})\s?[年년]\s?(?P<m7>\d{1,2})\s?[月월]\s?(?P<d7>\d{1,2})\s?[日일]",
    r"(?P<y8>\d{4})[,\s]\s?(?P<m8>" + _NAMES + r")\b\.?\s?(?P<d8>\d{1,2})(?:st|nd|rd|th)?(?![\d:])",
    r"(?P<d9>\d{1,2})\s(?P<s9>" + _SOLAR_NAMES + r")\b(?:\sماه)?,?\s(?P<y9>\d{4})(?!\d)",
)
DAY = re.compile(r"(?<!\d)(?:" + "|".join(_DAYS) + ")", re.IGNORECASE)
CLOCK = re.compile(
    r"(?:(?P<before>" + _HALF + r")\s?)?(?<!\d)(?:"
    r"(?P<H>\d{1,2})(?:[:.h]|\s?[時时点點시]\s?)(?P<M>\d\d)[分분]?(?:[:.]?(?P<S>\d\d)(?:[.,]\d{1,9})?)?"
    r"|(?P<P>\d{1,2})(?=\s?(?:[ap]\.?m\b|" + _HALF + r"))|(?P<U>\d{1,2})(?=\s?" + _CLOCK_WORD + r"\b)"
    r"|(?P<N>\d{4})(?=\s?(?:GMT|BST|UTC|ET|EST|EDT)\b))"
    r"\s?(?P<half>[ap]\.?m\b\.?|"
    + _HALF
    + r")?\s?(?:"
    + _CLOCK_WORD
    + r"\b)?\s?(?P<zone>"
    + ZONE
    + r")?(?:\s+time\b)?",
    re.IGNORECASE,
)
_ISO_CLOCK = (
    r"(?:(?:[Tt]|\s+)?(?P<H>\d{1,2}):?(?P<M>\d\d)(?::?(?P<S>\d\d)(?:[.,:]\d+)?)?"
    r"\s*(?P<zone>Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?"
)
#: `2023-03-19T10:21:00.000+01:00`, `2009/07/15 10:21:18`, `2016/6/29 15:07`, `20090715102100`, `2023-03-19`.
ISO = re.compile(
    r"(?<![\d.,/-])(?:(?P<y>(?:19|20)\d\d)(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})"
    r"|(?P<y2>(?:19|20)\d\d)(?P<m2>0[1-9]|1[0-2])(?P<d2>0[1-9]|[12]\d|3[01]))" + _ISO_CLOCK + r"(?!\d)"
)
#: `Mon May 03 10:14:00 UTC 2021`: the date of C's `asctime`, and of programs that print like it.
_ASCTIME = re.compile(r"\b([^\W\d_]{3})\s{1,2}(\d{1,2})\s(\d\d:\d\d:\d\d)(\s[A-Z]{2,5}|\s[+-]\d{4})?\s(\d{4})\b")
_FILLER = re.compile(rf"(?<!\w){_LABELS}(?!\w)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:-feira)?")
#: What a date in another language has: a year, a figure that may be its day, at most so many words.
_YEAR_FIGURE, _DAY_FIGURE, _MOST_WORDS = (
    re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)"),
    re.compile(r"(?<!\d)\d{1,2}(?!\d)"),
    6,
)
_MONTH_NAME = re.compile(rf"(?<!\w)(?:{_NAMES})(?!\w)", re.IGNORECASE)
#: `3 kvě 2021`, `2021 kvě 3`, `kvě 3, 2021`, with a weekday between.
_DAY_TOGETHER = re.compile(
    r"(?<!\d)(?:\d{1,2}\W{1,2}(?:[^\W\d_]+\W{1,2}){1,2}(?:19|20)\d\d|(?:19|20)\d\d\W{1,2}(?:[^\W\d_]+\W{1,2}){1,2}\d{1,2}"
    r"|(?<![^\W\d_])[^\W\d_]{1,20}\.?\s\d{1,2},?\s(?:19|20)\d\d)(?!\d)"
)
_DATEPARSER_SETTINGS = {"STRICT_PARSING": True, "RETURN_AS_TIMEZONE_AWARE": True, "TIMEZONE": "UTC"}
#: What may stand behind a clock where a zone stands that is not known: `14:05 AZT`.
_UNKNOWN_ZONE = re.compile(r"^\s?\(?([A-Z]{2,5})\)?(?!\w)")


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


def parse_datetime(text: str, locale: DateLocale = ANY_LOCALE) -> ParsedDate | None:  # noqa: PLR0911 - one form each
    """Return the date in a text; None if the text holds anything else, or more than one date."""
    text = " ".join(text.split())
    if not 6 <= len(text) <= LONGEST_DATE:  # noqa: PLR2004 - `1 5 09`, the shortest
        return None
    text = _ASCTIME.sub(r"\1 \2, \5 \3\4", western(text, locale.language))
    if not any(map(str.isdigit, text)):
        return None
    if iso := ISO.fullmatch(text):
        return from_iso(iso, locale)
    try:
        found = DAY.search(text)
        if found is None:
            return _parse_other_language(text, locale)
        rest = text[: found.start()] + " \n " + text[found.end() :]
        day = day_of(found, locale)
        if day is None:
            return None
        clocks = [*CLOCK.finditer(rest)]
        without_clocks = CLOCK.sub(" ", rest)
        if not has_other_words(without_clocks):
            return with_clock(day, clocks, locale)
        unknown = _UNKNOWN_ZONE.match(rest[clocks[-1].end() :]) if clocks and not clocks[-1]["zone"] else None
        if unknown is None or has_other_words(re.sub(rf"\b{unknown[1]}\b", " ", without_clocks)):
            return None
        parsed = with_clock(day, clocks, locale)
        return ParsedDate(parsed.printed, warning=parsed.warning or f"its zone is not known: {unknown[1]}")
    except ValueError:
        return None


def from_iso(match: re.Match[str], locale: DateLocale) -> ParsedDate | None:
    """Return the date of a match of ISO; None if there is no such date."""
    try:
        hour, minute, second = (int(match[part] or 0) for part in ("H", "M", "S"))
        year, month, day = (int(match[part] or match[f"{part}2"]) for part in "ymd")
        clock = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        precision = precision_of(clock=match["H"] is not None, seconds=match["S"] is not None)
        at, has_zone = locale.in_utc(clock, match["zone"])
        return ParsedDate(PrintedDate(at, clock.date(), precision), has_zone)
    except ValueError:
        return None


def parse_day(text: str, locale: DateLocale = ANY_LOCALE) -> date | None:
    """Return the day in a text, or None; a label after a bar (`18 Apr 09 | Americas`) is ignored."""
    parsed = parse_datetime(text.partition("|")[0], locale)
    return parsed.printed.day if parsed else None


def day_of(found: re.Match[str], locale: DateLocale) -> date | None:
    """Return the day of a match of DAY; None if the order of its figures is not known.

    Raises:
        ValueError: There is no such day.

    """
    parts = {name[0]: value for name, value in found.groupdict().items() if value is not None}
    year = int(parts["y"].lstrip("'"))
    if "s" in parts:
        return from_solar_hijri(year, SOLAR_MONTHS[parts["s"].lower()], int(parts["d"]))
    if "m" in parts and parts["m"].isdigit() and is_solar_hijri(locale.language, year):
        return from_solar_hijri(year, int(parts["m"]), int(parts["d"]))
    year = _year(parts["y"])
    if "a" in parts:
        if len(parts["y"]) == 2 and locale.order is None:  # noqa: PLR2004 - any of the three may be the year
            return None
        return _day_of_figures(year, int(parts["a"]), int(parts["b"]), locale)
    month = parts["m"]
    # `re.IGNORECASE` matches more letters than `str.lower` maps: `MAYIS` matches `mayıs`, but lower() gives `mayis`.
    number = int(month) if month.isdigit() else MONTHS.get(month.lower())
    return date(year, number, int(parts["d"])) if number else None


def _day_of_figures(year: int, first: int, second: int, locale: DateLocale) -> date | None:
    if first != second and max(first, second) <= 12:  # noqa: PLR2004 - either could be the month
        if locale.order is None:
            return None
        return date(year, second, first) if locale.order == "day first" else date(year, first, second)
    return date(year, min(first, second), max(first, second))


def _year(digits: str) -> int:
    digits = digits.lstrip("'")
    year = int(digits)
    if len(digits) == 2:  # noqa: PLR2004 - `09`
        return year + (2000 if year < _CENTURY else 1900)
    if not _FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(digits)
    return year


def has_other_words(rest: str) -> bool:
    """Return whether the rest of a date line has words besides weekdays and labels of dates."""
    rest = _WORD.sub(lambda word: "" if word[0].lower() in WEEKDAYS else word[0], rest)
    return bool(re.search(r"\w", _FILLER.sub(" ", rest)))


def with_clock(day: date, clocks: list[re.Match[str]], locale: DateLocale) -> ParsedDate:
    """Return a day with the first of its clocks that has a zone, else the first one.

    Raises:
        ValueError: There is no such clock time.

    """
    if not clocks:
        return ParsedDate(PrintedDate(midnight(day), day, "day"))
    read = [_clock_in_utc(day, clock, locale) for clock in clocks]
    zoned = [index for index, (_, has_zone) in enumerate(read) if has_zone]
    first = zoned[0] if zoned else 0
    at, last = read[first][0], read[zoned[-1] if zoned else 0][0]
    disagree = len({read[index][0] for index in zoned}) > 1
    warning = f"its clocks disagree: {at:%H:%M} and {last:%H:%M} UTC" if disagree else None
    precision = precision_of(clock=True, seconds=clocks[first]["S"] is not None)
    return ParsedDate(PrintedDate(at, day, precision), bool(zoned), warning)


def _clock_in_utc(day: date, clock: re.Match[str], locale: DateLocale) -> tuple[datetime, bool]:
    digits = clock["N"]
    hour = int(digits[:2] if digits else clock["H"] or clock["P"] or clock["U"])
    minute = int(digits[2:4] if digits else clock["M"] or 0)
    second = int(clock["S"] or 0)
    half = (clock["half"] or clock["before"] or "").lower()
    if half:
        after_noon = half in _AFTER_NOON or half[0] == "p"
        if hour <= 12 and not (hour == 0 and after_noon):  # noqa: PLR2004 - a clock face
            hour = hour % 12 + 12 * after_noon
        elif half.isascii():
            raise ValueError(clock[0])
    at = datetime(day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=UTC)
    return locale.in_utc(at, clock["zone"])


def _parse_other_language(text: str, locale: DateLocale) -> ParsedDate | None:
    """Return the date that dateparser finds in a text of few words, a year, and a figure that may be the day.

    A language of the tables must name a month in it. dateparser is asked in the language of the page only; where that
    is not known in all of its languages, which is slow, so year, month and day must then stand together.
    """
    if not _YEAR_FIGURE.search(text) or not _DAY_FIGURE.search(text) or len(_WORD.findall(text)) > _MOST_WORDS:
        return None
    if locale.language in LANGUAGES and LANGUAGES[locale.language].months:
        if not _MONTH_NAME.search(text):
            return None
    elif locale.language is None and not _DAY_TOGETHER.search(text):
        return None
    import dateparser  # noqa: PLC0415 - a tenth of a second that most runs need not pay

    at = dateparser.parse(text, languages=[locale.language] if locale.language else None, settings=_DATEPARSER_SETTINGS)
    if at is None or not _FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    clock = re.search(r"\d[:.h]\d\d(:\d\d)?", text)
    try:
        seconds = clock is not None and clock[1] is not None
        return ParsedDate(PrintedDate.of(at, precision_of(clock=clock is not None, seconds=seconds)))
    except OverflowError:
        return None


#: Characters of a stamp that are read.
_STAMP_LENGTH = 80
#: `Thu, 03 Sep 2015 10:01:01 +0200`, also with two digits of the year and a zone's name (RFC 5322, RFC 822).
_RFC = re.compile(
    r"^(?:[^\W\d_]{3,9},?\s+)?(\d{1,2}[\s-]+[^\W\d_]{3,9}\.?[\s-]+\d{2,4})[\s,]+(\d\d?:\d\d(?::\d\d)?)\s*(.*)$"
)
#: Unix time in seconds or milliseconds, bare or as JSON of old programs (`/Date(1620036840000)/`).
_UNIX = re.compile(r"^(?:/Date\()?(\d{9,10}|\d{12,13})(?:[+-]\d{4})?(?:\)/)?$")
_SECOND_DIGITS = 10
#: Unix times outside 1990 to 2100 are ids.
_FIRST_UNIX, _LAST_UNIX = 631_152_000, 4_102_444_800


def parse_timestamp(text: str, locale: DateLocale = ANY_LOCALE) -> ParsedDate | None:
    """Return the date of a stamp; None if it is none.

    Args:
        text: The value of an attribute or of a key.
        locale: How the page writes dates, for stamps in its own words.

    """
    text = " ".join(text[:_STAMP_LENGTH].split())
    if unix := _UNIX.match(text):
        return _from_unix(unix[1])
    match = ISO.search(text)
    if match:
        return from_iso(match, locale)
    rfc = _RFC.match(text)
    return (parse_datetime(f"{rfc[1]} {rfc[2]} {rfc[3]}", locale) if rfc else None) or parse_datetime(text, locale)


def _from_unix(digits: str) -> ParsedDate | None:
    seconds = int(digits) if len(digits) <= _SECOND_DIGITS else int(digits) // 1000
    if not _FIRST_UNIX <= seconds < _LAST_UNIX:
        return None
    return ParsedDate(PrintedDate.of(datetime.fromtimestamp(seconds, UTC), "second"), has_zone=True)
