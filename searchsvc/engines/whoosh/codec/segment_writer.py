"""Fielded documents, and documents of finished segments, → one new segment file with their stored texts."""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from searchsvc.engines.whoosh.codec.container import Indices, Integers, Mask
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, joined
from searchsvc.engines.whoosh.codec.copy_columns import CopyColumnsBuilder
from searchsvc.engines.whoosh.codec.doc_values_writer import FacetBuilder, KeyBuilder, PassageBuilder, months
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings
from searchsvc.engines.whoosh.codec.forward_index import (
    LongInts,
    TextStream,
    ranges,
    write_dictionaries,
    write_stream,
)
from searchsvc.engines.whoosh.codec.postings import PostingLists, write_dense, write_merged_postings, write_postings
from searchsvc.engines.whoosh.codec.schema import COLUMNS, DocumentType, FieldedDocument
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.spool import STEP, Spool
from searchsvc.engines.whoosh.codec.stored_fields_writer import StoredFieldsBuilder
from searchsvc.engines.whoosh.codec.word_ids import WordIds, WordTable
from searchsvc.engines.whoosh.codec.word_runs import StringRun, Vocabulary, WordRuns
from searchsvc.model.fields import FACETS

#: Documents of a finished segment that are taken together; those that are analysed together, or fewer once their texts
#: have MOST_WAITING characters.
TAKEN_TOGETHER, ANALYSED_TOGETHER, MOST_WAITING = 1 << 14, 128, 1 << 22
#: A document's times (`FieldedDocument.dated`, `day` and `added`): names of their arrays, and dtypes.
TIMES = {"dates": np.int64, "days": np.int32, "added": np.int64}


def _read(words: WordTable, records: Sequence[FieldedDocument]) -> tuple[WordIds, Indices]:
    """Return (slots,) the word ids of all texts, field after field, and (fields, records) how many each text has."""
    counts = np.zeros((len(records[0].texts), len(records)), np.intp)
    by_language: dict[str | None, list[tuple[int, int]]] = {}
    for field in range(len(counts)):
        for number, record in enumerate(records):
            if record.texts[field]:
                by_language.setdefault(record.language, []).append((field, number))
    by_text: list[WordIds] = []
    for language, places in by_language.items():
        texts = [records[number].texts[field] for field, number in places]
        ids, sizes = words.read(texts, language)
        counts[tuple(np.transpose(places))] = sizes
        by_text.append(ids)
    if len(by_text) > 1:
        cuts = [np.cumsum([counts[place] for place in places])[:-1] for places in by_language.values()]
        pieces = [piece for ids, here in zip(by_text, cuts, strict=True) for piece in np.split(ids, here)]
        order = sorted(zip(chain.from_iterable(by_language.values()), range(len(pieces)), strict=True))
        by_text = [pieces[i] for _, i in order]
    return joined(by_text).astype(np.uint32, copy=False), counts


def _take_stream(stream: TextStream, field: FieldPostings, alive: Mask | None) -> None:
    """Append the documents of a field of a finished segment; the ids of their epoch are the segment's codes."""
    base = field.base.astype(np.int64)
    for first, end in ranges(base, STEP):
        codes = field.fwd[base[first] : base[end]].astype(np.uint32)
        rare = slice(*np.searchsorted(field.xpos, (base[first], base[end])).tolist())
        codes[field.xpos[rare] - base[first]] = field.xid[rare]
        counts = np.diff(base[first : end + 1])
        if alive is None:
            stream.add(codes, counts)
        else:
            stream.add(codes[np.repeat(alive[first:end], counts)], counts[alive[first:end]])


def _values(old: SegmentArrays, name: str, kept: Indices) -> Iterator[list[bytes]]:
    """Yield the values of a key field of some documents, given in ascending order."""
    key = old.keys[name]
    cuts: LongInts = np.asarray(key.poff).astype(np.int64)
    order = np.argsort(key.doc, kind="stable")
    numbers = np.repeat(np.arange(len(key.terms), dtype=np.uint32), cuts[1:] - cuts[:-1])[order]
    ends = np.searchsorted(key.doc[order], np.arange(old.count + 1))
    for first in range(0, len(kept), TAKEN_TOGETHER):
        here = kept[first : first + TAKEN_TOGETHER]
        for start, end in zip(ends[here].tolist(), ends[here + 1].tolist(), strict=True):
            yield [key.terms[number] for number in numbers[start:end].tolist()]


def _lists(out: ContainerWriter, name: str) -> PostingLists:
    """Return the postings of a field as they were written to the file before."""
    return PostingLists(out.view(f"{name}.poff"), out.view(f"{name}.doc"), out.view(f"{name}.tf"))


