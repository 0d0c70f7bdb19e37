"""Mentions of an article → canonical speakers, only where it is safe.

"Mr Kelly" is the one full name of the article that ends in Kelly; "he" is the only speaker
named shortly before; "the minister" is the only speaker given that role. With two
candidates nobody is guessed.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from searchsvc.model.article import Block
from searchsvc.quotes.entities import EntityRegister, Gender, Person, organisation_in, person_in
from searchsvc.quotes.lexicon import ROLE_HEADS, word_set
from searchsvc.quotes.quotations import Attribution, Mention

_SINGULAR = frozenset({"he", "she", "his", "her"})
_PRONOUNS = word_set("he she they it i we you who that which this these those his her their its our my your")
_ANYBODY = word_set("one some many anyone anybody someone somebody everyone everybody nobody none others another few")
_NAME = re.compile(r"[^\W\d_a-z][\w-]+")
_ROLE = re.compile(r"(?:the|The)\s+((?:[\w-]+\s)?[\w-]+)")
#: Where more are named before, a pronoun is not resolved.
_MANY = 16
#: A pronoun looks so many blocks back, as long as they name nobody.
_BLOCKS_BACK = 3


class _Occurrence(NamedTuple):
    """Known names where they stand first in a block."""

    end: int
    names: frozenset[str]


class SpeakerResolver:
    """Tells whom each mention of one article means."""

    def __init__(self, register: EntityRegister, blocks: Sequence[Block], mentions: Iterable[Mention]) -> None:
        """Collect the people who speak, and the roles they are given.

        Args:
            register: The names of the article.
            blocks: Its text.
            mentions: Where somebody is named as speaking.

        """
        self._register = register
        self._blocks = blocks
        self._speakers: dict[str, set[str]] = {}
        self._roles: dict[str, set[str]] = {}
        self._occurrences: dict[int, list[_Occurrence]] = {}
        people = [person for text in {m.text(blocks) for m in mentions} if (person := person_in(text)) is not None]
        self._full_names = register.full_names({person.surname for person in people if not person.is_full})
        for person in people:
            name = self._full_name(person)
            self._speakers.setdefault(person.surname, set()).add(name)
            for word in person.role & ROLE_HEADS:
                self._roles.setdefault(word, set()).add(name)

    def resolve(self, attribution: Attribution) -> Attribution:
        """Return an attribution with the entity it means; with none if a pronoun or a role stays open."""
        return attribution.of(self._entity(attribution.mention))

    def _entity(self, mention: Mention) -> str | None:
        text = mention.text(self._blocks)
        low = text.lower()
        if low in _SINGULAR:
            return self._antecedent(mention, low)
        if low in _PRONOUNS:
            return None
        person = person_in(text)
        if person is not None:
            return self._full_name(person)
        role = _ROLE.fullmatch(text)
        names = self._roles.get(role[1].split()[-1].lower(), set()) if role else set()
        return next(iter(names)) if len(names) == 1 else _organisation(text)

    def _full_name(self, person: Person) -> str:
        if person.is_full:
            return person.name
        names = self._full_names.get(person.surname, set())
        return next(iter(names)) if len(names) == 1 else person.name

    def _antecedent(self, mention: Mention, pronoun: str) -> str | None:
        """Return the only one meant who is named before a pronoun: in its block, else in the nearest that names any."""
        named = self._names_in(mention.block)
        before = bisect_left(named, (mention.start,))
        if before:
            return self._only(named[:before], pronoun)
        for back in range(mention.block - 1, max(-1, mention.block - 1 - _BLOCKS_BACK), -1):
            if self._names_in(back):
                return self._only(self._names_in(back), pronoun)
        return None

    def _only(self, named: Sequence[_Occurrence], pronoun: str) -> str | None:
        """Return the only one of those named that a pronoun can mean, by the titles they bear in the article."""
        if len(named) > _MANY:
            return None
        gender: Gender = "male" if pronoun in {"he", "his"} else "female"
        names = frozenset().union(*(one.names for one in named))
        fitting = [name for name in names if self._register.may_be(name, gender)]
        return fitting[0] if len(fitting) == 1 else None

    def _names_in(self, number: int) -> list[_Occurrence]:
        if number not in self._occurrences:
            self._occurrences[number] = list(self._find_names(self._blocks[number].text))
        return self._occurrences[number]

    def _find_names(self, text: str) -> Iterator[_Occurrence]:
        """Yield the people of a text who speak in the article, or are introduced in it, where each stands first."""
        seen: set[str] = set()
        for match in _NAME.finditer(text):
            surname = match.group().lower()
            names = self._speakers.get(surname) or self._register.introduced.get(surname)
            if not names:
                continue
            exact = {name for name in names if text.endswith(name, 0, match.end())}
            new = (exact or names) - seen
            if new:
                seen |= new
                yield _Occurrence(match.end(), frozenset(new))


def _organisation(mention: str) -> str | None:
    """Return the body that a mention names; None of `one` and `anyone`, who are nobody in particular."""
    name = organisation_in(mention)
    return None if not name or name.split()[-1].lower() in _ANYBODY else name
