"""The words of an article in the form and order in which a quotation is compared with them.

Input are the texts of a Hit; output are word ids for the alignment, and words with their offsets for the passage.
Words are compared without case, accents and inner punctuation. Unlike the index's surface forms they keep the s of a
possessive (`Cuba's` is another word than `Cuba`), and signs that are read aloud (`$`, `%`) are words, so that `£5`
is not `$5`.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from searchsvc.analysis import bound, fold
from searchsvc.analysis.characters import MARKS
from searchsvc.analysis.tokenizer import CACHE_SIZE, WORD
from searchsvc.model.article import STORY_KINDS
from searchsvc.model.result import Hit
from searchsvc.verify.alignment import UNKNOWN, WordIdArray

#: Signs that count as words: currency, per cent, and signs of addresses and arithmetic.
_SIGNS = "$¢£¤¥₠-⃀%‰&@#+=°×÷±"
_WORD = re.compile(rf"{WORD.pattern}|[{_SIGNS}]")
_SIGN = re.compile(f"[{_SIGNS}]")
_NO_LETTERS = re.compile(rf"[^\w{MARKS}]|_")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
#: Characters that are compared as equal: the typesetter chooses the glyph of a quotation mark, dash or space.
_MARKS = re.compile("(?:[\"'`´‘’‚‛“”„‟«»‹›′″ʼ＂＇])+")
_DASHES = re.compile("[-‐‑‒–—―−]+")
_SPACES = re.compile(r"[\s\u200b\ufeff\u2060\u00ad]+")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u00ad": None})
#: Separator between two texts of an article (headline, blocks) in a passage.
TEXT_BREAK = "\n"
#: Words of an article that are compared, at most. Of a longer article, `window` chooses the part.
MAX_COMPARED_WORDS = 20_000
#: Cells of the table in which a quotation is aligned with one article, at most.
MAX_COMPARED_CELLS = 4_000_000
#: Punctuation around a word that is not part of it.
_AROUND = "\"'()[],.:;!?"


class ComparedWord(NamedTuple):
    """A word in its compared form, with its offsets in the text (code points, end exclusive)."""

    form: str
    start: int
    end: int


def words(text: str, start: int = 0, end: int | None = None) -> Iterator[ComparedWord]:
    """Yield the words of `text[start:end]` in order, with offsets in `text`.

    >>> [word.form for word in words("Cuba’s U.S. envoys' 1,000 – or 3.5% – was $5")]
    ['cubas', 'us', 'envoys', '1000', 'or', '3.5', '%', 'was', '$', '5']
    """
    for match in _WORD.finditer(bound(text), start, len(text) if end is None else end):
        form = form_of(match.group())
        if form:
            yield ComparedWord(form, match.start(), match.end())


@lru_cache(maxsize=CACHE_SIZE)
def form_of(printed: str) -> str:
    """Return the compared form of one printed word; "" if it has neither letters nor digits."""
    if _SIGN.fullmatch(printed):
        return printed
    if printed[0].isdigit() and ("." in printed or "," in printed):
        return printed.replace(",", "") if _THOUSANDS.fullmatch(printed) else printed
    return _NO_LETTERS.sub("", fold(printed))


def same_letters(quoted: str, printed: str) -> bool:
    """Return whether two words are equal except for the glyph of an apostrophe, soft hyphens and final full points."""
    return quoted == printed or _letters(quoted) == _letters(printed)


def same_signs(quoted: str, printed: str) -> bool:
    """Return whether the characters between two words are equal except for white space and the glyphs of marks."""
    return quoted == printed or _between(quoted) == _between(printed)


def without_marks(between: str) -> str:
    """Return the characters between two words without quotation marks: not all papers repeat them in each paragraph."""
    return _MARKS.sub("", between)


def _letters(word: str) -> str:
    # The full point of an abbreviation at the end of a sentence also ends the sentence.
    return unicodedata.normalize("NFC", word.translate(_APOSTROPHES)).rstrip(".")


@lru_cache(maxsize=1 << 10)
def _between(text: str) -> str:
    text = _DASHES.sub("-", _MARKS.sub("'", _SPACES.sub("", text)))
    return text.replace("...", "…")


@dataclass(frozen=True, slots=True)
class ArticleTexts:
    """The texts of an article: headline, then the blocks of the story, then all others (captions, pull quotes).

    In this order a quotation of several paragraphs is contiguous, even with a cross-head or caption between them.
    """

    #: Index of each text's block in the article; None is the headline.
    blocks: tuple[int | None, ...]
    texts: tuple[str, ...]


def texts_of(hit: Hit) -> ArticleTexts:
    """Return an article's texts in order."""
    story = [i for i, block in enumerate(hit.blocks) if block.kind in STORY_KINDS and block.kind != "pullquote"]
    others = sorted(set(range(len(hit.blocks))).difference(story))
    blocks = (*story, *others)
    return ArticleTexts((None, *blocks), (hit.head.title, *(hit.blocks[i].text for i in blocks)))


