"""Hit → words of the article, in the order a quotation may run through them, as they are compared.

They are compared as printed, but for case, accents and punctuation inside. Unlike the surface forms
of the index these keep a possessive's s (`Cuba's` is another word than `Cuba`) and know signs that
are read aloud (`$`, `%`) as words, so that `£5` is not `$5`.
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

from searchsvc.analysis.tokenizer import CACHE_SIZE, WORD, fold
from searchsvc.model.article import STORY_KINDS
from searchsvc.model.result import Hit
from searchsvc.verify.alignment import UNKNOWN, WordIdArray

_SIGNS = "$¢£¤¥₠-⃀%‰&@#+=°×÷±"
_WORD = re.compile(rf"{WORD.pattern}|[{_SIGNS}]")
_SIGN = re.compile(f"[{_SIGNS}]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
#: What may be written for the same mark: the glyph of a quotation mark, a dash or a space is the typesetter's.
_MARKS = re.compile("(?:[\"'`´‘’‚‛“”„‟«»‹›′″ʼ＂＇])+")
_DASHES = re.compile("[-‐‑‒–—―−]+")
_SPACES = re.compile(r"[\s\u200b\ufeff\u2060\u00ad]+")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u00ad": None})
#: What parts the texts of an article.
TEXT_BREAK = "\n"
#: Words of an article that are compared. Longer ones are compared where most of the quotation is.
MOST_COMPARED = 20_000
#: What may stand around a word without being part of it.
_AROUND = "\"'()[],.:;!?"


class ComparedWord(NamedTuple):
    """A word as it is compared, and where it stands."""

    form: str
    start: int
    end: int


def words(text: str, start: int = 0, end: int | None = None) -> Iterator[ComparedWord]:
    """Yield the words of a stretch of text in order.

    >>> [word.form for word in words("Cuba’s U.S. envoys' 1,000 – or 3.5% – was $5")]
    ['cubas', 'us', 'envoys', '1000', 'or', '3.5', '%', 'was', '$', '5']
    """
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        form = form_of(match.group())
        if form:
            yield ComparedWord(form, match.start(), match.end())


@lru_cache(maxsize=CACHE_SIZE)
def form_of(printed: str) -> str:
    """Return what one word is compared by; "" if nothing is left of it."""
    if _SIGN.fullmatch(printed):
        return printed
    if printed[0].isdigit() and ("." in printed or "," in printed):
        return printed.replace(",", "") if _THOUSANDS.fullmatch(printed) else printed
    return "".join(c for c in fold(printed) if c.isalnum())


def same_letters(quoted: str, printed: str) -> bool:
    """Return whether two words are the same but for the glyph of an apostrophe."""
    return quoted == printed or _letters(quoted) == _letters(printed)


def same_signs(quoted: str, printed: str) -> bool:
    """Return whether two stretches between words are the same but for the shape of marks, dashes and spaces."""
    return quoted == printed or _between(quoted) == _between(printed)


def without_marks(between: str) -> str:
    """Return a stretch between words without quotation marks: where a paragraph ends they are repeated, or not."""
    return _MARKS.sub("", between)


def _letters(word: str) -> str:
    # The full point of an abbreviation may be that of its sentence.
    return unicodedata.normalize("NFC", word.translate(_APOSTROPHES)).rstrip(".")


@lru_cache(maxsize=1 << 10)
def _between(text: str) -> str:
    text = _DASHES.sub("-", _MARKS.sub("'", _SPACES.sub("", text)))
    return text.replace("...", "…")


@dataclass(frozen=True, slots=True)
class ArticleTexts:
    """An article's headline and blocks.

    The headline comes first, then the story, then what stands beside it: so a quotation of
    several paragraphs is one stretch, whatever cross-head or caption is set between them.
    """

    #: Block of each text; None is the headline.
    blocks: tuple[int | None, ...]
    texts: tuple[str, ...]


def texts_of(hit: Hit) -> ArticleTexts:
    """Return an article's texts in order."""
    story = [i for i, block in enumerate(hit.blocks) if block.kind in STORY_KINDS and block.kind != "pullquote"]
    beside = sorted(set(range(len(hit.blocks))).difference(story))
    blocks = (*story, *beside)
    return ArticleTexts((None, *blocks), (hit.head.title, *(hit.blocks[i].text for i in blocks)))


