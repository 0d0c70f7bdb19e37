"""Strings on disk in sorted runs (external merge sort), and word tables that are put aside → one vocabulary.

The table of the words met so far is in memory. When it is large it is put aside as a run, its words in byte order, and
a new one is begun; slots of a `TextStream` hold the ids of the table of their epoch. Before a segment is written the
runs are merged: words get new ids in byte order, and each epoch an array that maps its ids to them. Memory: one table,
and some 50 bytes for each different word while a segment is written.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import compress, islice, repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Indices, Mask, Unsigned
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, offsets
from searchsvc.engines.whoosh.codec.integer_column import IntegerColumn
from searchsvc.engines.whoosh.codec.pieces import in_order
from searchsvc.engines.whoosh.codec.spool import Spool
from searchsvc.engines.whoosh.codec.string_table import StringColumn
from searchsvc.engines.whoosh.codec.word_ids import WordTable

#: Strings that are written, and read again, at a time.
STRINGS_TOGETHER = 4_096
#: Words after which the table is put aside: with its look-ups it takes about 400 bytes a word.
TABLE_WORDS = 1 << 16
#: Forms of a finished segment that are analysed at a time.
FORMS_TAKEN = 1 << 15

#: (ids of an epoch,) the id in the merged vocabulary of each.
IdMap = npt.NDArray[np.uint32]


def joined_together(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield strings end to end, STRINGS_TOGETHER at a time."""
    rest = iter(texts)
    while parts := list(islice(rest, STRINGS_TOGETHER)):
        yield b"".join(parts)


class StringRun:
    """Strings that are appended, and read again in the same order: in a file once they are many."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._spool: Spool | None = None
        self._recent: list[bytes] = []
        self._sizes = IntegerColumn()

    def __len__(self) -> int:
        return len(self._sizes) + len(self._recent)

    def append(self, text: bytes) -> None:
        """Append a string."""
        self._recent.append(text)
        if len(self._recent) >= STRINGS_TOGETHER:
            self._flush()

    def extend(self, texts: Iterable[bytes]) -> None:
        """Append strings."""
        for text in texts:
            self.append(text)

    def _flush(self) -> None:
        self._spool = self._spool or Spool(self._folder, np.uint8)
        self._spool.append(b"".join(self._recent))
        self._sizes.extend(map(len, self._recent))
        self._recent = []

    def __iter__(self) -> Iterator[bytes]:
        at = 0
        for first in range(0, len(self._sizes), STRINGS_TOGETHER):
            sizes = self._sizes.values(first, first + STRINGS_TOGETHER).tolist()
            assert self._spool is not None  # noqa: S101  something was written
            data, here = self._spool.read(at, at + sum(sizes)).tobytes(), 0
            at += len(data)
            for size in sizes:
                yield data[here : here + size]
                here += size
        yield from self._recent

    def write(self, out: ContainerWriter, name: str, used: Mask | None = None) -> None:
        """Write the strings as `write_strings` does; `used` (strings,) says which; None: all."""
        wanted = repeat(1) if used is None else used.tolist()
        out.add_chunks(f"{name}.blob", np.dtype(np.uint8), joined_together(compress(self, wanted)))
        sizes = np.concatenate([self._sizes.values(), np.fromiter(map(len, self._recent), np.uint64)])
        out.add(f"{name}.off", offsets(sizes if used is None else sizes[used]))

    def close(self) -> None:
        """Close the file; the run is not used after this."""
        if self._spool is not None:
            self._spool.close()


def merged_run(runs: Sequence[StringRun], folder: Path) -> tuple[StringRun, list[IdMap]]:
    """Return the different strings of runs in byte order, and for each run (strings,) where its strings are there.

    Args:
        runs: Each in byte order and without repeats; a single one is returned as it is.
        folder: Folder of the file.

    """
    if len(runs) == 1:
        return runs[0], [np.arange(len(runs[0]), dtype=np.uint32)]
    whole, places = StringRun(folder), [array("I") for _ in runs]
    last: bytes | None = None
    for text, number in merge(*[zip(run, repeat(number)) for number, run in enumerate(runs)]):
        if text != last:
            whole.append(text)
            last = text
        places[number].append(len(whole) - 1)
    return whole, [np.frombuffer(place, np.uint32) for place in places]


@dataclass(frozen=True, slots=True)
class _TableRun:
    """A table, or a part of one, that was put aside: its forms in byte order, and its stems."""

    forms: StringRun
    stems: StringRun
    #: (forms,) number of each one's stem; whether it is scored; its id in the epoch.
    stem_of: npt.NDArray[np.uint32]
    scored: Mask
    ids: Unsigned


@dataclass(slots=True)
class _Epoch:
    """A stretch of documents whose slots have ids of one table, or codes of one finished segment."""

    size: int
    runs: list[_TableRun] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words of a segment that is being written; a word's id is its place in byte order, that of the gap is 0.

    Attributes:
        forms: The words.
        stems: Their stems in byte order.
        stem_of: (words,) number of each one's stem.
        scored: (words,) whether it is scored.
        maps: For each epoch, the word id of each id of the epoch.

    """

    forms: StringRun
    stems: StringRun
    stem_of: npt.NDArray[np.uint32]
    scored: Mask
    maps: Sequence[IdMap]


