"""Printed numbers → their forms: signs of groups are dropped, decimals get a point, lists and dates become several.

A comma groups thousands (or lakhs) only before exactly three digits; any other comma is the decimal sign in a text
whose language has a decimal comma, else it parts two numbers (`pages 12,14`).
"""

import re
from collections.abc import Iterator

from searchsvc.analysis.characters import APOSTROPHES, IGNORABLE, fold

#: Units and words that are printed right behind a number: `5kg`, `£1.5bn`, `3:30pm` are two words each.
UNITS = (
    "(?i:[kmµμ]g|[kcmd]?m[23]?|[mcdh]?l|ha|ft|mi|lbs?|oz|mph|k[mp]h|[kmgt]wh?|[kmg]?hz|[kmgt]b|min|sec|hrs?"
    "|bn|mn|mln|tn|trn|[ap]m)"
)
#: `1,250,000`, `12,50,000`, each also with decimals behind a point.
_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
#: `1.250.000`, `12.500,75`, `12.000`: points that cannot be decimal ones.
_POINTS = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|[1-9]\d{0,2}(?:\.\d{3})+,\d+|[1-9]\d{0,2}\.000")
#: `12.500` in a text with decimal commas.
_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
#: `15.07.2009`, `2009.07.15`: the numbers of a date are words of their own.
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.[12]\d{3}|[12]\d{3}\.\d{1,2}\.\d{1,2}")
_PART = re.compile(r"[^,]+")
_DATE_PART = re.compile(r"\d+")
_DROPPED = re.compile(f"[{IGNORABLE}{APOSTROPHES}]")


def number_forms(printed: str, *, decimal_comma: bool = False) -> Iterator[tuple[int, int, str]]:
    """Yield half-open range and form of each number of some digits with points, commas or apostrophes between them.

    >>> [form for *_, form in number_forms("12,14")], [form for *_, form in number_forms("12,000.5")]
    (['12', '14'], ['12000.5'])
    >>> [[form for *_, form in number_forms(printed, decimal_comma=True)] for printed in ("3,5", "12.500", "1.2.2009")]
    [['3.5'], ['12500'], ['1', '2', '2009']]
    """
    form = fold(_DROPPED.sub("", printed))
    if _COMMAS.fullmatch(form) and not (decimal_comma and form.startswith("0,")):
        yield 0, len(printed), form.replace(",", "")
    elif _DATE.fullmatch(form) or ("," in form and _is_list(form, decimal_comma=decimal_comma)):
        for part in (_DATE_PART if "," not in form else _PART).finditer(printed):
            yield part.start(), part.end(), fold(_DROPPED.sub("", part.group()))
    elif _POINTS.fullmatch(form) or (decimal_comma and _THOUSANDS.fullmatch(form)):
        yield 0, len(printed), form.replace(".", "").replace(",", ".")
    else:
        yield 0, len(printed), form.replace(",", ".")


def _is_list(form: str, *, decimal_comma: bool) -> bool:
    """Return whether the commas of a number with commas, which do not group, part several numbers."""
    return not (_POINTS.fullmatch(form) or (decimal_comma and _DECIMAL_COMMA.fullmatch(form)))


def readings(form: str) -> tuple[str, ...]:
    """Return the forms that a number has in texts of either decimal sign, that given first.

    >>> readings("12.500"), readings("3.5")
    (('12.500', '12500'), ('3.5',))
    """
    return (form, form.replace(".", "")) if _THOUSANDS.fullmatch(form) else (form,)
