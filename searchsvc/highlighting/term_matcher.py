"""Tree of a query and language → PreparedQuery: the leaves to mark, and the ranges of a text in which they match.

Only the pieces of a text (between white space) that may have a word of the query are tokenized. No word of a bound
text contains white space, so that a piece gives the same words alone as within its text. A plain word, whose form is
its text in lower case, begins with most of its stem (`beginning`): where no such beginning is found, no plain word has
the stem. Pieces that may have other words (`tokenizer.UNPLAIN`) are always tokenized.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import local
from typing import NamedTuple, get_args

from searchsvc.analysis import bound, is_stop, sentence_spans, stem, tokenize_bound
from searchsvc.analysis.tokenizer import COUNTRY, UNPLAIN, UNPLAIN_ASCII
from searchsvc.highlighting.phrase_matcher import MatchedPhrase, has_form
from searchsvc.languages import STEMMERS
from searchsvc.model.article import BlockKind
from searchsvc.model.fields import STORY, TextField, shown_in
from searchsvc.model.query import Fuzzy, Leaf, Node, Phrase, Prefix, Word, positive_leaves

#: Kind of block → fields of leaves whose matches it shows.
FIELDS_OF_KIND = {kind: shown_in(frozenset({kind})) for kind in get_args(BlockKind)}
#: Fields of leaves whose matches a related headline shows.
IN_RELATED = shown_in(frozenset({"related"}))
#: Fields of leaves whose matches the article's own page shows in its title and paragraphs.
ANYWHERE = shown_in(STORY | {"title"})
#: Prepared queries that are cached.
PREPARED = 256
#: Words of a piece: surface form, stem, and half-open range in the piece.
PieceTokens = tuple[tuple[str, str, int, int], ...]
#: Surface forms for which a matcher caches the prefixes and fuzzy words that they match; cleared when it is full.
REMEMBERED_FORMS = 5_000
#: Pieces whose words are cached: bounds memory.
REMEMBERED = 8_000
#: Code points; longer pieces are not cached, since they hardly recur and could fill the memory.
LONG = 64
#: Beginnings of fewer letters are looked for only at the start of words: within words they are too frequent.
SHORT = 3
_PIECE = re.compile(r"\S+")
#: Ends of English stems with which not all words of the stem go on: the stem of `happy` is `happi`, that of
#: `possibility` is `possibl`; that of `dying` is `die`, which `beginning` treats apart.
_TURNED = ("e", "i", "y", "bl")


class TermMatch(NamedTuple):
    """A match of one leaf: its half-open range in the text, and the leaf's number."""

    start: int
    end: int
    leaf: int


#: Leaves, of which the one with number i is bit i.
LeafSet = int


def leaf_set(matches: Iterable[TermMatch]) -> LeafSet:
    """Return the leaves of some matches."""
    leaves = 0
    for match in matches:
        leaves |= 1 << match.leaf
    return leaves


