"""A date as a page printed it: the instant, the page's own calendar day, and how much of a clock was there."""

from datetime import UTC, date, datetime, time
from typing import Literal, NamedTuple

#: What is printed of a date: the day alone, or a clock with it.
TimePrecision = Literal["day", "minute", "second"]


class PrintedDate(NamedTuple):
    """A date as a page printed it."""

    #: In UTC, whole seconds. Where no clock is printed: the midnight that begins `day`.
    at: datetime
    #: The page's own calendar day: the day at the printed offset; that of UTC where none is known.
    day: date
    precision: TimePrecision

    @classmethod
    def of(cls, clock: datetime, precision: TimePrecision) -> "PrintedDate":
        """Return the date of a clock that stands at the page's own offset; one without an offset is taken as UTC.

        Raises:
            OverflowError: The time is out of the range of `datetime` in UTC.

        """
        day = clock.date()
        if precision == "day":
            return cls(midnight(day), day, precision)
        aware = clock.replace(microsecond=0) if clock.tzinfo else clock.replace(microsecond=0, tzinfo=UTC)
        return cls(aware.astimezone(UTC), day, precision)


def precision_of(*, clock: bool, seconds: bool) -> TimePrecision:
    """Return the precision of a date with or without a clock, and with or without seconds on it."""
    return "second" if seconds else "minute" if clock else "day"


def midnight(day: date) -> datetime:
    """Return the instant at which a day begins in UTC."""
    return datetime.combine(day, time(), UTC)
