"""Segment arrays → Whoosh's codec interface, through which Whoosh's own readers and searchers read the index.

The engine does not load this module. It serves tests, which compare the engine's answers with Whoosh's, and other
programs that use Whoosh: `open_in_whoosh`.
"""

# ruff: noqa: D102, FBT001, FBT002 - the methods are Whoosh's, and documented there

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.analysis.acore import Token
from whoosh.analysis.analyzers import Analyzer
from whoosh.codec import base
from whoosh.fields import ID, TEXT, Schema
from whoosh.index import FileIndex, open_dir

from searchsvc.analysis import stem, tokenize
from searchsvc.engines.whoosh.codec.commit import SegmentInfo, parse_commit
from searchsvc.engines.whoosh.codec.field_arrays import Lengths
from searchsvc.engines.whoosh.codec.schema import DOCUMENT_TYPES, ID_FIELD, VERSION
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.snapshot import segment_path
from searchsvc.engines.whoosh.codec.whoosh_api import INDEX_NAME, LENGTHS, TOC_VERSION, byte_to_length, toc_loaders
from searchsvc.engines.whoosh.codec.whoosh_postings import ArrayTermsReader, LengthBytes


class WordAnalyzer(Analyzer):
    """Text → Whoosh's tokens: `analysis.tokenize` and English stems; a newline takes one position."""

    def __call__(
        self,
        value: str,
        positions: bool = False,  # Whoosh's arguments
        chars: bool = False,  # Whoosh's arguments
        start_pos: int = 0,
        start_char: int = 0,
        **_: Any,
    ) -> Iterator[Token]:
        """Yield one token object again and again, with the values of each word, as Whoosh's analyzers do."""
        token, place, at = Token(positions, chars), start_pos, 0
        for word in tokenize(value):
            place += value.count("\n", at, word.start)
            token.text, token.boost, token.stopped = stem(word.text), 1.0, False
            if positions:
                token.pos = place
            if chars:
                token.startchar, token.endchar = start_char + word.start, start_char + word.end
            place, at = place + 1, word.end
            yield token


def make_schema() -> Schema:
    """Return Whoosh's schema of the index: all fields are indexed, `id` is stored and unique."""
    fields: dict[str, Any] = {ID_FIELD: ID(stored=True, unique=True)}
    for document_type in DOCUMENT_TYPES.values():
        fields.update({key: ID() for key in document_type.keys if key != ID_FIELD})
        fields.update({text: TEXT(analyzer=WordAnalyzer()) for text in document_type.texts})
    return Schema(**fields)


_SCALE = np.array(LENGTHS)


def length_bytes(lengths: Lengths) -> LengthBytes:
    """Return lengths as indices of Whoosh's scale, rounded up; the longest for what is beyond it."""
    return np.minimum(np.searchsorted(_SCALE, lengths, "left"), len(LENGTHS) - 1).astype(np.uint8)


class ArrayCodec(base.Codec):
    """Whoosh's codec for the files; it reads, and raises NotImplementedError where Whoosh would write."""

    def per_document_writer(self, storage: Any, segment: Any) -> Any:
        raise NotImplementedError(_READ_ONLY)

    def field_writer(self, storage: Any, segment: Any) -> Any:
        raise NotImplementedError(_READ_ONLY)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> Any:
        raise NotImplementedError(_READ_ONLY)

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None) -> Any:
        raise NotImplementedError(_READ_ONLY)

    def new_segment(self, storage: Any, indexname: str) -> Any:
        raise NotImplementedError(_READ_ONLY)

    def terms_reader(self, storage: Any, segment: "ArraySegment") -> ArrayTermsReader:
        return ArrayTermsReader(segment.arrays(storage), length_bytes)

    def per_document_reader(self, storage: Any, segment: "ArraySegment") -> "ArrayDocumentReader":
        return ArrayDocumentReader(segment, segment.arrays(storage))


_READ_ONLY = "this index is written by searchsvc's IndexWriter only"


class ArraySegment(base.Segment):
    """Whoosh's view of one segment of the table of contents."""

    def __init__(self, entry: SegmentInfo) -> None:
        super().__init__(INDEX_NAME)  # type: ignore[no-untyped-call]  # Whoosh is untyped in part
        self.segid = entry.id
        self._entry = entry
        alive = entry.alive()
        self._deleted: set[int] = set() if alive is None else set(np.flatnonzero(~alive).tolist())

    def arrays(self, storage: Any) -> SegmentArrays:
        """Map the segment's file."""
        return SegmentArrays(segment_path(Path(storage.folder), self.segid))

    def codec(self) -> ArrayCodec:
        return ArrayCodec()

    def should_assemble(self) -> bool:
        return False

    def doc_count_all(self) -> int:
        return self._entry.documents

    def deleted_count(self) -> int:
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        return iter(self._deleted)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        raise NotImplementedError(_READ_ONLY)

    def set_doc_count(self, doccount: int) -> None:
        raise NotImplementedError(_READ_ONLY)


class ArrayDocumentReader(base.PerDocumentReader):
    """Whoosh's reader of single documents: deletions, lengths of fields, the stored id."""

    def __init__(self, segment: ArraySegment, arrays: SegmentArrays) -> None:
        self._segment, self._arrays = segment, arrays
        self._lengths: dict[str, memoryview] = {}

    def doc_count_all(self) -> int:
        return int(self._segment.doc_count_all())

    def doc_count(self) -> int:
        return self.doc_count_all() - self._segment.deleted_count()

    def has_deletions(self) -> bool:
        return bool(self._segment.deleted_count())

    def is_deleted(self, docnum: int) -> bool:
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        return self._segment.deleted_docs()

    def _length(self, fieldname: str) -> Lengths:
        field = self._arrays.fields.get(fieldname)
        return np.zeros(1, np.uint8) if field is None else field.length

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        if fieldname not in self._arrays.fields:
            return default
        view = self._lengths.get(fieldname)
        if view is None:
            view = self._lengths[fieldname] = length_bytes(self._length(fieldname)).data
        return int(byte_to_length(view[docnum])) or default

    def field_length(self, fieldname: str) -> int:
        return int(self._length(fieldname).sum(dtype=np.int64))

    def min_field_length(self, fieldname: str) -> int:
        return int(byte_to_length(int(length_bytes(self._length(fieldname)).min())))

    def max_field_length(self, fieldname: str) -> int:
        return int(byte_to_length(int(length_bytes(self._length(fieldname)).max())))

    def stored_fields(self, docnum: int) -> dict[str, str]:
        return {ID_FIELD: self._arrays.id(docnum)}


def _load(stream: Any, generation: int, schema: Schema | None, _version: int) -> tuple[Schema, list[ArraySegment]]:
    """Return schema and segments, but for older versions, to Whoosh's loader, whose arguments these are."""
    stream.seek(0)
    contents = parse_commit(stream.read(), generation, "the table of contents")
    return schema or make_schema(), [
        ArraySegment(entry) for entry in contents.segments if entry.document_type != VERSION.name
    ]


def open_in_whoosh(folder: Path) -> FileIndex:
    """Return the index in the folder of a generation as Whoosh's `FileIndex`."""
    toc_loaders[TOC_VERSION] = _load
    return open_dir(str(folder))
