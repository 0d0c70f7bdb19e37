"""Speaker as written in one article → the key under which all articles know him."""

import re

from searchsvc.analysis.tokenizer import fold, is_stop
from searchsvc.languages import TITLES

#: What writers put into a name or leave out: it tells no two people apart.
_MARKS = str.maketrans(
    {".": None, "'": None, "’": None, ",": None, "-": " ", "\N{NON-BREAKING HYPHEN}": " ", "\xa0": " "}
)
_WORD = re.compile(r"[^\s,()]+")
#: Letters of an acronym: `UN`, `NASA`.
_ACRONYM = re.compile(r"[A-Z]{2,6}")


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common: case, accents, points and hyphens aside.

    >>> name_key("José-María O’Dowd") == name_key("Jose Maria O'Dowd"), name_key("J. K. Ashdown")
    (True, 'j k ashdown')
    """
    return " ".join(fold(name).translate(_MARKS).split())


def is_name(text: str) -> bool:
    """Return whether a speaker is somebody, or something, by name: not `a spokesman`, `he` or `the statement`.

    >>> [is_name(text) for text in ("Ana Ruiz", "Port Aldous council", "NASA", "a Velan statement", "He", "critics")]
    [True, True, True, True, False, False]
    """
    return any(_is_capital(word) and not is_stop(fold(word)) for word in _WORD.findall(text))


def is_full_name(text: str) -> bool:
    """Return whether a name is told whole, so that it means the same in another article.

    Of two surnames nobody can say whether they are one person's. Titles are no part of a
    speaker's name.

    >>> [is_full_name(text) for text in ("Ana Ruiz", "Ruiz", "Dr Ruiz", "UN", "the ministry", "Jo de Wit", "ليلى حداد")]
    [True, False, False, True, False, True, True]
    """
    words = _WORD.findall(text)
    if len(words) == 1:
        return _ACRONYM.fullmatch(words[0]) is not None
    whole = bool(words) and _is_capital(words[0]) and _is_capital(words[-1])
    return whole and not is_stop(fold(words[0])) and words[0].rstrip(".").lower() not in TITLES


def _is_capital(word: str) -> bool:
    """Return whether a word begins as names do; in scripts without capitals any may."""
    return word[0].isalpha() and not word[0].islower()
