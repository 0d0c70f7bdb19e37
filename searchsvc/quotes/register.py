"""Read the whole article once into a register of its people, before anybody is attributed a quotation.

Variants of one name are merged: initials, short given names, one letter's difference, capitals, kinds of apostrophes.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from searchsvc.languages import ENGLISH, bare, literal
from searchsvc.model.article import Block
from searchsvc.quotes.entities import Gender, Person, is_no_name, person_in
from searchsvc.quotes.lexicon import NAME_PARTICLES
from searchsvc.quotes.name_variants import Entity, Occurrence, fold_name, merged, surname_key
from searchsvc.quotes.name_words import (
    FEMALE_WORDS,
    GIVEN_NAMES,
    MALE_NAMES,
    MALE_WORDS,
    PERSON_NOUNS,
    PLACES,
)

#: Capitalised words with particles between them: "Ana M. de la Ruiz". A possessive ends the sequence. The lookbehind,
#: which excludes a start within a word, follows the first character class: the regular-expression engine can then skip
#: to the characters of that class.
_WORD = r"(?:\.(?:[^\W\d_a-z]\.)*|(?:[\w-]|[’'](?=\w)(?!s\b))*+(?:(?<=\b[JS]r)\.)?)"
_NAME_SEQUENCE = re.compile(
    rf"[^\W\d_a-z](?<![\w.’'].){_WORD}(?:[ \xa0](?:{literal(sorted(NAME_PARTICLES | {'y'}))}[ \xa0])*"
    rf"(?:(?:al|el|as|ar)-|d[’'])?[^\W\d_a-z]{_WORD})*"
)
#: The same for texts of ASCII, in two thirds of the time.
_ASCII_NAME_SEQUENCE = re.compile(_NAME_SEQUENCE.pattern.replace(r"[^\W\d_a-z]", "[A-Z]"), re.ASCII)
#: What may stand before the first word of a sentence.
_SENTENCE_START = re.compile(r"(?:^|[.?!:;•]\s*|[.?!]?[\"“”‘’]\s*|\n)$")
_AGE = re.compile(r",? (?:\(?\d\d\)?|aged \d\d)\b")
#: Code points before and after a name that are searched for the person's title, role and age.
_ROLE_WINDOW = 60
_APPOSITION = re.compile(r", ((?:(?:the|a|an|his|her|its|their)\s)?[^.?!\"“”;:]{3,80}?)(?:,| said|\.|;|$)")
_LOWER_WORDS = re.compile(r"[\w’'-]+")
_MALE_TITLES = frozenset(bare(ENGLISH.titles_male))
_FEMALE_TITLES = frozenset(bare(ENGLISH.titles_female)) - {"sister", "queen", "princess"}
_LONGEST_TITLE = 12
#: Titles that stand before a given name, and before no surname alone.
BEFORE_GIVEN_NAMES = frozenset({"sir", "dame"})
_SPACES = frozenset({" ", "\xa0"})
_LOWER_CASE_WORD = re.compile(r"(?<![\w’'-])[a-z]{2,}(?![\w’'-])")
#: Words after which a role is somebody else's: "a spokesman for the chairman".
_OTHERS_FOLLOW = frozenset({"for", "by", "with", "to", "said", "and", "that"})
#: Most people who are looked at for one role.
_MAX_BEARERS = 32
#: Numerals behind a name.
_NUMERALS = frozenset({"III", "VII", "VIII"})
#: Most words of a sequence that are read as one name.
_MAX_SEQUENCE_WORDS = 8


class EntityRegister:
    """The people that an article names.

    It depends on the text alone, not on who speaks. The text is read when the register is first asked.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        """Keep the blocks of the article; nothing is read yet."""
        self._blocks = blocks
        self._genders: dict[int, Gender | None] = {}
        self._roles: dict[int, frozenset[str]] = {}

    def bearers(self, surname: str) -> list[Entity]:
        """Return the people with this surname (a key of `surname_key`), in the order in which they are introduced."""
        return self._people.get(surname, [])

    def entity(self, person: Person) -> Entity | None:
        """Return the entity of a full name; None if the register has none of this name."""
        key = fold_name(person.name)
        bearers = self.bearers(fold_name(person.surname))
        return next((one for one in bearers if key in map(fold_name, one.spellings)), None)

    def of_given_name(self, name: str) -> list[Entity]:
        """Return the people with this given name, if it is one word."""
        return self._by_given_name.get(fold_name(name), [])

    def is_titled(self, surname: str) -> bool:
        """Return whether a surname stands somewhere alone after a title that implies a gender: "Mrs Ruiz"."""
        return surname in self._titled

    def is_word(self, name: str) -> bool:
        """Return whether a single capitalised word is also written in lower case in the article, and so is no name."""
        return name.lower() in self._lower_words

    @cached_property
    def _lower_words(self) -> frozenset[str]:
        return frozenset().union(*(_LOWER_CASE_WORD.findall(block.text) for block in self._blocks))

    def introduced_as(self, role: str) -> list[Entity]:
        """Return the people whom a word of a role describes somewhere, in no order; at most _MAX_BEARERS of them."""
        return self._by_role.get(role, [])

    @cached_property
    def _by_role(self) -> dict[str, list[Entity]]:
        found: dict[str, list[Entity]] = {}
        for people in self._people.values():
            for one in people:
                for word in self.roles(one):
                    if len(found.setdefault(word, [])) < _MAX_BEARERS:
                        found[word].append(one)
        return found

    def named_in(self, block: int, start: int, end: int) -> list[tuple[Occurrence, list[Entity]]]:
        """Return the names between two offsets of a block, each with the people who may be meant."""
        found = self._by_block.get(block, [])
        at = bisect_left(found, start, key=lambda one: one.start)
        named = []
        while at < len(found) and found[at].start < end:
            bearers = self._bearers_of(found[at])
            if bearers:
                named.append((found[at], bearers))
            at += 1
        return named

    def _bearers_of(self, occurrence: Occurrence) -> list[Entity]:
        bearers = self.bearers(surname_key(occurrence.name))
        if occurrence.full:
            key = fold_name(occurrence.name)
            return [one for one in bearers if key in map(fold_name, one.spellings)]
        return bearers

    def gender(self, entity: Entity) -> Gender | None:
        """Return the gender that a title, the given name or a description implies; None if nothing does.

        `unclear` if titles of both are used with the name: it is nobody whom a pronoun may mean.
        """
        if id(entity) not in self._genders:
            self._genders[id(entity)] = self._find_gender(entity)
        return self._genders[id(entity)]

    def _find_gender(self, entity: Entity) -> Gender | None:
        titled = {one.gender for one in entity.occurrences if one.gender is not None}
        if not titled and len(self.bearers(entity.surname)) == 1:
            titled = {gender for gender in self._titled.get(entity.surname, ()) if gender is not None}
        if titled:
            return titled.pop() if len(titled) == 1 else "unclear"
        given = fold_name(entity.name).split()[0].split("-")[0]
        if given in GIVEN_NAMES:
            return "male" if given in MALE_NAMES else "female"
        roles = self.roles(entity)
        male, female = bool(roles & MALE_WORDS), bool(roles & FEMALE_WORDS)
        return None if male == female else "male" if male else "female"

    def roles(self, entity: Entity) -> frozenset[str]:
        """Return the lower-case words of titles, roles and appositions beside a person's full name."""
        if id(entity) not in self._roles:
            words: set[str] = set()
            for one in entity.occurrences[:6]:
                words.update(self._role_words(one))
            self._roles[id(entity)] = frozenset(words)
        return self._roles[id(entity)]

    def _role_words(self, one: Occurrence) -> Iterator[str]:
        text = self._blocks[one.block].text
        before = re.split(r"[.?!;:\"“”—]|, (?!\w+ \w+,?$)", text[max(0, one.start - _ROLE_WINDOW) : one.start])[-1]
        words = _LOWER_WORDS.findall(before.lower())
        # What precedes a preposition describes somebody else; an "of" belongs to the role.
        cut = max(
            (at + 1 for at, w in enumerate(words) if w in {"for", "by", "with", "to", "said", "and", "that"}), default=0
        )
        nearest = words[max(cut, len(words) - 6) :]
        if any(word in PERSON_NOUNS for word in nearest[-3:]):
            yield from nearest
        after = _APPOSITION.match(text, one.end)
        if after is not None:
            yield from _LOWER_WORDS.findall(after[1].lower())
        age = _AGE.match(text, one.end)
        if age is not None:
            yield f"{re.sub(r'[^0-9]', '', age[0])}-year-old"

    def is_person(self, entity: Entity) -> bool:
        """Return whether the text shows that a name is a person's, and not that of a place, a firm or a thing."""
        words = fold_name(entity.name).split()
        if len(words) == 1:
            return True
        if words[0] in GIVEN_NAMES or len(words[0].strip(".")) == 1:
            return True
        if any(one.gender is not None for one in entity.occurrences) or self._titled.get(entity.surname):
            return True
        if any(word in PLACES for word in words):
            return False
        if self.roles(entity) & PERSON_NOUNS:
            return True
        alone = sum(not one.full for one in self._singles.get(entity.surname, ()))
        return alone > 0 and not self._singles.get(words[0])

    def may_be_person(self, entity: Entity) -> bool:
        """Return whether nothing in a name shows that it is that of a place or a firm."""
        return not any(word in PLACES for word in fold_name(entity.name).split())

    def is_repeated(self, name: str) -> bool:
        """Return whether a single name stands in the article more than once."""
        return len(self._singles.get(fold_name(name.rsplit(maxsplit=1)[-1]), ())) > 1 if name else False

    @cached_property
    def _occurrences(self) -> list[Occurrence]:
        return [one for number, block in enumerate(self._blocks) for one in self._names_in(number, block)]

    @cached_property
    def _by_block(self) -> dict[int, list[Occurrence]]:
        found: dict[int, list[Occurrence]] = {}
        for one in self._occurrences:
            found.setdefault(one.block, []).append(one)
        return found

    @cached_property
    def _singles(self) -> dict[str, list[Occurrence]]:
        """Folded word → where the word is a name by itself."""
        found: dict[str, list[Occurrence]] = {}
        for one in self._occurrences:
            if not one.full:
                found.setdefault(fold_name(one.name.split()[-1]), []).append(one)
        return found

    @cached_property
    def _titled(self) -> dict[str, set[Gender]]:
        """Surname → the genders of the titles before it where it stands alone: "Mrs Ruiz"."""
        found: dict[str, set[Gender]] = {}
        for surname, places in self._singles.items():
            genders = {one.gender for one in places if one.gender is not None}
            if genders:
                found[surname] = genders
        return found

    @cached_property
    def _by_given_name(self) -> dict[str, list[Entity]]:
        found: dict[str, list[Entity]] = {}
        for people in self._people.values():
            for one in people:
                found.setdefault(fold_name(one.name.split()[0]), []).append(one)
        return found

    @cached_property
    def _people(self) -> dict[str, list[Entity]]:
        """Surname → the people of this surname who are named in full, variants merged, in order of the text."""
        groups: dict[str, list[Occurrence]] = {}
        for one in self._occurrences:
            if one.full:
                groups.setdefault(surname_key(one.name), []).append(one)
        people = {surname: merged(places) for surname, places in groups.items()}
        given = {fold_name(one.name.split()[0]) for bearers in people.values() for one in bearers}
        for surname, places in self._singles.items():
            if surname in given and any(map(self._is_after_sir, places)):
                continue  # "Sir Alan": the given name of Sir Alan Ruiz
            if surname not in people and any(one.gender is not None for one in places):
                named = next((one for one in places if one.gender is not None), places[0])
                people[surname] = [Entity(named.name, Counter([named.name]), places)]
        return people

    def _is_after_sir(self, one: Occurrence) -> bool:
        """Return whether a name stands after "Sir" or "Dame"."""
        before = self._blocks[one.block].text[max(0, one.start - _LONGEST_TITLE) : one.start]
        return not BEFORE_GIVEN_NAMES.isdisjoint(before.lower().split()[-1:])

    def _names_in(self, number: int, block: Block) -> Iterator[Occurrence]:
        """Yield the names in a block, in order: sequences of capitalised words that may be those of a person."""
        text = block.text
        for match in (_ASCII_NAME_SEQUENCE if text.isascii() else _NAME_SEQUENCE).finditer(text):
            found = _name_in(match[0])
            if found is None:
                continue
            name, offset, is_full = found
            if not is_full and text[max(0, match.start() - 4) : match.start()].lower() == "the ":
                continue
            if name.isupper() and not (is_full and text[match.end() : match.end() + 1] in {",", ":"}):
                continue  # a heading, an acronym
            start = match.start() + offset
            weak = name.isupper()
            if is_full and offset == 0 and not weak and not _begins_with_given_name(name):
                weak = _SENTENCE_START.search(text[max(0, start - 3) : start]) is not None
            yield Occurrence(number, start, match.end(), name, is_full, _title_before(text, start), weak)