class WordRuns:
    """The table of words in use, and those that were put aside."""

    def __init__(self, folder: Path) -> None:
        self.table = WordTable()
        self._folder = folder
        self._epochs: list[_Epoch] = []
        self._merged: list[StringRun] = []
        self._aside = 0

    def __len__(self) -> int:
        """Return the number of words of all tables; words of several are counted in each."""
        return len(self.table) + self._aside

    @property
    def is_full(self) -> bool:
        """Whether the table should be put aside."""
        return len(self.table) >= TABLE_WORDS

    def put_aside(self) -> int:
        """Put the table aside and begin a new one; return the number of the epoch that ends."""
        table, self.table = self.table, WordTable()
        self._aside += len(table)
        self._epochs.append(_Epoch(len(table), [self._run(table, np.arange(len(table), dtype=np.uint32))]))
        return len(self._epochs) - 1

    def take(self, forms: StringColumn, code: Unsigned) -> int:
        """Put the form table of a finished segment aside, whose (forms,) codes are the ids; return its epoch."""
        epoch = _Epoch(len(forms) + 1)
        for first in range(0, len(forms), FORMS_TAKEN) or [0]:
            end = min(len(forms), first + FORMS_TAKEN)
            table = WordTable()
            ids = np.zeros(end - first + 1, np.uint32)
            ids[table.entries([forms[i] for i in range(first, end)])] = code[first:end]
            epoch.runs.append(self._run(table, ids))
        self._epochs.append(epoch)
        return len(self._epochs) - 1

    def _run(self, table: WordTable, ids: Unsigned) -> _TableRun:
        """Return the run of a table; `ids` has the id in its epoch of each of the table's words."""
        order, forms = _sorted_run(table.forms, self._folder)
        stem_order, stems = _sorted_run(table.stems, self._folder)
        place = np.empty(len(stem_order), np.uint32)
        place[stem_order] = np.arange(len(stem_order), dtype=np.uint32)
        scored = np.frombuffer(bytes(table.scored), np.uint8).view(np.bool_)
        return _TableRun(forms, stems, place[np.array(table.stem_of, np.uint32)][order], scored[order], ids[order])

    def merged(self) -> Vocabulary:
        """Return the vocabulary of all epochs, once; the table in use must have been put aside."""
        runs = [run for epoch in self._epochs for run in epoch.runs]
        forms, form_maps = merged_run([run.forms for run in runs], self._folder)
        stems, stem_maps = merged_run([run.stems for run in runs], self._folder)
        self._merged += [forms, stems]
        stem_of, scored = np.zeros(len(forms), np.uint32), np.zeros(len(forms), np.bool_)
        for run, form_map, stem_map in zip(runs, form_maps, stem_maps, strict=True):
            stem_of[form_map] = stem_map[run.stem_of]
            scored[form_map] = run.scored
        by_run, maps = iter(form_maps), []
        for epoch in self._epochs:
            ids = np.zeros(epoch.size, np.uint32)
            for run in epoch.runs:
                ids[run.ids] = next(by_run)
            maps.append(ids)
        # What was put aside is no longer needed, but for a single run, which is the vocabulary.
        for run in runs:
            for part in (run.forms, run.stems):
                if part is not forms and part is not stems:
                    part.close()
        self._epochs = []
        return Vocabulary(forms, stems, stem_of, scored, maps)

    def close(self) -> None:
        """Close the files."""
        of_epochs = [run for epoch in self._epochs for table in epoch.runs for run in (table.forms, table.stems)]
        for run in (*of_epochs, *self._merged):
            run.close()


def _sorted_run(texts: Sequence[bytes], folder: Path) -> tuple[Indices, StringRun]:
    """Return the order that sorts different strings, and the run of them in that order."""
    order, run = in_order(texts), StringRun(folder)
    run.extend([texts[i] for i in order.tolist()])
    return order, run
