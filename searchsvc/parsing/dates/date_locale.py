"""DateLocale: how the page of a date writes dates: order of day and month, calendar, and the zones it abbreviates.

Abbreviations of zones repeat themselves around the world: IST is Indian, Irish and Israeli time. Those of one meaning
are read everywhere, the others only on a page whose region or language tells which one is meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

#: Order of day and month in a date of figures such as `03/05/2021`.
DayOrder = Literal["day first", "month first"]

#: Abbreviation of one meaning → hours east of UTC.
_FIXED_OFFSETS: Mapping[str, float] = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "WAT": 1, "CET": 1, "MEZ": 1, "MET": 1, "CEST": 2,
    "MEST": 2, "MESZ": 2, "SAST": 2, "CAT": 2, "EET": 2, "EEST": 3, "EAT": 3, "MSK": 3, "МСК": 3, "TRT": 3,
    "IRST": 3.5, "PKT": 5, "NPT": 5.75, "WIB": 7, "ICT": 7, "WITA": 8, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8,
    "AWST": 8, "JST": 9, "KST": 9, "WIT": 9, "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "NDT": -2.5, "BRT": -3, "ADT": -3, "NST": -3.5, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_ZONES_OF_PLACES = {
    "UK": "Europe/London",
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
#: (abbreviation, region) → the zone that is meant there; on a page of another region its clock has no zone, or the one
#: of `_FIXED_OFFSETS`.
_ZONES_OF_REGIONS = {
    ("IST", "IN"): "Asia/Kolkata",
    ("IST", "IE"): "Europe/Dublin",
    ("IST", "IL"): "Asia/Jerusalem",
    ("IDT", "IL"): "Asia/Jerusalem",
    ("BST", "BD"): "Asia/Dhaka",
    ("CST", "CN"): "Asia/Shanghai",
    ("CST", "TW"): "Asia/Taipei",
    ("AST", "SA"): "Asia/Riyadh",
    ("AST", "CA"): "America/Halifax",
    ("AST", "PR"): "America/Puerto_Rico",
    ("GST", "AE"): "Asia/Dubai",
    ("PST", "PH"): "Asia/Manila",
    ("PST", "PK"): "Asia/Karachi",
}
#: Abbreviations of several meanings, none of which is read where the region is not known.
_AMBIGUOUS = frozenset(name for name, _ in _ZONES_OF_REGIONS) - frozenset(_FIXED_OFFSETS)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{1,2}):?(\d\d)?", re.IGNORECASE)

#: What may stand after a clock: `GMT`, `+01:00`, `UK time`, `GMT+2`.
ZONE = (
    r"(?:(?:GMT|UTC)?\s?[+-]\d{1,2}(?::?\d\d)?(?!\d)|(?:"
    + "|".join(sorted((*_FIXED_OFFSETS, *_ZONES_OF_PLACES, *_AMBIGUOUS), key=len, reverse=True))
    + r")\b)"
)
#: Language → the region where most of its pages are made, for those that write dates in one way.
_REGION_OF_LANGUAGE = {"hi": "IN", "bn": "BD", "he": "IL", "ga": "IE", "zh": "CN"}
#: Regions that write the month before the day (CLDR 46, short dates).
_MONTH_FIRST = frozenset({"US", "PH", "PR", "GU", "FM", "PW", "MH", "AS", "VI", "BZ"})
#: Regions of English that write both orders.
_MIXED = frozenset({"CA"})
#: Languages that write the day first wherever they are spoken; English does not, and languages that begin with the
#: year (`2021/05/03`) have no usual order of the other two.
_DAY_FIRST = frozenset({
    "af", "ar", "az", "be", "bg", "bn", "br", "bs", "ca", "cs", "cy", "da", "de", "el", "es", "et", "eu", "fa",
    "fi", "fr", "ga", "gl", "he", "hi", "hr", "hy", "id", "is", "it", "ka", "kk", "lb", "lv", "mk", "ml", "mr",
    "ms", "mt", "nb", "nl", "nn", "no", "pl", "ps", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta",
    "te", "th", "tr", "uk", "ur", "uz", "vi",
})  # fmt: skip
_TAG = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_][A-Za-z]{4})?(?:[-_]([A-Za-z]{2}))?(?:[-_.].*)?\s*$")


@dataclass(frozen=True, slots=True)
class DateLocale:
    """What is known of the writing of dates on a page."""

    #: ISO 639-1 code, and ISO 3166-1 alpha-2 code in capitals; None if the page does not tell.
    language: str | None = None
    region: str | None = None
    #: The order that another date of the page shows, where language and region do not decide.
    shown_order: DayOrder | None = None

    @classmethod
    def of(cls, *tags: str | None) -> "DateLocale":
        """Return the locale of language tags such as `en-GB` or `pt_BR`: the first language, the first region."""
        matches = [match for tag in tags if tag and (match := _TAG.match(tag))]
        language = next((match[1].lower()[:2] for match in matches), None)
        region = next((match[2].upper() for match in matches if match[2]), None)
        return cls(language, region or _REGION_OF_LANGUAGE.get(language or ""))

    @property
    def order(self) -> DayOrder | None:
        """The order of day and month in a date of figures; None: neither language nor region decides it."""
        if self.language == "en" or self.language is None:
            if self.region in _MONTH_FIRST:
                return "month first"
            return self.shown_order if self.region is None or self.region in _MIXED else "day first"
        return "day first" if self.language in _DAY_FIRST else self.shown_order

    def zone(self, name: str) -> tzinfo | None:
        """Return the zone of a printed name that matches ZONE; None if it may be several.

        Raises:
            ValueError: The offset is out of range.

        """
        key = name.upper().replace(" ", "")
        of_region = _ZONES_OF_REGIONS.get((key, self.region or ""))
        if of_region:
            return ZoneInfo(of_region)
        return None if key in _AMBIGUOUS else _zone_of(key)

    def in_utc(self, clock: datetime, zone: str | None) -> tuple[datetime, bool]:
        """Return a clock time as UTC, and whether its zone is known; one without a zone is taken as UTC.

        Raises:
            ValueError: The offset is out of range, or the time is out of the range of `datetime`.

        """
        known = self.zone(zone) if zone else None
        try:
            return clock.replace(tzinfo=known or UTC).astimezone(UTC), known is not None
        except OverflowError as error:
            raise ValueError(str(clock)) from error


#: Nothing is known: dates of figures are read where they can be read in one way.
ANY_LOCALE = DateLocale()


@cache
def _zone_of(key: str) -> tzinfo:
    if key in _FIXED_OFFSETS:
        return timezone(timedelta(hours=_FIXED_OFFSETS[key])) if _FIXED_OFFSETS[key] else UTC
    if key in _ZONES_OF_PLACES:
        return ZoneInfo(_ZONES_OF_PLACES[key])
    match = _OFFSET.fullmatch(key)
    if not match:
        raise ValueError(key)
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-size if match[1] == "-" else size)