class _PrintedName(NamedTuple):
    """The name in a sequence of capitalised words: where it begins in them, and whether it has a given name."""

    name: str
    offset: int
    is_full: bool


@lru_cache(maxsize=20_000)
def _begins_with_given_name(name: str) -> bool:
    first = fold_name(name.split(" ", maxsplit=1)[0])
    return first in GIVEN_NAMES


@lru_cache(maxsize=20_000)
def _name_in(printed: str) -> _PrintedName | None:
    """Return the personal name in a sequence of capitalised words; None if there is none."""
    if " " not in printed and "\xa0" not in printed:
        return None if is_no_name(printed) else _PrintedName(printed, 0, is_full=False)
    words = printed.replace("\xa0", " ").split(" ")
    if len(words) > _MAX_SEQUENCE_WORDS:
        return None
    person = person_in(_without_capitals(words))
    if person is None:
        return None
    return _PrintedName(person.name, max(0, printed.replace("\xa0", " ").rfind(person.name)), person.is_full)


def _without_capitals(words: list[str]) -> str:
    """Return what follows words in capitals: a heading ("OPENING THE PORT Ruiz"), an acronym ("Boats CEO Ana Ruiz")."""
    if all(word.isupper() for word in words):
        return " ".join(words)
    capitals = [
        at
        for at, word in enumerate(words)
        if word.isupper() and len(word) > len("UN") and "." not in word and word not in _NUMERALS
    ]
    return " ".join(words[capitals[-1] + 1 :] if capitals and capitals[-1] < len(words) - 1 else words)


def _title_before(text: str, start: int) -> Gender | None:
    """Return the gender that a title with a capital right before an offset implies; None if there is none."""
    if text[start - 1 : start] not in _SPACES:
        return None
    title = text[max(0, start - _LONGEST_TITLE) : start - 1].rpartition(" ")[2].removesuffix(".")
    if not title[:1].isupper():
        return None
    lower = title.lower()
    return "male" if lower in _MALE_TITLES else "female" if lower in _FEMALE_TITLES else None