class WordEncoder(dict[str, tuple[int, ...]]):
    """Encodes what stands between two spaces as numbers of words: those of the quotation, UNKNOWN for all others.

    Nearly all that is read is not the quotation: no word is cut out before an article is known to have it.
    """

    def __init__(self, known: Mapping[str, int]) -> None:
        """Keep the quotation's words."""
        super().__init__()
        self._known = known

    def __missing__(self, chunk: str) -> tuple[int, ...]:
        """Read a chunk that was not met before."""
        core = chunk.strip(_AROUND)
        if core.isascii() and core.isalnum():
            found: tuple[int, ...] = (self._known.get(core.lower(), UNKNOWN),)
        else:
            found = tuple(self._known.get(word.form, UNKNOWN) for word in words(chunk))
        self[chunk] = found
        return found

    def encode(self, texts: ArticleTexts) -> WordIdArray:
        """Return the numbers of all words of an article."""
        chunks = chain.from_iterable(text.split() for text in texts.texts)
        return np.fromiter(chain.from_iterable(map(self.__getitem__, chunks)), np.int32)


def window(numbers: WordIdArray, items: Sequence[int]) -> tuple[int, WordIdArray]:
    """Return the stretch to compare, and where it begins: all, or of a very long article the likeliest part."""
    if len(numbers) <= MOST_COMPARED:
        return 0, numbers
    size = max(items) + 2
    pairs = np.unique([a * size + b for a, b in pairwise(items) if a >= 0 and b >= 0])
    known = numbers >= 0
    together = np.isin(numbers[:-1].astype(np.int64) * size + numbers[1:], pairs) & known[:-1] & known[1:]
    # A pair of neighbours tells more than any number of its words would alone.
    score = np.cumsum(np.concatenate([[0], together * len(items) + known[:-1]]))
    starts = np.append(np.arange(0, len(numbers) - MOST_COMPARED, MOST_COMPARED // 4), len(numbers) - MOST_COMPARED)
    ends = np.minimum(starts + MOST_COMPARED, len(score) - 1)
    best = int(starts[int((score[ends] - score[starts]).argmax())])
    return best, numbers[best : best + MOST_COMPARED]


@dataclass(frozen=True, slots=True)
class ArticleWords:
    """All words of an article, one after the other."""

    texts: ArticleTexts
    words: tuple[ComparedWord, ...]
    #: For each text, the number of its first word; then the number of all words.
    firsts: tuple[int, ...]

    @classmethod
    def read(cls, texts: ArticleTexts) -> "ArticleWords":
        """Cut out the words."""
        found = [tuple(words(text)) for text in texts.texts]
        return cls(texts, tuple(chain.from_iterable(found)), tuple(np.cumsum([0, *map(len, found)]).tolist()))

    def block_of(self, word: int) -> int | None:
        """Return the block that a word stands in; None: the headline."""
        return self.texts.blocks[self._text_of(word)]

    def cut(self, first: int, end: int, *, last: bool) -> str:
        """Return words as printed: to the end of the last one, or as far as the one after it."""
        if end == first:
            return ""
        start = (self._text_of(first), self.words[first].start)
        if last:
            return self._cut(start, (self._text_of(end - 1), self.words[end - 1].end))
        return self._cut(start, (self._text_of(end), self.words[end].start))

    def between(self, before: int, after: int) -> str:
        """Return what is printed between two words, TEXT_BREAK in it where a text ends."""
        end = (self._text_of(after), self.words[after].start)
        return self._cut((self._text_of(before), self.words[before].end), end)

    def _text_of(self, word: int) -> int:
        return bisect_right(self.firsts, word) - 1

    def _cut(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        (a, here), (b, there) = start, end
        texts = self.texts.texts
        if a == b:
            return texts[a][here:there]
        return TEXT_BREAK.join((texts[a][here:], *texts[a + 1 : b], texts[b][:there]))
