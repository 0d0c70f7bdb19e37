"""The people of an article, and which spellings of a name are one person's.

Variants are: initials, short given names, one letter's difference, capitals, kinds of apostrophes.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from searchsvc.quotes.entities import Gender, Person
from searchsvc.quotes.lexicon import NAME_PARTICLES
from searchsvc.quotes.name_words import GIVEN_NAMES, MALE_NAMES, SHORT_FORMS

#: Letters of initials as a given name: "J", "JK". Letters of the shortest given names of which one letter may differ.
_INITIAL_LENGTH, _MIN_VARYING_LENGTH = 2, 5
#: Most people of one surname.
_MAX_BEARERS = 32


class Occurrence(NamedTuple):
    """A place where the article names somebody, outside of headings."""

    block: int
    start: int
    end: int
    #: The name as printed there, without titles.
    name: str
    #: True if it has a given name.
    full: bool
    #: Gender that a title before it implies.
    gender: Gender | None
    #: True where the first word of the name merely opens a sentence and is no known given name.
    weak: bool


@dataclass(slots=True, eq=False)
class Entity:
    """A person of the article: all spellings of the name, and what the article says of the person."""

    name: str
    spellings: Counter[str] = field(default_factory=Counter)
    occurrences: list[Occurrence] = field(default_factory=list)

    @property
    def surname(self) -> str:
        """The last word of the name, folded."""
        return surname_key(self.name)


@lru_cache(maxsize=20_000)
def surname_key(name: str) -> str:
    """Return the key of a name's last word without a suffix such as Jr: lower case, without accents."""
    return fold_name(Person(name, frozenset()).surname)


@lru_cache(maxsize=20_000)
def fold_name(text: str) -> str:
    """Return a name in lower case, without accents, and with straight apostrophes and plain spaces."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("\xa0", " ").lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def merged(places: Sequence[Occurrence]) -> list[Entity]:
    """Return the people of one surname: names that may be variants of one another are one person's.

    A name whose first word merely opens a sentence, or that is in capitals, makes no person of its own beside others.
    """
    people: list[Entity] = []
    for one in [*(place for place in places if not place.weak), *(place for place in places if place.weak)]:
        given = _given_names(one.name)
        entity = next((entity for entity in people if _are_variants(given, _given_names(entity.name))), None)
        if entity is None:
            if (one.weak and people) or len(people) >= _MAX_BEARERS:
                continue
            entity = Entity(one.name)
            people.append(entity)
        entity.spellings[one.name] += 1
        entity.occurrences.append(one)
    for entity in people:
        entity.occurrences.sort(key=lambda one: (one.block, one.start))
        entity.name = _best_spelling(entity.spellings)
    return sorted(people, key=lambda entity: (entity.occurrences[0].block, entity.occurrences[0].start))


def _given_names(name: str) -> list[str]:
    words = [word for word in fold_name(name).replace(".", " ").replace("-", " ").split() if word not in NAME_PARTICLES]
    while len(words) > 1 and words[-1] in {"jr", "sr", "ii", "iii", "iv"}:
        words.pop()
    return words[:-1]


def _are_variants(some: list[str], others: list[str]) -> bool:
    """Return whether given names may be one person's: equal, an initial, a short form, one letter's difference."""
    if not some or not others:
        return True
    first, other = some[0], others[0]
    if first == other or first in others or other in some:
        return True
    if min(len(first), len(other)) <= _INITIAL_LENGTH:
        return first[0] == other[0]
    if other in SHORT_FORMS.get(first, ()) or first in SHORT_FORMS.get(other, ()):
        return True
    if {first, other} <= GIVEN_NAMES and (first in MALE_NAMES) != (other in MALE_NAMES):
        return False
    return min(len(first), len(other)) >= _MIN_VARYING_LENGTH and _differ_by_one(first, other)


def _differ_by_one(first: str, other: str) -> bool:
    """Return whether one letter is changed, added or left out between two words."""
    if abs(len(first) - len(other)) > 1:
        return False
    same = 0
    while same < min(len(first), len(other)) and first[same] == other[same]:
        same += 1
    return first[same + (len(first) >= len(other)) :] == other[same + (len(other) >= len(first)) :]


def _best_spelling(spellings: Counter[str]) -> str:
    """Return the most frequent spelling of a name that is not in capitals; of equals the shortest, then the first.

    A spelling that only adds words before another, or an initial, is a longer form of that and is not chosen.
    """
    cased = [name for name in spellings if not name.isupper()]
    if not cased:
        return next(iter(spellings)).title()
    return max(cased, key=lambda name: (spellings[name] - (3 if "." in name else 0), -len(name.split())))
