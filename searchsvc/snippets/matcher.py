"""Text → where the query's words stand in it.

A text is first parted at white space: whether a piece can hold one of the words is a look-up
of the piece, and only pieces that do are tokenized. No word crosses white space, so this
finds what tokenizing all of it would find.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from searchsvc.analysis import Token, stem, tokenize, within
from searchsvc.model.query import Fuzzy, Phrase, Prefix, Word
from searchsvc.model.result import Span
from searchsvc.snippets.leaves import Leaf
from searchsvc.snippets.phrases import phrase_spans

#: Pieces of text whose words are remembered: a bound on memory, about 20 MB.
REMEMBERED = 60_000
#: Signs around a word that are never part of one.
AROUND = '.,;:!?…"“”„«»()[]–—'


@dataclass(frozen=True, slots=True)
class Match:
    """Where one leaf of the query stands in a text."""

    leaf: int
    span: Span


class _Pieces(dict[str, frozenset[str]]):
    """Piece of text → the forms in it, marked `=`, and their stems. Filled on first sight."""

    def __init__(self, language: str | None) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, piece: str) -> frozenset[str]:
        if len(self) >= REMEMBERED:
            self.clear()
        forms = _forms(piece)
        found = frozenset([*(f"={form}" for form in forms), *(stem(form, self._language) for form in forms)])
        self[piece] = found
        return found


def _forms(piece: str) -> list[str]:
    """Return the forms in a piece; the plainest pieces, which most are, without tokenizing."""
    bare = piece.strip(AROUND)
    if bare.isascii() and bare.isalpha() and bare != "US":
        return [bare.lower()]
    return [token.text for token in tokenize(piece)]


@lru_cache(maxsize=32)
def _pieces(language: str | None) -> _Pieces:
    return _Pieces(language)


class Matcher:
    """Finds the leaves of a query in texts of one language."""

    def __init__(self, leaves: Sequence[Leaf], language: str | None, fields: Collection[object] | None = None) -> None:
        """Prepare the look-ups; leaves of other fields than these match nothing."""
        here = [(i, leaf) for i, leaf in enumerate(leaves) if fields is None or leaf.field in fields]
        self._language = language
        self._pieces = _pieces(language)
        self._stems = {i: stem(leaf.text, language) for i, leaf in here if isinstance(leaf, Word)}
        self._phrases = {i: leaf for i, leaf in here if isinstance(leaf, Phrase)}
        self._open = {i: leaf for i, leaf in here if isinstance(leaf, Prefix | Fuzzy)}
        forms = {f"={word}" for phrase in self._phrases.values() for word in phrase.words}
        self._wanted = frozenset(self._stems.values()) | forms

    def find(self, text: str) -> list[Match]:
        """Return the matches in a text, in order of place."""
        pieces = self._candidates(text)
        if not pieces:
            return []
        found = [match for start, piece in _placed(text, pieces) for match in self._in_piece(start, piece)]
        if self._phrases:
            found += self._in_phrases(text)
        found.sort(key=lambda match: (match.span.start, -match.span.end, match.leaf))
        return found

    def _candidates(self, text: str) -> list[str]:
        table, wanted = self._pieces, self._wanted
        if self._open:
            return [p for p in text.split() if not wanted.isdisjoint(table[p]) or self._is_open(table[p])]
        return [piece for piece in text.split() if not wanted.isdisjoint(table[piece])]

    def _is_open(self, keys: frozenset[str]) -> bool:
        return any(self._opens(leaf, key[1:]) for leaf in self._open.values() for key in keys if key.startswith("="))

    @staticmethod
    def _opens(leaf: Prefix | Fuzzy, form: str) -> bool:
        if isinstance(leaf, Prefix):
            return form.startswith(leaf.text)
        return form[:1] == leaf.text[:1] and within(form, leaf.text, leaf.edits) is not None

    def _in_piece(self, start: int, piece: str) -> Iterator[Match]:
        for token in tokenize(piece):
            span = Span(start + token.start, start + token.end)
            root = stem(token.text, self._language)
            for i, wanted in self._stems.items():
                if wanted == root:
                    yield Match(i, span)
            for i, leaf in self._open.items():
                if self._opens(leaf, token.text):
                    yield Match(i, span)

    def _in_phrases(self, text: str) -> Iterator[Match]:
        tokens: list[Token] | None = None
        for i, phrase in self._phrases.items():
            words = set(phrase.words)
            if not all(any(f"={word}" in self._pieces[piece] for piece in text.split()) for word in words):
                continue
            tokens = list(tokenize(text)) if tokens is None else tokens
            for span in phrase_spans(tokens, phrase):
                yield Match(i, span)


def _placed(text: str, pieces: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Find where pieces of `text.split()`, given in order, begin."""
    at = 0
    for piece in pieces:
        while True:
            at = text.index(piece, at)
            end = at + len(piece)
            if (at == 0 or text[at - 1].isspace()) and (end == len(text) or text[end].isspace()):
                yield at, piece
                at = end
                break
            at += 1
