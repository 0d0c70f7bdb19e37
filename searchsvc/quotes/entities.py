"""Parse a mention of a speaker: the personal name in it without titles and roles, or the name of a body."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from searchsvc.quotes.lexicon import (
    ADVERBS,
    BODY_HEADS,
    CONJUNCTIONS,
    DAYS_AND_MONTHS,
    DETERMINERS,
    GENITIVES,
    JOINED_PARTICLE,
    NAME_PARTICLES,
    NATIONS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    REGIONS,
    STANDALONE,
    word_set,
)
from searchsvc.quotes.name_words import (
    BODY_WORDS,
    GIVEN_NAMES,
    GROUPS,
    HONOURS,
    NEVER_NAMES,
    OCCUPATIONS,
    PERSON_NOUNS,
    QUALIFIERS,
    RANKS,
    TITLES_AS_GIVEN_NAMES,
)

Gender = Literal["male", "female", "unclear"]
#: Months that are also first names or surnames.
_NAMED_MONTHS = frozenset({"march", "april", "june", "august"})
#: Words that are often capitalised at the start of a sentence.
_SENTENCE_STARTERS = word_set(
    "well maybe like never top here there so even only if yes no oh dear what who when while today later given joining "
    "speaking asked meanwhile elsewhere earlier according plus despite both either neither last next now then because"
) | (DAYS_AND_MONTHS - _NAMED_MONTHS)
#: Titles of several words, which a name follows: "Secretary of State Ana Ruiz".
_TITLE_PHRASE = re.compile(
    r"\b(?:[Ss]ecretary of (?:[Ss]tate|[Dd]efen[cs]e|[A-Z]\w+)|[Cc]hief of [Ss]taff"
    r"|[Dd]irector of [A-Z]\w+(?: [A-Z]\w+)*|[Ss]peaker of the House|[Ll]eader of the [A-Z]\w+)\s+"
)
#: Words that may be capitalised, at the start of a sentence or in a title, but are not part of a name.
NOT_NAMES = (
    NEVER_NAMES
    | RANKS
    | _SENTENCE_STARTERS
    | CONJUNCTIONS
    | PREPOSITIONS
    | DETERMINERS
    | ADVERBS
    | PRONOUNS
    | POSSESSIVES
) - {"bin", "dos", "will", "may"}
#: Words that are stripped from the beginning of a name as long as no other word precedes them: "Singer Ana Ruiz".
_LEADING = OCCUPATIONS | QUALIFIERS
#: Titles that stay with a single name after them: "Prince Harry".
_ROYAL = frozenset({"prince", "princess", "king", "queen", "pope"})
_WORD = re.compile(r"[^\s,]+")
_NAME_WORD = re.compile(rf"{JOINED_PARTICLE}?[^\W\d_a-z][\w’'.-]*")
#: A capitalised word with a lower-case part after a hyphen is an occupation: "Fly-half", "Film-maker".
_HYPHENED_ROLE = re.compile(r"[A-Z][a-z]+-[a-z]+(?:-[a-z]+)*")
#: Two or three capitalised ASCII words: the most frequent form of a mention, recognised without further analysis.
_PLAIN_NAME = re.compile(r"[A-Z][a-z]++(?: [A-Z][a-z]++){1,2}")
_HYPHENED_POST = re.compile(r"[A-Z][a-z]+-(?:in|at|of)-[A-Z][a-z]+")
#: The age before a name: "19-year-old Ruiz".
_AGE_BEFORE = re.compile(r"^\d\d?-year-old\s")
#: An office that ends in the sex of its holder: "Assemblywoman".
_POST = re.compile(r"[a-z]{3,}(?:wo)?man|[a-z]{3,}person")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
GENITIVE_END = re.compile(r"(?<=\w)[’'](?:s|S)?$")
#: Where an apposition, an aside or a relative clause begins or ends.
PART_BREAK = re.compile(r",|\s(?:—|–|--|-)\s|\s(?:who|which|that|whose)\b")
_NICKNAME = re.compile(r"[\"“‘'][\w’'-]+[\"”’']\s")
#: The preposition between a name and a place or organisation: "Ana Ruiz of Velana".
_BEFORE_PLACE = re.compile(r"\s(?:of|from|at|in)\s(?=(?:(?:the|a|an|his|her|its|their)\s)?[^\W\d_])")
#: Words that relate what precedes a name to it: in "a spokesman for Tomas Varela", the mention is not Varela.
_RELATION_WORDS = frozenset({"of", "for", "and", "at", "from", "in", "by", "with", "on", "to"})
#: Given names that are no other word, so that a name in lower case is known by them: "said ana ruiz".
_GIVEN_NAMES_IN_LOWER_CASE = GIVEN_NAMES - word_set(
    "al art bill chase chuck dawn dick don drew earl faith frank gene glen grant grace guy hank heather holly honor "
    "hope iris jack jay jean joy june kelly lance leo lily mark may mick mike miles mill nick norm olive page pat "
    "penny pete pierce prince ray rex rick rob rod rose rosemary ruby ruth sally sharon sue ted tiger tom tony verity "
    "victor viola violet violet will woody buck amber april august daisy eve flora gay gill ginger hazel ivy jade "
    "jasmine jerry jimmy lee major melody misty pearl peg poppy robin rocky rusty sandy sky stella summer sunny terry "
    "tracy van wade ward angel angus basil carol chelsea christian clay cliff constance destiny dean dale florence "
    "georgia jordan joey jenny"
)


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
        return words[-1].lower().replace("’", "'") if words else ""

    @property
    def is_full(self) -> bool:
        """True if it has more than a surname: a given name or an initial, not only particles or a title."""
        words = [w for w in self.name.split() if w.lower().strip(".") not in _SUFFIXES]
        return len(words) > 1 and words[0] not in NAME_PARTICLES and not _is_royal_or_particle(words)


def _is_royal_or_particle(words: list[str]) -> bool:
    """Return whether a name of two words has no given name: "Prince Harry", "De Silva"."""
    first = words[0].lower()
    particle = first in NAME_PARTICLES and first not in GIVEN_NAMES
    return (len(words) == len("ab") and first in _ROYAL) or (particle and len(words) <= len("abc"))


@lru_cache(maxsize=20_000)
def person_in(mention: str) -> Person | None:
    """Return the person that a mention names, or None if it names no person.

    >>> person_in("state department spokesman Ana Ruiz Kelly").name
    'Ana Ruiz Kelly'
    >>> person_in("The head of the delegation, Deputy Minister Tomas Varela").name
    'Tomas Varela'
    >>> person_in("Keeper Dean Ruiz").name, person_in("Mr van der Berg").name
    ('Dean Ruiz', 'van der Berg')
    >>> person_in("a spokesman for Tomas Varela") is None
    True
    """
    if _PLAIN_NAME.fullmatch(mention):
        words = mention.lower().split(" ")
        plain = len(words) == len("ab") or words[0] in GIVEN_NAMES
        if plain and words[-1] not in BODY_WORDS and not _LISTED.intersection(words):
            return Person(mention, frozenset())
    parts = [part.strip() for part in PART_BREAK.split(_NICKNAME.sub("", mention))]
    for part in parts:
        if not part or (part[0].isdigit() and _AGE_BEFORE.match(part) is None):
            continue
        person = _person_in_part(part)
        if person is not None:
            return Person(person.name, person.role | _role_words(parts, part))
    return None


#: Words that name no thing that a preposition relates.
_NO_THINGS = PERSON_NOUNS | _RELATION_WORDS | DETERMINERS | NAME_PARTICLES
#: Words before the "and" between two posts, or two fields of one: "Media and Sport Secretary Ana Ruiz".
_JOINED = OCCUPATIONS | QUALIFIERS | {"member"}
#: Words of a mention that call for the full analysis.
_LISTED = NOT_NAMES | _LEADING | _ROYAL


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
    part = _AGE_BEFORE.sub("", GENITIVE_END.sub("", part), count=1)
    words = _WORD.findall(_TITLE_PHRASE.sub("", part))
    start = len(words)
    while start > 0 and _may_be_name(words, start - 1):
        start -= 1
    if start == len(words) == len("ab") and words[0] in _GIVEN_NAMES_IN_LOWER_CASE and words[1].isalpha():
        return Person(" ".join(words), frozenset())
    name = _without_titles(words[start:], article=words[start - 1 : start] in (["the"], ["The"]))
    if _is_related(words, start, stripped=len(name) < len(words) - start):
        return None
    if len(name) == 1 and words[start - 1 : start] in (["the"], ["The"]):
        return None  # "the Sands" are a place, a paper, a company
    if not name or _is_body(name) or (len(name) == 1 and is_no_name(name[0])):
        return None
    role = frozenset(w.lower().strip(".") for w in _WORD.findall(part)) - {w.lower() for w in name}
    return Person(" ".join(name), role)


def _is_related(words: list[str], start: int, *, stripped: bool) -> bool:
    """Return whether a preposition relates what precedes a name to it, so that the mention is another.

    The "and" between two posts of one person is none: "founder and Chief Executive Ana Ruiz".
    """
    before = [word.lower() for word in words[:start]]
    if not _RELATION_WORDS.intersection(before):
        return False
    last = before[-1]
    thing = words[start - 1].islower() and last not in _NO_THINGS
    if thing and any(word in PERSON_NOUNS for word in before):
        return False  # what is related is a thing: "minister for transport Ana Ruiz"
    for at, word in enumerate(before):
        if word in _RELATION_WORDS:
            joins_posts = word == "and" and at > 0 and before[at - 1] in _JOINED
            if not ((joins_posts or _is_within_body(words, at, start)) and (stripped or last in OCCUPATIONS)):
                return True
    return False


def _is_within_body(words: list[str], at: int, start: int) -> bool:
    """Return whether a preposition is part of the name of a body before a post: "Bank of Orlan governor Ana Ruiz".

    `words[start:]` are the name, with its titles.
    """
    before, after = words[at - 1] if at else "", words[at + 1 :]
    if not before[:1].isupper() or before.lower() in PERSON_NOUNS or not after:
        return False
    if words[at] == "and":
        return not names_somebody(words[:at]) and any(word.lower() in BODY_WORDS for word in after)
    return after[0] != words[start - 1] or start > at + len("ab")


def names_somebody(words: list[str]) -> bool:
    """Return whether words end in a name that a given name or a title shows to be a person's: "Chancellor Ana Ruiz"."""
    person = _person_of_words(" ".join(words))
    if person is None:
        return False
    return (person.is_full and person.name.split()[0].lower() in GIVEN_NAMES) or bool(person.role & NEVER_NAMES)


