"""Mentions of an article → canonical speakers, only where it is safe.

"Mr Kelly" is the one full name of the article that ends in Kelly; "he" is the only person
named shortly before; "the minister" is the only person given that role. With two
candidates nobody is guessed.
"""

import re
from collections.abc import Sequence

from searchsvc.model.article import Block
from searchsvc.quotes.attribution import Found
from searchsvc.quotes.lexicon import word_set
from searchsvc.quotes.names import Person, organisation_in, person_in

_SINGULAR = frozenset({"he", "she"})
_PRONOUNS = frozenset({"he", "she", "they", "it", "i", "we", "you", "who", "that", "which", "this", "these", "those"})
_SEQUENCE = re.compile(
    r"(?<![\w.])(?:[^\W\d_a-z][\w’'-]*|[A-Z]\.)(?:\s(?:(?:de|la|van|von|der|del|di|bin|al|el|da|du|le)\s)*"
    r"(?:[^\W\d_a-z][\w’-]*|[A-Z]\.))+"
)
_ROLE = re.compile(r"(?:the|The)\s+((?:[\w-]+\s)?[\w-]+)")
_ROLE_HEADS = word_set(
    "minister president senator governor mayor spokesman spokeswoman spokesperson secretary chairman "
    "chairwoman director judge lawyer attorney professor author coach manager ambassador general leader "
    "candidate congressman congresswoman officer sheriff chief analyst prosecutor commissioner chancellor "
    "premier pope king queen prince princess"
)


class People:
    """The people of one article, by surname and role."""

    def __init__(self, blocks: Sequence[Block], found: Sequence[Found]) -> None:
        """Collect the full names of the text and the people who speak."""
        self._blocks = blocks
        self._by_surname: dict[str, set[str]] = {}
        self._roles: dict[str, set[str]] = {}
        self._speakers: set[str] = set()
        for sequence in {match for block in blocks for match in _SEQUENCE.findall(block.text)} if found else ():
            person = person_in(sequence)
            if person is not None and person.is_full:
                self._by_surname.setdefault(person.surname, set()).add(person.name)
        for quote in found:
            person = person_in(self._mention(quote) or "")
            if person is not None:
                name = self._full(person)
                self._speakers.add(name)
                for word in person.role & _ROLE_HEADS:
                    self._roles.setdefault(word, set()).add(name)

    def speaker_of(self, quote: Found) -> str | None:
        """Return the canonical speaker of a quotation; None if its pronoun stays open."""
        mention = self._mention(quote)
        if mention is None:
            return None
        low = mention.lower()
        if low in _SINGULAR:
            return self._pronoun(quote)
        if low in _PRONOUNS:
            return None
        person = person_in(mention)
        if person is not None:
            return self._full(person)
        role = _ROLE.fullmatch(mention)
        if role:
            names = self._roles.get(role[1].split()[-1].lower(), set())
            if len(names) == 1:
                return next(iter(names))
        return organisation_in(mention) or None

    def _mention(self, quote: Found) -> str | None:
        if quote.mention_block is None:
            return None
        return self._blocks[quote.mention_block].text[quote.mention_start : quote.mention_end]

    def _full(self, person: Person) -> str:
        if person.is_full:
            return person.name
        names = self._by_surname.get(person.surname, set())
        return next(iter(names)) if len(names) == 1 else person.name

    def _pronoun(self, quote: Found) -> str | None:
        """Return the only speaker named before a pronoun, in its block or the one before."""
        number = quote.mention_block or 0
        here = self._named(self._blocks[number].text[: quote.mention_start])
        if not here and number > 0:
            here = self._named(self._blocks[number - 1].text)
        return next(iter(here)) if len(here) == 1 else None

    def _named(self, text: str) -> set[str]:
        names: set[str] = set()
        for match in re.finditer(r"[^\W\d_a-z][\w’-]+", text):
            word = re.sub(r"[’']s?$", "", match.group()).lower()
            full = self._by_surname.get(word, set())
            names |= {name for name in full if name in self._speakers}
        return names
