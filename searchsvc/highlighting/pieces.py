"""Text → the pieces of it (what stands between white space) that may hold a word of the query.

No word crosses white space, so a piece tokenized by itself gives the words that it gives within
its text; and few pieces need to be tokenized. A word that is plain (its form is what stands
there, in lower case) and has a given stem begins with most of that stem: where that beginning is
not found, no such word stands. Pieces that are not plain are always looked into.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from searchsvc.analysis import stem, tokenize
from searchsvc.analysis.words import COUNTRY
from searchsvc.languages import STEMMERS

#: Words of a piece: form, stem, start and end.
Words = tuple[tuple[str, str, int, int], ...]

#: Pieces whose words are remembered: a bound on memory.
REMEMBERED = 8_000
#: Longer pieces are looked into each time: nobody writes such words, and memory stays bounded.
LONG = 64
#: Shorter beginnings are looked for where words begin only: they stand inside of too many.
SHORT = 3

_PIECE = re.compile(r"\S+")
#: Where a piece may not be plain: a sign that is dropped from a form, a letter that is folded.
#: Cyrillic letters are folded as they are put in lower case.
_SIGN = re.compile(r"[.,'&](?=\w)")
_FOREIGN = re.compile(r"’(?=\w)|\u00ad|[^\x00-\x7f“”‘’«»–—…а-яА-Я\s]")
#: Ends of English stems where words of the stem may go on differently: `happy` has `happi`,
#: `possibility` has `possibl`; `dying` has `die`.
_TURNED = ("e", "i", "y", "bl")


def beginning(root: str, language: str | None) -> str | None:
    """Return how every plain word of a stem begins, None where the language's stemmer promises nothing.

    >>> beginning("happi", "en"), beginning("die", None), beginning("ferri", "nl")
    ('happ', 'd', None)
    """
    if STEMMERS.get(language or "en", STEMMERS["en"]) != STEMMERS["en"]:
        return None
    if root == COUNTRY:
        return "us"
    if root.endswith("ie"):
        return root[:-2] or root
    return root[:-1] or root if root.endswith(_TURNED) else root


class Needles:
    """Beginnings of words, ready to be looked for; None among them means that any piece may hold a word."""

    def __init__(self, beginnings: Iterable[str | None]) -> None:
        """Part the short from the long."""
        wanted = set(beginnings)
        self._all = None in wanted
        known = sorted(needle for needle in wanted if needle)
        self._long = [needle for needle in known if len(needle) >= SHORT]
        short = "|".join(re.escape(needle) for needle in known if len(needle) < SHORT)
        self._short = re.compile(rf"(?<!\w)(?:{short})") if short else None

    def pieces(self, text: str) -> dict[int, str]:
        """Return the pieces that may hold one of the words, by where they begin; not in order."""
        low = text.lower()
        if self._all or len(low) != len(text):
            return {match.start(): match.group() for match in _PIECE.finditer(text)}
        found: dict[int, str] = {}
        for needle in self._long:
            at = low.find(needle)
            while at >= 0:
                at = low.find(needle, _take_at(text, at, 0, found))
        _take(text, map(_start, _SIGN.finditer(text)), found)
        if not text.isascii():
            _take(text, map(_start, _FOREIGN.finditer(text)), found)
        if self._short is not None:
            _take(text, map(_start, self._short.finditer(low)), found)
        return found


def _start(match: re.Match[str]) -> int:
    return match.start()


def _take(text: str, places: Iterable[int], found: dict[int, str]) -> None:
    """Add the pieces that some places, in order, lie in."""
    end = 0
    for at in places:
        if at >= end:
            end = _take_at(text, at, end, found)


def _take_at(text: str, at: int, start: int, found: dict[int, str]) -> int:
    """Add the piece that a place lies in, which begins at `start` or later; return where it ends."""
    first = at
    while first > start and not text[first - 1].isspace():
        first -= 1
    piece = _PIECE.match(text, first)
    if piece is None:
        return at + 1
    found[first] = piece.group()
    return piece.end()


def words_of(piece: str, language: str | None) -> Words:
    """Return form, stem, start and end of the words in a piece."""
    return _words(piece, language) if len(piece) <= LONG else _words.__wrapped__(piece, language)


@lru_cache(maxsize=REMEMBERED)
def _words(piece: str, language: str | None) -> Words:
    return tuple((token.text, stem(token.text, language), token.start, token.end) for token in tokenize(piece))
