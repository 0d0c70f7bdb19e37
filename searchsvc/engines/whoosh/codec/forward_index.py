"""Word ids of documents → dictionaries of forms and terms, and the forward index: the form's code in every slot."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Indices, Integers, Mask, Unsigned, compact
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, bytes_of, cumulated, joined, offsets
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, PAD
from searchsvc.engines.whoosh.codec.integer_column import IntegerColumn
from searchsvc.engines.whoosh.codec.spool import STEP, Spool
from searchsvc.engines.whoosh.codec.word_ids import GAP, WordIds
from searchsvc.engines.whoosh.codec.word_runs import IdMap, Vocabulary

#: (n,) counts or offsets while a segment is written; 64 bits, so that sums and products do not overflow.
LongInts = npt.NDArray[np.int64]
#: (word ids,) code of every word id of a `WordTable`; 0 for the gap and for words that the segment does not have.
CodeTable = npt.NDArray[np.uint32]

#: Number of the term of a word id that has none: the gap, words that the segment does not have.
NO_TERM = np.uint32(0xFFFFFFFF)
#: Keys of so many bits are sorted as uint32, which takes about half the time of uint64.
NARROW_BITS = 32


class TextStream:
    """The word ids of one field of a segment that is being written, document after document.

    They are ids of the table of their epoch (`word_runs`) until `translate` gives the ids of the merged vocabulary.
    """

    def __init__(self, folder: Path) -> None:
        self.spool = Spool(folder)
        self._counts = IntegerColumn()
        self._base: LongInts | None = None
        #: The last slot + 1, and the number, of each epoch.
        self._ends: list[int] = []
        self._epochs: list[int] = []
        self._maps: Sequence[IdMap] = ()

    def add(self, ids: Unsigned, counts: Integers) -> None:
        """Add the next documents: (slots,) the word ids of all, end to end, and (documents,) how many each has."""
        self.spool.append(bytes_of(ids))
        self._counts.extend_from(counts)

    def end_epoch(self, epoch: int) -> None:
        """Say that the slots since the epoch before have ids of this one."""
        if self.slots > (self._ends[-1] if self._ends else 0):
            self._ends.append(self.slots)
            self._epochs.append(epoch)

    def translate(self, maps: Sequence[IdMap]) -> None:
        """Give the word ids of each epoch: from now on `read` returns those of the vocabulary."""
        self._maps = maps

    @property
    def slots(self) -> int:
        """Number of slots so far."""
        return self.spool.count

    @property
    def base(self) -> LongInts:
        """(documents + 1,) offsets of every document's slots."""
        if self._base is None or len(self._base) != len(self._counts) + 1:
            self._base = cumulated(self._counts.values())
        return self._base

    def rest(self) -> None:
        """Let go of the offsets; they are computed again when they are needed."""
        self._base = None

    def documents(self) -> Iterator[tuple[int, int]]:
        """Yield half-open ranges of documents of at most STEP slots together, but of one document at least."""
        yield from ranges(self.base, STEP)

    def read(self, first: int, end: int) -> WordIds:
        """Return the word ids in the slots of the documents from `first` up to `end`."""
        at, last = int(self.base[first]), int(self.base[end])
        ids = self.spool.read(at, last)
        parts: list[WordIds] = []
        for epoch in range(bisect_right(self._ends, at), len(self._ends)):
            stop = min(self._ends[epoch], last)
            parts.append(self._maps[self._epochs[epoch]][ids[at - last + len(ids) : stop - last + len(ids)]])
            at = stop
            if at == last:
                break
        return parts[0] if len(parts) == 1 else joined(parts).astype(np.uint32, copy=False)


