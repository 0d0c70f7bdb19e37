"""Resolve mentions of speakers to canonical names within one article, where there is exactly one candidate.

"Mr Kelly" is resolved to the only full name of the article that ends in Kelly; "he" to the only
person named shortly before; "the minister" to the only speaker who is given that role. If there
are two candidates, a pronoun or role is not resolved, and a surname stays as written.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from searchsvc.model.article import Block
from searchsvc.quotes.entities import EntityRegister, Gender, Person, organisation_in, person_in
from searchsvc.quotes.lexicon import ROLE_HEADS, word_set
from searchsvc.quotes.quotations import Attribution, Mention

_SINGULAR_PRONOUNS = frozenset({"he", "she", "his", "her"})
_PRONOUNS = word_set("he she they it i we you who that which this these those his her their its our my your")
_INDEFINITES = word_set(
    "one some many anyone anybody someone somebody everyone everybody nobody none others another few"
)
_CAPITALISED_WORD = re.compile(r"[^\W\d_a-z][\w-]+")
_ROLE_PHRASE = re.compile(r"(?:the|The)\s+((?:[\w-]+\s)?[\w-]+)")
#: Most people named before a pronoun; with more it is not resolved. It bounds the work for each pronoun.
_MAX_CANDIDATES = 16
#: Most blocks before a pronoun's own that are searched for the nearest one with a name.
_MAX_BLOCKS_BACK = 3


class _Occurrence(NamedTuple):
    """The first place in a block where a surname occurs, with the full names it may stand for."""

    #: Offset of the end of the surname in the block's text.
    end: int
    names: frozenset[str]


class SpeakerResolver:
    """Resolver of the mentions of one article to the names of people and organisations."""

    def __init__(self, register: EntityRegister, blocks: Sequence[Block], mentions: Iterable[Mention]) -> None:
        """Collect the people who speak, and the roles they are given.

        Args:
            register: The names of the article.
            blocks: The blocks of the article.
            mentions: The mentions of all speakers, those without quotations included.

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
        """Return the attribution with the entity that its mention refers to, or None if that is not certain."""
        return attribution.of(self._entity(attribution.mention))

    def _entity(self, mention: Mention) -> str | None:
        """Return the canonical name for a pronoun, a personal name, a role or an organisation."""
        text = mention.text(self._blocks)
        lower = text.lower()
        if lower in _SINGULAR_PRONOUNS:
            return self._antecedent(mention, lower)
        if lower in _PRONOUNS:
            return None
        person = person_in(text)
        if person is not None:
            return self._full_name(person)
        role = _ROLE_PHRASE.fullmatch(text)
        names = self._roles.get(role[1].split()[-1].lower(), set()) if role else set()
        return next(iter(names)) if len(names) == 1 else _organisation(text)

    def _full_name(self, person: Person) -> str:
        """Return the only full name of the article with the person's surname, else the name as mentioned."""
        if person.is_full:
            return person.name
        names = self._full_names.get(person.surname, set())
        return next(iter(names)) if len(names) == 1 else person.name

    def _antecedent(self, mention: Mention, pronoun: str) -> str | None:
        """Return the only person a pronoun may refer to, of those named before it in its block, else in the nearest.

        The nearest block is the first one, backwards, that names anybody, at most _MAX_BLOCKS_BACK away. None
        if there is no such person, or more than one.
        """
        named = self._names_in(mention.block)
        before = bisect_left(named, (mention.start,))
        if before:
            return self._only_match(named[:before], pronoun)
        for back in range(mention.block - 1, max(-1, mention.block - 1 - _MAX_BLOCKS_BACK), -1):
            if self._names_in(back):
                return self._only_match(self._names_in(back), pronoun)
        return None

    def _only_match(self, named: Sequence[_Occurrence], pronoun: str) -> str | None:
        """Return the only name that no title in the article excludes for this pronoun; None if there are several."""
        if len(named) > _MAX_CANDIDATES:
            return None
        gender: Gender = "male" if pronoun in {"he", "his"} else "female"
        names = frozenset().union(*(one.names for one in named))
        fitting = [name for name in names if self._register.may_be(name, gender)]
        return fitting[0] if len(fitting) == 1 else None

    def _names_in(self, number: int) -> list[_Occurrence]:
        """Return the names in a block in order of their offsets; each block is searched once."""
        if number not in self._occurrences:
            self._occurrences[number] = list(self._find_names(self._blocks[number].text))
        return self._occurrences[number]

    def _find_names(self, text: str) -> Iterator[_Occurrence]:
        """Yield the first occurrence of each person in a text, of those who speak or are introduced in the article."""
        seen: set[str] = set()
        for match in _CAPITALISED_WORD.finditer(text):
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
    """Return the organisation or group that a mention names; None for an indefinite pronoun, such as `anyone`."""
    name = organisation_in(mention)
    return None if not name or name.split()[-1].lower() in _INDEFINITES else name
