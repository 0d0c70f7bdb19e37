"""Text without spaces → its words in chains: words that must stand side by side, as `Cuban-American`, `渔民`, `5kg`."""

import re
from collections.abc import Sequence
from itertools import pairwise

from searchsvc.analysis import Token, grapheme_count, tokenize
from searchsvc.analysis.characters import APOSTROPHES, IGNORABLE, MIDDLE_DOTS

#: What may stand between words of one chain: nothing (letters of a script without spaces, a number and its unit), or
#: joints: `Cuban-American`, `bbc.co.uk`, `10:21`, `9/11`, `3,5`; the point of Tibetan syllables, the maqaf of Hebrew.
#: With others between them (`and/or`, `talks,migrants`, `l'accord`) words are separate.
_JOINT = re.compile(
    rf"[{IGNORABLE}]*(?:[-‐‑\u05be\u0f0b\u0f0c\u30fb\u00ad{MIDDLE_DOTS}.@&+]+|(?<=\d):(?=\d)|(?<=\d)[/,](?=\d))?[{IGNORABLE}]*"
)
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_SUFFIXED = re.compile(rf"([^\W\d_]{{3,}})[{APOSTROPHES}]([^\W\d_]{{1,4}})")
#: What follows an apostrophe in English contractions, possessives and plurals.
CONTRACTED = re.compile("s|t|d|m|n|ll|re|ve", re.IGNORECASE)
_IGNORED = re.compile(f"[{IGNORABLE}]*")
#: Fewest letters and digits, each with its marks, of a word before `*`: shorter prefixes would match too many terms.
MIN_PREFIX_LENGTH = 3
#: The same where letters are syllables or words, and behind another word (`cuban-am*`).
MIN_SYLLABIC_LENGTH = 2
#: The first code point of the scripts whose letters are syllables or words (Indic scripts, Hangul, Chinese …).
SYLLABIC = "\u0900"


def chains(text: str) -> list[list[Token]]:
    """Return the words of a text in order, those that must stand side by side in one list.

    Joints count only where all words are joined; words with nothing between them always stand side by side.

    >>> [[token.text for token in chain] for chain in chains("Cuban-American")]
    [['cuban', 'american']]
    >>> [[token.text for token in chain] for chain in chains("Cuban-American/Mexican")]
    [['cuban'], ['american'], ['mexican']]
    >>> [[token.text for token in chain] for chain in chains("9/11")], [len(chain) for chain in chains("渔民5G手机")]
    ([['9', '11']], [5])
    """
    tokens = list(tokenize(text))
    if not tokens:
        return []
    clock = tokens[0].text[0].isdigit()
    joined = [_joins(text, before.end, after.start, clock=clock) for before, after in pairwise(tokens)]
    if all(joined):
        return [tokens]
    found = [tokens[:1]]
    for before, after in pairwise(tokens):
        if _IGNORED.fullmatch(text, before.end, after.start):
            found[-1].append(after)
        else:
            found.append([after])
    return found


def elided_word(text: str) -> tuple[str, str] | None:
    """Return the two words of a text such as `l'eau`, of which the first was shortened; None for any other text.

    A shortened word with a capital before another one may be part of a name, as in `D'Angelo`.

    >>> elided_word("l'eau"), elided_word("D'Angelo"), elided_word("don't")
    (('l', 'eau'), None, None)
    """
    tokens = list(tokenize(text))
    if len(tokens) != len(("l", "eau")) or not _APOSTROPHE.fullmatch(text, tokens[0].end, tokens[1].start):
        return None
    if not tokens[1].text[0].isalnum():
        return None
    is_name = text[tokens[0].start].isupper() and text[tokens[1].start].isupper()
    return None if is_name else (tokens[0].text, tokens[1].text)


def before_suffix(text: str) -> str | None:
    """Return the form of what stands before an apostrophe that may begin a suffix, as in Turkish; else None.

    >>> before_suffix("Ayşe'nin"), before_suffix("O'Brien"), before_suffix("haven't")
    ('ayse', None, None)
    """
    match = _SUFFIXED.fullmatch(text)
    if match is None or CONTRACTED.fullmatch(match[2]):
        return None
    words = [token.text for token in tokenize(match[1])]
    return words[0] if len(words) == 1 else None


def plain_chains(text: str, longest: int) -> list[tuple[str, ...]]:
    """Return the words of a text in order; those with nothing between them, at most `longest`, are together."""
    found: list[list[str]] = []
    end = -1
    for token in tokenize(text):
        if token.start == end and len(found[-1]) < longest:
            found[-1].append(token.text)
        else:
            found.append([token.text])
        end = token.end
    return list(map(tuple, found))


def _joins(text: str, start: int, end: int, *, clock: bool) -> bool:
    """Return whether the characters of a range join words; after a `clock`, a colon does (`3:am`)."""
    match = _JOINT.match(text, start)
    return (match is not None and match.end() == end) or (clock and text[start:end] == ":")


def is_long_enough(form: str, *, others: Sequence[Token] = ()) -> bool:
    """Return whether a form has letters enough to be a prefix, alone or at the end of a chain of others.

    >>> is_long_enough("har"), is_long_enough("ha"), is_long_enough("किसा"), is_long_enough("바다")
    (True, False, True, True)
    """
    if others:
        return grapheme_count(form) >= (1 if form >= SYLLABIC else MIN_SYLLABIC_LENGTH)
    return grapheme_count(form) >= (MIN_SYLLABIC_LENGTH if form >= SYLLABIC else MIN_PREFIX_LENGTH)
