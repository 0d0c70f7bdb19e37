"""Words of a sentence → the noun phrase that says who speaks."""

from typing import NamedTuple

from searchsvc.quotes.cues import (
    AUXILIARIES,
    CONJUNCTIONS,
    CUE_FORMS,
    DETERMINERS,
    LINKS,
    PLURALS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    STANDALONE,
    WEEKDAYS,
    is_adverb,
)
from searchsvc.quotes.frames import Token
from searchsvc.quotes.lexicon import word_set

_LONGEST = 16
_LONGEST_ASIDE = 40
#: Opening adverbials that are passed over before the subject.
_ADVERBIALS = 4
#: "Eight years ago," has so many words at most.
_SHORT_TIME = 4
_TIME_WORDS = word_set(
    "last next this week month year morning evening night afternoon earlier ago day days weeks months"
)
_LEADING = word_set(
    "moreover here there meanwhile however still yet but and when as earlier later recently today yesterday then so "
    "also"
)
#: Adjectives after which a phrase goes on in lower case: "the Cuban foreign ministry".
NATIONS = word_set(
    "American British English Scottish Welsh Irish French German Italian Spanish Portuguese Dutch Belgian "
    "Swiss Austrian Swedish Norwegian Danish Finnish Polish Czech Hungarian Romanian Greek Turkish Russian "
    "Ukrainian Chinese Japanese Korean Indian Pakistani Afghan Iranian Iraqi Syrian Israeli Palestinian "
    "Egyptian Libyan Saudi Kenyan Nigerian Canadian Australian Mexican Cuban Brazilian Argentine Venezuelan "
    "Colombian Chilean African European Asian Arab Western Republican Democratic Conservative Labour"
)
ORGANS = word_set(
    "department ministry government police office officials spokesman spokeswoman spokesperson army court "
    "council authorities campaign statement administration embassy leader minister president sheriff senator "
    "governor mayor candidate lawmaker billionaire businessman team official newspaper secretary congressman"
)
_CATENATIVES = word_set(
    "began begun begins kept keeps started starts stopped continued continues proceeded declined seemed "
    "refused planning planned wanted tried trying went going quick ready expected"
)
_RELATIVE = frozenset({"who", "which", "that"})


class Mention(NamedTuple):
    """The tokens `first` to `last` (inclusive) of a frame."""

    first: int
    last: int


def subject_before(tokens: list[Token], cue: int, low: int) -> Mention | None:
    """Return the subject that stands before a verb, or None if another clause comes between.

    Args:
        tokens: The frame.
        cue: Index of the verb.
        low: First token of the sentence.

    """
    at = _skip_back(tokens, cue - 1, low)
    if at < low:
        return None
    if _governs(tokens, at):
        at = _skip_back(tokens, at - 1, low)
        if at < low:
            return None
    token = tokens[at]
    if token.quote >= 0:
        return None
    if token.text in {",", "—", "–", "--"}:
        return _with_aside(tokens, at, low)
    if token.low in _RELATIVE:
        back = at - (2 if at - 1 >= low and tokens[at - 1].text == "," else 1)
        antecedent = phrase_ending(tokens, back, low) if back >= low else None
        return Mention(antecedent.first, at) if antecedent else None
    return phrase_ending(tokens, at, low)


def _governs(tokens: list[Token], at: int) -> bool:
    """Return whether a verb only leads to the one after it: "went on to say", "kept saying"."""
    word, after = tokens[at], tokens[at + 1]
    if not word.is_word or not word.text.islower() or word.low in PRONOUNS:
        return False
    if word.low in _CATENATIVES:
        return True
    return after.low == "to" and word.low.endswith(("ed", "s"))


def phrase_ending(tokens: list[Token], at: int, low: int) -> Mention | None:
    """Return the noun phrase whose last word is at a token."""
    last = tokens[at]
    if last.low in PRONOUNS:
        return Mention(at, at)
    if last.low in STANDALONE and (at == low or not _is_noun(tokens[at - 1])):
        return Mention(at - (at > low and tokens[at - 1].low == "the"), at)
    if not _is_noun(last):
        return None
    first = _phrase_start(tokens, at, low)
    while first < at and tokens[first].low in _LEADING:
        first += 1
    return None if first == at and _is_bare(tokens, at, low) else Mention(first, at)


def _phrase_start(tokens: list[Token], at: int, low: int) -> int:
    """Return the first word of the phrase that ends at a token: back over nouns, links, and one determiner."""
    first = at
    floor = max(low, at - _LONGEST)
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


def _is_bare(tokens: list[Token], at: int, low: int) -> bool:
    """Return whether a single lower-case word is no noun phrase: it has no determiner and is no plural."""
    word = tokens[at]
    plural = word.low.endswith("s") or word.low in PLURALS
    return at > low and word.text[0].islower() and not plural and word.low not in STANDALONE and word.low not in ORGANS


def phrase_starting(tokens: list[Token], at: int, high: int) -> Mention | None:
    """Return the noun phrase whose first word is at a token."""
    if at >= high or not tokens[at].is_word:
        return None
    if tokens[at].low in PRONOUNS - {"who"} or _stands_alone(tokens, at, high):
        return Mention(at, at)
    limit = min(high, at + _LONGEST)
    start = at
    while start < limit and tokens[start].low in DETERMINERS:
        start += 1
    end = _phrase_end(tokens, start, limit, high)
    while end > start and tokens[end - 1].low in LINKS:
        end -= 1
    return Mention(at, end - 1) if end > start else None


def _stands_alone(tokens: list[Token], at: int, high: int) -> bool:
    return tokens[at].low in STANDALONE and (at + 1 >= high or not _is_noun(tokens[at + 1]))


