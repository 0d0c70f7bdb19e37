"""Values of documents → arrays by document (Lucene's doc values): facets, months, keys, passages."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import accumulate, islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchsvc.analysis.keys import value_key
from searchsvc.engines.ranking_rules import passages
from searchsvc.engines.whoosh.codec.container import Indices, Mask, compact
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, cumulated, joined, offsets, write_strings
from searchsvc.engines.whoosh.codec.field_arrays import GRID, NO_DAY, Days, FacetColumn, Offsets, PassageArrays
from searchsvc.engines.whoosh.codec.forward_index import TextStream, counted
from searchsvc.engines.whoosh.codec.integer_column import IntegerColumn
from searchsvc.engines.whoosh.codec.schema import ARTICLE, BESIDE, FieldedDocument
from searchsvc.engines.whoosh.codec.word_ids import GAP, WordIds
from searchsvc.engines.whoosh.codec.word_runs import StringRun, joined_together
from searchsvc.model.fields import BODY, LEAD, TextField


def steps(first: Offsets) -> npt.NDArray[np.uint32]:
    """Return (n,) the length of each of the n stretches that (n + 1,) offsets cut."""
    return (first[1:] - first[:-1]).astype(np.uint32)


class FacetBuilder:
    """Gathers the values of one facet, document after document, and writes its column."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._values, self._counts = IntegerColumn(), IntegerColumn()

    def add(self, documents: Sequence[Sequence[str]]) -> None:
        """Append documents, given their values; empty and repeated ones are left out."""
        ordinals, counts, numbers = list[int](), list[int](), self._numbers
        for values in documents:
            before = len(ordinals)
            for value in values if len(values) <= 1 else dict.fromkeys(values):
                if value:
                    ordinals.append(numbers.setdefault(value, len(numbers)))
            counts.append(len(ordinals) - before)
        self._values.extend(ordinals)
        self._counts.extend(counts)

    def take(self, column: FacetColumn, alive: Mask | None) -> None:
        """Append the living documents of a finished segment; `alive` None: all of them."""
        known = [value.decode("utf-8", "surrogatepass") for value in column.values.all()]
        number = np.array([self._numbers.setdefault(value, len(self._numbers)) if value else 0 for value in known])
        if column.first is None:
            counts, ordinal = (column.ordinal > 0).astype(np.uint32), column.ordinal[column.ordinal > 0]
        else:
            counts, ordinal = steps(column.first), column.ordinal
        if alive is not None:
            ordinal, counts = ordinal[np.repeat(alive, counts)], counts[alive]
        self._values.extend_from(number[ordinal])
        self._counts.extend_from(counts)

    def write(self, out: ContainerWriter, name: str, *, keyed: bool) -> None:
        """Write the column, with its values' keys or without; values that no document has any more are dropped."""
        values, counts = self._values.values(), self._counts.values()
        texts = list(self._numbers)
        used = sorted(np.unique(values).tolist(), key=lambda i: texts[i].encode("utf-8", "surrogatepass"))
        place = np.zeros(len(texts) + 1, np.uint32)
        place[used] = np.arange(1, len(used) + 1)
        ordinal = place[values]
        strings = [b"", *(texts[i].encode("utf-8", "surrogatepass") for i in used)]
        write_strings(out, f"facet.{name}.values", strings)
        if keyed:
            write_keys(out, name, [texts[i] for i in used])
        if int(counts.max(initial=0)) <= 1:
            single = np.zeros(len(counts), np.uint32)
            single[counts == 1] = ordinal
            out.add(f"facet.{name}.ordinal", compact(single))
        else:
            out.add(f"facet.{name}.ordinal", compact(ordinal))
            out.add(f"facet.{name}.first", offsets(counts))


