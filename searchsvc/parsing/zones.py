"""Zone as printed beside a clock → the offset it stands for that day."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

#: Hours east of UTC. Names that mean several zones (IST: Indian, Irish, Israeli) are not here: no guess.
_FIXED = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "МСК": 3, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "SAST": 2, "HKT": 8,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
}  # fmt: skip
_PLACES = {
    "UK": "Europe/London",
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)?", re.IGNORECASE)

#: What may stand after a clock: `GMT`, `+01:00`, `UK time`, `GMT+2`.
PATTERN = (
    r"(?:(?:GMT|UTC)?\s?[+-]\d{1,2}(?::?\d\d)?(?!\d)|(?:"
    + "|".join(sorted((*_FIXED, *_PLACES), key=len, reverse=True))
    + r")\b)"
)


@cache
def zone_of(name: str) -> tzinfo:
    """Return the zone of a printed name that matches PATTERN."""
    name = name.upper().replace(" ", "")
    if name in _FIXED:
        return timezone(timedelta(hours=_FIXED[name])) if _FIXED[name] else UTC
    if name in _PLACES:
        return ZoneInfo(_PLACES[name])
    match = _OFFSET.fullmatch(name)
    if not match:
        raise ValueError(name)
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-size if match[1] == "-" else size)


def in_utc(clock: datetime, zone: str | None) -> datetime:
    """Return the moment a clock in that zone shows; a clock without a zone is taken as UTC.

    Raises:
        ValueError: There is no such offset or no such moment.

    """
    try:
        return clock.replace(tzinfo=zone_of(zone) if zone else UTC).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(clock)) from error
