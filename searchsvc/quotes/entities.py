"""Extract personal names and organisations from mentions, and collect the full names in the text of an article."""

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
    DAYS_AND_MONTHS,
    DETERMINERS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_HEADS,
    STANDALONE,
    TITLES_AND_ROLES,
    word_set,
)

Gender = Literal["male", "female"]
#: Months that are also first names or surnames.
_NAMED_MONTHS = frozenset({"march", "april", "june", "august"})
#: Words that are often capitalised at the start of a sentence.
_SENTENCE_STARTERS = word_set(
    "well maybe like never top here there so even only if yes no oh dear what who when while today later"
) | (DAYS_AND_MONTHS - _NAMED_MONTHS)
#: Titles of several words, which a name follows: "Secretary of State Ana Ruiz".
_TITLE_PHRASE = re.compile(
    r"\b(?:[Ss]ecretary of (?:[Ss]tate|[Dd]efen[cs]e|[A-Z]\w+)|[Cc]hief of [Ss]taff"
    r"|[Dd]irector of [A-Z]\w+(?: [A-Z]\w+)*|[Ss]peaker of the House|[Ll]eader of the [A-Z]\w+)\s+"
)
#: Words that may be capitalised, at the start of a sentence or in a title, but are not part of a name.
_NOT_NAMES = (
    (PARTICLES - {"al", "el"})
    | TITLES_AND_ROLES
    | _SENTENCE_STARTERS
    | CONJUNCTIONS
    | PREPOSITIONS
    | DETERMINERS
    | ADVERBS
    | PRONOUNS
) | POSSESSIVES
_WORD = re.compile(r"[^\s,]+")
_NAME_WORD = re.compile(r"[^\W\d_a-z][\w’'.-]*")
#: Two or three capitalised ASCII words: the most frequent form of a mention, recognised without further analysis.
_PLAIN_NAME = re.compile(r"[A-Z][a-z]++(?: [A-Z][a-z]++){1,2}")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_GENITIVE_END = re.compile(r"(?<=\w)[’'](?:s|S)?$")
#: Where an apposition, an aside or a relative clause begins or ends.
_PART_BREAK = re.compile(r",|\s(?:—|–|--|-)\s|\s(?:who|which|that|whose)\b")
_NICKNAME = re.compile(r"[\"“‘'][\w’'-]+[\"”’']\s")
#: The preposition between a name and a place or organisation: "Ana Ruiz of Velana".
_BEFORE_PLACE = re.compile(r"\s(?:of|from|at|in)\s(?=(?:(?:the|a|an|his|her|its|their)\s)?[^\W\d_])")
#: Words that relate what precedes a name to it: in "a spokesman for Tomas Varela", the mention is not Varela.
_RELATION_WORDS = frozenset({"of", "for", "and", "at", "from", "in", "by", "with", "on", "to"})
_ARTICLE = re.compile(r"^(?:the|The|a|A|an|An)\s+")
_STATEMENT_BY = re.compile(r"(?:an? |the )?(?:\w+ )?(?:statements?|comments|remarks) (?:by|from|of)\s+", re.IGNORECASE)
#: A sequence of two or more capitalised words or initials, with particles between them: "Ana M. de la Ruiz". The
#: lookbehind, which excludes a start within a word, follows the first character class: the regular-expression engine
#: can then skip to the characters of that class.
_NAME_SEQUENCE = re.compile(
    rf"[^\W\d_a-z](?<![\w.].)(?:\.|[\w’'-]*+)(?:\s(?:{literal(sorted(PARTICLES))}\s)*"
    r"[^\W\d_a-z](?:\.|[\w’-]*+))+"
)
_MIDDLE_INITIALS = re.compile(r"\s(?:[A-Z]\.\s?)+(?=\w)")
#: A role right before a full name: "the chairman, Ana Ruiz".
_INTRODUCTION = re.compile(rf"\b(?:{'|'.join(sorted(ROLE_HEADS))}),?\s({_NAME_SEQUENCE.pattern})")
#: A title that implies a gender, and the name after it.
_TITLED = r"\b{}\.?\s((?:[^\W\d_a-z][\w-]+\s)*[^\W\d_a-z][\w-]+)"
_TITLES_BY_GENDER: dict[Gender, re.Pattern[str]] = {
    "male": re.compile(_TITLED.format(literal(sorted(map(str.capitalize, bare(ENGLISH.titles_male)))))),
    "female": re.compile(_TITLED.format(literal(sorted(map(str.capitalize, bare(ENGLISH.titles_female)))))),
}
#: Most surnames searched for one by one in a block, to skip blocks without any; with more, all blocks are read.
_MAX_SUBSTRING_SEARCHES = 24
#: Most words of a name that is compared with the end of a longer name.
_MAX_NAME_WORDS = 6
_GENITIVE_ENDS = re.compile(r"[’']s?(?=\s|$)")