def write_keys(out: ContainerWriter, name: str, values: Iterable[str]) -> None:
    """Write the keys of a facet's values, which all spellings of one value share; `values` as the column has them."""
    keys = [b"", *(value_key(value).encode("utf-8", "surrogatepass") for value in values)]
    distinct = sorted(set(keys))
    number_of = {key: number for number, key in enumerate(distinct)}
    write_strings(out, f"facet.{name}.keys", distinct)
    out.add(f"facet.{name}.key", compact(np.array([number_of[key] for key in keys], np.uint32)))


def months(days: Days) -> list[tuple[str, ...]]:
    """Return by document the values of the month facet: `2009-07` for a day of that month, none for NO_DAY."""
    names = np.datetime_as_string(days.astype("M8[D]"), unit="M").tolist() if len(days) else []
    return [() if day == NO_DAY else (str(name),) for name, day in zip(names, days.tolist(), strict=True)]


#: Documents whose values of a key are sorted in memory at a time.
SORTED_TOGETHER = 1 << 14


def write_key(out: ContainerWriter, name: str, values: Iterable[Sequence[bytes]]) -> None:
    """Write a key field: the different values in byte order, and for each the documents that have it, ascending."""
    runs: list[tuple[StringRun, IntegerColumn]] = []
    waiting: list[tuple[bytes, int]] = []
    for doc, several in enumerate(values):
        waiting.extend((value, doc) for value in several)
        if len(waiting) >= SORTED_TOGETHER:
            runs.append(_sorted_run(waiting, out.path.parent))
            waiting = []
    waiting.sort()
    sizes, first, docs = IntegerColumn(), IntegerColumn(), IntegerColumn()

    def terms() -> Iterator[bytes]:
        last: bytes | None = None
        for value, doc in merge(*[zip(*run, strict=True) for run in runs], waiting):
            if value != last:
                first.append(len(docs))
                sizes.append(len(value))
                yield value
                last = value
            docs.append(doc)

    out.add_chunks(f"{name}.terms.blob", np.dtype(np.uint8), joined_together(terms()))
    out.add(f"{name}.terms.off", offsets(sizes.values()))
    first.append(len(docs))
    out.add(f"{name}.poff", first.values())
    out.add(f"{name}.doc", docs.values())
    for run, _ in runs:
        run.close()


def _sorted_run(values: list[tuple[bytes, int]], folder: Path) -> tuple[StringRun, IntegerColumn]:
    """Return values in byte order, equal ones by document, and their documents."""
    values.sort()
    run = StringRun(folder)
    run.extend([value for value, _ in values])
    docs = IntegerColumn()
    docs.extend(doc for _, doc in values)
    return run, docs


class KeyBuilder:
    """Gathers the values of every document in one key field; they are in a file once they are many."""

    def __init__(self, folder: Path) -> None:
        self._values, self._counts = StringRun(folder), IntegerColumn()

    def extend(self, documents: Iterable[Sequence[bytes]]) -> None:
        """Append the next documents, given their values, each once."""
        for values in documents:
            self._counts.append(len(values))
            self._values.extend(values)

    def write(self, out: ContainerWriter, name: str) -> None:
        """Write the field as `write_key` does."""
        texts = iter(self._values)
        write_key(out, name, (tuple(islice(texts, count)) for count in self._counts))

    def close(self) -> None:
        """Close the file."""
        self._values.close()


#: Fields that hold the words of an article's blocks, and their numbers among the texts of an article.
BLOCK_FIELDS: tuple[TextField, ...] = (BODY, LEAD, *dict.fromkeys(BESIDE.values()))
_NUMBERS = tuple(map(ARTICLE.texts.index, BLOCK_FIELDS))