def ranges(base: Integers, step: int) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges of the stretches that the offsets `base` cut.

    A range has at most `step` items, unless it is a single stretch. The ranges cover all stretches in order.
    """
    first, count = 0, len(base) - 1
    while first < count:
        end = int(np.searchsorted(base, int(base[first]) + step, "right")) - 1
        end = min(count, max(end, first + 1))
        yield first, end
        first = end


@dataclass(frozen=True, slots=True)
class Dictionaries:
    """What each word id of a `Vocabulary` is in one segment.

    Attributes:
        code: (word ids,) code in the streams; 0 for the gap and for words that the segment does not have.
        scored: (word ids,) whether the word is scored.
        term: (word ids,) number of its stem, or NO_TERM.
        terms: How many stems there are.

    """

    code: CodeTable
    scored: Mask
    term: npt.NDArray[np.uint32]
    terms: int


def write_dictionaries(
    out: ContainerWriter, vocabulary: Vocabulary, streams: Sequence[TextStream], shared: int
) -> Dictionaries:
    """Write the tables `forms` and `terms` of the words in the streams.

    Args:
        out: The segment's file.
        vocabulary: The words.
        streams: The word ids of all fields, in the order of the document type's texts.
        shared: The first so many streams are the fields that bare words look into: a document that has a form in any
            of them counts in `forms.articles`. 0 (quotes and headlines) writes neither that nor `forms.of` and
            `forms.cuts`.

    """
    words = len(vocabulary.forms)
    count = np.zeros(words, np.int64)
    for stream in streams:
        for first, end in stream.documents():
            count += np.bincount(stream.read(first, end), minlength=words)
        stream.rest()
    count[GAP] = 0
    # Word ids are in byte order. Ties are broken by text: the same documents make the same bytes, in whatever order
    # the words were met.
    names = np.flatnonzero(count)
    by_frequency = names[np.argsort(-count[names], kind="stable")]
    code = np.zeros(words, np.uint32)
    code[by_frequency] = np.arange(1, len(names) + 1)
    vocabulary.forms.write(out, "forms", count > 0)
    out.add("forms.code", compact(code[names]))
    used = np.zeros(len(vocabulary.stems), np.bool_)
    used[vocabulary.stem_of[names]] = True
    place = np.full(len(used), NO_TERM, np.uint32)
    place[used] = np.arange(np.count_nonzero(used), dtype=np.uint32)
    term = place[vocabulary.stem_of]
    term[GAP] = NO_TERM
    vocabulary.stems.write(out, "terms", used)
    terms = int(np.count_nonzero(used))
    if shared:
        out.add("forms.articles", compact(_articles(streams[:shared], code, len(names))[code[names]]))
        of_term = term[names]
        out.add("forms.of", compact(code[names[np.lexsort((code[names], of_term))]]))
        out.add("forms.cuts", offsets(np.bincount(of_term, minlength=terms)))
    return Dictionaries(code, vocabulary.scored, term, terms)


def _articles(streams: Sequence[TextStream], code: CodeTable, forms: int) -> LongInts:
    """Return (forms + 1,) for each code the number of documents that have it in any of the streams.

    Sorts keys of `bits` + the bits of a code, uint32 where they fit, and counts the different ones of each code:

        | code | document, counted from the first of the range: `bits` |
    """
    articles = np.zeros(forms + 1, np.int64)
    together = np.sum([stream.base for stream in streams], axis=0)
    for first, end in ranges(together, STEP):
        bits = max(1, (end - first - 1).bit_length())
        dtype = np.uint32 if bits + forms.bit_length() <= NARROW_BITS else np.uint64
        parts = []
        for stream in streams:
            counts = np.diff(stream.base[first : end + 1])
            key: Unsigned = code[stream.read(first, end)].astype(dtype)
            parts.append((key << dtype(bits)) | np.repeat(np.arange(end - first, dtype=dtype), counts))
        keys = np.concatenate(parts)
        keys.sort()
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
        articles += np.bincount((keys >> dtype(bits)).astype(np.int64), minlength=forms + 1)
    for stream in streams:
        stream.rest()
    return articles


def write_stream(out: ContainerWriter, name: str, stream: TextStream, code: CodeTable, scored: Mask) -> None:
    """Write a field's forward index: `fwd`, `base`, `xpos`, `xid` and `length` of FORMAT.md.

    Args:
        out: The segment's file.
        name: The field.
        stream: Its word ids.
        code: (word ids,) the code of every word id.
        scored: (word ids,) whether each word id is scored.

    """
    base = stream.base
    rare_slots: list[LongInts] = []
    rare_codes: list[CodeTable] = []
    lengths: list[Unsigned] = []

    def codes() -> Iterator[bytes | memoryview]:
        for first, end in stream.documents():
            ids = stream.read(first, end)
            stretch = code[ids]
            rare: Indices = np.flatnonzero(stretch >= ESCAPE)
            rare_slots.append(rare + base[first])
            rare_codes.append(stretch[rare])
            lengths.append(compact(counted(scored[ids], base[first : end + 1] - base[first])))
            yield bytes_of(np.minimum(stretch, ESCAPE).astype(np.uint16))
        if stream.slots:
            yield bytes(np.dtype(np.uint16).itemsize * PAD)

    out.add_chunks(f"{name}.fwd", np.dtype(np.uint16), codes())
    out.add(f"{name}.base", compact(base))
    out.add(f"{name}.xpos", compact(joined(rare_slots)))
    out.add(f"{name}.xid", compact(joined(rare_codes)))
    out.add(f"{name}.length", compact(joined(lengths)))


def counted(flags: Mask, cuts: Integers) -> LongInts:
    """Return (n,) how many flags are set in each of n stretches, whose (n + 1,) offsets are `cuts`."""
    before = np.concatenate([[0], np.cumsum(flags, dtype=np.int64)])
    counts: LongInts = np.diff(before[cuts])
    return counts
