"""Find the noun phrase that begins or ends at a given token.

There is no part-of-speech tagger: a word counts as a noun unless a word list, its ending or its capital excludes it.
"""

from typing import NamedTuple

from searchsvc.quotes.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    CUE_FORMS,
    DAYS_AND_MONTHS,
    DETERMINERS,
    GENITIVES,
    LEADING_WORDS,
    NAME_LINKS,
    NAME_PARTICLES,
    NATIONS,
    PLURALS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    STANDALONE,
    TITLE_MODIFIERS,
    TRAILING_NOUNS,
    is_adverb,
    is_joined_name,
)
from searchsvc.quotes.name_words import PERSON_NOUNS
from searchsvc.quotes.syntax import SentenceToken

#: Most tokens of a noun phrase. It bounds the search from each token.
MAX_PHRASE_TOKENS = 16
#: Words that make a person of the noun before them.
_PERSON_WORDS = PERSON_NOUNS | TITLE_MODIFIERS


class NounPhrase(NamedTuple):
    """A noun phrase: the tokens `first` to `last` (inclusive) of a tokenized block."""

    first: int
    last: int


def phrase_ending(tokens: list[SentenceToken], at: int, low: int) -> NounPhrase | None:
    """Return the noun phrase whose last word is the token `at`, or None; it does not begin before `low`."""
    last = tokens[at]
    if last.lower in PRONOUNS:
        return NounPhrase(at, at)
    if last.lower in STANDALONE and (at == low or not _is_noun(tokens[at - 1])):
        return NounPhrase(at - (at > low and tokens[at - 1].lower == "the"), at)
    if not _is_noun(last):
        return None
    first = _phrase_start(tokens, at, low)
    while first < at and tokens[first].lower in LEADING_WORDS:
        first += 1
    return None if _is_bare(tokens, first, at, low) else NounPhrase(first, at)


def _phrase_start(tokens: list[SentenceToken], at: int, low: int) -> int:
    """Return the index of the first token of the phrase that ends at `at`: over nouns, links and one determiner."""
    first = at
    floor = max(low, at - MAX_PHRASE_TOKENS)
    while first > floor:
        before = tokens[first - 1]
        determiner = before.lower in DETERMINERS
        linked = first - 1 - determiner
        link = before.text in NAME_LINKS
        if (determiner or link) and linked > floor and tokens[linked].lower in NAME_LINKS:
            if not _is_noun(tokens[linked - 1]):
                return first - determiner
            first = linked - 1
        elif determiner:
            return first - 1
        elif _is_noun(before):
            first -= 1
        else:
            break
    return first


def _is_bare(tokens: list[SentenceToken], first: int, at: int, low: int) -> bool:
    """Return whether lower-case words cannot be a noun phrase: a singular without a determiner, within a sentence."""
    words = tokens[first : at + 1]
    if first == low or any(not t.text[0].islower() or t.lower in DETERMINERS or is_joined_name(t.text) for t in words):
        return False
    if first < at and not tokens[first - 1].is_word:
        return False
    word = tokens[at].lower
    return not (word.endswith("s") or word in PLURALS or word in STANDALONE or word in TRAILING_NOUNS)


def with_name_before(tokens: list[SentenceToken], phrase: NounPhrase | None, low: int) -> NounPhrase | None:
    """Return a role with the name before its comma, where none ends the role: "Ana Ruiz, head of the port said"."""
    if phrase is None or phrase.first - 2 < low or tokens[phrase.first - 1].text != ",":
        return phrase
    if not tokens[phrase.first].text[0].islower() or tokens[phrase.first].lower in DETERMINERS:
        return phrase
    if not any(token.lower in PERSON_NOUNS for token in tokens[phrase.first : phrase.last + 1]):
        return phrase
    name = phrase_ending(tokens, phrase.first - 2, low)
    if name is None or name.first == name.last or not tokens[name.first].text[0].isupper():
        return phrase
    opens = name.first == low or tokens[name.first - 1].quote >= 0 or tokens[name.first - 1].text == ","
    return NounPhrase(name.first, phrase.last) if opens else phrase


def phrase_starting(tokens: list[SentenceToken], at: int, high: int) -> NounPhrase | None:
    """Return the noun phrase whose first word is the token `at`, or None; it ends before `high`."""
    if at >= high or not tokens[at].is_word:
        return None
    if tokens[at].lower in PRONOUNS - {"who"} or _stands_alone(tokens, at, high):
        return NounPhrase(at, at)
    limit = min(high, at + MAX_PHRASE_TOKENS)
    start = at
    while start < limit and tokens[start].lower in DETERMINERS:
        start += 1
    end = _phrase_end(tokens, start, limit, high)
    if start > at and end < limit and _is_head(tokens, end):
        end += 1
    while end > start and (tokens[end - 1].lower in NAME_LINKS or tokens[end - 1].lower in DETERMINERS):
        end -= 1
    return NounPhrase(at, end - 1) if end > start else None


