"""Text of a quotation → pattern: its words, and what its ellipses and brackets stand for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from searchsvc.analysis import tokenize
from searchsvc.errors import QueryError
from searchsvc.verify.article_words import words

#: Longer ones are no quotations, but articles.
MOST_WORDS = 400
#: Code points, looked at before the words are counted.
LONGEST = 8_000
#: Stretches between ellipses and brackets: each is looked for by itself.
MOST_SEGMENTS = 60
#: Words that a refusal proposes instead.
KEPT_WORDS = 30

_DECLARED = re.compile(
    r"(?P<gap>[\[(]\s{0,3}(?:…|\.(?:\s?\.){2,3})\s{0,3}[\])]|(?:\.\s?)?…(?:\s?\.)?|\.(?:\s?\.){2,})"
    # [h]e, agree[d]: letters that were changed, not words.
    r"|(?P<letter>\[\w{1,4}\](?=\w)|(?<=\w)\[\w{1,4}\])"
    r"|(?P<bracket>\[[^\[\]]{0,200}\])"
)

ItemKind = Literal["word", "gap", "bracket"]


@dataclass(frozen=True, slots=True)
class PatternItem:
    """A word of the quotation, or what stands for printed words."""

    kind: ItemKind
    #: What a word is compared by; "" for what is no word.
    form: str
    start: int
    end: int
    #: Its capital letter was changed, and says so.
    loose: bool = False


@dataclass(frozen=True, slots=True)
class QuotationPattern:
    """A quotation as it is looked for.

    `text` is the quotation without the brackets around changed letters; items point into it. The
    first and the last one are words. `segments` are the surface forms, as the index has them, of
    each run of words that nothing interrupts.
    """

    text: str
    items: tuple[PatternItem, ...]
    segments: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> int:
        """Return how many words it has."""
        return sum(item.kind == "word" for item in self.items)


def parse_quotation(text: str) -> QuotationPattern:
    """Read a quotation.

    Raises:
        QueryError: It has no words, or too many.

    """
    if len(text) > LONGEST:
        raise _too_long(f"the quotation has {len(text)} characters; {LONGEST} can be checked", text)
    # Half a surrogate pair is no character: neither can it be printed, nor written in an answer.
    rewritten, declared = _unbracket(text.encode("utf-8", "replace").decode())
    items = tuple(_trimmed(list(_items(rewritten, declared))))
    pattern = QuotationPattern(rewritten, items, tuple(filter(None, _segments(rewritten, items))))
    if not pattern.segments:
        raise QueryError("the quotation has no words: give what was said, as in “the harbour is not for sale”")
    if pattern.words > MOST_WORDS:
        raise _too_long(f"the quotation has {pattern.words} words; {MOST_WORDS} can be checked", rewritten)
    if len(pattern.segments) > MOST_SEGMENTS:
        raise QueryError(
            f"the quotation is in {len(pattern.segments)} pieces; {MOST_SEGMENTS} can be checked at a time: "
            "take the part that matters",
            too_costly=True,
        )
    return pattern


def _too_long(reason: str, text: str) -> QueryError:
    kept = " ".join(text[:LONGEST].split()[:KEPT_WORDS]).encode("utf-8", "replace").decode()
    return QueryError(f"{reason} at a time: take the part that matters", suggestion=kept or None, too_costly=True)


@dataclass(frozen=True, slots=True)
class _Declared:
    kind: Literal["gap", "bracket", "letter"]
    start: int
    end: int


def _unbracket(text: str) -> tuple[str, list[_Declared]]:
    """Return the text without the brackets around single letters, and where it declares something."""
    parts: list[str] = []
    declared: list[_Declared] = []
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
    letters = {offset for one in declared if one.kind == "letter" for offset in range(one.start, one.end)}
    at = 0
    for one in declared:
        if one.kind != "letter":
            yield from _words(text, at, one.start, letters)
            yield PatternItem(one.kind, "", one.start, one.end)
            at = one.end
    yield from _words(text, at, len(text), letters)


def _words(text: str, start: int, end: int, letters: set[int]) -> Iterator[PatternItem]:
    for word in words(text, start, end):
        yield PatternItem(
            "word", word.form, word.start, word.end, loose=not letters.isdisjoint(range(word.start, word.end))
        )


def _trimmed(items: Sequence[PatternItem]) -> Iterator[PatternItem]:
    """Yield the items from the first word to the last; a gap swallows the gaps and brackets beside it."""
    word_numbers = [i for i, item in enumerate(items) if item.kind == "word"]
    inside = items[word_numbers[0] : word_numbers[-1] + 1] if word_numbers else ()
    for is_word, run in groupby(inside, key=lambda item: item.kind == "word"):
        together = list(run)
        if is_word or all(item.kind == "bracket" for item in together):
            yield from together
        else:
            yield PatternItem("gap", "", together[0].start, together[-1].end)


def _segments(text: str, items: Sequence[PatternItem]) -> Iterator[tuple[str, ...]]:
    for is_word, run in groupby(items, key=lambda item: item.kind == "word"):
        if is_word:
            together = list(run)
            yield tuple(token.text for token in tokenize(text[together[0].start : together[-1].end]))
