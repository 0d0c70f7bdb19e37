"""Index folder → what is wrong with it: checksums, stored texts, and numbers in arrays that are out of bounds."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import ARRAY_ERRORS, Integers
from searchsvc.engines.whoosh.codec.field_arrays import ESCAPE, FIELD_BITS, FacetColumn, FieldPostings, KeyIndex
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.errors import CorruptIndexError


def verify(folder: Path) -> list[str]:
    """Read all files of the last commit; return a line for each damage, nothing if the index is whole.

    Raises:
        EngineError: The index is missing or outdated, or cannot be read for a reason other than damage.

    """
    try:
        snapshot = open_snapshot(folder)
    except CorruptIndexError as error:
        return [str(error)]
    return [line for segment in snapshot.segments for line in _segment(segment.arrays)]


def _segment(arrays: SegmentArrays) -> Iterator[str]:
    """Yield a line for each damage of one segment."""
    try:
        arrays.file.verify()
        for part, fault in faults(arrays):
            yield str(arrays.file.corrupt(part, fault))
        if arrays.stored_fields is not None:
            for doc in range(arrays.count):
                if arrays.article(doc).head.id != arrays.id(doc):
                    yield str(arrays.file.corrupt(f"the stored text of document {doc}", "it is another article's"))
    except CorruptIndexError as error:
        yield str(error)


def faults(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    """Yield the parts whose numbers are out of bounds although their checksums are right, and what is wrong.

    Raises:
        CorruptIndexError: A checksum is wrong, or offsets descend; the rest was not looked at.

    """
    try:
        yield from _faults(arrays)
    except ARRAY_ERRORS as error:
        yield "what it holds", f"it cannot be followed: {error}"


def _faults(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    count = arrays.count
    yield from _strings("terms", arrays.terms.all())
    yield from _strings("forms", arrays.forms.all())
    if not np.array_equal(np.sort(arrays.forms.code), np.arange(1, len(arrays.forms) + 1)):
        yield "forms.code", "it is no numbering"
    for field in arrays.fields.values():
        yield from _field(field, count, len(arrays.forms))
    for name, key in arrays.keys.items():
        yield from _key(name, key)
    for name, column in arrays.facets.items():
        yield from _column(name, column)
    if arrays.document_type.is_whole:
        yield from _articles(arrays)


def _articles(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    yield from _below("forms.of", arrays.forms.of, len(arrays.forms) + 1)
    if int(arrays.forms.cuts[-1]) != len(arrays.forms):
        yield "forms.cuts", "some forms have no stem"
    yield from _below("dense.term", np.array(list(arrays.dense), np.int64), len(arrays.terms))
    if arrays.rows.shape != (len(arrays.dense), len(arrays.dates)):
        yield "dense.rows", "it has not a count for every document"
    yield from _sides(arrays)
    passages = arrays.passages
    if not np.array_equal(passages.start[passages.first], arrays.main.base):
        yield "passage.first", "passages do not begin with their articles"
    if passages.block[passages.first[:-1]].any():
        yield "passage.block", "passages do not begin with the first block"
    yield from _below("passage.grid", passages.grid, len(passages.length))


def _sides(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    merged = arrays.merged
    yield from _below("side.left", merged.left, arrays.count)
    yield from _below("side.key", merged.key >> FIELD_BITS, arrays.count)
    yield from _below("side.key", merged.key & ((1 << FIELD_BITS) - 1), len(arrays.document_type.merged))
    sizes = _sizes(merged.loff) + _sizes(arrays.main.poff)
    if (merged.link >= np.repeat(sizes, _sizes(merged.poff))).any():
        yield "side.link", "it links to no document of its term"


def _sizes(offsets: memoryview) -> npt.NDArray[np.int64]:
    """Return (n,) the lengths of the n stretches that (n + 1,) offsets cut."""
    cuts = np.asarray(offsets).astype(np.int64)
    return cuts[1:] - cuts[:-1]


def _field(field: FieldPostings, documents: int, forms: int) -> Iterator[tuple[str, str]]:
    name = field.name
    yield from _below(f"{name}.doc", field.doc, documents)
    yield from _below(f"{name}.xid", field.xid, forms + 1)
    yield from _below(f"{name}.xpos", field.xpos, int(field.base[-1]))
    if (np.concatenate([[0], field.tf.cumsum(dtype=np.int64)])[np.asarray(field.poff)] != field.xoff).any():
        yield f"{name}.xoff", "its stretches are not those of the postings"
    if (field.length > _sizes(field.base.data)).any():
        yield f"{name}.length", "a document has more words than slots"
    plain = field.fwd[field.fwd != ESCAPE]
    yield from _below(f"{name}.fwd", plain, forms + 1)
    if len(plain) + len(field.xpos) != len(field.fwd):
        yield f"{name}.xpos", "it lacks rare forms"
    else:
        yield from _slots(field)


def _slots(field: FieldPostings) -> Iterator[tuple[str, str]]:
    """Yield a fault if a position is not below the number of slots of its document."""
    sizes = _sizes(field.base.data)
    if len(field.doc) and int(field.doc.max()) < len(sizes):
        outside = field.pos >= np.repeat(sizes[field.doc], field.tf)
        if outside.any():
            yield f"{field.name}.pos", "a position lies outside its document"


def _key(name: str, key: KeyIndex) -> Iterator[tuple[str, str]]:
    yield from _strings(f"{name}.terms", key.terms.all())
    yield from _below(f"{name}.poff", key.poff, len(key.doc) + 1)


def _column(name: str, column: FacetColumn) -> Iterator[tuple[str, str]]:
    yield from _below(f"facet.{name}.ordinal", column.ordinal, len(column.values))
    if column.first is not None:
        yield from _below(f"facet.{name}.first", column.first, len(column.ordinal) + 1)


def _strings(part: str, texts: list[bytes]) -> Iterator[tuple[str, str]]:
    """Yield a fault if strings are not in byte order, each once."""
    if any(a >= b for a, b in pairwise(texts)):
        yield part, "it is not in order"


def _below(part: str, numbers: Integers, end: int) -> Iterator[tuple[str, str]]:
    """Yield a fault if one of the numbers is not below `end`."""
    if len(numbers) and int(numbers.max()) >= end:
        yield part, f"{int(numbers.max())} where numbers end at {end - 1}"
