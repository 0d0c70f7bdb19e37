"""Texts → word ids: the surface forms that `analysis.tokenize` yields, numbered.

Texts are cut into pieces at characters that no word contains. Most pieces hold one word and were met before, so that
a look-up in a hash table replaces the analysis. A new piece is given to `tokenize_bound` unless it is plain. Tables are
looked up for many pieces at once, by the bytes of a piece as one, two, four or eight integers of 64 bits, a table each.
"""

import secrets
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

import numpy as np
import numpy.typing as npt

from searchsvc.analysis import bound, plain_forms, stems, stop_words, tokenize_bound
from searchsvc.copies import WordHashes
from searchsvc.engines.whoosh.codec.container import Indices
from searchsvc.engines.whoosh.codec.container_writer import joined
from searchsvc.engines.whoosh.codec.string_table import split_suffix, with_suffixes

#: (slots,) numbers of surface forms in a `WordTable`, in the order of the text; GAP ends a paragraph.
WordIds = npt.NDArray[np.uint32]
#: (pieces, width) bytes of pieces, 8 in each integer, the first in the lowest bits; zero after their end.
PieceKeys = npt.NDArray[np.uint64]

#: The piece that stands for a newline. No text holds it: `_SEPARATORS` turns control characters into spaces.
BREAK = b"\x01"
#: ASCII characters that may be part of a word or decide where it ends.
_IN_WORDS = "_.,+#&'`\n"
_SEPARATORS = bytes(
    i if not chr(i).isascii() or chr(i).isalnum() or chr(i) in _IN_WORDS else ord(" ") for i in range(256)
)
#: Frequent characters beyond ASCII that no word contains.
_SIGNS = "\u201c\u201d\u2013\u2014\u2026\u00a0"
_SPACE = ord(" ")
#: Bytes of one integer of a key; integers of a key in each table. Pieces that need more hardly recur: not remembered.
WORD, WIDTHS = 8, (1, 2, 4, 8)
LONGEST = WORD * WIDTHS[-1]
#: Integers of their bytes that strings are sorted by; only strings with equal ones are compared as strings.
_SORTED = 2
#: `_MASKS[n]` keeps the first n of eight bytes.
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(WORD + 1)], np.uint64)

