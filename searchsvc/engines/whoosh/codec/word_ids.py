"""Texts → word ids: exactly `analysis.tokenize`'s words, remembered by the chunks they stand in.

Texts are cut at signs that no word contains (`chunks.py`); most chunks then hold one word that was
seen before, and a look-up replaces the analysis. What another chunk holds is asked of `tokenize`
itself, but for plain words, whose form is their lower case.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise

import numpy as np

from searchsvc.analysis import stems, stop_words, tokenize
from searchsvc.engines.whoosh.codec.container_writer import joined
from searchsvc.engines.whoosh.codec.piece_hash import BREAK, EMPTY, WIDTHS, Chunks, ChunkTable, Ids, Keys, Places, cut
from searchsvc.engines.whoosh.codec.string_table import split_suffix, with_suffixes

#: Id of the gap that ends every paragraph; words have ids from 1.
GAP = 0
#: Chunks remembered for one language; past that the memory starts afresh.
REMEMBERED = 1_000_000
#: Characters cut at a time: bounds memory.
AT_ONCE = 1 << 21
#: Signs after a plain word that belong to none; a word in capitals that is not plain.
_AFTER, _COUNTRY = b".,", b"US"
#: From here on a chunk's number says that it holds no word, or several.
_SEVERAL = 1 << 31


class WordTable:
    """Surface forms and stems met so far, by id.

    Attributes:
        stem_of: For each form, the id of its stem.
        scored: For each form, whether it is scored.

    """

    def __init__(self) -> None:
        self.stem_of, self.scored = array("I", (0,)), bytearray(1)
        self._forms, self._stems = {b"": GAP}, {b"": 0}
        self._memories: dict[str | None, _Memory] = {}

    def __len__(self) -> int:
        return len(self._forms)

    @property
    def forms(self) -> list[bytes]:
        """Text of each form (with its language's mark); that of the gap is empty."""
        return list(self._forms)

    @property
    def stems(self) -> list[bytes]:
        """Text of each stem; the first belongs to the gap."""
        return list(self._stems)

    def words(self, forms: Sequence[str], language: str | None) -> list[int]:
        """Return the ids of surface forms."""
        ids = self._forms
        keys = with_suffixes(forms, language)
        new = {key: form for key, form in zip(keys, forms, strict=True) if key not in ids}
        if new:
            roots, stops, known = self._stems, stop_words(language), len(ids)
            for root in with_suffixes(stems(list(new.values()), language), language):
                self.stem_of.append(roots.setdefault(root, len(roots)))
            self.scored.extend([form not in stops for form in new.values()])
            ids.update(zip(new, range(known, known + len(new)), strict=True))
        return [ids[key] for key in keys]

    def entries(self, texts: Sequence[bytes]) -> list[int]:
        """Return the ids of forms as they stand in a segment's table."""
        new: dict[str | None, list[str]] = {}
        for text in texts:
            if text not in self._forms:
                form, language = split_suffix(text)
                new.setdefault(language, []).append(form)
        for language, forms in new.items():
            self.words(forms, language)
        return [self._forms[text] for text in texts]

    def read(self, texts: Sequence[str], language: str | None) -> tuple[Ids, Places]:
        """Return the ids of the words of texts, a gap after each paragraph, and how many each text has."""
        memory = self._memories.get(language)
        if memory is None:
            memory = self._memories[language] = _Memory(self, language)
        ids = joined([memory.read(cut(texts[first:end])) for first, end in _runs(texts)])
        paragraphs = np.array([text.count("\n") + 1 for text in texts], np.intp)
        gaps = (ids == GAP).nonzero()[0]
        return ids, np.diff(gaps[np.cumsum(paragraphs) - 1], prepend=-1)


def _runs(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Cut texts into runs of about AT_ONCE characters, one text at least."""
    first = size = 0
    for i, text in enumerate(texts):
        if size and size + len(text) > AT_ONCE:
            yield first, i
            first, size = i, 0
        size += len(text)
    if first < len(texts):
        yield first, len(texts)


class _Memory:
    """Chunks of one language that were met, and their words."""

    def __init__(self, table: WordTable, language: str | None) -> None:
        self._table, self._language = table, language
        self._forget()

    def _forget(self) -> None:
        self._tables = {width: ChunkTable(width) for width in WIDTHS}
        self._tables[1].add(np.array([[ord(BREAK)]], np.uint64), np.array([GAP], np.uint32))
        #: Words of the chunks that have not just one.
        self._several: list[list[int]] = []

    def read(self, chunks: Chunks) -> Ids:
        """Return the ids of the words of chunks."""
        if sum(table.count for table in self._tables.values()) >= REMEMBERED:
            self._forget()
        numbers, kept = np.empty(len(chunks.start), np.uint32), None
        for width, places in chunks.by_width():
            here = chunks.take(places)
            if width:
                numbers[places] = self._numbers(here, self._tables[width], here.keys(width))
            else:
                kept = len(self._several)
                numbers[places], _ = self._learn(here)
        ids = self._spread(numbers)
        if kept is not None:
            del self._several[kept:]
        return ids

    def _numbers(self, chunks: Chunks, table: ChunkTable, keys: Keys) -> Ids:
        """Return what each chunk is: the id of its only word, or a number from _SEVERAL on."""
        found = table.find(keys)
        new = (found == EMPTY).nonzero()[0]
        numbers = found.astype(np.uint32)
        if len(new):
            numbers[new], first = self._learn(chunks.take(new))
            places = new.take(first)
            table.add(keys.take(places, axis=0), numbers.take(places))
        return numbers

    def _learn(self, chunks: Chunks) -> tuple[Ids, Places]:
        """Return what each of some new chunks is, and where each different one stands first."""
        texts = chunks.texts()
        first = dict(zip(reversed(texts), range(len(texts) - 1, -1, -1), strict=True))
        meaning = dict(zip(first, self._meanings(list(first)), strict=True))
        return np.array([meaning[text] for text in texts], np.uint32), np.array(list(first.values()), np.intp)

    def _meanings(self, texts: Sequence[bytes]) -> list[int]:
        forms: list[str] = []
        counts: list[int] = []
        for text in texts:
            plain = text.rstrip(_AFTER)
            if plain.isalnum() and plain != _COUNTRY:
                forms.append(plain.lower().decode())
                counts.append(1)
            else:
                found = [word.text for word in tokenize(text.decode("utf-8", "surrogatepass"))]
                forms.extend(found)
                counts.append(len(found))
        ids = self._table.words(forms, self._language)
        if len(ids) == len(texts) and min(counts, default=1) == 1:
            return ids
        cuts = pairwise(accumulate(counts, initial=0))
        return [ids[first] if end - first == 1 else self._number(ids[first:end]) for first, end in cuts]

    def _number(self, ids: list[int]) -> int:
        """Return the number of a chunk that holds no word, or several."""
        self._several.append(ids)
        return _SEVERAL + len(self._several) - 1

    def _spread(self, numbers: Ids) -> Ids:
        """Return the words of chunks, one after the other."""
        places = (numbers >= _SEVERAL).nonzero()[0]
        if not len(places):
            return numbers
        words = [self._several[i] for i in (numbers[places] - _SEVERAL).tolist()]
        counts = np.ones(len(numbers), np.intp)
        counts[places] = list(map(len, words))
        ids = numbers.repeat(counts)
        several = np.zeros(len(numbers), np.bool_)
        several[places] = True
        ids[several.repeat(counts)] = list(chain.from_iterable(words))
        return ids