class TermMatcher:
    """Finds the matches of a query's leaves in texts of one language; a leaf's number is its index in `leaves`."""

    def __init__(self, leaves: Sequence[Leaf], language: str | None) -> None:
        """Group the leaves by how they are matched."""
        self._language = language
        self._stems: dict[str, list[int]] = {}
        self._phrases: dict[int, MatchedPhrase] = {}
        #: Longest word of each phrase → the phrases: only texts that have it are searched for them.
        self._heads: dict[str, list[int]] = {}
        self._open: dict[int, Prefix | Fuzzy] = {}
        #: Surface form → the fuzzy words that are known to stand for it.
        self._forms: dict[str, list[int]] = {}
        #: Surface form → the other prefixes and fuzzy words that it matches: a cache.
        self._opened: dict[str, list[int]] = {}
        for i, leaf in enumerate(leaves):
            match leaf:
                case Word(text):
                    self._stems.setdefault(stem(text, language), []).append(i)
                case Phrase():
                    self._phrases[i] = phrase = MatchedPhrase(leaf, language)
                    for head in phrase.heads():
                        self._heads.setdefault(head, []).append(i)
                case Fuzzy(forms=forms) if forms is not None:
                    for form in forms:
                        self._forms.setdefault(form, []).append(i)
                case _:
                    self._open[i] = leaf
        near = [near_beginning(leaf) for leaf in self._open.values() if isinstance(leaf, Fuzzy)]
        self._needles = WordBeginnings(self._beginnings(), near)

    def find(self, texts: Sequence[str]) -> list[list[TermMatch]]:
        """Return for each of some texts its matches, in order of place, longer ones first."""
        pieces = self._needles.pieces(bound("\n".join(texts)))
        matches: list[list[TermMatch]] = [[] for _ in texts]
        heads: dict[int, set[int]] = {}
        number, offset, end = 0, 0, len(texts[0]) if texts else 0
        for start in sorted(pieces):
            while start >= end:
                number, offset = number + 1, end + 1
                end = offset + len(texts[number])
            for form, root, first, last in tokens_of(pieces[start], self._language):
                leaves = self._stems.get(root, ())
                if self._open or self._forms:
                    leaves = sorted((*leaves, *self._forms.get(form, ()), *self._opens(form)))
                if leaves:
                    at = start - offset
                    matches[number] += [TermMatch(at + first, at + last, leaf) for leaf in leaves]
                if form in self._heads:
                    heads.setdefault(number, set()).update(self._heads[form])
        for number, phrases in heads.items():
            matches[number] += self._in_phrases(texts[number], phrases)
            matches[number].sort(key=_order)
        return matches

    def _beginnings(self) -> Iterator[str | None]:
        """Yield the beginnings of all words that the leaves look for; None: any word may match."""
        yield from (beginning(root, self._language) for root in self._stems)
        begins = [*self._heads, *self._forms, *(leaf.text for leaf in self._open.values() if isinstance(leaf, Prefix))]
        yield from ("us" if COUNTRY.startswith(form) else form for form in begins)

    def _opens(self, form: str) -> list[int]:
        """Return the numbers of the prefixes and fuzzy words that a surface form matches."""
        known = self._opened.get(form)
        if known is None:
            if len(self._opened) >= REMEMBERED_FORMS:
                self._opened.clear()
            known = self._opened[form] = [i for i, leaf in self._open.items() if has_form(leaf, form)]
        return known

    def _in_phrases(self, text: str, numbers: set[int]) -> Iterator[TermMatch]:
        """Yield the matches of some phrases in a text."""
        tokens = [
            (form, piece.start() + first, piece.start() + last)
            for piece in _PIECE.finditer(bound(text))
            for form, _, first, last in tokens_of(piece.group(), self._language)
        ]
        forms = [form for form, *_ in tokens]
        different = set(forms)
        for i in sorted(numbers):
            phrase = self._phrases[i]
            if all(not different.isdisjoint(word) for word in phrase.words):
                cuts = _sentence_cuts(text, [start for _, start, _ in tokens]) if phrase.within == "sentence" else [0]
                for low, high in zip(cuts, [*cuts[1:], len(forms)], strict=True):
                    for first, end in phrase.ranges(forms[low:high]):
                        yield TermMatch(tokens[low + first][1], tokens[low + end - 1][2], i)


def _sentence_cuts(text: str, starts: Sequence[int]) -> list[int]:
    """Return the indices of the words, given by where they start, with which sentences of a text begin."""
    return sorted({bisect_left(starts, first) for first, _ in sentence_spans(text)[1:]} | {0})


def _order(match: TermMatch) -> tuple[int, int, int]:
    return match.start, -match.end, match.leaf