class Person(NamedTuple):
    """A personal name, taken from a mention."""

    #: The name as written, without titles.
    name: str
    #: The other words of the mention, in lower case: title and role.
    role: frozenset[str]

    @property
    def surname(self) -> str:
        """Last word of the name in lower case, without a suffix such as `Jr`; empty if there is none."""
        words = [w for w in self.name.split() if w.lower().strip(".") not in _SUFFIXES]
        return words[-1].lower() if words else ""

    @property
    def is_full(self) -> bool:
        """True if it has more than a surname."""
        return " " in self.name


@lru_cache(maxsize=20_000)
def person_in(mention: str) -> Person | None:
    """Return the person that a mention names, or None if it names no person.

    >>> person_in("state department spokesman Ana Ruiz Kelly").name
    'Ana Ruiz Kelly'
    >>> person_in("The head of the delegation, Deputy Minister Tomas Varela").name
    'Tomas Varela'
    >>> person_in("a spokesman for Tomas Varela") is None
    True
    """
    if _PLAIN_NAME.fullmatch(mention):
        words = mention.lower().split(" ")
        if words[-1] not in BODY_HEADS and _NOT_NAMES.isdisjoint(words):
            return Person(mention, frozenset())
    parts = [part.strip() for part in _PART_BREAK.split(_NICKNAME.sub("", mention))]
    for part in parts:
        if not part or part[0].isdigit():
            continue
        person = _person_in_part(part)
        if person is not None:
            return Person(person.name, person.role | _role_words(parts, part))
    return None


def organisation_in(mention: str) -> str:
    """Return a mention that names no person without its article, apposition and possessive ending; it may be empty.

    >>> organisation_in("statements by the Orlan state department and the Velan ministry")
    'Orlan state department and the Velan ministry'
    """
    phrase = _STATEMENT_BY.sub("", _PART_BREAK.split(mention)[0].strip(), count=1)
    return _GENITIVE_END.sub("", _ARTICLE.sub("", phrase, count=1)).strip()


def _person_in_part(part: str) -> Person | None:
    """Return the person in a phrase without commas: the capitalised words at its end, without their titles."""
    person = _person_of_words(part)
    if person is not None:
        return person
    # "Gov. Ana Ruiz of Velana": the name precedes the place.
    head = _BEFORE_PLACE.split(part, maxsplit=1)[0]
    placed = _person_of_words(head) if head != part else None
    return placed if placed is not None and placed.is_full else None


def _person_of_words(part: str) -> Person | None:
    """Return the person whose name ends a phrase, or None if the phrase ends in no name."""
    part = _GENITIVE_END.sub("", part)
    words = _WORD.findall(_TITLE_PHRASE.sub("", part))
    start = len(words)
    while start > 0 and _may_be_name(words, start - 1):
        start -= 1
    if any(word.lower() in _RELATION_WORDS for word in words[:start]):
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
    """Return whether a word before the last one of a name is a title; a particle is none, unless it comes first."""
    lower = word.lower().strip(".")
    return lower in _NOT_NAMES and not (at and lower in PARTICLES)


