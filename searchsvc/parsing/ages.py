"""Printed age → the stretch of time it means: `7 hrs ago`."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from searchsvc.model.article import AgePrecision

_WORDS: dict[AgePrecision, str] = {
    "minute": "min mins minute minutes minuten minuto minutos minuti minuut мин минут минуты минуту",
    "hour": "h hr hrs hour hours stunde stunden std heure heures hora horas ora ore uur uren час часа часов",
    "day": "d day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen день дня дней",
    "week": "wk wks week weeks woche wochen semaine semaines semana semanas settimana settimane weken",
    "month": "month months monat monate monaten mois mes meses mês mese mesi maand maanden месяц месяца месяцев",
    "year": "yr yrs year years jahr jahre jahren an ans año años ano anos anno anni jaar год года лет",
}
_UNITS: dict[str, AgePrecision] = {name: unit for unit, names in _WORDS.items() for name in names.split()}
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
_ONES = frozenset({"a", "an", "one", "einer", "einem", "un", "une", "una", "um", "uma", "een", "один"})
_NAMES = "|".join(sorted(_UNITS, key=len, reverse=True))
_AGE = re.compile(
    rf"(?:(?:vor|il y a|hace|há|about|over|more than)\s)?(?P<n>\d{{1,4}}|{'|'.join(_ONES)})\s?(?P<unit>{_NAMES})\b\.?"
    r"(?:\s?(?:ago|fa|geleden|назад|atrás|old))?",
    re.IGNORECASE,
)
_SAYS_AGO = re.compile(r"(?i)\b(?:ago|fa|geleden|назад|atrás)$|^(?:vor|il y a|hace|há)\b")
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
