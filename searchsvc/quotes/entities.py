"""Noun phrase → the person or body it names, without titles; text of an article → register of the people it names."""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from searchsvc.languages import ENGLISH, PARTICLES, bare, literal
from searchsvc.model.article import Block
from searchsvc.quotes.lexicon import (
    ADVERBS,
    BODY_HEADS,
    CONJUNCTIONS,
    DETERMINERS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_HEADS,
    STANDALONE,
    TITLES_AND_ROLES,
    WEEKDAYS,
    word_set,
)

Gender = Literal["male", "female"]
#: Months that are first names as well.
_NAMED_MONTHS = frozenset({"march", "april", "june", "august"})
_STARTERS = word_set(
    "well maybe like never top here there so even only if yes no oh dear what who when while today later"
) | (WEEKDAYS - _NAMED_MONTHS)
_TITLE_PHRASE = re.compile(
    r"\b(?:[Ss]ecretary of (?:[Ss]tate|[Dd]efen[cs]e|[A-Z]\w+)|[Cc]hief of [Ss]taff"
    r"|[Dd]irector of [A-Z]\w+(?: [A-Z]\w+)*|[Ss]peaker of the House|[Ll]eader of the [A-Z]\w+)\s+"
)
#: Words in capitals, at the start of a sentence or in a title, that no name begins with.
_NOT_NAMES = (
    (PARTICLES - {"al", "el"})
    | TITLES_AND_ROLES
    | _STARTERS
    | CONJUNCTIONS
    | PREPOSITIONS
    | DETERMINERS
    | ADVERBS
    | PRONOUNS
) | POSSESSIVES
_WORD = re.compile(r"[^\s,]+")
_NAME_WORD = re.compile(r"[^\W\d_a-z][\w’'.-]*")
#: Most mentions are a name and no more.
_PLAIN = re.compile(r"[A-Z][a-z]++(?: [A-Z][a-z]++){1,2}")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_POSSESSIVE = re.compile(r"(?<=\w)[’'](?:s|S)?$")
#: Appositions, asides and relative clauses are parts of their own.
_PART = re.compile(r",|\s(?:—|–|--|-)\s|\s(?:who|which|that|whose)\b")
_NICKNAME = re.compile(r"[\"“‘'][\w’'-]+[\"”’']\s")
_PLACE = re.compile(r"\s(?:of|from|at|in)\s(?=(?:(?:the|a|an|his|her|its|their)\s)?[^\W\d_])")
_RELATORS = frozenset({"of", "for", "and", "at", "from", "in", "by", "with", "on", "to"})
_ARTICLE = re.compile(r"^(?:the|The|a|A|an|An)\s+")
_STATEMENT_BY = re.compile(r"(?:an? |the )?(?:\w+ )?(?:statements?|comments|remarks) (?:by|from|of)\s+", re.IGNORECASE)
#: Names and initials, with particles. It begins with a class of characters, for speed: what may not stand
#: before is asked after it.
_SEQUENCE = re.compile(
    rf"[^\W\d_a-z](?<![\w.].)(?:\.|[\w’'-]*+)(?:\s(?:{literal(sorted(PARTICLES))}\s)*"
    r"[^\W\d_a-z](?:\.|[\w’-]*+))+"
)
_MIDDLE = re.compile(r"\s(?:[A-Z]\.\s?)+(?=\w)")
#: A full name right after a role.
_INTRODUCED = re.compile(rf"\b(?:{'|'.join(sorted(ROLE_HEADS))}),?\s({_SEQUENCE.pattern})")
#: Titles that tell whether he or she is meant, and the name after them.
_TITLED = r"\b{}\.?\s((?:[^\W\d_a-z][\w-]+\s)*[^\W\d_a-z][\w-]+)"
_TITLES_BY_GENDER: dict[Gender, re.Pattern[str]] = {
    "male": re.compile(_TITLED.format(literal(sorted(map(str.capitalize, bare(ENGLISH.titles_male)))))),
    "female": re.compile(_TITLED.format(literal(sorted(map(str.capitalize, bare(ENGLISH.titles_female)))))),
}
#: More surnames than that are looked for all at once.
_FEW = 24
#: Words of a name that another may put words before.
_LONGEST = 6
_POSSESSIVES = re.compile(r"[’']s?(?=\s|$)")


class Person(NamedTuple):
    """A person as a phrase names one."""

    #: Without titles.
    name: str
    #: Lower-case words of title and role around the name.
    role: frozenset[str]

    @property
    def surname(self) -> str:
        """Last word of the name, folded in case."""
        words = [w for w in self.name.split() if w.lower().strip(".") not in _SUFFIXES]
        return words[-1].lower() if words else ""

    @property
    def is_full(self) -> bool:
        """True if it has more than a surname."""
        return " " in self.name


@lru_cache(maxsize=20_000)
def person_in(mention: str) -> Person | None:
    """Return the person a mention names, or None if it names none.

    >>> person_in("state department spokesman Ana Ruiz Kelly").name
    'Ana Ruiz Kelly'
    >>> person_in("The head of the delegation, Deputy Minister Tomas Varela").name
    'Tomas Varela'
    >>> person_in("a spokesman for Tomas Varela") is None
    True
    """
    if _PLAIN.fullmatch(mention):
        words = mention.lower().split(" ")
        if words[-1] not in BODY_HEADS and _NOT_NAMES.isdisjoint(words):
            return Person(mention, frozenset())
    parts = [part.strip() for part in _PART.split(_NICKNAME.sub("", mention))]
    for part in parts:
        if not part or part[0].isdigit():
            continue
        person = _in_part(part)
        if person is not None:
            return Person(person.name, person.role | _role_words(parts, part))
    return None