class SegmentBuilder:
    """Gathers documents of one type and writes their segment."""

    def __init__(self, document_type: DocumentType, words: WordRuns, folder: Path) -> None:
        self.document_type, self.count = document_type, 0
        #: Whether `take` may go on using the zstd dictionary of the segment that the texts come from.
        self.keeps_dictionary = True
        self._waiting, self._characters = list[FieldedDocument](), 0
        self._words, self._folder = words, folder
        self._streams = [TextStream(folder) for _ in document_type.texts]
        self._keys = [KeyBuilder(folder) for _ in document_type.keys]
        self._ids = StringRun(folder)
        self._times = {name: Spool(folder, dtype) for name, dtype in TIMES.items()}
        self._facets = [FacetBuilder() for _ in FACETS]
        self._passages, self._copies = PassageBuilder(), CopyColumnsBuilder(document_type, folder)
        self._frames = StoredFieldsBuilder(folder)

    @property
    def slots(self) -> int:
        """Slots of the main field so far, without the documents that are not analysed yet."""
        return self._streams[0].slots

    def add(self, record: FieldedDocument) -> int:
        """Append a document; return its number in the segment."""
        self._waiting.append(record)
        self._characters += sum(map(len, record.texts))
        if len(self._waiting) >= ANALYSED_TOGETHER or self._characters > MOST_WAITING:
            self.analyse()
        self.count += 1
        return self.count - 1

    def analyse(self) -> None:
        """Turn the texts of the waiting documents into word ids of the table in use, and gather their other values."""
        records, self._waiting, self._characters = self._waiting, [], 0
        if not records:
            return
        ids, counts = _read(self._words.table, records)
        by_field = [ids[first:end] for first, end in pairwise([0, *np.cumsum(counts.sum(axis=1)).tolist()])]
        for stream, field_ids, sizes in zip(self._streams, by_field, counts, strict=True):
            stream.add(field_ids, sizes)
        if self.document_type.is_whole:
            self._passages.add(records, by_field, list(counts))
        self._copies.add(self._words.table, by_field, list(counts))
        for facet, values in zip(self._facets, zip(*[record.facets for record in records], strict=True), strict=True):
            facet.add(values)
        for key, given in zip(self._keys, zip(*[record.keys for record in records], strict=True), strict=True):
            key.extend([value.encode("utf-8", "surrogatepass") for value in values] for values in given)
        for record in records:
            self._frames.add(record.frames)
        self._ids.extend(record.id.encode("utf-8", "surrogatepass") for record in records)
        times = zip(*[(record.dated, record.day, record.added) for record in records], strict=True)
        for spool, values in zip(self._times.values(), times, strict=True):
            spool.append(np.array(values, spool.dtype).tobytes())

    def messages(self, doc: int) -> Sequence[bytes]:
        """Return the stored messages of a document that was added, given by its number."""
        analysed = self.count - len(self._waiting)
        return self._frames.messages(doc) if doc < analysed else self._waiting[doc - analysed].frames

    def end_epoch(self, epoch: int) -> None:
        """Say that the slots since the epoch before have ids of this one."""
        for stream in self._streams:
            stream.end_epoch(epoch)

    def take(self, old: SegmentArrays, alive: Mask | None) -> None:
        """Append the living documents of a finished segment of the same type; `alive` None: all of them.

        Nothing may have been added to this builder but by `take`.
        """
        kept = np.arange(old.count) if alive is None else np.flatnonzero(alive)
        for stream, name in zip(self._streams, self.document_type.texts, strict=True):
            _take_stream(stream, old.fields[name], alive)
        self.end_epoch(self._words.take(old.forms, old.forms.code))
        for key, name in zip(self._keys, self.document_type.keys, strict=True):
            key.extend(_values(old, name, kept))
        for facet, name in zip(self._facets, COLUMNS, strict=False):
            facet.take(old.facets[name], alive)
        for first in range(0, len(kept), TAKEN_TOGETHER):
            self._ids.extend(old.ids[i] for i in kept[first : first + TAKEN_TOGETHER].tolist())
        self._copies.take(old.copies, alive)
        columns: tuple[Integers, ...] = (old.dates, old.days, old.added)
        for spool, column in zip(self._times.values(), columns, strict=True):
            spool.append(column[kept].tobytes())
        if old.stored_fields is not None:
            self._frames.take(old.stored_fields, alive, keep_dictionary=self.keeps_dictionary)
            self._passages.take(old.passages, old.main.base, alive)
        self.count += len(kept)

    def finish(self, path: Path, vocabulary: Vocabulary) -> None:
        """Write the segment and sync it to the disk; the builder is not used after this.

        Args:
            path: The file.
            vocabulary: The words of all epochs.

        Raises:
            OSError: It cannot be written; the file was removed.

        """
        out = ContainerWriter(path)
        try:
            self._write(out, vocabulary)
            out.close()
        except BaseException:
            out.abandon()
            raise
        finally:
            self.close()

    def _write(self, out: ContainerWriter, vocabulary: Vocabulary) -> None:
        document_type, streams = self.document_type, self._streams
        for stream in streams:
            stream.translate(vocabulary.maps)
        shared = 1 + len(document_type.merged) if document_type.is_whole else 0
        dictionaries = write_dictionaries(out, vocabulary, streams, shared)
        for stream, name in zip(streams, document_type.texts, strict=True):
            write_stream(out, name, stream, dictionaries.code, dictionaries.scored)
            write_postings(out, name, stream, dictionaries, self._folder)
            stream.rest()
        if document_type.is_whole:
            main, *merged = [_lists(out, name) for name in document_type.texts[:shared]]
            write_merged_postings(out, main, merged, self.count, self._folder)
            write_dense(out, main, self.count)
            self._passages.write(out, streams[0], dictionaries.scored)
            self._frames.write(out)
        self._write_columns(out)
        out.meta.update(family=document_type.name, documents=self.count)

    def _write_columns(self, out: ContainerWriter) -> None:
        self._ids.write(out, "ids")
        for key, name in zip(self._keys, self.document_type.keys, strict=True):
            key.write(out, name)
        for name, spool in self._times.items():
            spool.write(out, name)
        self._copies.write(out)
        month = FacetBuilder()
        for first in range(0, self.count, TAKEN_TOGETHER):
            month.add(months(self._times["days"].read(first, min(self.count, first + TAKEN_TOGETHER))))
        for facet, name in zip([*self._facets, month], COLUMNS, strict=True):
            facet.write(out, name, keyed=facet is not month)

    def close(self) -> None:
        """Close the files behind the streams; the builder is not used after this."""
        for spool in (*[stream.spool for stream in self._streams], *self._times.values()):
            spool.close()
        for key in self._keys:
            key.close()
        self._ids.close()
        self._copies.close()
        self._frames.close()
