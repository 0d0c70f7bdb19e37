"""Texts → where the query's words, phrases, prefixes and fuzzy words stand in them.

Only pieces of text (what stands between white space) that may hold a word of the query are
tokenized. No word crosses white space, so a piece tokenized by itself gives the words that it
gives within its text. A word that is plain (its form is what stands there, in lower case) and has
a given stem begins with most of that stem: where that beginning is not found, no such word stands.
Pieces that are not plain are always looked into.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from searchsvc.analysis import edit_distance, stem, tokenize
from searchsvc.analysis.tokenizer import COUNTRY
from searchsvc.languages import STEMMERS
from searchsvc.model.query import Fuzzy, Leaf, Phrase, Prefix, Word

#: Words of a piece: form, stem, start and end.
PieceTokens = tuple[tuple[str, str, int, int], ...]
#: Forms that a prepared query remembers to be or not to be one of its prefixes and fuzzy words.
REMEMBERED_FORMS = 5_000
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


class TermMatch(NamedTuple):
    """Where one leaf of the query, by its number, stands in a text."""

    start: int
    end: int
    leaf: int


class TermMatcher:
    """Finds the leaves of a query in texts of one language."""

    def __init__(self, leaves: Sequence[Leaf], language: str | None) -> None:
        """Prepare what is looked for."""
        self._language = language
        self._stems: dict[str, list[int]] = {}
        self._phrases: dict[int, Phrase] = {}
        #: Longest word of each phrase: only where it stands, the phrase is looked for.
        self._heads: dict[str, list[int]] = {}
        self._open: dict[int, Prefix | Fuzzy] = {}
        #: Form → prefixes and fuzzy words that it is one of, as far as it was looked at.
        self._opened: dict[str, list[int]] = {}
        for i, leaf in enumerate(leaves):
            match leaf:
                case Word(text):
                    self._stems.setdefault(stem(text, language), []).append(i)
                case Phrase(words):
                    self._phrases[i] = leaf
                    self._heads.setdefault(max(words, key=len), []).append(i)
                case _:
                    self._open[i] = leaf
        self._needles = WordBeginnings(self._beginnings())

    def find(self, texts: Sequence[str]) -> list[list[TermMatch]]:
        """Return the matches in each of some texts, in order of place."""
        pieces = self._needles.pieces("\n".join(texts))
        found: list[list[TermMatch]] = [[] for _ in texts]
        heads: dict[int, set[int]] = {}
        number, offset, end = 0, 0, len(texts[0]) if texts else 0
        for start in sorted(pieces):
            while start >= end:
                number, offset = number + 1, end + 1
                end = offset + len(texts[number])
            for form, root, first, last in tokens_of(pieces[start], self._language):
                leaves = self._stems.get(root, ())
                if self._open:
                    leaves = sorted((*leaves, *self._opens(form)))
                if leaves:
                    at = start - offset
                    found[number] += [TermMatch(at + first, at + last, leaf) for leaf in leaves]
                if form in self._heads:
                    heads.setdefault(number, set()).update(self._heads[form])
        for number, phrases in heads.items():
            found[number] += self._in_phrases(texts[number], phrases)
            found[number].sort(key=_order)
        return found

    def _beginnings(self) -> Iterator[str | None]:
        """Yield how the words begin that are looked for."""
        yield from (beginning(root, self._language) for root in self._stems)
        begins = [*self._heads, *(leaf.text for leaf in self._open.values() if isinstance(leaf, Prefix))]
        yield from ("us" if COUNTRY.startswith(form) else form for form in begins)
        yield from (leaf.text[:1] for leaf in self._open.values() if isinstance(leaf, Fuzzy))

    def _opens(self, form: str) -> list[int]:
        """Return the prefixes and fuzzy words that a form is one of."""
        known = self._opened.get(form)
        if known is None:
            if len(self._opened) >= REMEMBERED_FORMS:
                self._opened.clear()
            known = self._opened[form] = [i for i, leaf in self._open.items() if _is_one(leaf, form)]
        return known

    def _in_phrases(self, text: str, numbers: set[int]) -> Iterator[TermMatch]:
        tokens = list(tokenize(text))
        forms = [token.text for token in tokens]
        different = set(forms)
        for i in sorted(numbers):
            if different.issuperset(self._phrases[i].words):
                for first, end in phrase_ranges(forms, self._phrases[i]):
                    yield TermMatch(tokens[first].start, tokens[end - 1].end, i)


def _order(match: TermMatch) -> tuple[int, int, int]:
    return match.start, -match.end, match.leaf


def _is_one(leaf: Prefix | Fuzzy, form: str) -> bool:
    if isinstance(leaf, Prefix):
        return form.startswith(leaf.text)
    return form[:1] == leaf.text[:1] and edit_distance(form, leaf.text, leaf.edits) is not None


def phrase_ranges(forms: Sequence[str], phrase: Phrase) -> Iterator[tuple[int, int]]:
    """Yield a range of words for each exact phrase; for a near-phrase, one for each word where all stand near."""
    if phrase.slop:
        yield from _near(forms, phrase)
        return
    words = list(phrase.words)
    size = len(words)
    for at, form in enumerate(forms):
        if form == words[0] and forms[at : at + size] == words:
            yield at, at + size


def _near(forms: Sequence[str], phrase: Phrase) -> Iterator[tuple[int, int]]:
    """Words of the phrase inside a window that holds all of them with at most `slop` others."""
    words = set(phrase.words)
    places = [at for at, form in enumerate(forms) if form in words]
    near: dict[int, None] = {}
    counts: Counter[str] = Counter()
    first = shown = 0
    for last, place in enumerate(places):
        counts[forms[place]] += 1
        while place - places[first] >= len(phrase.words) + phrase.slop:
            counts[forms[places[first]]] -= 1
            first += 1
        if all(counts[word] for word in words):
            near.update(dict.fromkeys(places[max(first, shown) : last + 1]))
            shown = last + 1
    yield from ((place, place + 1) for place in near)


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


class WordBeginnings:
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


def tokens_of(piece: str, language: str | None) -> PieceTokens:
    """Return form, stem, start and end of the words in a piece."""
    return _words(piece, language) if len(piece) <= LONG else _words.__wrapped__(piece, language)


@lru_cache(maxsize=REMEMBERED)
def _words(piece: str, language: str | None) -> PieceTokens:
    return tuple((token.text, stem(token.text, language), token.start, token.end) for token in tokenize(piece))