def _is_head(tokens: list[SentenceToken], at: int) -> bool:
    """Return whether a lower-case word after a determiner and a name is the head of the phrase: "the Venn campaign"."""
    token = tokens[at]
    verbal = token.lower.endswith(("s", "ed", "ing")) or token.lower in CUE_FORMS or token.lower in NAME_LINKS
    return _is_noun(token) and token.text[0].islower() and tokens[at - 1].text[0].isupper() and not verbal


def _stands_alone(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether a determiner or numeral is a noun phrase by itself: no noun follows."""
    return tokens[at].lower in STANDALONE and (at + 1 >= high or not _is_noun(tokens[at + 1]))


def _phrase_end(tokens: list[SentenceToken], start: int, limit: int, high: int) -> int:
    """Return the index after the last token of a phrase from `start` on; it may end with links.

    Invariant of the loop: the tokens from `start` to `here` are part of the phrase; `named` tells
    whether one of them is capitalised, after which a lower-case noun ends the phrase.
    """
    here, named = start, False
    while here < limit:
        token = tokens[here]
        link = token.lower in NAME_LINKS and not (here == start and _begins_name(tokens, here, high))
        if link:
            if here == start or here + 1 >= high or not _continues_name(tokens, here + 1, high, named=named):
                break
        elif (
            (token.lower in DAYS_AND_MONTHS and not _is_dated(tokens, here, start))
            or not _is_noun(token)
            or (named and _falls_back(tokens, here, high))
        ):
            break
        # What a possessor has follows: "Venn's chief executive Ana Ruiz".
        named = not _is_possessor(tokens, here, high) and (named or (token.text[0].isupper() and not link))
        here += 1
        if link and tokens[here].lower in DETERMINERS:
            here += 1
            # The nouns of a body follow: "Ana Ruiz of the shipbuilders' union".
            named = named and not (here < limit and tokens[here].text[0].islower())
    return here


def _begins_name(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether a particle begins a name: with a capital ("De Silva"), or before one ("van den Berg")."""
    if tokens[at].text[0].isupper():
        return True
    while at < high and tokens[at].text in NAME_PARTICLES:
        at += 1
    return at < high and tokens[at].text[0].isupper() and tokens[at - 1].text in NAME_PARTICLES


def _is_possessor(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether a capitalised genitive is followed by a noun in lower case, and that by more: "Venn's chief …"."""
    token = tokens[at]
    return (
        token.text[0].isupper()
        and token.lower.endswith(GENITIVES[:2])
        and at + 1 < high
        and tokens[at + 1].lower in _PERSON_WORDS
    )


def _is_dated(tokens: list[SentenceToken], at: int, start: int) -> bool:
    """Return whether a weekday or month qualifies the noun after it: "a Wednesday editorial"."""
    return (
        at == start
        and tokens[at - 1].lower in {"a", "the"}
        and at + 1 < len(tokens)
        and tokens[at + 1].text[0].islower()
    )


def _falls_back(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether a lower-case word after a name ends the phrase: in "Kelly smiled", not in "Orlan coach Kelly"."""
    token = tokens[at]
    if (
        at + 1 < high
        and tokens[at + 1].is_word
        and tokens[at + 1].text[0].isupper()
        and _is_noun(tokens[at + 1])
        and tokens[at + 1].lower not in DAYS_AND_MONTHS
        and not token.lower.endswith(("ed", "ing", "s"))
    ):
        return False
    if is_joined_name(token.text):
        return False
    return (
        token.text[0].islower() and not _is_acronym_or_nation(tokens[at - 1].text) and token.lower not in TRAILING_NOUNS
    )


def _continues_name(tokens: list[SentenceToken], at: int, high: int, *, named: bool) -> bool:
    """Return whether the token after a link continues the phrase before the link: "Bank of | Orlan"."""
    link, token = tokens[at - 1].lower, tokens[at]
    if link in {"on", "at", "in", "with", "from"} and named:
        return False
    if token.lower in DETERMINERS:
        return at + 1 < high and _is_noun(tokens[at + 1]) and token.lower not in {"this", "that", "one"}
    return _is_noun(token) and token.lower not in DAYS_AND_MONTHS and (token.text[0].isupper() or not named)


def _is_acronym_or_nation(word: str) -> bool:
    """Return whether a lower-case noun after this word may be of the same phrase: "US officials", "Cuban ministry"."""
    return word.isupper() or word in NATIONS


def _is_noun(token: SentenceToken) -> bool:
    """Return whether a word may be a noun or adjective.

    Excluded are function words and, in lower case, adverbs and forms of verbs of speech that do not end in -s.
    """
    word = token.lower
    if not token.is_word or word in PRONOUNS or word in DETERMINERS or word in POSSESSIVES:
        return False
    if token.text[0].isupper():
        return word not in CONJUNCTIONS and word not in PREPOSITIONS
    if word in AUXILIARIES or (word in CUE_FORMS and not word.endswith("s")):
        return False
    return word not in CONJUNCTIONS and word not in PREPOSITIONS and not is_adverb(word)
