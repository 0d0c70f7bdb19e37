"""Find what an article says that a person is: the apposition behind the name, or the occupation before it.

Nothing is stored for it: the blocks of the article have it. The grammar is English, as that of `quotes`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from searchsvc.model.article import Block
from searchsvc.quotes.lexicon import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    CUE_FORMS,
    DETERMINERS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_HEADS,
    TIME_WORDS,
    TITLES_AND_ROLES,
    word_set,
)
from searchsvc.quotes.name_words import HONOURS, OCCUPATIONS, PERSON_NOUNS

#: Places of a name that are looked at in one article, at most.
MAX_PLACES = 40
#: Words of a role behind a name, and before it, at most; code points before a name that are read for it.
MAX_APPOSED, MAX_BEFORE, WINDOW = 14, 5, 80
_APPOSED = re.compile(r"(?:, (?:aged )?\d\d)?, ([^\W\d][^.?!\"“”;:—–,]{2,90})(?=,|\.|;|:| said\b| told\b| says\b|$)")
_OUTSIDE = re.compile(r"[.?!,;:\"“”‘()—–]|\s[-]\s")
#: Words behind which somebody or something else is told of: the head of the role stands before them.
_BEHIND_HEAD = PREPOSITIONS | {"who", "that", "and", "of", "for", "at"}
_MORE_HEADS = word_set(
    "warden master keeper skipper purser mate coxswain curator organiser organizer founder co-founder owner co- "
    "owner head chair boss landlord landlady gardener farmer fisherman sailor shepherd miller baker brewer vicar "
    "rector bishop imam archbishop rabbi governor treasurer ombudsman inspector superintendent constable sheriff "
    "marshal volunteer prosecutor solicitor barrister judge magistrate coroner historian archaeologist biologist "
    "ecologist geologist meteorologist astronomer physicist chemist mathematician statistician psychologist "
    "sociologist surveyor planner striker midfielder goalkeeper winger fly-half scrum-half hooker flanker batsman "
    "bowler all-rounder sprinter guitarist drummer bassist songwriter composer conductor choreographer "
    "screenwriter playwright novelist poet"
)
_FORMS_OF_ADDRESS = HONOURS | {"mr", "mrs", "ms", "miss", "sir"}
_HEADS = (_MORE_HEADS | PERSON_NOUNS | ROLE_HEADS | OCCUPATIONS | TITLES_AND_ROLES) - _FORMS_OF_ADDRESS
_FUNCTION_WORDS = (
    PREPOSITIONS | CONJUNCTIONS | DETERMINERS | POSSESSIVES | AUXILIARIES | PRONOUNS | ADVERBS | TIME_WORDS
) | frozenset(CUE_FORMS)
_ARTICLES = re.compile(r"(?:the|a|an|his|her|its|their|our)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Role:
    """What an article says that a person is: `chief executive of Sound Ferries`, without an article before it."""

    text: str
    #: Index of the block that says so.
    block: int


def role_of(blocks: Sequence[Block], name: str) -> Role | None:
    """Return what an article says most often that a person is, of equal ones the longest; None if it does not say.

    >>> role_of([Block("paragraph", "“No,” said Runa Asker, the harbour's warden.")], "Runa Asker")
    Role(text="harbour's warden", block=0)
    """
    found = list(islice(_roles(blocks, name), MAX_PLACES))
    if not found:
        return None
    counts = Counter(role_key(role.text) for role in found)
    return max(found, key=lambda role: (counts[role_key(role.text)], len(role.text), -role.block))


def role_key(text: str) -> str:
    """Return a role without case, the same in all articles that print it."""
    return " ".join(text.lower().split())


def _roles(blocks: Sequence[Block], name: str) -> Iterator[Role]:
    words = name.split()
    if len(words) < 2:  # noqa: PLR2004 - a given name and a surname
        return
    pattern = re.compile(r"(?<!\w)" + r"[\s\xa0]+".join(map(re.escape, words)) + r"(?![\w-])")
    for number, block in enumerate(blocks):
        for match in pattern.finditer(block.text):
            for text in (_apposed(block.text, match.end()), _before(block.text, match.start())):
                if text:
                    yield Role(_ARTICLES.sub("", text, count=1) if _ARTICLES.match(text) else text, number)


def _apposed(text: str, end: int) -> str | None:
    """Return the role between commas behind a name: its head is a person."""
    match = _APPOSED.match(text, end)
    if match is None:
        return None
    words = re.findall(r"[\w’'-]+", match[1].lower())
    if not words or len(words) > MAX_APPOSED or words[0] in CUE_FORMS or words[0] in {"who", "whose", "and", "but"}:
        return None
    cut = next((at for at, word in enumerate(words) if at and word in _BEHIND_HEAD), len(words))
    return match[1].strip() if words[cut - 1] in _HEADS else None


def _before(text: str, start: int) -> str | None:
    """Return the occupation or office right before a name, with the words that belong to it."""
    clause = _OUTSIDE.split(text[max(0, start - WINDOW) : start])[-1]
    words = clause.split()
    if not words or words[-1].lower() not in _HEADS or not clause[-1:].isspace():
        return None
    first = len(words) - 1
    while first and len(words) - first < MAX_BEFORE and _belongs(words[first - 1]):
        first -= 1
    return " ".join(words[first:])


def _belongs(word: str) -> bool:
    """Return whether a word before an occupation may be part of it: `shadow`, `Labour`, `company's`."""
    return word.lower() not in _FUNCTION_WORDS and re.fullmatch(r"[^\W\d][\w’'.-]*", word) is not None