def beginning(root: str, language: str | None) -> str | None:
    """Return the beginning that all plain words of a stem have; None for stemmers other than English's.

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


def near_beginning(leaf: Fuzzy) -> str | None:
    """Return a pattern that each plain word one edit from a fuzzy word begins with; None for more edits.

    Its first letter is one of the word's first two, or, where that was put in or replaced, its second is.
    """
    letters = "".join(re.escape(letter) for letter in leaf.text[:2])
    return rf"\w?[{letters}]" if leaf.edits == 1 else None


class WordBeginnings:
    """Finds the pieces of a text that may have a word with one of some beginnings; None among these: all pieces may."""

    def __init__(self, beginnings: Iterable[str | None], patterns: Iterable[str | None] = ()) -> None:
        """Separate the beginnings shorter than SHORT from the others; patterns of beginnings are such, too."""
        wanted, shapes = set(beginnings), list(patterns)
        self._all = None in wanted or None in shapes
        known = sorted(needle for needle in wanted if needle)
        self._long = [needle for needle in known if len(needle) >= SHORT]
        begins = [re.escape(needle) for needle in known if len(needle) < SHORT]
        short = "|".join([*begins, *filter(None, shapes)])
        self._short = re.compile(rf"(?<![^\W\d_])(?:{short})") if short else None

    def pieces(self, text: str) -> dict[int, str]:
        """Return the pieces that may have one of the words, by their positions, in any order."""
        low = text.lower()
        if self._all or len(low) != len(text):
            return {match.start(): match.group() for match in _PIECE.finditer(text)}
        found: dict[int, str] = {}
        for needle in self._long:
            at = low.find(needle)
            while at >= 0:
                at = low.find(needle, _take_at(text, at, 0, found))
        _take(text, map(_start, UNPLAIN_ASCII.finditer(text)), found)
        if not text.isascii():
            _take(text, map(_start, UNPLAIN.finditer(text)), found)
        if self._short is not None:
            _take(text, map(_start, self._short.finditer(low)), found)
        return found


def _start(match: re.Match[str]) -> int:
    return match.start()


def _take(text: str, places: Iterable[int], found: dict[int, str]) -> None:
    """Add the pieces at some positions, given in ascending order, to `found`."""
    end = 0
    for at in places:
        if at >= end:
            end = _take_at(text, at, end, found)


def _take_at(text: str, at: int, start: int, found: dict[int, str]) -> int:
    """Add the piece at a position, which does not begin before `start`, to `found`; return the end of the piece."""
    first = at
    while first > start and not text[first - 1].isspace():
        first -= 1
    piece = _PIECE.match(text, first)
    if piece is None:
        return at + 1
    found[first] = piece.group()
    return piece.end()


def tokens_of(piece: str, language: str | None) -> PieceTokens:
    """Return surface form, stem and range of each word of a piece."""
    return _words(piece, language) if len(piece) <= LONG else _words.__wrapped__(piece, language)


@lru_cache(maxsize=REMEMBERED)
def _words(piece: str, language: str | None) -> PieceTokens:
    return tuple(
        (token.text, stem(token.text, language), token.start, token.end) for token in tokenize_bound(piece, language)
    )


@dataclass(frozen=True, slots=True)
class PreparedQuery:
    """A query, ready to be matched in texts of one language."""

    #: The leaves to mark; a leaf's number is its index here.
    leaves: tuple[Leaf, ...]
    matcher: TermMatcher
    #: Numbers of the leaves that are phrases.
    phrases: frozenset[int]
    #: Whether no leaf has a field.
    bare: bool

    def among(self, matches: Sequence[TermMatch], fields: frozenset[TextField | None]) -> Sequence[TermMatch]:
        """Return the matches of leaves whose field is one of `fields`, which has None for leaves without a field."""
        return matches if self.bare else [match for match in matches if self.leaves[match.leaf].field in fields]


class _Latest(local):
    """The last query that a thread prepared, compared by the identity of its tree: its hash costs more."""

    root: Node | None = None
    language: str | None = None
    prepared: PreparedQuery | None = None


_latest = _Latest()


def prepare_query(root: Node, language: str | None) -> PreparedQuery:
    """Return the query prepared for texts of a language; None is English."""
    prepared = _latest.prepared
    if prepared is None or _latest.root is not root or _latest.language != language:
        prepared = _prepared(root, language)
        _latest.root, _latest.language, _latest.prepared = root, language, prepared
    return prepared


@lru_cache(maxsize=PREPARED)
def _prepared(root: Node, language: str | None) -> PreparedQuery:
    leaves = shown_leaves(root, language)
    phrases = frozenset(i for i, leaf in enumerate(leaves) if isinstance(leaf, Phrase))
    return PreparedQuery(leaves, TermMatcher(leaves, language), phrases, all(leaf.field is None for leaf in leaves))


def shown_leaves(root: Node, language: str | None) -> tuple[Leaf, ...]:
    """Return the leaves to mark, each once: those under no `Not`, without stop words unless there are only such."""
    leaves = tuple(dict.fromkeys(positive_leaves(root)))
    content = tuple(leaf for leaf in leaves if not (isinstance(leaf, Word) and is_stop(leaf.text, language)))
    return content or leaves