def _is_no_name(word: str) -> bool:
    """Return whether a single capitalised word is a title, a pronoun or an acronym, and so not a name by itself."""
    lower = word.lower().strip(".")
    return lower in _NOT_NAMES or lower in STANDALONE or (word.isupper() and len(lower) > 1)


def _may_be_name(words: list[str], at: int) -> bool:
    """Return whether a word may belong to a name: capitalised and no possessor, or a particle before another word."""
    word = words[at]
    if _NAME_WORD.fullmatch(word):
        return not word.lower().endswith(("’s", "'s"))
    return word in PARTICLES and at + 1 < len(words)


def _role_words(parts: list[str], used: str) -> frozenset[str]:
    """Return the lower-case words of the first two parts beside the one with the name, without relative clauses."""
    beside = [p for p in parts if p is not used and not p.startswith(("who", "which"))][:2]
    return frozenset(w.lower().strip(".") for p in beside for w in _WORD.findall(p))


class EntityRegister:
    """The personal names in the text of an article: full names, introductions with a role, titles.

    It depends on the text alone, not on who speaks. The text is read only when a name is looked up.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        """Keep the blocks of the article; nothing is read yet."""
        self._blocks = blocks

    def full_names(self, surnames: set[str]) -> dict[str, set[str]]:
        """Return a mapping from each of these surnames (in lower case) to the full names in the text that end in it.

        Names that only add words or an initial to another name of the text are left out.
        """
        names: dict[str, set[str]] = {}
        sequences: set[str] = set()
        for block in self._blocks if surnames else ():
            # A substring search for each surname is faster than the pattern of names, if there are few surnames.
            lower = block.text.lower() if len(surnames) <= _MAX_SUBSTRING_SEARCHES else ""
            if not lower or any(surname in lower for surname in surnames):
                sequences.update(_NAME_SEQUENCE.findall(block.text))
        for sequence in sequences:
            if surnames.isdisjoint(_GENITIVE_ENDS.sub("", sequence.lower()).replace(".", "").split()):
                continue
            person = person_in(sequence)
            if person is not None and person.is_full:
                names.setdefault(person.surname, set()).add(person.name)
        return {surname: _plainest(full) for surname, full in names.items()}

    @cached_property
    def introduced(self) -> dict[str, set[str]]:
        """Surname, in lower case → full names that follow a role somewhere in the text: `the chairman, Ana Ruiz,`."""
        people: dict[str, set[str]] = {}
        for block in self._blocks:
            for match in _INTRODUCTION.finditer(block.text):
                person = person_in(match[1])
                if person is not None and person.is_full:
                    people.setdefault(person.surname, set()).add(person.name)
        return people

    def may_be(self, name: str, gender: Gender) -> bool:
        """Return whether a person may have this gender: no title in the article (`Mr`, `Dame`) implies the other.

        The title of the full name decides, else that of the surname. A name with titles
        of both genders is excluded for both.
        """
        lower = name.lower()
        return self._genders.get(lower, self._genders.get(lower.split()[-1], gender)) == gender

    @cached_property
    def _genders(self) -> dict[str, Gender | None]:
        """Name or surname after a title, in lower case → gender that the title implies; None if titles contradict."""
        genders: dict[str, Gender | None] = {}
        for block in self._blocks:
            for gender, pattern in _TITLES_BY_GENDER.items():
                for match in pattern.finditer(block.text):
                    name = match[1].lower()
                    genders[name] = gender if genders.get(name, gender) == gender else None
        return genders


def _plainest(names: set[str]) -> set[str]:
    """Return the shortest forms: without names that only add words before another one, or an initial within it."""
    return {name for name in names if not _is_longer(name, names) and not _has_initial(name, names)}


def _is_longer(name: str, names: set[str]) -> bool:
    """Return whether a name ends in another name of the set."""
    words = name.split(" ")
    return any(" ".join(words[first:]) in names for first in range(max(1, len(words) - _MAX_NAME_WORDS), len(words)))


def _has_initial(name: str, names: set[str]) -> bool:
    """Return whether a name is another name of the set with middle initials."""
    bare = _MIDDLE_INITIALS.sub(" ", name)
    return bare != name and bare in names