def _without_titles(name: list[str], *, article: bool) -> list[str]:
    """Return the words of a name after its titles, ranks, nationalities and occupations."""
    first = 0
    last = len(name) - 1
    while last > 1 and name[last] in HONOURS:
        name = name[:last]
        last -= 1
    while first < last and name[last].lower().strip(".") in _SUFFIXES:
        last -= 1
    for at in range(last):
        if _is_title(name, at, last, article=article):
            first = at + 1
    while first < last and _leads(name, first, last):
        first += 1
    if first and first + 1 == last and _ends_heading(name[first - 1], name[first], name[last]):
        first = last
    for at in range(first + 1, last):
        # "Courier Editor-in-Chief Martin Ruiz": a given name after a body or a post.
        before, given = name[at - 1], name[at].lower() in GIVEN_NAMES
        if given and (before.lower() in BODY_WORDS or _HYPHENED_POST.fullmatch(before)):
            return name[at:]
    return name[first:]


def _is_title(name: list[str], at: int, last: int, *, article: bool) -> bool:
    """Return whether a word before the last one of a name is a title; a particle is none."""
    lower = name[at].lower().strip(".")
    if lower not in NOT_NAMES or lower in NAME_PARTICLES:
        return False
    if at == last - 1 and lower in TITLES_AS_GIVEN_NAMES and not article and name[at][0].isupper():
        return False
    return not (at == last - 1 and lower in _ROYAL and name[at][0].isupper())


