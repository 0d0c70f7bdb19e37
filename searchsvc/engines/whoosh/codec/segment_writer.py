"""Fielded documents and finished segments → one new segment file, stored texts included."""

from array import array
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import zstandard

from searchsvc.engines.whoosh.codec.container import Mask, compact
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, joined, write_strings
from searchsvc.engines.whoosh.codec.doc_values_writer import FacetBuilder, PassageBuilder, months, write_key
from searchsvc.engines.whoosh.codec.field_arrays import FieldPostings
from searchsvc.engines.whoosh.codec.forward_index import STEP, Spool, TextStream, ranges, write_stream
from searchsvc.engines.whoosh.codec.postings import (
    PostingLists,
    write_dense,
    write_dictionaries,
    write_merged_postings,
    write_postings,
)
from searchsvc.engines.whoosh.codec.schema import ARTICLE, COLUMNS, DocumentType, FieldedDocument
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.stored_fields import DICTIONARY, LEVEL, PER_ARTICLE, StoredFields
from searchsvc.engines.whoosh.codec.word_ids import Ids, Indices, WordTable
from searchsvc.model.fields import FACETS

#: A dictionary is trained once a segment has so many messages, on one of every TRAIN_EVERY.
TRAIN_AT, TRAIN_EVERY = 8000, 7
DICTIONARY_BYTES = 112_640
#: Messages compressed together, while the compressor is in the processor's cache.
COMPRESSED_TOGETHER = 128


