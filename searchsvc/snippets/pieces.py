"""Pieces of text (what stands between white space) → the words in them, and back.

Looked up so that finding a query's words in a passage is a few operations on sets.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from threading import Lock

from searchsvc.analysis import stem, tokenize

#: Pieces that are remembered for a language: a bound on memory, about 20 MB.
REMEMBERED = 60_000
#: Signs around a word that are never part of one.
AROUND = '.,;:!?…"“”„«»()[]–—'


class Pieces:
    """The pieces of texts of one language that were met so far. Grows only; threads may share it."""

    def __init__(self, language: str | None) -> None:
        """Start with none."""
        self._language = language
        #: Piece → surface forms in it.
        self.forms: dict[str, tuple[str, ...]] = {}
        #: Stem, or surface form marked `=` → pieces that hold it.
        self._holders: defaultdict[str, set[str]] = defaultdict(set)

    def learn(self, pieces: Iterable[str]) -> None:
        """Take in pieces not met before."""
        for piece in pieces:
            forms = forms_of(piece)
            for form in forms:
                self._holders[f"={form}"].add(piece)
                self._holders[stem(form, self._language)].add(piece)
            self.forms[piece] = forms  # last: who finds it here finds it among the holders

    def holding(self, keys: Collection[str]) -> set[str]:
        """Return the pieces that hold one of the stems or marked forms."""
        found = [self._holders[key] for key in keys if key in self._holders]
        return found[0] if len(found) == 1 else set().union(*found)


def forms_of(piece: str) -> tuple[str, ...]:
    """Return the forms in a piece; of the plainest pieces, which most are, without tokenizing."""
    bare = piece.strip(AROUND)
    if bare.isascii() and bare.isalpha() and bare != "US":
        return (bare.lower(),)
    return tuple(token.text for token in tokenize(piece))


_known: dict[str | None, Pieces] = {}
_changing = Lock()


def pieces_of(language: str | None) -> Pieces:
    """Return the pieces of a language; a full memory is left to those who use it, and a new one begun."""
    known = _known.get(language)
    if known is None or len(known.forms) >= REMEMBERED:
        with _changing:
            known = _known[language] = Pieces(language)
    return known