class PassageBuilder:
    """Cuts articles into passages; gathers for each its first block and first slot, counted within the article."""

    def __init__(self) -> None:
        self._starts, self._blocks, self._counts = IntegerColumn(), IntegerColumn(), IntegerColumn()

    def add(self, records: Sequence[FieldedDocument], ids: Sequence[WordIds], counts: Sequence[Indices]) -> None:
        """Append articles; one without blocks gets one passage, of its whole body.

        Args:
            records: The articles.
            ids: For each text field, (slots,) the word ids of all articles, end to end.
            counts: For each text field, (records,) how many of these each article has.

        """
        paragraphs = [_paragraph_sizes(ids[field], counts[field]) for field in _NUMBERS]
        for record, sizes in zip(records, zip(*paragraphs, strict=True), strict=True):
            slots = [0, *accumulate(size + 1 for size in sizes[0])]
            firsts = [passage.first for passage in passages(record.blocks, _block_sizes(record, sizes))] or [0]
            self._blocks.extend(firsts)
            # A passage without body text has no slots: it starts where the next one does, or where the article ends.
            self._starts.extend(
                [slots[min(bisect_left(record.main_blocks, first), len(slots) - 1)] for first in firsts]
            )
            self._counts.append(len(firsts))

    def take(self, passages: PassageArrays, base: Offsets, alive: Mask | None) -> None:
        """Append the living articles of a finished segment; `base` are the offsets of their slots in the main field.

        Raises:
            ValueError: The first slot of an article is not that of its first passage.

        """
        counts = steps(passages.first)
        if not np.array_equal(passages.start[passages.first], base):
            raise ValueError("passages do not begin with their articles")
        starts = passages.start[:-1].astype(np.int64) - np.repeat(base[:-1].astype(np.int64), counts)
        blocks = passages.block
        if alive is not None:
            kept = np.repeat(alive, counts)
            starts, blocks, counts = starts[kept], blocks[kept], counts[alive]
        for column, values in ((self._starts, starts), (self._blocks, blocks), (self._counts, counts)):
            column.extend_from(values)

    def write(self, out: ContainerWriter, main: TextStream, scored: Mask) -> None:
        """Write the passages: `passage.*` of FORMAT.md; `scored` says which word ids count in a length."""
        counts = self._counts.values()
        first = cumulated(counts)
        start = np.append(self._starts.values() + np.repeat(main.base[:-1], counts), main.slots)
        lengths = [
            counted(scored[main.read(a, b)], start[first[a] : first[b] + 1] - main.base[a]) for a, b in main.documents()
        ]
        out.add("passage.first", compact(first))
        out.add("passage.start", compact(start))
        out.add("passage.block", self._blocks.values())
        out.add("passage.length", compact(joined(lengths)))
        grid = np.searchsorted(start, np.arange(0, main.slots // GRID + 2) * GRID, "right") - 1
        out.add("passage.grid", compact(np.minimum(grid, max(0, len(start) - 2))))


def _paragraph_sizes(ids: WordIds, counts: Indices) -> list[list[int]]:
    """Return for each text the number of words of each of its paragraphs; `ids` and `counts` as `WordTable.read`."""
    gaps = (ids == GAP).nonzero()[0]
    sizes = (np.diff(gaps, prepend=-1) - 1).tolist()
    return [sizes[first:end] for first, end in pairwise([0, *np.searchsorted(gaps, np.cumsum(counts)).tolist()])]


def _block_sizes(record: FieldedDocument, sizes: Sequence[Sequence[int]]) -> list[int]:
    """Return the number of words of each block: those of its paragraph, or of the lead, which is no part of the body.

    Args:
        record: The article.
        sizes: For each of BLOCK_FIELDS, the number of words of each paragraph.

    """
    body, lead, *others = sizes
    by_field = dict(zip(BLOCK_FIELDS[2:], map(iter, others), strict=True))
    of_kind = {kind: by_field[name] for kind, name in BESIDE.items()}
    in_body, of_body, of_lead = frozenset(record.main_blocks), iter(body), iter([sum(lead)])
    places = [
        of_kind.get(block.kind) or (of_body if i in in_body else of_lead) for i, block in enumerate(record.blocks)
    ]
    # A field without text has no paragraph: its blocks, which are empty, have 0 words.
    return [next(place, 0) for place in places]
