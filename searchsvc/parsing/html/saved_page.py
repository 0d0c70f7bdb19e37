"""What the program that saved a page says in it: from which address, and when.

Browsers, extensions and copying programs write that into a comment or attribute at the beginning of the page, the
Internet Archive at its end. It is used where no container says it.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

#: Characters at the beginning of a page, and at its end, in which a note is searched.
_BEGINNING, _END = 16_000, 6_000
_URL = r"(https?://[^\s<>\"']{1,2000})"
#: `Mon May 03 2021 14:00:00 GMT+0200 (…)`, as JavaScript prints a date.
_SCRIPT_DATE = re.compile(
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<year>\d{4}) (?P<clock>\d\d:\d\d:\d\d) GMT"
    r"(?P<zone>[+-]\d{4})?"
)
_ARCHIVE_DATE = re.compile(r"(?P<clock>\d\d:\d\d:\d\d) (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}), (?P<year>\d{4})")
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")
_DIGITS_FORM, _CLOCK_FORM = "%Y%m%d%H%M%S", "%d %b %Y %H:%M:%S"
#: Years in which a page can have been saved.
_YEARS = range(1994, 2101)
_WITHOUT_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)+/")
_OF_PAGE, _OF_FOLDER = re.compile(r"\w-\w|\d"), re.compile(r"(?:index|default|home|main)\b[^?]*\Z", re.IGNORECASE)
_BASE = re.compile(rf"<base\b[^>]{{0,300}}?\bhref\s*=\s*[\"']?{_URL}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SavedNote:
    """What a page says about its saving."""

    url: str | None = None
    captured: datetime | None = None
    #: The program, as in the provenance: `SingleFile`.
    saver: str = ""


@dataclass(frozen=True, slots=True)
class _Saver:
    """The form in which a program writes address and time; `url` and `date` are groups of the pattern."""

    name: str
    pattern: re.Pattern[str]
    parse_date: Callable[[str], datetime | None] | None = None


def saved_note(text: str) -> SavedNote:
    """Return what the markup of a page says about its saving; of several programs the first is believed."""
    beginning, end = text[:_BEGINNING], text[-_END:] if len(text) > _BEGINNING else ""
    notes = list(_notes(beginning, end))
    url = next((note.url for note in notes if note.url), None)
    captured = next((note.captured for note in notes if note.captured), None)
    saver = next((note.saver for note in notes if note.url or note.captured), "")
    if url is None and (base := _BASE.search(beginning)):
        url, saver = _address_of_base(base[1]), saver or "base"
    return SavedNote(url, captured, saver if url or captured else "")


def _notes(beginning: str, end: str) -> Iterator[SavedNote]:
    for saver in _SAVERS:
        match = saver.pattern.search(beginning) or saver.pattern.search(end)
        if match is None:
            continue
        found = match.groupdict()
        url, date = found.get("url"), found.get("date")
        moment = saver.parse_date(date) if saver.parse_date and date else None
        plausible = moment if moment and moment.year in _YEARS else None
        yield SavedNote(_address(url) if url else None, plausible, saver.name)


def _address(text: str) -> str | None:
    """Return an address of the web; HTTrack leaves its scheme out, and `about:internet` or a file's is none."""
    text = html.unescape(text).strip()
    if text.startswith(("http://", "https://")):
        return text
    return f"http://{text}" if _WITHOUT_SCHEME.match(text) else None


def _address_of_base(text: str) -> str | None:
    """Return the address of a page in `<base>`; None for that of a folder or a site, which many pages share.

    That of a page ends in words or a number: `/a/oldest-lock`, `/story.php?id=12`.
    """
    address = html.unescape(text)
    last = address.partition("//")[2].partition("/")[2].rpartition("/")[2]
    return address if _OF_PAGE.search(last) and not _OF_FOLDER.match(last) else None


def _script_date(text: str) -> datetime | None:
    match = _SCRIPT_DATE.search(text)
    if match is None:
        return _iso_date(text)
    zone = match["zone"] or "+0000"
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    moment = _clock(match)
    return moment and _in_utc(moment.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset)))


def _archive_date(text: str) -> datetime | None:
    match = _ARCHIVE_DATE.search(text)
    return _clock(match) if match else None


def _clock(match: re.Match[str]) -> datetime | None:
    try:
        text = f"{match['day']} {match['month']} {match['year']} {match['clock']}"
        return datetime.strptime(text, _CLOCK_FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def _rfc_date(text: str) -> datetime | None:
    try:
        return _in_utc(parsedate_to_datetime(text.strip()))
    except (ValueError, TypeError, OverflowError):
        return None


def _iso_date(text: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        return None


def _digits_date(text: str) -> datetime | None:
    match = _DIGITS.match(text.strip())
    try:
        return datetime.strptime("".join(match.groups()), _DIGITS_FORM).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_SAVERS = (
    _Saver(
        "SingleFile",
        re.compile(
            r"<!--\s*Page saved with SingleFile\s.{0,400}?[\r\n]\s*url:\s*(?P<url>[^\s<>]{1,2000})"
            r"(?:.{0,300}?saved date:\s*(?P<date>[^\n<>]{10,100}))?",
            re.DOTALL,
        ),
        _script_date,
    ),
    _Saver("browser", re.compile(r"<!--\s*saved from url=\(\d{1,5}\)\s*(?P<url>[^\s<>]{1,2000})\s*-->")),
    _Saver(
        "monolith",
        re.compile(r"<!--\s*Saved from (?P<url>[^\s<>]{1,2000}) at (?P<date>\S{10,40}) using monolith"),
        _iso_date,
    ),
    _Saver(
        "HTTrack",
        re.compile(
            r"<!--\s*Mirrored from (?P<url>[^\s<>]{1,2000}) by HTTrack Website Copier/\S{1,40}"
            r"(?: \[[^\]<>]{0,60}\])?(?:, (?P<date>[^<>]{10,60}?))?\s*-->"
        ),
        _rfc_date,
    ),
    _Saver(
        "Save Page WE",
        re.compile(r"<meta[^<>]{0,80}?savepage-url[\"']?[^<>]{0,80}?content\s*=\s*[\"'](?P<url>[^\"'<>]{1,2000})"),
    ),
    _Saver(
        "Save Page WE",
        re.compile(r"<meta[^<>]{0,80}?savepage-date[\"']?[^<>]{0,80}?content\s*=\s*[\"'](?P<date>[^\"'<>]{10,100})"),
        _script_date,
    ),
    _Saver(
        "WebScrapBook",
        re.compile(r"<html\b[^<>]{0,2000}?\bdata-scrapbook-source\s*=\s*[\"'](?P<url>[^\"'<>]{1,2000})"),
    ),
    _Saver(
        "WebScrapBook",
        re.compile(r"<html\b[^<>]{0,2000}?\bdata-scrapbook-create\s*=\s*[\"'](?P<date>\d{14,17})"),
        _digits_date,
    ),
    _Saver(
        "Internet Archive",
        re.compile(r"FILE ARCHIVED ON (?P<date>\d\d:\d\d:\d\d [A-Z][a-z]{2} \d{1,2}, \d{4}) AND RETRIEVED"),
        _archive_date,
    ),
)