def _leads(name: list[str], at: int, last: int) -> bool:
    """Return whether a word at the beginning of a name is an occupation, a qualifier or an acronym: "BBC", "MP"."""
    word, lower = name[at], name[at].lower().strip(".")
    if lower in _LEADING and lower not in GIVEN_NAMES:
        return True
    if _HYPHENED_ROLE.fullmatch(word):
        return True
    if last - at > 1 and lower not in GIVEN_NAMES and (_is_demonym(lower) or _POST.fullmatch(lower)):
        return True
    acronym = word.isupper() and len(word) > 1 and "." not in word
    return acronym and last - at > 1 and not all(one.isupper() for one in name[at + 1 :])


def _ends_heading(before: str, word: str, surname: str) -> bool:
    """Return whether a word in capitals is the last one of a heading before a surname: "OPENING THE PORT Ruiz"."""
    heading = before.isupper() and word.isupper() and len(word) > len("UN") and "." not in word
    return heading and word.lower() not in GIVEN_NAMES and not surname.isupper()


def _is_demonym(word: str) -> bool:
    """Return whether a word in lower case is an inhabitant of one of REGIONS: "californian", "texan"."""
    return word.endswith("n") and bool(REGIONS & {word[:-1], f"{word[:-1]}o", word[:-2], word[:-3], f"{word[:-2]}s"})


def _is_body(name: list[str]) -> bool:
    """Return whether words are the name of a body or thing: they end so, and begin with no given name."""
    last = name[-1].lower()
    if last in BODY_HEADS:
        return True
    if len(name) == 1 or name[0].lower() in GIVEN_NAMES:
        return False
    return last in BODY_WORDS or last in NEVER_NAMES


def is_no_name(word: str) -> bool:
    """Return whether a single capitalised word is a title, a pronoun or an acronym, and so not a name by itself."""
    lower = word.lower().strip(".")
    singular = lower.removesuffix("s")
    if lower in NOT_NAMES or lower in STANDALONE or lower in REGIONS or singular in PERSON_NOUNS or lower in GROUPS:
        return True
    return (word.isupper() and len(lower) > 1) or (singular != lower and singular.capitalize() in NATIONS)


def _may_be_name(words: list[str], at: int) -> bool:
    """Return whether a word may belong to a name: capitalised and no possessor, or a particle before another word."""
    word = words[at]
    if _NAME_WORD.fullmatch(word):
        return not word.lower().endswith(GENITIVES)
    return (word in NAME_PARTICLES or word in {"y", "e"}) and at + 1 < len(words)


def _role_words(parts: list[str], used: str) -> frozenset[str]:
    """Return the lower-case words of the first two parts beside the one with the name, without relative clauses."""
    beside = [p for p in parts if p is not used and not p.startswith(("who", "which"))][:2]
    return frozenset(w.lower().strip(".") for p in beside for w in _WORD.findall(p))