class StoredFieldsBuilder:
    """Gathers stored messages; the first ones wait until there are enough to train a dictionary."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder, np.uint8)
        self._sizes = array("I")
        self._waiting: list[bytes] = []
        self._dictionary = b""
        self._compressor: zstandard.ZstdCompressor | None = None

    def add(self, messages: Sequence[bytes]) -> None:
        """Add messages."""
        self._waiting.extend(messages)
        if self._compressor is None and len(self._waiting) >= TRAIN_AT:
            samples: list[bytes | bytearray | memoryview] = [*self._waiting[::TRAIN_EVERY]]
            self._start(zstandard.train_dictionary(DICTIONARY_BYTES, samples).as_bytes())
        elif self._compressor is not None and len(self._waiting) >= COMPRESSED_TOGETHER:
            self._compress(self._compressor)

    def take(self, frames: StoredFields, alive: Mask | None, *, keep_dictionary: bool = True) -> None:
        """Add the messages of a finished segment; unopened where the dictionary is the same.

        A dictionary is made of stretches of the texts it was trained on: where one of these has to go, so has it.
        """
        if keep_dictionary and frames.dictionary and self._compressor is None:
            self._start(frames.dictionary)
        same = keep_dictionary and self._compressor is not None and frames.dictionary == self._dictionary
        if same and self._compressor is not None:
            self._compress(self._compressor)  # in order: frames taken as they are do not wait
        count = (len(frames.offsets) - 1) // PER_ARTICLE
        for doc in range(count) if alive is None else np.flatnonzero(alive).tolist():
            numbers = range(PER_ARTICLE * doc, PER_ARTICLE * (doc + 1))
            if same:
                for frame in numbers:
                    self._add_frame(frames.packed(frame))
            else:
                self.add([frames.raw(frame) for frame in numbers])

    def write(self, out: ContainerWriter) -> None:
        """Write frames, their offsets and the dictionary."""
        if self._compressor is None:
            self._start(b"")
        else:
            self._compress(self._compressor)
        out.add_chunks("stored.frames", np.dtype(np.uint8), self._spool.chunks())
        out.add("stored.off", compact(np.concatenate([[0], np.cumsum(np.array(self._sizes, np.int64))])))
        out.add_bytes(DICTIONARY, self._dictionary)

    def close(self) -> None:
        """Let go of the file."""
        self._spool.close()

    def _start(self, dictionary: bytes) -> None:
        """Settle the dictionary and compress what waits."""
        self._dictionary = dictionary
        given = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        if given is not None:
            given.precompute_compress(level=LEVEL)
        self._compressor = zstandard.ZstdCompressor(
            level=LEVEL, write_checksum=True, write_dict_id=False, dict_data=given
        )
        self._compress(self._compressor)

    def _compress(self, compressor: zstandard.ZstdCompressor) -> None:
        """Compress what waits."""
        for message in self._waiting:
            self._add_frame(compressor.compress(message))
        self._waiting = []

    def _add_frame(self, frame: bytes) -> None:
        self._spool.append(frame)
        self._sizes.append(len(frame))


#: Documents analysed together: enough for numpy to be fast. Texts of so many characters do not wait for more.
ANALYSED_TOGETHER = 128
MOST_WAITING = 1 << 22


def _read(words: WordTable, records: Sequence[FieldedDocument]) -> tuple[Ids, Indices]:
    """Return the word ids of all texts of some records, field by field, and how many each text has, a row a field."""
    counts = np.zeros((len(records[0].texts), len(records)), np.intp)
    by_language: dict[str | None, list[tuple[int, int]]] = {}
    for field in range(len(counts)):
        for number, record in enumerate(records):
            if record.texts[field]:
                by_language.setdefault(record.language, []).append((field, number))
    found: list[Ids] = []
    for language, places in by_language.items():
        texts = [records[number].texts[field] for field, number in places]
        ids, sizes = words.read(texts, language)
        counts[tuple(np.transpose(places))] = sizes
        found.append(ids)
    if len(found) > 1:
        cuts = [np.cumsum([counts[place] for place in places])[:-1] for places in by_language.values()]
        pieces = [piece for ids, here in zip(found, cuts, strict=True) for piece in np.split(ids, here)]
        order = sorted(zip(chain.from_iterable(by_language.values()), range(len(pieces)), strict=True))
        found = [pieces[i] for _, i in order]
    return joined(found).astype(np.uint32, copy=False), counts


def _take_stream(stream: TextStream, field: FieldPostings, ids: npt.NDArray[np.uint32], alive: Mask | None) -> None:
    """Add the texts of a field of a finished segment; `ids` are the word ids of its codes."""
    base = field.base.astype(np.int64)
    for first, end in ranges(base, STEP):
        codes = field.fwd[base[first] : base[end]].astype(np.uint32)
        far = slice(*np.searchsorted(field.xpos, (base[first], base[end])).tolist())
        codes[field.xpos[far] - base[first]] = field.xid[far]
        counts = np.diff(base[first : end + 1])
        if alive is None:
            stream.add(ids[codes], counts)
        else:
            stream.add(ids[codes][np.repeat(alive[first:end], counts)], counts[alive[first:end]])


def _values(old: SegmentArrays, name: str) -> list[bytes | None]:
    """Return the value of a key field for every document."""
    key = old.keys[name]
    values: list[bytes | None] = [None] * old.count
    for text, first, end in zip(key.terms.all(), key.poff[:-1].tolist(), key.poff[1:].tolist(), strict=True):
        for doc in key.doc[first:end].tolist():
            values[doc] = text
    return values


def _lists(out: ContainerWriter, name: str) -> PostingLists:
    """Return the postings of a field that was written."""
    return PostingLists(out.view(f"{name}.poff").astype(np.int64), out.view(f"{name}.doc"), out.view(f"{name}.tf"))


class SegmentBuilder:
    """Gathers documents of one type and writes their segment."""

    def __init__(self, document_type: DocumentType, words: WordTable, folder: Path) -> None:
        self.document_type, self.count = document_type, 0
        #: Whether stored texts go on being compressed with the dictionary of the segment they come from.
        self.keeps_dictionary = True
        self._waiting: list[FieldedDocument] = []
        self._characters = 0
        self._words, self._folder = words, folder
        self._streams = [TextStream(folder) for _ in document_type.texts]
        self._keys: list[list[bytes | None]] = [[] for _ in document_type.keys]
        self._ids: list[bytes] = []
        self._dates = array("q")
        self._facets = [FacetBuilder() for _ in FACETS]
        self._passages, self._frames = PassageBuilder(), StoredFieldsBuilder(folder)

    @property
    def slots(self) -> int:
        """Slots of the main field so far, but for a few documents that wait."""
        return self._streams[0].slots

    def add(self, record: FieldedDocument) -> int:
        """Add a document; return its number."""
        self._waiting.append(record)
        self._characters += sum(map(len, record.texts))
        if len(self._waiting) >= ANALYSED_TOGETHER or self._characters > MOST_WAITING:
            self._analyse()
        self.count += 1
        return self.count - 1

    def _analyse(self) -> None:
        """Turn the texts of the waiting documents into ids, and keep the rest of them."""
        records, self._waiting, self._characters = self._waiting, [], 0
        if not records:
            return
        ids, counts = _read(self._words, records)
        ends = np.cumsum(counts.sum(axis=1)).tolist()
        by_field = [ids[first:end] for first, end in pairwise([0, *ends])]
        for stream, found, sizes in zip(self._streams, by_field, counts, strict=True):
            stream.add(found, sizes)
        if self.document_type is ARTICLE:
            self._passages.add(records, by_field, list(counts))
        for facet, values in zip(self._facets, zip(*[record.facets for record in records], strict=True), strict=True):
            facet.add(values)
        for key, given in zip(self._keys, zip(*[record.keys for record in records], strict=True), strict=True):
            key.extend(None if value is None else value.encode("utf-8", "surrogatepass") for value in given)
        for record in records:
            self._frames.add(record.frames)
        self._ids.extend(record.id.encode("utf-8", "surrogatepass") for record in records)
        self._dates.extend(record.dated for record in records)

    def take(self, old: SegmentArrays, alive: Mask | None) -> None:
        """Add the documents of a finished segment of the same type, without those that are not alive."""
        self._analyse()
        kept = np.arange(old.count) if alive is None else np.flatnonzero(alive)
        ids = np.zeros(len(old.forms) + 1, np.uint32)
        ids[old.forms.code] = self._words.entries(old.forms.all())
        for stream, name in zip(self._streams, self.document_type.texts, strict=True):
            _take_stream(stream, old.fields[name], ids, alive)
        for key, name in zip(self._keys, self.document_type.keys, strict=True):
            values = _values(old, name)
            key.extend(values[i] for i in kept.tolist())
        for facet, name in zip(self._facets, COLUMNS, strict=False):
            facet.take(old.facets[name], alive)
        names = old.ids.all()
        self._ids.extend(names[i] for i in kept.tolist())
        self._dates.frombytes(old.dates[kept].tobytes())
        if old.stored_fields is not None:
            self._frames.take(old.stored_fields, alive, keep_dictionary=self.keeps_dictionary)
            self._passages.take(old.passages, old.main.base, alive)
        self.count += len(kept)

    def finish(self, path: Path) -> None:
        """Write the segment and make it durable; the builder is not used after this.

        Raises:
            OSError: It cannot be written; nothing is left of it.

        """
        out = ContainerWriter(path)
        try:
            self._write(out)
            out.close()
        except BaseException:
            out.abandon()
            raise
        finally:
            self.close()

    def _write(self, out: ContainerWriter) -> None:
        self._analyse()
        document_type, streams = self.document_type, self._streams
        shared = 1 + len(document_type.merged) if document_type is ARTICLE else 0
        dictionaries = write_dictionaries(out, self._words, streams, shared)
        for stream, name in zip(streams, document_type.texts, strict=True):
            write_stream(out, name, stream, dictionaries.code, dictionaries.scored)
            write_postings(out, name, stream, dictionaries, self._folder)
        if document_type is ARTICLE:
            main, *merged = [_lists(out, name) for name in document_type.texts[:shared]]
            write_merged_postings(out, main, merged, self.count)
            write_dense(out, main, dictionaries, self.count)
            self._passages.write(out, streams[0], dictionaries.scored)
            self._frames.write(out)
        self._write_columns(out)
        out.meta.update(family=document_type.name, documents=self.count)

    def _write_columns(self, out: ContainerWriter) -> None:
        write_strings(out, "ids", self._ids)
        for key, name in zip(self._keys, self.document_type.keys, strict=True):
            write_key(out, name, key)
        dates = np.array(self._dates, np.int64)
        out.add("dates", dates)
        month = FacetBuilder()
        month.add(months(dates))
        for facet, name in zip([*self._facets, month], COLUMNS, strict=True):
            facet.write(out, name)

    def close(self) -> None:
        """Let go of the files behind the streams."""
        for stream in self._streams:
            stream.spool.close()
        self._frames.close()
