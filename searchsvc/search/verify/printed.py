"""Hit → Printed: the words of an article in the order a quotation may run through them."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from searchsvc.model.article import STORY_KINDS
from searchsvc.model.result import Hit
from searchsvc.search.verify.alignment import UNKNOWN, Ints
from searchsvc.search.verify.words import Word, words

#: What parts the texts of an article.
PARTED = "\n"
#: Words of an article that are compared. Longer ones are compared where most of the quotation is.
MOST_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class Printed:
    """An article's headline and blocks, and all their words one after the other.

    The headline comes first, then the story, then what stands beside it: so a quotation of
    several paragraphs is one stretch, whatever cross-head or caption is set between them.
    """

    hit: Hit
    #: Block of each text; None is the headline.
    blocks: tuple[int | None, ...]
    texts: tuple[str, ...]
    words: tuple[Word, ...]
    #: For each text, the number of its first word; then the number of all words.
    firsts: tuple[int, ...]

    def text_of(self, word: int) -> int:
        """Return the number of the text that a word stands in."""
        return bisect_right(self.firsts, word) - 1

    def cut(self, first: int, end: int, *, last: bool) -> str:
        """Return words as printed: to the end of the last one, or as far as the one after it."""
        if end == first:
            return ""
        start = (self.text_of(first), self.words[first].start)
        if last:
            return self._cut(start, (self.text_of(end - 1), self.words[end - 1].end))
        return self._cut(start, (self.text_of(end), self.words[end].start))

    def between(self, before: int, after: int) -> str:
        """Return what is printed between two words, PARTED in it where a text ends."""
        return self._cut((self.text_of(before), self.words[before].end), (self.text_of(after), self.words[after].start))

    def _cut(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        (a, here), (b, there) = start, end
        if a == b:
            return self.texts[a][here:there]
        return PARTED.join((self.texts[a][here:], *self.texts[a + 1 : b], self.texts[b][:there]))


def read_printed(hit: Hit) -> Printed:
    """Read the words of an article."""
    story = [i for i, block in enumerate(hit.blocks) if block.kind in STORY_KINDS and block.kind != "pullquote"]
    beside = [i for i in range(len(hit.blocks)) if i not in set(story)]
    blocks = (*story, *beside)
    texts = (hit.head.title, *(hit.blocks[i].text for i in blocks))
    found = [tuple(words(text)) for text in texts]
    firsts = np.cumsum([0, *map(len, found)]).tolist()
    return Printed(hit, (None, *blocks), texts, tuple(chain.from_iterable(found)), tuple(firsts))


def numbered(printed: Printed, known: Mapping[str, int]) -> Ints:
    """Return the number of each word in the quotation, UNKNOWN for those that it does not have."""
    return np.array([known.get(word.form, UNKNOWN) for word in printed.words], np.int32)


def window(numbers: Ints, items: Sequence[int]) -> tuple[int, Ints]:
    """Return the stretch to compare, and where it begins: all, or of a very long article the likeliest part."""
    if len(numbers) <= MOST_COMPARED:
        return 0, numbers
    size = max(items) + 2
    pairs = np.unique(np.array([a * size + b for a, b in zip(items, items[1:], strict=False) if a >= 0 and b >= 0]))
    here = np.isin(numbers[:-1].astype(np.int64) * size + numbers[1:], pairs) & (numbers[:-1] >= 0) & (numbers[1:] >= 0)
    score = np.concatenate([[0], np.cumsum(here * 8 + (numbers[:-1] >= 0))])
    starts = np.arange(0, len(score) - MOST_COMPARED, MOST_COMPARED // 4)
    best = int(starts[int((score[starts + MOST_COMPARED] - score[starts]).argmax())])
    return best, numbers[best : best + MOST_COMPARED]
