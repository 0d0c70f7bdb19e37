"""Texts → pieces of UTF-8 between the characters that no word contains, and a hash table of such pieces.

Pieces are compared, sorted and looked up many at once, by their bytes as one, two, four or eight integers of 64 bits.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from searchsvc.analysis import bound
from searchsvc.engines.whoosh.codec.container import Indices

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

    def add(self, keys: PieceKeys, numbers: npt.NDArray[np.uint32]) -> None:
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
