"""Text → words as a quotation is compared by: as printed, but for case, accents and punctuation inside.

Unlike the surface forms of the index these keep a possessive's s (`Cuba's` is another word than
`Cuba`) and know signs that are read aloud (`$`, `%`) as words, so that `£5` is not `$5`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from searchsvc.analysis.tokenizer import CACHE_SIZE, WORD, fold

_SIGNS = "$¢£¤¥₠-⃀%‰&@#+=°×÷±"
_WORD = re.compile(rf"{WORD.pattern}|[{_SIGNS}]")
_SIGN = re.compile(f"[{_SIGNS}]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
#: What may be written for the same mark: the glyph of a quotation mark, a dash or a space is the typesetter's.
_MARKS = re.compile("(?:[\"'`´‘’‚‛“”„‟«»‹›′″ʼ＂＇])+")
_DASHES = re.compile("[-‐‑‒–—―−]+")
_SPACES = re.compile(r"[\s\u200b\ufeff\u2060\u00ad]+")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u00ad": None})


class Word(NamedTuple):
    """A word where it stands."""

    form: str
    start: int
    end: int


def words(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """Yield the words of a stretch of text in order.

    >>> [word.form for word in words("Cuba’s U.S. envoys' 1,000 – or 3.5% – was $5")]
    ['cubas', 'us', 'envoys', '1000', 'or', '3.5', '%', 'was', '$', '5']
    """
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        form = form_of(match.group())
        if form:
            yield Word(form, match.start(), match.end())


@lru_cache(maxsize=CACHE_SIZE)
def form_of(printed: str) -> str:
    """Return what one word is compared by; "" if nothing is left of it."""
    if _SIGN.fullmatch(printed):
        return printed
    if printed[0].isdigit() and ("." in printed or "," in printed):
        return printed.replace(",", "") if _THOUSANDS.fullmatch(printed) else printed
    return "".join(c for c in fold(printed) if c.isalnum())


def same_letters(quoted: str, printed: str) -> bool:
    """Return whether two words are the same but for the glyph of an apostrophe."""
    return quoted == printed or _letters(quoted) == _letters(printed)


def same_signs(quoted: str, printed: str) -> bool:
    """Return whether two stretches between words are the same but for the shape of marks, dashes and spaces."""
    return quoted == printed or _between(quoted) == _between(printed)


def without_marks(between: str) -> str:
    """Return a stretch between words without quotation marks: where a paragraph ends they are repeated, or not."""
    return _MARKS.sub("", between)


def _letters(word: str) -> str:
    # The full point of an abbreviation may be that of its sentence.
    return unicodedata.normalize("NFC", word.translate(_APOSTROPHES)).rstrip(".")


@lru_cache(maxsize=1 << 10)
def _between(text: str) -> str:
    text = _DASHES.sub("-", _MARKS.sub("'", _SPACES.sub("", text)))
    return text.replace("...", "…")
