"""Texts → word ids: the surface forms that `analysis.tokenize` yields, numbered.

Texts are cut into pieces at characters that no word contains. Most pieces hold one word and were met before, so that
a look-up in a hash table replaces the analysis. A new piece is given to `tokenize_bound` unless it is plain.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise

import numpy as np
import numpy.typing as npt

from searchsvc.analysis import plain_forms, stems, stop_words, tokenize_bound
from searchsvc.copies import WordHashes
from searchsvc.engines.whoosh.codec.container import Indices
from searchsvc.engines.whoosh.codec.container_writer import joined
from searchsvc.engines.whoosh.codec.pieces import BREAK, EMPTY, WIDTHS, Pieces, PieceTable, cut
from searchsvc.engines.whoosh.codec.string_table import split_suffix, with_suffixes

#: (slots,) numbers of surface forms in a `WordTable`, in the order of the text; GAP ends a paragraph.
WordIds = npt.NDArray[np.uint32]

#: Id of the gap that ends every paragraph; words have ids from 1.
GAP = 0
#: Pieces that are remembered for one language; when there are more, all are forgotten.
REMEMBERED = 1_000_000
#: Characters that are cut at a time, unless a single text is longer: bounds memory.
AT_ONCE = 1 << 21
#: Characters after a plain word that are not part of it; the one plain word whose form is not its lower case.
_AFTER, _COUNTRY = b".,", b"US"
#: A piece's number is the id of its only word; from here on, less this, an index into `_Memory._several`.
_SEVERAL = 1 << 31


class WordTable:
    """The surface forms and stems met so far, each numbered from 0 in the order met; form 0 is the gap.

    Attributes:
        stem_of: (forms,) the number of each form's stem.
        scored: (forms,) 1 for forms that are scored, 0 for stop words.
        hashes: The forms' hashes.

    """

    def __init__(self) -> None:
        self.stem_of, self.scored = array("I", (0,)), bytearray(1)
        self.hashes = WordHashes([""])
        self._forms, self._stems = {b"": GAP}, {b"": 0}
        self._memories: dict[str | None, _Memory] = {}

    def __len__(self) -> int:
        return len(self._forms)

    @property
    def forms(self) -> list[bytes]:
        """Each form with its language's suffix, as `string_table.form_key` gives it; b"" for the gap."""
        return list(self._forms)

    @property
    def stems(self) -> list[bytes]:
        """Each stem with its language's suffix, as `string_table.stem_key` gives it; b"" for the gap."""
        return list(self._stems)

    def words(self, forms: Sequence[str], language: str | None) -> list[int]:
        """Return the ids of surface forms of a language; new ones are stemmed and numbered."""
        ids = self._forms
        keys = with_suffixes(forms, language)
        new = {key: form for key, form in zip(keys, forms, strict=True) if key not in ids}
        if new:
            roots, stops, known = self._stems, stop_words(language), len(ids)
            for root in with_suffixes(stems(list(new.values()), language), language):
                self.stem_of.append(roots.setdefault(root, len(roots)))
            self.scored.extend([form not in stops for form in new.values()])
            self.hashes.extend(new.values())
            ids.update(zip(new, range(known, known + len(new)), strict=True))
        return [ids[key] for key in keys]

    def entries(self, texts: Sequence[bytes]) -> list[int]:
        """Return the ids of entries of a segment's form table; new ones are stemmed and numbered."""
        new: dict[str | None, list[str]] = {}
        for text in texts:
            if text not in self._forms:
                form, language = split_suffix(text)
                new.setdefault(language, []).append(form)
        for language, forms in new.items():
            self.words(forms, language)
        return [self._forms[text] for text in texts]

    def read(self, texts: Sequence[str], language: str | None) -> tuple[WordIds, Indices]:
        """Return (slots,) the word ids of texts, a GAP after each paragraph, and (texts,) how many each has."""
        memory = self._memories.get(language)
        if memory is None:
            memory = self._memories[language] = _Memory(language)
        runs = [memory.read(self, cut(texts[first:end])) for first, end in _runs(texts)]
        ids = joined(runs).astype(np.uint32, copy=False)
        paragraphs = np.array([text.count("\n") + 1 for text in texts], np.intp)
        gaps = (ids == GAP).nonzero()[0]
        return ids, np.diff(gaps[np.cumsum(paragraphs) - 1], prepend=-1)


