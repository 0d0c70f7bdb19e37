"""Words of a sentence → the noun phrase that begins or ends at one of them."""

from typing import NamedTuple

from searchsvc.quotes.lexicon import (
    AUXILIARIES,
    CONJUNCTIONS,
    CUE_FORMS,
    DETERMINERS,
    LEADING,
    LINKS,
    NATIONS,
    ORGANS,
    PLURALS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    STANDALONE,
    WEEKDAYS,
    is_adverb,
)
from searchsvc.quotes.syntax import SentenceToken

LONGEST = 16


class NounPhrase(NamedTuple):
    """The tokens `first` to `last` (inclusive) of a tokenized block."""

    first: int
    last: int


def phrase_ending(tokens: list[SentenceToken], at: int, low: int) -> NounPhrase | None:
    """Return the noun phrase whose last word is at a token."""
    last = tokens[at]
    if last.low in PRONOUNS:
        return NounPhrase(at, at)
    if last.low in STANDALONE and (at == low or not _is_noun(tokens[at - 1])):
        return NounPhrase(at - (at > low and tokens[at - 1].low == "the"), at)
    if not _is_noun(last):
        return None
    first = _phrase_start(tokens, at, low)
    while first < at and tokens[first].low in LEADING:
        first += 1
    return None if _is_bare(tokens, first, at, low) else NounPhrase(first, at)


def _phrase_start(tokens: list[SentenceToken], at: int, low: int) -> int:
    """Return the first word of the phrase that ends at a token: back over nouns, links, and one determiner."""
    first = at
    floor = max(low, at - LONGEST)
    while first > floor:
        before = tokens[first - 1]
        determiner = before.low in DETERMINERS
        linked = first - 1 - determiner
        if (determiner or before.low in LINKS) and linked > floor and tokens[linked].low in LINKS:
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
    if first == low or any(not t.text[0].islower() or t.low in DETERMINERS for t in tokens[first : at + 1]):
        return False
    if first < at and not tokens[first - 1].is_word:
        return False
    word = tokens[at].low
    return not (word.endswith("s") or word in PLURALS or word in STANDALONE or word in ORGANS)


def phrase_starting(tokens: list[SentenceToken], at: int, high: int) -> NounPhrase | None:
    """Return the noun phrase whose first word is at a token."""
    if at >= high or not tokens[at].is_word:
        return None
    if tokens[at].low in PRONOUNS - {"who"} or _stands_alone(tokens, at, high):
        return NounPhrase(at, at)
    limit = min(high, at + LONGEST)
    start = at
    while start < limit and tokens[start].low in DETERMINERS:
        start += 1
    end = _phrase_end(tokens, start, limit, high)
    if start > at and end < limit and _is_head(tokens, end):
        end += 1
    while end > start and tokens[end - 1].low in LINKS:
        end -= 1
    return NounPhrase(at, end - 1) if end > start else None


def _is_head(tokens: list[SentenceToken], at: int) -> bool:
    """Return whether a lower-case word after a name with a determiner is its noun: "the Trump campaign"."""
    token = tokens[at]
    verbal = token.low.endswith(("s", "ed", "ing")) or token.low in CUE_FORMS or token.low in LINKS
    return _is_noun(token) and token.text[0].islower() and tokens[at - 1].text[0].isupper() and not verbal


def _stands_alone(tokens: list[SentenceToken], at: int, high: int) -> bool:
    return tokens[at].low in STANDALONE and (at + 1 >= high or not _is_noun(tokens[at + 1]))


def _phrase_end(tokens: list[SentenceToken], start: int, limit: int, high: int) -> int:
    """Return the index past the last word of a phrase, links at its end included."""
    here, named = start, False
    while here < limit:
        token = tokens[here]
        link = token.low in LINKS
        if link:
            if here == start or here + 1 >= high or not _continues_name(tokens, here + 1, high, named=named):
                break
        elif (
            (token.low in WEEKDAYS and not _is_dated(tokens, here, start))
            or not _is_noun(token)
            or (named and _falls_back(tokens, here, high))
        ):
            break
        named = named or (token.text[0].isupper() and not link)
        here += 1
        if link and tokens[here].low in DETERMINERS:
            here += 1
    return here


def _is_dated(tokens: list[SentenceToken], at: int, start: int) -> bool:
    """Return whether a day belongs to the noun after it: "a Wednesday editorial"."""
    return (
        at == start and tokens[at - 1].low in {"a", "the"} and at + 1 < len(tokens) and tokens[at + 1].text[0].islower()
    )


def _falls_back(tokens: list[SentenceToken], at: int, high: int) -> bool:
    """Return whether a lower-case word after a name ends it: "Kelly smiled", but not "Orlan coach Kelly"."""
    token = tokens[at]
    if (
        at + 1 < high
        and tokens[at + 1].is_word
        and tokens[at + 1].text[0].isupper()
        and _is_noun(tokens[at + 1])
        and tokens[at + 1].low not in WEEKDAYS
        and not token.low.endswith(("ed", "ing", "s"))
    ):
        return False
    return token.text[0].islower() and not _is_acronym(tokens[at - 1].text) and token.low not in ORGANS


def _continues_name(tokens: list[SentenceToken], at: int, high: int, *, named: bool) -> bool:
    link, token = tokens[at - 1].low, tokens[at]
    if link in {"on", "at", "in", "with", "from"} and named:
        return False
    if token.low in DETERMINERS:
        return at + 1 < high and _is_noun(tokens[at + 1]) and token.low not in {"this", "that", "one"}
    return _is_noun(token) and token.low not in WEEKDAYS and (token.text[0].isupper() or not named)


def _is_acronym(word: str) -> bool:
    return word.isupper() or word in NATIONS


def _is_noun(token: SentenceToken) -> bool:
    low = token.low
    if not token.is_word or low in PRONOUNS or low in DETERMINERS or low in POSSESSIVES:
        return False
    if token.text[0].isupper():
        return low not in CONJUNCTIONS and low not in PREPOSITIONS
    if low in AUXILIARIES or (low in CUE_FORMS and not low.endswith("s")):
        return False
    return low not in CONJUNCTIONS and low not in PREPOSITIONS and not is_adverb(low)
