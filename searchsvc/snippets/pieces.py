"""Pieces of text (what stands between white space) → the words in them, and back.

Looked up so that finding a query's words in a passage is a few operations on sets.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from threading import Lock

from searchsvc.analysis import stem, tokenize

#: Pieces that are remembered for a language: a bound on memory, about 20 MB.
REMEMBERED = 80_000
#: Longer pieces are looked into each time: nobody writes such words, and memory stays bounded.
LONG = 64
#: Signs around a word that are never part of one.
AROUND = '.,;:!?…"“”„«»()[]–—'


class Pieces:
    """The pieces of texts of one language that were met so far. Grows only; threads may share it."""

    def __init__(self, language: str | None) -> None:
        """Start with none."""
        self._language = language
        self.known: set[str] = set()
        self._by_stem: defaultdict[str, list[str]] = defaultdict(list)

    def learn(self, pieces: Iterable[str]) -> list[str]:
        """Take in pieces not met before; return those that are too long to be remembered."""
        long = []
        for piece in pieces:
            if len(piece) > LONG:
                long.append(piece)
                continue
            for form in forms_of(piece):
                self._by_stem[stem(form, self._language)].append(piece)
            self.known.add(piece)  # last: what is known is found by its stems
        return long

    def have(self, pieces: set[str], stems: Iterable[str]) -> bool:
        """Return whether for each of the stems one of these pieces holds a word of it."""
        return not any(pieces.isdisjoint(self._by_stem.get(stem_, ())) for stem_ in stems)

    def holding(self, stems: Iterable[str]) -> set[str]:
        """Return the pieces that hold a word of one of the stems."""
        return {piece for stem_ in stems if stem_ in self._by_stem for piece in self._by_stem[stem_]}


def forms_of(piece: str) -> tuple[str, ...]:
    """Return the surface forms in a piece."""
    return _forms(piece) if len(piece) <= LONG else _read(piece)


def words_of(piece: str, language: str | None) -> tuple[tuple[str, str, int, int], ...]:
    """Return form, stem, start and end of the words in a piece."""
    return _words(piece, language) if len(piece) <= LONG else _words.__wrapped__(piece, language)


def _read(piece: str) -> tuple[str, ...]:
    """Return the forms in a piece; of the plainest pieces, which most are, without tokenizing."""
    bare = piece.strip(AROUND)
    if bare.isascii() and bare.isalpha() and bare != "US":
        return (bare.lower(),)
    return tuple(token.text for token in tokenize(piece))


_forms = lru_cache(maxsize=REMEMBERED)(_read)


@lru_cache(maxsize=REMEMBERED // 4)
def _words(piece: str, language: str | None) -> tuple[tuple[str, str, int, int], ...]:
    return tuple((token.text, stem(token.text, language), token.start, token.end) for token in tokenize(piece))


_known: dict[str | None, Pieces] = {}
_changing = Lock()


def pieces_of(language: str | None) -> Pieces:
    """Return the pieces of a language; a full memory is left to those who use it, and a new one begun."""
    known = _known.get(language)
    if known is None or len(known.known) >= REMEMBERED:
        with _changing:
            known = _known[language] = Pieces(language)
    return known
