"""Text → where the query's words stand in it.

A text is first parted at white space: whether a piece can hold one of the words is a look-up
of the piece, and only pieces that do are tokenized. No word crosses white space, so this
finds what tokenizing all of it would find.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from searchsvc.analysis import stem, tokenize, within
from searchsvc.model.query import Fuzzy, Phrase, Prefix, Word
from searchsvc.model.result import Span
from searchsvc.snippets.leaves import Leaf
from searchsvc.snippets.phrases import phrase_spans
from searchsvc.snippets.pieces import forms_of, pieces_of


@dataclass(frozen=True, slots=True)
class Match:
    """Where one leaf of the query stands in a text."""

    leaf: int
    span: Span


class Matcher:
    """Finds the leaves of a query in texts of one language."""

    def __init__(self, leaves: Sequence[Leaf], language: str | None, fields: frozenset[object]) -> None:
        """Prepare the look-ups; leaves of other fields than these match nothing."""
        here = [(i, leaf) for i, leaf in enumerate(leaves) if leaf.field in fields]
        self._language = language
        self._stems = {i: stem(leaf.text, language) for i, leaf in here if isinstance(leaf, Word)}
        self._phrases = {i: leaf for i, leaf in here if isinstance(leaf, Phrase)}
        self._open = {i: leaf for i, leaf in here if isinstance(leaf, Prefix | Fuzzy)}
        in_phrases = {word for phrase in self._phrases.values() for word in phrase.words}
        self._wanted = frozenset([*self._stems.values(), *(stem(word, language) for word in in_phrases)])

    def find(self, text: str) -> list[Match]:
        """Return the matches in a text, in order of place."""
        pieces = text.split()
        unique = set(pieces)
        known = pieces_of(self._language)
        known.learn(unique.difference(known.known))
        candidates = unique & known.holding(self._wanted)
        if self._open:
            candidates |= {piece for piece in unique if self._is_open(piece)}
        if not candidates:
            return []
        standing = _placed(text, [piece for piece in pieces if piece in candidates])
        found = [match for start, piece in standing for match in self._in_piece(start, piece)]
        if self._phrases:
            found += self._in_phrases(text)
        found.sort(key=lambda match: (match.span.start, -match.span.end, match.leaf))
        return found

    def _is_open(self, piece: str) -> bool:
        return any(self._opens(leaf, form) for leaf in self._open.values() for form in forms_of(piece))

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
        tokens = list(tokenize(text))
        forms = {token.text for token in tokens}
        for i, phrase in self._phrases.items():
            if forms.issuperset(phrase.words):
                for span in phrase_spans(tokens, phrase):
                    yield Match(i, span)


@lru_cache(maxsize=256)
def matcher_of(leaves: tuple[Leaf, ...], language: str | None, fields: frozenset[object]) -> Matcher:
    """Return the matcher of a query for texts of one kind: prepared once for all hits of a page."""
    return Matcher(leaves, language, fields)


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
