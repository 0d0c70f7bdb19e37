"""Mentions of an article → canonical speakers, only where it is safe.

"Mr Kelly" is the one full name of the article that ends in Kelly; "he" is the only speaker
named shortly before; "the minister" is the only speaker given that role. With two
candidates nobody is guessed.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from searchsvc.languages import ENGLISH, PARTICLES, bare, literal
from searchsvc.model.article import Block
from searchsvc.quotes.entities import Person, organisation_in, person_in
from searchsvc.quotes.lexicon import word_set
from searchsvc.quotes.quotations import Found

_SINGULAR = frozenset({"he", "she", "his", "her"})
_PRONOUNS = word_set("he she they it i we you who that which this these those his her their its our my your")
_ANYBODY = word_set("one some many anyone anybody someone somebody everyone everybody nobody none others another few")
#: Names and initials, with particles. It begins with a class of characters, for speed: what may not stand
#: before is asked after it.
_SEQUENCE = re.compile(
    rf"[^\W\d_a-z](?<![\w.].)(?:\.|[\w’'-]*+)(?:\s(?:{literal(sorted(PARTICLES))}\s)*"
    r"[^\W\d_a-z](?:\.|[\w’-]*+))+"
)
_MIDDLE = re.compile(r"\s(?:[A-Z]\.\s?)+(?=\w)")
_NAME = re.compile(r"[^\W\d_a-z][\w-]+")
_ROLE = re.compile(r"(?:the|The)\s+((?:[\w-]+\s)?[\w-]+)")
_ROLE_HEADS = frozenset(ENGLISH.posts) | word_set("professor author analyst king queen prince princess")
#: A full name right after a role.
_INTRODUCED = re.compile(rf"\b(?:{'|'.join(sorted(_ROLE_HEADS))}),?\s({_SEQUENCE.pattern})")
#: Titles that tell whether he or she is meant, and the name after them.
_TITLED = r"\b{}\.?\s((?:[^\W\d_a-z][\w-]+\s)*[^\W\d_a-z][\w-]+)"
_MALE = re.compile(_TITLED.format(literal(sorted(map(str.capitalize, bare(ENGLISH.titles_male))))))
_FEMALE = re.compile(_TITLED.format(literal(sorted(map(str.capitalize, bare(ENGLISH.titles_female))))))
#: More surnames than that are looked for all at once.
_FEW = 24
#: Words of a name that another may put words before.
_LONGEST = 6
_POSSESSIVE = re.compile(r"[’']s?(?=\s|$)")
#: Where more are named before, a pronoun is not resolved.
_MANY = 16
#: A pronoun looks so many blocks back, as long as they name nobody.
_BLOCKS_BACK = 3


class _Named(NamedTuple):
    """Known names where they stand first in a block."""

    end: int
    names: frozenset[str]


class People:
    """The people of one article, by surname and role."""

    def __init__(self, blocks: Sequence[Block], found: Sequence[Found]) -> None:
        """Collect the full names of the text and the people who speak."""
        self._blocks = blocks
        self._roles: dict[str, set[str]] = {}
        self._speakers: dict[str, set[str]] = {}
        self._named: dict[int, list[_Named]] = {}
        mentions = {self._mention(quote) for quote in found}
        people = [person for mention in mentions if mention and (person := person_in(mention)) is not None]
        self._by_surname = _full_names(blocks, {person.surname for person in people if not person.is_full})
        for person in people:
            self._introduce(person)

    def speaker_of(self, quote: Found) -> str | None:
        """Return the canonical speaker of a quotation; None if its pronoun stays open."""
        mention = self._mention(quote)
        if mention is None:
            return None
        low = mention.lower()
        if low in _SINGULAR:
            return self._pronoun(quote.mention_block or 0, quote.mention_start or 0, low)
        if low in _PRONOUNS:
            return None
        person = person_in(mention)
        if person is not None:
            return self._full(person)
        role = _ROLE.fullmatch(mention)
        names = self._roles.get(role[1].split()[-1].lower(), set()) if role else set()
        return next(iter(names)) if len(names) == 1 else _body(mention)

    def _introduce(self, person: Person) -> None:
        name = self._full(person)
        self._speakers.setdefault(person.surname, set()).add(name)
        for word in person.role & _ROLE_HEADS:
            self._roles.setdefault(word, set()).add(name)

    def _mention(self, quote: Found) -> str | None:
        if quote.mention_block is None:
            return None
        return self._blocks[quote.mention_block].text[quote.mention_start : quote.mention_end]

    def _full(self, person: Person) -> str:
        if person.is_full:
            return person.name
        names = self._by_surname.get(person.surname, set())
        return next(iter(names)) if len(names) == 1 else person.name

    def _pronoun(self, number: int, start: int, pronoun: str) -> str | None:
        """Return the only one meant who is named before a place: in its block, else in the nearest that names any."""
        named = self._names_of(number)
        before = bisect_left(named, (start,))
        if before:
            return self._only(named[:before], pronoun)
        for back in range(number - 1, max(-1, number - 1 - _BLOCKS_BACK), -1):
            if self._names_of(back):
                return self._only(self._names_of(back), pronoun)
        return None

    def _only(self, named: Sequence[_Named], pronoun: str) -> str | None:
        """Return the only one of those named that a pronoun can mean, by the titles they bear in the article."""
        if len(named) > _MANY:
            return None
        meant = _MALE if pronoun in {"he", "his"} else _FEMALE
        fitting = [name for name in frozenset().union(*(one.names for one in named)) if self._may_be(name, meant)]
        return fitting[0] if len(fitting) == 1 else None

    def _may_be(self, name: str, meant: re.Pattern[str]) -> bool:
        low = name.lower()
        titled = self._titled
        return titled.get(low, titled.get(low.split()[-1], meant)) is meant

    @cached_property
    def _titled(self) -> dict[str, re.Pattern[str] | None]:
        """Name or surname, as it stands after a title → which titles; None if of both kinds."""
        found: dict[str, re.Pattern[str] | None] = {}
        for block in self._blocks:
            for kind in (_MALE, _FEMALE):
                for match in kind.finditer(block.text):
                    name = match[1].lower()
                    found[name] = kind if found.get(name, kind) is kind else None
        return found

    @cached_property
    def _introduced(self) -> dict[str, set[str]]:
        """People who are named with what they are (`the chairman, Ana Ruiz,`) but not as speakers, by surname."""
        found: dict[str, set[str]] = {}
        for block in self._blocks:
            for match in _INTRODUCED.finditer(block.text):
                person = person_in(match[1])
                if person is not None and person.is_full and person.surname not in self._speakers:
                    found.setdefault(person.surname, set()).add(person.name)
        return found

    def _names_of(self, number: int) -> list[_Named]:
        if number not in self._named:
            self._named[number] = list(self._names_in(self._blocks[number].text))
        return self._named[number]

    def _names_in(self, text: str) -> Iterator[_Named]:
        seen: set[str] = set()
        for match in _NAME.finditer(text):
            surname = match.group().lower()
            names = self._speakers.get(surname) or self._introduced.get(surname)
            if not names:
                continue
            exact = {name for name in names if text.endswith(name, 0, match.end())}
            new = (exact or names) - seen
            if new:
                seen |= new
                yield _Named(match.end(), frozenset(new))


def _body(mention: str) -> str | None:
    """Return the body that a mention names; None of `one` and `anyone`, who are nobody in particular."""
    name = organisation_in(mention)
    return None if not name or name.split()[-1].lower() in _ANYBODY else name


def _full_names(blocks: Sequence[Block], surnames: set[str]) -> dict[str, set[str]]:
    """Return surname → the full names of the text that end in it."""
    names: dict[str, set[str]] = {}
    sequences: set[str] = set()
    for block in blocks if surnames else ():
        # A look for each surname is quicker than the names of a block, as long as there are few.
        low = block.text.lower() if len(surnames) <= _FEW else ""
        if not low or any(surname in low for surname in surnames):
            sequences.update(_SEQUENCE.findall(block.text))
    for sequence in sequences:
        if surnames.isdisjoint(_POSSESSIVE.sub("", sequence.lower()).replace(".", "").split()):
            continue
        person = person_in(sequence)
        if person is not None and person.is_full:
            names.setdefault(person.surname, set()).add(person.name)
    return {surname: _plainest(full) for surname, full in names.items()}


def _plainest(names: set[str]) -> set[str]:
    """Return the names without those that only put words before another one, or an initial into it."""
    return {name for name in names if not _is_longer(name, names) and not _has_initial(name, names)}


def _is_longer(name: str, names: set[str]) -> bool:
    """Return whether a name only puts words before another one."""
    words = name.split(" ")
    return any(" ".join(words[first:]) in names for first in range(max(1, len(words) - _LONGEST), len(words)))


def _has_initial(name: str, names: set[str]) -> bool:
    """Return whether a name is another one with an initial in it."""
    bare = _MIDDLE.sub(" ", name)
    return bare != name and bare in names
