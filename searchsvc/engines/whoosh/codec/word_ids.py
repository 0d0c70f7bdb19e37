"""Texts → word ids: exactly `analysis.tokenize`'s words, remembered by the pieces they stand in.

Texts are cut at signs that no word contains; most pieces then hold one word that was seen before, and a look-up
replaces the analysis. What another piece holds is asked of `tokenize` itself, but for plain words, whose form is their
lower case. A piece is read as one, two, four or eight integers of eight bytes; a hash table of its width knows the
number it was given. A look-up costs 65 ns a piece, cutting included; a dictionary of byte strings 380 ns.
"""

import secrets
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

import numpy as np
import numpy.typing as npt

from searchsvc.analysis import stems, stop_words, tokenize
from searchsvc.engines.whoosh.codec.container_writer import joined
from searchsvc.engines.whoosh.codec.string_table import split_suffix, with_suffixes

Ids = npt.NDArray[np.uint32]
Indices = npt.NDArray[np.intp]
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
#: Integers of a piece in each table; longer pieces are hardly met again, and could fill the memory.
WIDTHS = (1, 2, 4, 8)
LONGEST = WORD * WIDTHS[-1]
#: Integers that strings are sorted by before they are looked at as strings.
_SORTED = 2
#: Of eight bytes, those that belong to a piece with so many left.
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(WORD + 1)], np.uint64)

#: A place of a table that nothing stands in; a piece that is not known.
EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
#: Bits of the number of places that a table begins with; it grows when half of them are taken.
_FIRST_BITS = 10
_HALF = 2
_KEY_BITS = 64


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of some texts, in order: each `data[start : start + size]`."""

    data: bytes
    start: Indices
    size: Indices

    def take(self, places: Indices) -> "Pieces":
        """Return some of them."""
        return Pieces(self.data, self.start.take(places), self.size.take(places))

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

    def by_width(self) -> Iterator[tuple[int, Indices]]:
        """Yield for each width, and for what is too long for any (0), which pieces belong there; none is left out."""
        rest = np.arange(len(self.size))
        for width in WIDTHS:
            fits = self.size.take(rest) <= WORD * width
            if fits.any():
                yield width, rest[fits]
                rest = rest[~fits]
        if len(rest):
            yield 0, rest


def in_order(texts: Sequence[bytes]) -> Indices:
    """Return the places of byte strings in byte order: by their first bytes as integers, the rest one by one."""
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
    """Cut texts into pieces (UTF-8) such that their words are those of the pieces; each paragraph ends in a BREAK."""
    joined = "\n".join([*texts, ""])
    if not joined.isascii():
        for sign in _SIGNS:
            joined = joined.replace(sign, " ")
    data = joined.encode("utf-8", "surrogatepass").translate(_SEPARATORS).replace(b"\n", b" " + BREAK + b" ")
    # Space before the first piece; after the last one enough to read integers from.
    data = b" " + data + b" " * LONGEST
    space = np.flatnonzero(np.frombuffer(data, np.uint8) == _SPACE)
    size = np.diff(space) - 1
    full = size.nonzero()[0]
    return Pieces(data, space.take(full) + 1, size.take(full))


class PieceTable:
    """Pieces of one width and their numbers: open addressing, all look-ups of a step at once.

    Places are drawn by random factors, so that no text can be written to fill the same places.
    """

    def __init__(self, width: int) -> None:
        self._width, self._bits, self.count = width, _FIRST_BITS, 0
        self._factors = [np.uint64(secrets.randbits(_KEY_BITS) | 1) for _ in range(width)]
        self._rows = np.full((1 << self._bits, width + 1), EMPTY)

    def find(self, keys: Keys) -> Keys:
        """Return the number of each piece, EMPTY of those that are not known."""
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
        """Add pieces, different and not yet known, with their numbers."""
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

    def _first(self, keys: Keys) -> Indices:
        """Return where each piece is looked for first."""
        mixed = keys[:, 0] * self._factors[0]
        for i in range(1, self._width):
            mixed += keys[:, i] * self._factors[i]
        mixed >>= np.uint64(_KEY_BITS - self._bits)
        return mixed.astype(np.intp)

    def _next(self, place: Indices, step: int) -> Indices:
        """Return where it is looked for next: steps that grow by one visit every place."""
        return (place + step) & (len(self._rows) - 1)


#: Id of the gap that ends every paragraph; words have ids from 1.
GAP = 0
#: Pieces remembered for one language; past that the memory starts afresh.
REMEMBERED = 1_000_000
#: Characters cut at a time: bounds memory.
AT_ONCE = 1 << 21
#: Signs after a plain word that belong to none; a word in capitals that is not plain.
_AFTER, _COUNTRY = b".,", b"US"
#: From here on a piece's number says that it holds no word, or several.
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

    def read(self, texts: Sequence[str], language: str | None) -> tuple[Ids, Indices]:
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
    """Pieces of one language that were met, and their words."""

    def __init__(self, table: WordTable, language: str | None) -> None:
        self._table, self._language = table, language
        self._forget()

    def _forget(self) -> None:
        self._tables = {width: PieceTable(width) for width in WIDTHS}
        self._tables[1].add(np.array([[ord(BREAK)]], np.uint64), np.array([GAP], np.uint32))
        #: Words of the pieces that have not just one.
        self._several: list[list[int]] = []

    def read(self, pieces: Pieces) -> Ids:
        """Return the ids of the words of pieces."""
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

    def _numbers(self, pieces: Pieces, table: PieceTable, keys: Keys) -> Ids:
        """Return what each piece is: the id of its only word, or a number from _SEVERAL on."""
        found = table.find(keys)
        new = (found == EMPTY).nonzero()[0]
        numbers = found.astype(np.uint32)
        if len(new):
            numbers[new], first = self._learn(pieces.take(new))
            places = new.take(first)
            table.add(keys.take(places, axis=0), numbers.take(places))
        return numbers

    def _learn(self, pieces: Pieces) -> tuple[Ids, Indices]:
        """Return what each of some new pieces is, and where each different one stands first."""
        texts = pieces.texts()
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
        """Return the number of a piece that holds no word, or several."""
        self._several.append(ids)
        return _SEVERAL + len(self._several) - 1

    def _spread(self, numbers: Ids) -> Ids:
        """Return the words of pieces, one after the other."""
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