def _phrase_end(tokens: list[Token], start: int, limit: int, high: int) -> int:
    """Return the index past the last word of a phrase, links at its end included."""
    here, named = start, False
    while here < limit:
        token = tokens[here]
        link = token.low in LINKS
        if link:
            if here == start or here + 1 >= high or not _continues_name(tokens, here + 1, high, named=named):
                break
        elif token.low in WEEKDAYS or not _is_noun(token) or (named and _falls_back(tokens, here)):
            break
        named = named or (token.text[0].isupper() and not link)
        here += 1
        if link and tokens[here].low in DETERMINERS:
            here += 1
    return here


def _falls_back(tokens: list[Token], at: int) -> bool:
    """Return whether a lower-case word after a name is no longer part of it: "Kelly smiled"."""
    token = tokens[at]
    return token.text[0].islower() and not _is_acronym(tokens[at - 1].text) and token.low not in ORGANS


def main_subject(tokens: list[Token], low: int, high: int) -> Mention | None:
    """Return the first noun phrase of a sentence that is not part of an opening adverbial.

    Args:
        tokens: The frame.
        low: First token of the sentence.
        high: Where to stop, exclusive.

    """
    at = low
    high = min(high, low + _LONGEST_ASIDE * _ADVERBIALS)
    for _ in range(_ADVERBIALS):
        while at < high and tokens[at].quote < 0 and (not tokens[at].is_word or _opens_sentence(tokens[at])):
            at += 1
        if at >= high or tokens[at].quote >= 0:
            return None
        comma = _segment_end(tokens, at, high)
        if comma < high and _is_adverbial(tokens, at, comma):
            at = comma + 1
            continue
        break
    return phrase_starting(tokens, at, high) if at < high else None


def _opens_sentence(token: Token) -> bool:
    return token.low in _LEADING or is_adverb(token.low)


def _segment_end(tokens: list[Token], at: int, high: int) -> int:
    end = at
    while end < min(high, at + _LONGEST_ASIDE) and tokens[end].text not in {",", ":"}:
        end += 1
    return end if end < high and tokens[end].text == "," else high


def _is_adverbial(tokens: list[Token], at: int, comma: int) -> bool:
    first, last = tokens[at].low, tokens[comma - 1].low
    if first in PREPOSITIONS or first in CONJUNCTIONS or first.endswith(("ing", "ed")):
        return True
    short = comma - at <= _SHORT_TIME and first not in PRONOUNS
    return short and (last in _TIME_WORDS or last in WEEKDAYS or last in {"ago", "later", "earlier"})


def _continues_name(tokens: list[Token], at: int, high: int, *, named: bool) -> bool:
    link, token = tokens[at - 1].low, tokens[at]
    if link in {"on", "at", "in", "with", "from"} and named:
        return False
    if token.low in DETERMINERS:
        return at + 1 < high and _is_noun(tokens[at + 1]) and token.low not in {"this", "that", "one"}
    return _is_noun(token) and token.low not in WEEKDAYS and (token.text[0].isupper() or not named)


def _is_acronym(word: str) -> bool:
    return word.isupper() or word in NATIONS


def _skip_back(tokens: list[Token], at: int, low: int) -> int:
    """Pass over what may stand between subject and verb: adverbs, auxiliaries, times."""
    low = max(low, at - _LONGEST)
    while at >= low:
        token = tokens[at]
        if token.text in AUXILIARIES or is_adverb(token.text) or token.text in {"’s", "'s", "’d", "'d", "’ve", "’re"}:
            at -= 1
        elif token.low in WEEKDAYS or (token.low in _TIME_WORDS and at - 1 > low):
            back = _skip_time(tokens, at, low)
            if back == at:
                return at
            at = back
        else:
            return at
    return at


def _skip_time(tokens: list[Token], at: int, low: int) -> int:
    here = at
    while here > low and tokens[here].low in WEEKDAYS | _TIME_WORDS:
        here -= 1
    if here > low and tokens[here].low in {"on", "in", "over", "late", "early"}:
        return here - 1
    return here if here > low and tokens[here].is_word and tokens[here].low not in DETERMINERS else at


def _with_aside(tokens: list[Token], comma: int, low: int) -> Mention | None:
    """Return the subject that an apposition or a relative clause parts from its verb by commas."""
    mark = tokens[comma].text
    at = comma - 1
    floor = max(low, comma - _LONGEST_ASIDE)
    for _ in range(3):
        while at > floor and not (tokens[at].text == mark and tokens[at].quote < 0):
            if tokens[at].quote >= 0 and at < comma - 1 and tokens[at + 1].text == ",":
                return None
            at -= 1
        if at <= floor:
            return None
        head = phrase_ending(tokens, at - 1, low)
        if head is None:
            return None
        beginning = tokens[head.first]
        named = any(t.text[0].isupper() for t in tokens[head.first + (beginning.low in DETERMINERS) : head.last + 1])
        inner = beginning.text[0].isdigit() or not (named or head.first == low or beginning.low in PRONOUNS)
        if inner and head.first - 1 > floor and tokens[head.first - 1].text == mark:
            at = head.first - 1
            continue
        return Mention(head.first, comma - 1)
    return None


def _is_noun(token: Token) -> bool:
    low = token.low
    if not token.is_word or low in PRONOUNS or low in DETERMINERS or low in POSSESSIVES:
        return False
    if token.text[0].isupper():
        return low not in CONJUNCTIONS and low not in PREPOSITIONS
    if low in AUXILIARIES or (low in CUE_FORMS and not low.endswith("s")):
        return False
    return low not in CONJUNCTIONS and low not in PREPOSITIONS and not is_adverb(low)