class WordEncoder(dict[str, tuple[int, ...]]):
    """Cache from a white-space delimited chunk of text to the ids of its words; UNKNOWN for words not in the quotation.

    Most text that is read does not contain the quotation, so ids come without offsets; `ArticleWords` finds the
    offsets of the words only for articles that match.
    """

    def __init__(self, known: Mapping[str, int]) -> None:
        """Store the ids of the quotation's words, by compared form."""
        super().__init__()
        self._known = known

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        """Return and cache the ids of a new chunk."""
        core = chunk.strip(_AROUND)
        if core.isascii() and core.isalnum() and (core.isdigit() or not core[0].isdigit()):
            ids: tuple[int, ...] = (self._known.get(core.lower(), UNKNOWN),)
        else:
            ids = tuple(self._known.get(word.form, UNKNOWN) for word in words(chunk))
        self[chunk] = ids
        return ids

    def encode(self, texts: ArticleTexts) -> WordIdArray:
        """Return the ids of all words of an article, shape (words,); the same words as `ArticleWords.read` has."""
        chunks = chain.from_iterable(bound(text).split() for text in texts.texts)
        return np.fromiter(chain.from_iterable(map(self.__getitem__, chunks)), np.int32)


def window(numbers: WordIdArray, items: Sequence[int]) -> tuple[int, WordIdArray]:
    """Return the index of the first word to compare, and the ids from there on, at most MAX_COMPARED_WORDS.

    For a long quotation they are fewer: with its items at most MAX_COMPARED_CELLS, but twice as many as those.

    An article of more words is reduced to the best of windows that start a quarter of their length apart. A window
    scores 1 for each word of the quotation, and `len(items)` for each pair of words that are adjacent there and in
    the quotation.

    Args:
        numbers: Word ids of the article, shape (words,).
        items: Items of the quotation: word ids from 0, GAP, BRACKET.

    """
    most = max(2 * len(items), min(MAX_COMPARED_WORDS, MAX_COMPARED_CELLS // len(items)))
    if len(numbers) <= most:
        return 0, numbers
    size = max(items) + 2
    pairs = np.unique([a * size + b for a, b in pairwise(items) if a >= 0 and b >= 0])
    known = numbers >= 0
    adjacent = np.isin(numbers[:-1].astype(np.int64) * size + numbers[1:], pairs) & known[:-1] & known[1:]
    score = np.cumsum(np.concatenate([[0], adjacent * len(items) + known[:-1]]))
    starts = np.append(np.arange(0, len(numbers) - most, most // 4), len(numbers) - most)
    ends = np.minimum(starts + most, len(score) - 1)
    best = int(starts[int((score[ends] - score[starts]).argmax())])
    return best, numbers[best : best + most]


@dataclass(frozen=True, slots=True)
class ArticleWords:
    """All words of an article in the order of its texts, numbered from 0."""

    texts: ArticleTexts
    words: tuple[ComparedWord, ...]
    #: Number of the first word of each text, then the count of all words.
    firsts: tuple[int, ...]

    @classmethod
    def read(cls, texts: ArticleTexts) -> "ArticleWords":
        """Return the words of an article's texts."""
        by_text = [tuple(words(text)) for text in texts.texts]
        return cls(texts, tuple(chain.from_iterable(by_text)), tuple(np.cumsum([0, *map(len, by_text)]).tolist()))

    def block_of(self, word: int) -> int | None:
        """Return the index of the block that contains a word; None: the headline."""
        return self.texts.blocks[self._text_of(word)]

    def cut(self, first: int, end: int, *, last: bool) -> str:
        """Return the words `first` to `end` (exclusive) as printed.

        With `last`, the text stops at the end of the last word; without, at the start of word `end`.
        """
        if end == first:
            return ""
        start = (self._text_of(first), self.words[first].start)
        if last:
            return self._cut(start, (self._text_of(end - 1), self.words[end - 1].end))
        return self._cut(start, (self._text_of(end), self.words[end].start))

    def between(self, before: int, after: int) -> str:
        """Return the characters printed between two words, with TEXT_BREAK where a text ends."""
        end = (self._text_of(after), self.words[after].start)
        return self._cut((self._text_of(before), self.words[before].end), end)

    def _text_of(self, word: int) -> int:
        """Return the index of the text that contains a word."""
        return bisect_right(self.firsts, word) - 1

    def _cut(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """Return the printed text between two positions, each a text's index and an offset in it."""
        (first_text, first_offset), (last_text, last_offset) = start, end
        texts = self.texts.texts
        if first_text == last_text:
            return texts[first_text][first_offset:last_offset]
        whole = texts[first_text + 1 : last_text]
        return TEXT_BREAK.join((texts[first_text][first_offset:], *whole, texts[last_text][:last_offset]))
