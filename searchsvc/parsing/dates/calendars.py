"""Other digits and calendars: a text with dates → the same text with ASCII digits, Western eras, one form of clocks.

Years of Japanese eras, of the Republic of China and of the Buddhist era are counted from another year; the Solar Hijri
calendar (Iran, Afghanistan) has years and months of its own.
"""

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

#: Era → the Western year before its first one.
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民國": 1911, "民国": 1911}
_ERA_YEAR = re.compile(rf"({'|'.join(_ERAS)})\s?(\d{{1,3}}|元)年")
#: Languages of countries that count the years of the Buddhist era, which is 543 years ahead.
_BUDDHIST = frozenset({"th", "lo", "km", "my"})
_BUDDHIST_AHEAD = 543
_FIRST_BUDDHIST, _LAST_BUDDHIST = 2443, 2643
#: Languages of countries with the Solar Hijri calendar, and its years that may be meant.
_SOLAR_HIJRI = frozenset({"fa", "ps", "prs", "ku"})
FIRST_SOLAR_YEAR, LAST_SOLAR_YEAR = 1280, 1480
#: Months of the Solar Hijri calendar in Persian, in Dari, and in Latin letters.
SOLAR_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "فروردین حمل farvardin", "اردیبهشت ثور ordibehesht", "خرداد جوزا khordad", "تیر سرطان tir",
            "مرداد اسد mordad", "شهریور سنبله shahrivar", "مهر میزان mehr", "آبان عقرب aban", "آذر قوس azar",
            "دی جدی dey", "بهمن دلو bahman", "اسفند حوت esfand",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
#: Years of a cycle of 33 that have a leap day, by their remainder. This rule agrees with the astronomical calendar from
#: 1178 to 1633 (Borkowski, "The Persian calendar for 3000 years", Earth, Moon, and Planets 74, 1996).
_LEAP_REMAINDERS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_CYCLE_YEARS, _CYCLE_DAYS = 33, 33 * 365 + 8
#: 1 Farvardin of the year 1 of a cycle: 1354 = 33 · 41 + 1 began on 21 March 1975.
_CYCLE_START = (1354, date(1975, 3, 21))
_LONG_MONTHS = 6
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
#: An era's sign before a year, which says nothing more once the year is known: Thai and Persian.
_ERA_SIGNS = re.compile(r"(?<!\w)(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|ه\.?\s?ش\.?)(?!\w)")


@lru_cache(1024)
def western(text: str, language: str | None) -> str:
    """Return a text with ASCII digits, and years of eras as Western years; Solar Hijri years stay as they are.

    Args:
        text: A line.
        language: ISO 639-1 code of the page, or None.

    """
    if text.isascii():
        return text
    folded = "".join(map(_ascii_digit, text))
    folded = _ERA_YEAR.sub(_western_year, folded)
    if language in _BUDDHIST:
        folded = _YEAR.sub(_before_buddhist, _ERA_SIGNS.sub(" ", folded))
    elif language in _SOLAR_HIJRI:
        folded = _ERA_SIGNS.sub(" ", folded)
    return folded


def is_solar_hijri(language: str | None, year: int) -> bool:
    """Return whether a year, on a page of that language, is one of the Solar Hijri calendar."""
    return language in _SOLAR_HIJRI and FIRST_SOLAR_YEAR <= year <= LAST_SOLAR_YEAR


def from_solar_hijri(year: int, month: int, day: int) -> date:
    """Return the Western date of a date of the Solar Hijri calendar.

    Raises:
        ValueError: There is no such date.

    """
    first_year, start = _CYCLE_START
    cycles, past = divmod(year - first_year, _CYCLE_YEARS)
    leaps = sum(1 for remainder in range(1, past + 1) if remainder in _LEAP_REMAINDERS)
    is_leap = (past + 1) in _LEAP_REMAINDERS
    days_of_month = 31 if month <= _LONG_MONTHS else 29 if month == 12 and not is_leap else 30  # noqa: PLR2004 - the last month
    if not (1 <= month <= 12 and 1 <= day <= days_of_month):  # noqa: PLR2004 - months of a year
        raise ValueError(f"{year}-{month}-{day}")
    before = (month - 1) * 31 - max(0, month - 1 - _LONG_MONTHS)
    return start + timedelta(days=cycles * _CYCLE_DAYS + past * 365 + leaps + before + day - 1)


def _ascii_digit(character: str) -> str:
    if character.isascii() or not character.isdecimal():
        return character
    return str(unicodedata.decimal(character))


def _western_year(match: re.Match[str]) -> str:
    year = 1 if match[2] == "元" else int(match[2])
    return f"{_ERAS[match[1]] + year}年"


def _before_buddhist(match: re.Match[str]) -> str:
    year = int(match[0])
    return str(year - _BUDDHIST_AHEAD) if _FIRST_BUDDHIST <= year <= _LAST_BUDDHIST else match[0]
