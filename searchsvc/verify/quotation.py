"""Parse the text of a quotation into words, ellipses and brackets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from searchsvc.analysis import tokenize
from searchsvc.analysis.variants import AMPERSAND
from searchsvc.errors import QueryError
from searchsvc.model.message import Message
from searchsvc.verify.article_words import words

#: Words of a quotation, at most.
MAX_WORDS = 1_200
#: Code points of a quotation, at most; checked before the words are counted.
MAX_CHARACTERS = 8_000
#: Runs of words between ellipses and brackets, at most: each is a phrase query of its own.
MAX_SEGMENTS = 60
#: Words of the shorter quotation that the error for one too long suggests.
SUGGESTED_WORDS = 30

#: Ellipsis, bracketed letters of a word, or bracketed text; one group each.
_DECLARED = re.compile(
    r"(?P<gap>[\[(]\s{0,3}(?:…|\.(?:\s?\.){2,3})\s{0,3}[\])]|(?:\.\s?)?…(?:\s?\.)?|\.(?:\s?\.){2,})"
    # [h]e, agree[d]: letters that were changed, not words.
    r"|(?P<letter>\[\w{1,4}\](?=\w)|(?<=\w)\[\w{1,4}\])"
    r"|(?P<bracket>\[[^\[\]]{0,200}\])"
)

ItemKind = Literal["word", "gap", "bracket"]


@dataclass(frozen=True, slots=True)
class PatternItem:
    """A word of the quotation, or an ellipsis ("gap") or bracket, which stands for printed words."""

    kind: ItemKind
    #: Compared form of a word (`article_words.form_of`); "" for a gap or bracket.
    form: str
    #: Offsets in the pattern's text, end exclusive.
    start: int
    end: int
    #: The word has bracketed letters (`[h]e`): upper and lower case are not distinguished in it.
    loose: bool = False


@dataclass(frozen=True, slots=True)
class QuotationPattern:
    """A parsed quotation.

    `text` is the quotation without the brackets around changed letters; the offsets of `items` refer to it. The first
    and the last item are words. `segments` holds, for each run of words between gaps and brackets, the surface forms
    that the index has for them.
    """

    text: str
    items: tuple[PatternItem, ...]
    segments: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> int:
        """Return the number of words of the quotation."""
        return sum(item.kind == "word" for item in self.items)


def parse_quotation(text: str) -> QuotationPattern:
    """Return the words, gaps and brackets of a quotation.

    Raises:
        QueryError: It has no words, or more than MAX_CHARACTERS, MAX_WORDS or MAX_SEGMENTS allow.

    """
    if len(text) > MAX_CHARACTERS:
        raise _too_long(
            Message(
                "the quotation has %(count)s characters; %(most)s can be checked at a time: take the part that matters",
                count=len(text),
                most=MAX_CHARACTERS,
            ),
            text,
        )
    # A lone surrogate cannot be written in an answer: it becomes "?".
    rewritten, declared = _unbracket(text.encode("utf-8", "replace").decode())
    items = tuple(_trimmed(list(_items(rewritten, declared))))
    pattern = QuotationPattern(rewritten, items, tuple(filter(None, _segments(rewritten, items))))
    if not pattern.segments:
        raise QueryError(Message("the quotation has no words: give what was said, as in “the harbour is not for sale”"))
    if pattern.words > MAX_WORDS:
        raise _too_long(
            Message(
                "the quotation has %(count)s words; %(most)s can be checked at a time: take the part that matters",
                count=pattern.words,
                most=MAX_WORDS,
            ),
            rewritten,
        )
    if len(pattern.segments) > MAX_SEGMENTS:
        raise QueryError(
            Message(
                "the quotation is in %(count)s pieces; %(most)s can be checked at a time: take the part that matters",
                count=len(pattern.segments),
                most=MAX_SEGMENTS,
            ),
            too_costly=True,
        )
    return pattern


def _too_long(reason: str, text: str) -> QueryError:
    """Return the error for a quotation that is too long; it suggests the first SUGGESTED_WORDS words."""
    kept = " ".join(text[:MAX_CHARACTERS].split()[:SUGGESTED_WORDS]).encode("utf-8", "replace").decode()
    return QueryError(reason, suggestion=kept or None, too_costly=True)


@dataclass(frozen=True, slots=True)
class _Declared:
    """A change that the quotation itself marks, with its offsets in the text without brackets around letters."""

    kind: Literal["gap", "bracket", "letter"]
    start: int
    end: int


def _unbracket(text: str) -> tuple[str, list[_Declared]]:
    """Return the text without the brackets around letters of a word, and the changes that the quotation marks."""
    parts: list[str] = []
    declared: list[_Declared] = []
    # `at` is the offset in `text` up to which it is copied, `size` the length of the copy.
    size = at = 0
    for match in _DECLARED.finditer(text):
        kept = match.group()
        kind: Literal["gap", "bracket", "letter"] = "gap"
        if match["letter"]:
            kept, kind = kept[1:-1], "letter"
        elif match["bracket"] is not None:
            kind = "bracket"
        parts += [text[at : match.start()], kept]
        size += match.start() - at
        declared.append(_Declared(kind, size, size + len(kept)))
        size, at = size + len(kept), match.end()
    return "".join(parts) + text[at:], declared


def _items(text: str, declared: Sequence[_Declared]) -> Iterator[PatternItem]:
    """Yield the words of the text, and its gaps and brackets, in order."""
    letters = {offset for one in declared if one.kind == "letter" for offset in range(one.start, one.end)}
    at = 0
    for one in declared:
        if one.kind != "letter":
            yield from _words(text, at, one.start, letters)
            yield PatternItem(one.kind, "", one.start, one.end)
            at = one.end
    yield from _words(text, at, len(text), letters)


def _words(text: str, start: int, end: int, letters: set[int]) -> Iterator[PatternItem]:
    """Yield the words of `text[start:end]`; `letters` are the offsets of bracketed letters."""
    for word in words(text, start, end):
        yield PatternItem(
            "word", word.form, word.start, word.end, loose=not letters.isdisjoint(range(word.start, word.end))
        )


def _trimmed(items: Sequence[PatternItem]) -> Iterator[PatternItem]:
    """Yield the items from the first word to the last; a gap is merged with the gaps and brackets next to it."""
    word_numbers = [i for i, item in enumerate(items) if item.kind == "word"]
    inside = items[word_numbers[0] : word_numbers[-1] + 1] if word_numbers else ()
    for is_word, run in groupby(inside, key=lambda item: item.kind == "word"):
        neighbours = list(run)
        if is_word or all(item.kind == "bracket" for item in neighbours):
            yield from neighbours
        else:
            yield PatternItem("gap", "", neighbours[0].start, neighbours[-1].end)


def _segments(text: str, items: Sequence[PatternItem]) -> Iterator[tuple[str, ...]]:
    """Yield the surface forms of each run of words; empty for a run of signs that the index has no form of."""
    for is_word, run in groupby(items, key=lambda item: item.kind == "word"):
        if is_word:
            neighbours = list(run)
            forms = tuple(token.text for token in tokenize(text[neighbours[0].start : neighbours[-1].end]))
            yield forms if set(forms) != {AMPERSAND} else ()
