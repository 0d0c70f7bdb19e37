"""Texts → chunks → numbers: bytes between spaces, looked up many at a time in tables of plain integers.

A chunk is read as one, two, four or eight integers of eight bytes; a table of its width knows the
number it was given. A look-up costs 65 ns a chunk, cutting included; a dictionary of byte strings 380 ns.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp]
Keys = npt.NDArray[np.uint64]

#: A newline, once it is cut off; texts cannot contain it, for other control characters become spaces.
BREAK = b"\x01"
#: ASCII signs that may stand in a word or decide where it ends.
_IN_WORDS = "_.,+#&'\n"
_SEPARATORS = bytes(
    i if not chr(i).isascii() or chr(i).isalnum() or chr(i) in _IN_WORDS else ord(" ") for i in range(256)
)
#: Frequent signs beyond ASCII that no word contains.
_SIGNS = "\u201c\u201d\u2013\u2014\u2026\u00a0"
_SPACE = ord(" ")
#: Bytes of one integer.
WORD = 8
#: Integers of a chunk in each table; longer chunks are hardly met again, and could fill the memory.
WIDTHS = (1, 2, 4, 8)
LONGEST = WORD * WIDTHS[-1]
#: Integers that strings are sorted by before they are looked at as strings.
_SORTED = 2
#: Of eight bytes, those that belong to a chunk with so many left.
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(WORD + 1)], np.uint64)

#: A place of a table that nothing stands in; a chunk that is not known.
EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
#: Bits of the number of places that a table begins with; it grows when half of them are taken.
_FIRST_BITS = 10
_HALF = 2
_KEY_BITS = 64


@dataclass(frozen=True, slots=True)
class Chunks:
    """Chunks of some texts, in order: each `data[start : start + size]`."""

    data: bytes
    start: Places
    size: Places

    def take(self, places: Places) -> "Chunks":
        """Return some of them."""
        return Chunks(self.data, self.start.take(places), self.size.take(places))

    def texts(self) -> list[bytes]:
        """Return them as byte strings."""
        data, ends = self.data, (self.start + self.size).tolist()
        return [data[start:end] for start, end in zip(self.start.tolist(), ends, strict=True)]

    def keys(self, width: int) -> Keys:
        """Return their first bytes as integers, so many each."""
        data = np.ndarray(len(self.data) - WORD, "<u8", self.data, 0, (1,))
        keys = np.empty((len(self.start), width), np.uint64)
        for i in range(width):
            left = np.clip(self.size - WORD * i, 0, WORD)
            np.bitwise_and(data.take(self.start + WORD * i), _MASKS.take(left), out=keys[:, i])
        return keys

    def by_width(self) -> Iterator[tuple[int, Places]]:
        """Yield for each width, and for what is too long for any (0), which chunks belong there; none is left out."""
        rest = np.arange(len(self.size))
        for width in WIDTHS:
            fits = self.size.take(rest) <= WORD * width
            if fits.any():
                yield width, rest[fits]
                rest = rest[~fits]
        if len(rest):
            yield 0, rest


def in_order(texts: Sequence[bytes]) -> Places:
    """Return the places of byte strings in byte order: by their first bytes as integers, the rest one by one."""
    size = np.fromiter(map(len, texts), np.intp, len(texts))
    keys = Chunks(b"".join([*texts, bytes(LONGEST)]), np.cumsum(size) - size, size).keys(_SORTED).byteswap()
    order = np.lexsort(keys.T[::-1])
    same = (keys[order[1:]] == keys[order[:-1]]).all(axis=1)
    cuts = np.concatenate([[0], (~same).nonzero()[0] + 1, [len(texts)]])
    for group in (np.diff(cuts) > 1).nonzero()[0].tolist():
        first, end = cuts[group], cuts[group + 1]
        order[first:end] = sorted(order[first:end].tolist(), key=texts.__getitem__)
    return order


def cut(texts: Sequence[str]) -> Chunks:
    """Cut texts into chunks (UTF-8) such that their words are those of the chunks; each paragraph ends in a BREAK."""
    joined = "\n".join([*texts, ""])
    if not joined.isascii():
        for sign in _SIGNS:
            joined = joined.replace(sign, " ")
    data = joined.encode("utf-8", "surrogatepass").translate(_SEPARATORS).replace(b"\n", b" " + BREAK + b" ")
    # Space before the first chunk; after the last one enough to read integers from.
    data = b" " + data + b" " * LONGEST
    space = np.flatnonzero(np.frombuffer(data, np.uint8) == _SPACE)
    size = np.diff(space) - 1
    full = size.nonzero()[0]
    return Chunks(data, space.take(full) + 1, size.take(full))


class ChunkTable:
    """Chunks of one width and their numbers: open addressing, all look-ups of a step at once.

    Places are drawn by random factors, so that no text can be written to fill the same places.
    """

    def __init__(self, width: int) -> None:
        self._width, self._bits, self.count = width, _FIRST_BITS, 0
        self._factors = [np.uint64(secrets.randbits(_KEY_BITS) | 1) for _ in range(width)]
        self._rows = np.full((1 << self._bits, width + 1), EMPTY)

    def find(self, keys: Keys) -> Keys:
        """Return the number of each chunk, EMPTY of those that are not known."""
        found = np.empty(len(keys), np.uint64)
        left, place, step = np.arange(len(keys)), self._first(keys), 0
        while len(left):
            rows = self._rows.take(place, axis=0)
            numbers = rows[:, -1]
            found[left] = numbers
            other = (rows[:, 0] != keys[:, 0]) if self._width == 1 else (rows[:, :-1] != keys).any(axis=1)
            again = (other & (numbers != EMPTY)).nonzero()[0]
            left, keys, step = left[again], keys[again], step + 1
            place = self._next(place[again], step)
        return found

    def add(self, keys: Keys, numbers: Ids) -> None:
        """Add chunks, different and not yet known, with their numbers."""
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
            # Of several at one place the last one stands.
            lost = (self._rows[place, :-1] != rows[:, :-1]).any(axis=1)
            rows, step = rows[lost], step + 1
            place = self._next(place[lost], step)

    def _first(self, keys: Keys) -> Places:
        """Return where each chunk is looked for first."""
        mixed = keys[:, 0] * self._factors[0]
        for i in range(1, self._width):
            mixed += keys[:, i] * self._factors[i]
        mixed >>= np.uint64(_KEY_BITS - self._bits)
        return mixed.astype(np.intp)

    def _next(self, place: Places, step: int) -> Places:
        """Return where it is looked for next: steps that grow by one visit every place."""
        return (place + step) & (len(self._rows) - 1)
