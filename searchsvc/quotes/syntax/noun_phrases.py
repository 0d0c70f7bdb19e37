"""Words of a sentence → the noun phrase that begins or ends at one of them."""

from typing import NamedTuple

from searchsvc.quotes.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    CUE_FORMS,
    DETERMINERS,
    LEADING_WORDS,
    NAME_LINKS,
    NATIONS,
    PLURALS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    STANDALONE,
    TRAILING_NOUNS,
    WEEKDAYS,
    is_adverb,
)
from searchsvc.quotes.syntax import SentenceToken

MAX_PHRASE_TOKENS = 16


class NounPhrase(NamedTuple):
    """The tokens `first` to `last` (inclusive) of a tokenized block."""

    first: int
    last: int


def phrase_ending(tokens: list[SentenceToken], at: int, low: int) -> NounPhrase | None:
    """Return the noun phrase whose last word is at a token."""
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
    """Return the first word of the phrase that ends at a token: back over nouns, links, and one determiner."""
    first = at
    floor = max(low, at - MAX_PHRASE_TOKENS)
    while first > floor:
        before = tokens[first - 1]
        determiner = before.lower in DETERMINERS
        linked = first - 1 - determiner
        if (determiner or before.lower in NAME_LINKS) and linked > floor and tokens[linked].lower in NAME_LINKS:
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
    """Return whether words in lower case are no noun phrase: they have no determiner and are no plural."""
    if first == low or any(not t.text[0].islower() or t.lower in DETERMINERS for t in tokens[first : at + 1]):
        return False
    if first < at and not tokens[first - 1].is_word:
        return False
    word = tokens[at].lower
    return not (word.endswith("s") or word in PLURALS or word in STANDALONE or word in TRAILING_NOUNS)


def phrase_starting(tokens: list[SentenceToken], at: int, high: int) -> NounPhrase | None:
    """Return the noun phrase whose first word is at a token."""
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
    while end > start and tokens[end - 1].lower in NAME_LINKS:
        end -= 1
    return NounPhrase(at, end - 1) if end > start else None


def _is_head(tokens: list[SentenceToken], at: int) -> bool:
    """Return whether a lower-case word after a name with a determiner is its noun: "the Trump campaign"."""
    token = tokens[at]
    verbal = token.lower.endswith(("s", "ed", "ing")) or token.lower in CUE_FORMS or token.lower in NAME_LINKS
    return _is_noun(token) and token.text[0].islower() and tokens[at - 1].text[0].isupper() and not verbal


def _stands_alone(tokens: list[SentenceToken], at: int, high: int) -> bool:
    return tokens[at].lower in STANDALONE and (at + 1 >= high or not _is_noun(tokens[at + 1]))


def _phrase_end(tokens: list[SentenceToken], start: int, limit: int, high: int) -> int:
    """Return the index past the last word of a phrase, links at its end included."""
    here, named = start, False
    while here < limit:
        token = tokens[here]
        link = token.lower in NAME_LINKS
        if link:
            if here == start or here + 1 >= high or not _continues_name(tokens, here + 1, high, named=named):
                break
        elif (
            (token.lower in WEEKDAYS and not _is_dated(tokens, here, start))
            or not _is_noun(token)
            or (named and _falls_back(tokens, here, high))
        ):
            break
        named = named or (token.text[0].isupper() and not link)
        here += 1
        if link and tokens[here].lower in DETERMINERS:
            here += 1
    return here


def _is_dated(tokens: list[SentenceToken], at: int, start: int) -> bool:
    """Return whether a day belongs to the noun after it: "a Wednesday editorial"."""
    return (
        at == start
        and tokens[at - 1].lower in {"a", "the"}
        and at + 1 < len(tokens)
        and tokens[at + 1].text[0].islower()
    )


def _falls_back(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether a lower-case word after a name ends it: "Kelly smiled", but not "Orlan coach Kelly"."""
    token = tokens[at]
    if (
        at + 1 < high
        and tokens[at + 1].is_word
        and tokens[at + 1].text[0].isupper()
        and _is_noun(tokens[at + 1])
        and tokens[at + 1].lower not in WEEKDAYS
        and not token.lower.endswith(("ed", "ing", "s"))
    ):
        return False
    return token.text[0].islower() and not _is_acronym(tokens[at - 1].text) and token.lower not in TRAILING_NOUNS


def _continues_name(tokens: list[SentenceToken], at: int, high: int, *, named: bool) -> bool:
    link, token = tokens[at - 1].lower, tokens[at]
    if link in {"on", "at", "in", "with", "from"} and named:
        return False
    if token.lower in DETERMINERS:
        return at + 1 < high and _is_noun(tokens[at + 1]) and token.lower not in {"this", "that", "one"}
    return _is_noun(token) and token.lower not in WEEKDAYS and (token.text[0].isupper() or not named)


def _is_acronym(word: str) -> bool:
    return word.isupper() or word in NATIONS


def _is_noun(token: SentenceToken) -> bool:
    low = token.lower
    if not token.is_word or low in PRONOUNS or low in DETERMINERS or low in POSSESSIVES:
        return False
    if token.text[0].isupper():
        return low not in CONJUNCTIONS and low not in PREPOSITIONS
    if low in AUXILIARIES or (low in CUE_FORMS and not low.endswith("s")):
        return False
    return low not in CONJUNCTIONS and low not in PREPOSITIONS and not is_adverb(low)
