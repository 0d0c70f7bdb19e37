"""Ages of texts (`7 hrs ago`) → the range of time in which the text was published."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from searchsvc.languages import Language, alternatives, every, literal
from searchsvc.model.article import AgePrecision

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
