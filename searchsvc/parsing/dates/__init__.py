"""Dates on pages: printed dates and clocks, stamps that programs write, calendars, time zones, and relative ages.

`DateLocale` says how the page of a date writes dates; `dates_in` finds the dates of a line with their labels;
`parse_datetime` and `parse_day` read a text that is one date; `parse_timestamp` reads an attribute;
`parse_relative_date` reads `7 hrs ago`.
"""

from searchsvc.parsing.dates.date_lines import DateLabel, LabelledDate, dates_in
from searchsvc.parsing.dates.date_locale import ANY_LOCALE, DateLocale, DayOrder
from searchsvc.parsing.dates.printed_dates import LAST_YEAR, ParsedDate, parse_datetime, parse_day, parse_timestamp
from searchsvc.parsing.dates.relative_dates import RelativeDate, parse_relative_date

__all__ = [
    "ANY_LOCALE",
    "LAST_YEAR",
    "DateLabel",
    "DateLocale",
    "DayOrder",
    "LabelledDate",
    "ParsedDate",
    "RelativeDate",
    "dates_in",
    "parse_datetime",
    "parse_day",
    "parse_relative_date",
    "parse_timestamp",
]
