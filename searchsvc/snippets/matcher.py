"""Text → where the query's words stand in it.

A text is first parted at white space: whether a piece can hold one of the words is a look-up
of the piece, and only pieces that do are tokenized. No word crosses white space, so this
finds what tokenizing all of it would find.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from searchsvc.analysis import Token, stem, tokenize, within
from searchsvc.model.query import Fuzzy, Phrase, Prefix, Word
from searchsvc.model.result import Span
from searchsvc.snippets.leaves import Leaf
from searchsvc.snippets.phrases import phrase_ranges
from searchsvc.snippets.pieces import forms_of, pieces_of, words_of

#: Forms that a prepared query remembers to be or not to be one of its prefixes and fuzzy words.
REMEMBERED_FORMS = 5_000


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
        self._stems: dict[str, list[int]] = {}
        for i, leaf in here:
            if isinstance(leaf, Word):
                self._stems.setdefault(stem(leaf.text, language), []).append(i)
        self._phrases = {i: leaf for i, leaf in here if isinstance(leaf, Phrase)}
        self._phrase_stems = {i: {stem(word, language) for word in p.words} for i, p in self._phrases.items()}
        self._open = {i: leaf for i, leaf in here if isinstance(leaf, Prefix | Fuzzy)}
        #: Form → prefixes and fuzzy words that it is one of, as far as it was looked at.
        self._opened: dict[str, tuple[int, ...]] = {}

    def find(self, text: str) -> list[Match]:
        """Return the matches in a text, in order of place."""
        pieces = text.split()
        unique = set(pieces)
        known = pieces_of(self._language)
        long = known.learn(unique.difference(known.known))
        candidates = unique & known.holding(self._stems)
        candidates.update(long)
        if self._open:
            candidates.update(piece for piece in unique if any(map(self._opens, forms_of(piece))))
        standing = _placed(text, [piece for piece in pieces if piece in candidates]) if candidates else ()
        found = [match for start, piece in standing for match in self._in_piece(start, piece)]
        phrases = [i for i, stems in self._phrase_stems.items() if long or known.have(unique, stems)]
        if phrases:
            found += self._in_phrases(text, pieces, phrases)
        found.sort(key=lambda match: (match.span.start, -match.span.end, match.leaf))
        return found

    def _opens(self, form: str) -> tuple[int, ...]:
        """Return the prefixes and fuzzy words that a form is one of."""
        known = self._opened.get(form)
        if known is None:
            if len(self._opened) >= REMEMBERED_FORMS:
                self._opened.clear()
            known = self._opened[form] = tuple(i for i, leaf in self._open.items() if _is_one(leaf, form))
        return known

    def _in_piece(self, start: int, piece: str) -> Iterator[Match]:
        for form, root, first, last in words_of(piece, self._language):
            numbers = [*self._stems.get(root, ()), *(self._opens(form) if self._open else ())]
            if numbers:
                span = Span(start + first, start + last)
                yield from (Match(i, span) for i in numbers)

    def _in_phrases(self, text: str, pieces: Sequence[str], numbers: Sequence[int]) -> Iterator[Match]:
        """Look for phrases among the forms; where they stand in the text is found out only if there are some."""
        forms = [form for piece in pieces for form in forms_of(piece)]
        different = set(forms)
        tokens: list[Token] = []
        for i in numbers:
            if different.issuperset(self._phrases[i].words):
                for first, end in phrase_ranges(forms, self._phrases[i]):
                    tokens = tokens or list(tokenize(text))
                    yield Match(i, Span(tokens[first].start, tokens[end - 1].end))


def _is_one(leaf: Prefix | Fuzzy, form: str) -> bool:
    if isinstance(leaf, Prefix):
        return form.startswith(leaf.text)
    return form[:1] == leaf.text[:1] and within(form, leaf.text, leaf.edits) is not None


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
