"""`name:value` of a column → Facet, Url, Published."""

import re

from searchsvc.analysis import fold
from searchsvc.analysis.addresses import url_key
from searchsvc.languages import STEMMERS
from searchsvc.model import fields
from searchsvc.model.fields import LANGUAGE, FacetField
from searchsvc.model.query import Facet, Node, Url
from searchsvc.query_parser.times import Clock, coarser, published, reversed_range

#: Word of a query → the facet it asks for.
FACETS: dict[str, FacetField] = {word: row.name for row in fields.FACETS for word in row.words}
TIMES = frozenset({"after", "before", "date"})
CONDITIONS = frozenset({*FACETS, *TIMES, "url"})
#: English name → code, for who writes `lang:english`.
LANGUAGE_NAMES = {name: code for code, name in STEMMERS.items()}
CODE = re.compile(r"[a-z]{2,3}")
#: Signs of the sentence after a value.
AFTER_VALUE = ",;!?"


#: So much of a wrong value is repeated to the reader.
SHOWN = 40


class NoConditionError(ValueError):
    """The value is none of its field; `instead` is one that is, if there is one near."""

    def __init__(self, reason: str, instead: str | None = None) -> None:
        """Keep the reason and the way out."""
        super().__init__(reason)
        self.instead = instead


def condition(name: str, value: str, clock: Clock) -> Node:
    """Return what `name:value` states.

    Raises:
        NoConditionError: The value is no value of that field.

    """
    if name in TIMES:
        return _time(name, "".join(value.split()).rstrip(AFTER_VALUE), clock)
    if name == "url":
        node = address(value)
        if node is None:
            raise NoConditionError(f"“{value[:SHOWN]}” is no address: write www.example.org/news/1")
        return node
    field = FACETS[name]
    return Facet(field, _language(value) if field == LANGUAGE else value)


def address(text: str) -> Url | None:
    """Return the address a text is, with or without its scheme; None if it is none."""
    whole = text if "://" in text else f"http://{text.lstrip('/')}"
    return Url(whole) if url_key(whole) and not re.search(r"\s", text) else None


def _time(name: str, value: str, clock: Clock) -> Node:
    found = published(name, value, clock)
    if found is None:
        near = coarser(value)
        raise NoConditionError(
            f"“{value[:SHOWN]}” is no date: write 2009, 2009-07, 2009-07-15, 7d or (date:) 2009-07..2009-09",
            near and f"{name}:{near}",
        )
    if name == "date" and (exchanged := reversed_range(value, clock)):
        return published(name, exchanged, clock) or found
    return found


def _language(value: str) -> str:
    name = fold(value)
    code = LANGUAGE_NAMES.get(name, re.split("[-_]", name)[0])
    if code not in STEMMERS and not CODE.fullmatch(code):
        raise NoConditionError(f"“{value[:SHOWN]}” is no language: write en, de, fr … or english, german, french …")
    return code