#: Number in a free row of a table; also what is found for a piece that the table does not have. Ids have 32 bits.
EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
#: A table begins with 2 ** _FIRST_BITS rows and grows when half of its rows are taken.
_FIRST_BITS, _HALF, _KEY_BITS = 10, 2, 64


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of some texts: piece i is `data[start[i] : start[i] + size[i]]`; LONGEST more bytes follow the last."""

    data: bytes
    start: Indices
    size: Indices

    def take(self, indices: Indices) -> "Pieces":
        """Return the pieces of some indices."""
        return Pieces(self.data, self.start.take(indices), self.size.take(indices))

    def texts(self) -> list[bytes]:
        """Return the pieces as byte strings."""
        data, ends = self.data, (self.start + self.size).tolist()
        return [data[start:end] for start, end in zip(self.start.tolist(), ends, strict=True)]

    def keys(self, width: int) -> PieceKeys:
        """Return the first 8 × width bytes of each piece as (pieces, width) integers."""
        data = np.ndarray(len(self.data) - WORD, "<u8", self.data, 0, (1,))
        keys = np.empty((len(self.start), width), np.uint64)
        for i in range(width):
            remaining = np.clip(self.size - WORD * i, 0, WORD)
            np.bitwise_and(data.take(self.start + WORD * i), _MASKS.take(remaining), out=keys[:, i])
        return keys

    def by_width(self) -> Iterator[tuple[int, Indices]]:
        """Yield each width with the indices of the pieces that fit it and no smaller one; 0 with the longer ones."""
        rest = np.arange(len(self.size))
        for width in WIDTHS:
            fits = self.size.take(rest) <= WORD * width
            if fits.any():
                yield width, rest[fits]
                rest = rest[~fits]
        if len(rest):
            yield 0, rest


def in_order(texts: Sequence[bytes]) -> Indices:
    """Return the indices that sort strings in byte order: by their first bytes as integers, equal ones as strings."""
    size = np.fromiter(map(len, texts), np.intp, len(texts))
    keys = Pieces(b"".join([*texts, bytes(LONGEST)]), np.cumsum(size) - size, size).keys(_SORTED).byteswap()
    order = np.lexsort(keys.T[::-1])
    same = (keys[order[1:]] == keys[order[:-1]]).all(axis=1)
    cuts = np.concatenate([[0], (~same).nonzero()[0] + 1, [len(texts)]])
    for group in (np.diff(cuts) > 1).nonzero()[0].tolist():
        first, end = cuts[group], cuts[group + 1]
        order[first:end] = sorted(order[first:end].tolist(), key=texts.__getitem__)
    return order


def cut(texts: Sequence[str]) -> Pieces:
    """Cut texts into pieces of UTF-8 whose words are those of the texts; each paragraph ends with the piece BREAK."""
    text = bound("\n".join([*texts, ""]))
    if not text.isascii():
        for sign in _SIGNS:
            text = text.replace(sign, " ")
    data = text.encode("utf-8", "surrogatepass").translate(_SEPARATORS).replace(b"\n", b" " + BREAK + b" ")
    # A space before the first piece, which `diff` needs, and after the last one the bytes that `Pieces.keys` reads.
    data = b" " + data + b" " * LONGEST
    space = np.flatnonzero(np.frombuffer(data, np.uint8) == _SPACE)
    size = np.diff(space) - 1
    full = size.nonzero()[0]
    return Pieces(data, space.take(full) + 1, size.take(full))


class PieceTable:
    """Keys of one width → numbers: a hash table with open addressing, probed for many keys at once.

    A row holds a key and its number. The hash is multiplicative; its factors are random, so that nobody can write
    texts whose pieces all collide.
    """

    def __init__(self, width: int) -> None:
        self._width, self._bits, self.count = width, _FIRST_BITS, 0
        self._factors = [np.uint64(secrets.randbits(_KEY_BITS) | 1) for _ in range(width)]
        self._rows = np.full((1 << self._bits, width + 1), EMPTY)

    def find(self, keys: PieceKeys) -> npt.NDArray[np.uint64]:
        """Return (n,) the number of each of (n, width) keys; EMPTY for those that the table does not have."""
        found = np.empty(len(keys), np.uint64)
        unsettled, place, step = np.arange(len(keys)), self._first(keys), 0
        while len(unsettled):
            rows = self._rows.take(place, axis=0)
            numbers = rows[:, -1]
            found[unsettled] = numbers
            other = (rows[:, 0] != keys[:, 0]) if self._width == 1 else (rows[:, :-1] != keys).any(axis=1)
            again = (other & (numbers != EMPTY)).nonzero()[0]
            unsettled, keys, step = unsettled[again], keys[again], step + 1
            place = self._next(place[again], step)
        return found

    def add(self, keys: PieceKeys, numbers: WordIds) -> None:
        """Add different keys that the table lacks; half of the rows stay free, so that every look-up ends at one."""
        self.count += len(keys)
        rows = np.column_stack([keys, numbers.astype(np.uint64)])
        if self.count * _HALF > len(self._rows):
            rows = np.concatenate([self._rows[self._rows[:, -1] != EMPTY], rows])
            self._bits = (self.count * _HALF * _HALF - 1).bit_length()
            self._rows = np.full((1 << self._bits, self._width + 1), EMPTY)
        place, step = self._first(rows[:, :-1]), 0
        while len(rows):
            free = (self._rows[place, -1] == EMPTY).nonzero()[0]
            self._rows[place[free]] = rows[free]
            # Where several keys got one row, the last one written is there; the others go on to their next row.
            lost = (self._rows[place, :-1] != rows[:, :-1]).any(axis=1)
            rows, step = rows[lost], step + 1
            place = self._next(place[lost], step)

    def _first(self, keys: PieceKeys) -> Indices:
        """Return the row that is probed first for each key: the highest bits of the hash."""
        mixed = keys[:, 0] * self._factors[0]
        for i in range(1, self._width):
            mixed += keys[:, i] * self._factors[i]
        mixed >>= np.uint64(_KEY_BITS - self._bits)
        return mixed.astype(np.intp)

    def _next(self, place: Indices, step: int) -> Indices:
        """Return the row that is probed next: triangular probing, which visits every row of a power of two of them."""
        return (place + step) & (len(self._rows) - 1)


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
            memory = self._memories[language] = _Memory(self, language)
        runs = [memory.read(cut(texts[first:end])) for first, end in _runs(texts)]
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
    """The pieces of one language that were met, with the ids of their words."""

    def __init__(self, table: WordTable, language: str | None) -> None:
        self._table, self._language = table, language
        self._forget()

    def _forget(self) -> None:
        self._tables = {width: PieceTable(width) for width in WIDTHS}
        self._tables[1].add(np.array([[ord(BREAK)]], np.uint64), np.array([GAP], np.uint32))
        #: Word ids of the pieces that hold no word or more than one.
        self._several: list[list[int]] = []

    def read(self, pieces: Pieces) -> WordIds:
        """Return (slots,) the ids of the words of pieces, one piece after the other."""
        if sum(table.count for table in self._tables.values()) >= REMEMBERED:
            self._forget()
        numbers, kept = np.empty(len(pieces.start), np.uint32), None
        for width, places in pieces.by_width():
            here = pieces.take(places)
            if width:
                numbers[places] = self._numbers(here, self._tables[width], here.keys(width))
            else:
                kept = len(self._several)
                numbers[places], _ = self._learn(here)
        ids = self._spread(numbers)
        if kept is not None:
            del self._several[kept:]
        return ids

    def _numbers(self, pieces: Pieces, table: PieceTable, keys: PieceKeys) -> WordIds:
        """Return (pieces,) the number of each piece (see _SEVERAL); new pieces are added to the table."""
        known = table.find(keys)
        new = (known == EMPTY).nonzero()[0]
        numbers = known.astype(np.uint32)
        if len(new):
            numbers[new], first = self._learn(pieces.take(new))
            different = new.take(first)
            table.add(keys.take(different, axis=0), numbers.take(different))
        return numbers

    def _learn(self, pieces: Pieces) -> tuple[WordIds, Indices]:
        """Return the number of each of some new pieces, and the index of the first of each different one."""
        texts = pieces.texts()
        first = dict(zip(reversed(texts), range(len(texts) - 1, -1, -1), strict=True))
        number_of = dict(zip(first, self._analysed(list(first)), strict=True))
        return np.array([number_of[text] for text in texts], np.uint32), np.array(list(first.values()), np.intp)

    def _analysed(self, texts: Sequence[bytes]) -> list[int]:
        """Return the numbers of different new pieces."""
        forms: list[str] = []
        counts: list[int] = []
        for text in texts:
            plain = text.rstrip(_AFTER)
            if plain.isalnum() and plain != _COUNTRY and (plain.isdigit() or not plain[:1].isdigit()):
                forms.append(plain.lower().decode())
                counts.append(1)
                continue
            words = plain_forms(text) or [
                word.text for word in tokenize_bound(text.decode("utf-8", "surrogatepass"), self._language)
            ]
            forms.extend(words)
            counts.append(len(words))
        ids = self._table.words(forms, self._language)
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
