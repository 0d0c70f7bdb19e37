"""Printed age → the stretch of time it means: `7 hrs ago`."""

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
    # The longest there are: a range must not be narrower than the words.
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
#: Longer texts are headlines.
_MOST_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Age:
    """A printed age and what it means beside a known moment."""

    #: As printed.
    text: str
    precision: AgePrecision
    #: From when to when the thing must have appeared; None where no moment is known to count back from.
    start: datetime | None = None
    end: datetime | None = None


def parse_age(text: str, base: datetime | None) -> Age | None:
    """Return the age a text says, counted back from a moment, or None if it says anything else.

    `7 hrs ago` is printed from the seventh full hour to the eighth: the range is that hour.
    """
    text = " ".join(text.split())
    found = _AGE.fullmatch(text) if len(text) <= _MOST_CHARACTERS and _SAYS_AGO.search(text) else None
    if found is None:
        return None
    count = 1 if found["n"].lower() in _ONES else int(found["n"])
    unit = _UNITS[found["unit"].lower()]
    if base is None:
        return Age(text, unit)
    try:
        return Age(text, unit, base - (count + 1) * _LENGTHS[unit], base - count * _SHORTEST[unit])
    except OverflowError:
        return Age(text, unit)
