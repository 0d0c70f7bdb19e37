"""Parse a mention of a speaker that is no person: the name of a body, or a mere description, which names nobody."""

import re
from functools import lru_cache

from searchsvc.languages import TITLES
from searchsvc.quotes.entities import GENITIVE_END, NOT_NAMES, PART_BREAK, names_somebody
from searchsvc.quotes.lexicon import (
    BODY_HEADS,
    DOCUMENTS,
    NAME_LINKS,
    NAME_PARTICLES,
    NATIONS,
    PRONOUNS,
    REGIONS,
    STANDALONE,
    TRAILING_NOUNS,
    word_set,
)
from searchsvc.quotes.name_words import GIVEN_NAMES, GROUPS, NEVER_NAMES, PERSON_NOUNS

_ARTICLE = re.compile(r"^(?:the|The|a|A|an|An)\s+")
_STATEMENT_BY = re.compile(r"(?:an? |the )?(?:\w+ )?(?:statements?|comments|remarks) (?:by|from|of)\s+", re.IGNORECASE)
#: Last words of descriptions that name nobody: "the Orlan report", "Orlan officials".
_NOBODIES = (
    PERSON_NOUNS
    | DOCUMENTS
    | word_set(
        "report reports study survey poll source sources critics officials aides analysts experts investigators "
        "researchers scientists spokesmen ministers lawmakers lawyers leaders members voters police people men women "
        "article book film movie spot commercial website site program show headline caption sign banner law rule "
        "filing document complaint suit lawsuit indictment ruling poster plaque piece column post editorial story "
        "transcript tweet"
    )
) - TRAILING_NOUNS
#: Papers that speak for a state: "a Cuban statement".
_PAPERS_OF_STATES = frozenset({"statement", "communique", "communiqué", "note"})
#: Words that neither begin nor end the name of a body.
_NO_EDGES = PRONOUNS | STANDALONE
#: Lower-case nouns that make the body of the name before them: "Velana police", "the Ruiz campaign".
_BODY_NOUNS = (BODY_HEADS | TRAILING_NOUNS | frozenset({"police"})) - PERSON_NOUNS - DOCUMENTS - {"officials"}


#: Groups of people that act as one body.
_CORPS = frozenset({"police", "staff", "crew", "troops", "tories"})


def organisation_in(mention: str) -> str:
    """Return a mention that names no person without its article, apposition and possessive ending; it may be empty.

    >>> organisation_in("statements by the Orlan state department and the Velan ministry")
    'Orlan state department and the Velan ministry'
    """
    phrase = _STATEMENT_BY.sub("", PART_BREAK.split(mention)[0].strip(), count=1)
    return GENITIVE_END.sub("", _ARTICLE.sub("", phrase, count=1)).strip()


@lru_cache(maxsize=20_000)
def body_in(mention: str) -> str | None:
    """Return the name of the body that a mention names; None for a description: "the report", "Orlan officials".

    A name has a capitalised word that is no title, post or day. What follows it in lower case must make a body of it.

    >>> body_in("the Orlan Ministry"), body_in("Velana police"), body_in("the BBC")
    ('Orlan Ministry', 'Velana police', 'BBC')
    >>> body_in("a Pentagon spokeswoman"), body_in("the company"), body_in("Tory MPs"), body_in("British officials")
    (None, None, None, None)
    """
    name = organisation_in(mention)
    words = name.split()
    if len(words) > 1 and words[-1].lower() in _PAPERS_OF_STATES:
        return country_of(words[0])
    if not words or any(word.lower() in _NO_EDGES for word in (words[0], words[-1])):
        return None
    named = any(
        word[0].isupper() and word.lower().rstrip(".") not in NOT_NAMES and word not in NATIONS for word in words
    )
    nation = _head(words).lower() in _BODY_NOUNS and any(word in NATIONS for word in words)
    people = (len(words) == 1 and _is_plural_of_people(words[0])) or _are_people(name)
    return name if (named or nation) and not people and not _is_description(_head(words)) else None


def _are_people(name: str) -> bool:
    """Return whether words joined by "and" are the names of people: "Mr Ruiz and Mr Marr", "Ana Ruiz and Ivo Marr"."""
    parts = name.split(" and ")
    if len(parts) == 1:
        return False
    return any(
        words[0].lower().strip(".") in TITLES or words[0].lower() in GIVEN_NAMES or names_somebody(words)
        for words in map(str.split, parts)
        if words
    )


def _is_description(head: str) -> bool:
    """Return whether a phrase with this head only describes somebody: "the Orlan report", "an Orlan"."""
    if head in NATIONS:
        return True
    if head[0].islower():
        return head not in _BODY_NOUNS
    return head.lower() in _NOBODIES or (head.endswith("s") and head[:-1].lower() in _NOBODIES)


def country_of(word: str) -> str | None:
    """Return the country that an adjective belongs to, by the endings -n, -an, -ian, -ese and -i; None if it is none.

    >>> country_of("Cuban"), country_of("Egyptian"), country_of("Urban")
    ('Cuba', 'Egypt', None)
    """
    lower = word.lower()
    for ending in ("n", "an", "ian", "ese", "i"):
        if word[0].isupper() and lower.endswith(ending) and lower.removesuffix(ending) in REGIONS:
            return lower.removesuffix(ending).capitalize()
    return None


def _head(words: list[str]) -> str:
    """Return the last word before the first preposition that follows a noun: `ministry` in "ministry of Orlan"."""
    for at, word in enumerate(words[1:], 1):
        if word in NAME_LINKS and word not in {"and", "&"} and word not in NAME_PARTICLES:
            return words[at - 1]
    return words[-1]


def _is_plural_of_people(word: str) -> bool:
    """Return whether a single word is a number of people: "Americans", "Republicans", "MPs", "Parents"."""
    if word.lower() in GROUPS - _CORPS:
        return True
    return word.endswith("s") and (word[:-1] in NATIONS or word[:-1].isupper() or word[:-1].lower() in NEVER_NAMES)