def organisation_in(mention: str) -> str:
    """Return a mention that names no person, cleaned: without article, and without "statements by".

    >>> organisation_in("statements by the Orlan state department and the Velan ministry")
    'Orlan state department and the Velan ministry'
    """
    phrase = _STATEMENT_BY.sub("", _PART.split(mention)[0].strip(), count=1)
    return _POSSESSIVE.sub("", _ARTICLE.sub("", phrase, count=1)).strip()


def _in_part(part: str) -> Person | None:
    """Return the person in a phrase without commas: the capitals at its end, after their titles."""
    whole = _of_words(part)
    if whole is not None:
        return whole
    # "Gov. Ana Ruiz of Velana": the name stands before the place.
    head = _PLACE.split(part, maxsplit=1)[0]
    placed = _of_words(head) if head != part else None
    return placed if placed is not None and placed.is_full else None


def _of_words(part: str) -> Person | None:
    part = _POSSESSIVE.sub("", part)
    words = _WORD.findall(_TITLE_PHRASE.sub("", part))
    start = len(words)
    while start > 0 and _may_be_name(words, start - 1):
        start -= 1
    if any(word.lower() in _RELATORS for word in words[:start]):
        return None
    if start == len(words) - 1 and words[start - 1 : start] in (["the"], ["The"]):
        return None  # "the Sands" are a place, a paper, a company
    name = words[start:]
    titles = [at for at, word in enumerate(name[:-1]) if _is_title(word, at)]
    name = name[titles[-1] + 1 :] if titles else name
    if not name or name[-1].lower() in BODY_HEADS or (len(name) == 1 and _is_no_name(name[0])):
        return None
    role = frozenset(w.lower().strip(".") for w in _WORD.findall(part)) - {w.lower() for w in name}
    return Person(" ".join(name), role)


def _is_title(word: str, at: int) -> bool:
    """Return whether a word before the last is none of the name; a particle is, within one."""
    low = word.lower().strip(".")
    return low in _NOT_NAMES and not (at and low in PARTICLES)


def _is_no_name(word: str) -> bool:
    """Return whether a single word in capitals is a title, a pronoun or an acronym."""
    low = word.lower().strip(".")
    return low in _NOT_NAMES or low in STANDALONE or (word.isupper() and len(low) > 1)


def _may_be_name(words: list[str], at: int) -> bool:
    word = words[at]
    if _NAME_WORD.fullmatch(word):
        return not word.lower().endswith(("’s", "'s"))
    return word in PARTICLES and at + 1 < len(words)


def _role_words(parts: list[str], used: str) -> frozenset[str]:
    beside = [p for p in parts if p is not used and not p.startswith(("who", "which"))][:2]
    return frozenset(w.lower().strip(".") for p in beside for w in _WORD.findall(p))


class EntityRegister:
    """The people whom the text of an article names, whoever speaks: full names, introductions, titles.

    Nothing here rests on an attribution. What it knows is read when it is first asked for.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        """Keep the text."""
        self._blocks = blocks

    def full_names(self, surnames: set[str]) -> dict[str, set[str]]:
        """Return surname → the full names of the text that end in it."""
        names: dict[str, set[str]] = {}
        sequences: set[str] = set()
        for block in self._blocks if surnames else ():
            # A look for each surname is quicker than the names of a block, as long as there are few.
            low = block.text.lower() if len(surnames) <= _FEW else ""
            if not low or any(surname in low for surname in surnames):
                sequences.update(_SEQUENCE.findall(block.text))
        for sequence in sequences:
            if surnames.isdisjoint(_POSSESSIVES.sub("", sequence.lower()).replace(".", "").split()):
                continue
            person = person_in(sequence)
            if person is not None and person.is_full:
                names.setdefault(person.surname, set()).add(person.name)
        return {surname: _plainest(full) for surname, full in names.items()}

    @cached_property
    def introduced(self) -> dict[str, set[str]]:
        """Surname → people who are named with what they are: `the chairman, Ana Ruiz,`."""
        people: dict[str, set[str]] = {}
        for block in self._blocks:
            for match in _INTRODUCED.finditer(block.text):
                person = person_in(match[1])
                if person is not None and person.is_full:
                    people.setdefault(person.surname, set()).add(person.name)
        return people

    def may_be(self, name: str, gender: Gender) -> bool:
        """Return whether no title of the article says that a name is of the other gender."""
        low = name.lower()
        return self._genders.get(low, self._genders.get(low.split()[-1], gender)) == gender

    @cached_property
    def _genders(self) -> dict[str, Gender | None]:
        """Name or surname, as it stands after a title → which titles; None if of both kinds."""
        genders: dict[str, Gender | None] = {}
        for block in self._blocks:
            for gender, pattern in _TITLES_BY_GENDER.items():
                for match in pattern.finditer(block.text):
                    name = match[1].lower()
                    genders[name] = gender if genders.get(name, gender) == gender else None
        return genders


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