def _runs(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges that cut texts into runs of at most AT_ONCE characters, but of one text at least."""
    first = size = 0
    for i, text in enumerate(texts):
        if size and size + len(text) > AT_ONCE:
            yield first, i
            first, size = i, 0
        size += len(text)
    if first < len(texts):
        yield first, len(texts)


class _Memory:
    """The pieces of one language that were met, with the ids of their words in a table.

    The table is given, not held: one that is put aside must be free at once, without a cycle.
    """

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._forget()

    def _forget(self) -> None:
        self._tables = {width: PieceTable(width) for width in WIDTHS}
        self._tables[1].add(np.array([[ord(BREAK)]], np.uint64), np.array([GAP], np.uint32))
        #: Word ids of the pieces that hold no word or more than one.
        self._several: list[list[int]] = []

    def read(self, words: WordTable, pieces: Pieces) -> WordIds:
        """Return (slots,) the ids of the words of pieces, one piece after the other."""
        if sum(table.count for table in self._tables.values()) >= REMEMBERED:
            self._forget()
        numbers, kept = np.empty(len(pieces.start), np.uint32), None
        for width, places in pieces.by_width():
            here = pieces.take(places)
            if width:
                numbers[places] = self._numbers(words, here, width)
            else:
                kept = len(self._several)
                numbers[places], _ = self._learn(words, here)
        ids = self._spread(numbers)
        if kept is not None:
            del self._several[kept:]
        return ids

    def _numbers(self, words: WordTable, pieces: Pieces, width: int) -> WordIds:
        """Return (pieces,) the number of each piece (see _SEVERAL); new pieces are added to the table."""
        table, keys = self._tables[width], pieces.keys(width)
        known = table.find(keys)
        new = (known == EMPTY).nonzero()[0]
        numbers = known.astype(np.uint32)
        if len(new):
            numbers[new], first = self._learn(words, pieces.take(new))
            different = new.take(first)
            table.add(keys.take(different, axis=0), numbers.take(different))
        return numbers

    def _learn(self, words: WordTable, pieces: Pieces) -> tuple[WordIds, Indices]:
        """Return the number of each of some new pieces, and the index of the first of each different one."""
        texts = pieces.texts()
        first = dict(zip(reversed(texts), range(len(texts) - 1, -1, -1), strict=True))
        number_of = dict(zip(first, self._analysed(words, list(first)), strict=True))
        return np.array([number_of[text] for text in texts], np.uint32), np.array(list(first.values()), np.intp)

    def _analysed(self, words: WordTable, texts: Sequence[bytes]) -> list[int]:
        """Return the numbers of different new pieces."""
        forms: list[str] = []
        counts: list[int] = []
        for text in texts:
            plain = text.rstrip(_AFTER)
            if plain.isalnum() and plain != _COUNTRY and (plain.isdigit() or not plain[:1].isdigit()):
                forms.append(plain.lower().decode())
                counts.append(1)
                continue
            found = plain_forms(text) or [
                word.text for word in tokenize_bound(text.decode("utf-8", "surrogatepass"), self._language)
            ]
            forms.extend(found)
            counts.append(len(found))
        ids = words.words(forms, self._language)
        if len(ids) == len(texts) and min(counts, default=1) == 1:
            return ids
        cuts = pairwise(accumulate(counts, initial=0))
        return [ids[first] if end - first == 1 else self._number(ids[first:end]) for first, end in cuts]

    def _number(self, ids: list[int]) -> int:
        """Return the number of a piece that holds no word, or several."""
        self._several.append(ids)
        return _SEVERAL + len(self._several) - 1

    def _spread(self, numbers: WordIds) -> WordIds:
        """Return (slots,) the word ids of pieces by their (pieces,) numbers."""
        indices = (numbers >= _SEVERAL).nonzero()[0]
        if not len(indices):
            return numbers
        words = [self._several[i] for i in (numbers[indices] - _SEVERAL).tolist()]
        counts = np.ones(len(numbers), np.intp)
        counts[indices] = list(map(len, words))
        ids = numbers.repeat(counts)
        several = np.zeros(len(numbers), np.bool_)
        several[indices] = True
        ids[several.repeat(counts)] = list(chain.from_iterable(words))
        return ids
