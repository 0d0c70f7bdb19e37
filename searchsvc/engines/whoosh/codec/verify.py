"""Index folder → what is wrong with it: every checksum, every stored text, every number that points somewhere."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.parts import ESCAPE, FIELD_BITS, Column, Key, TextField
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.errors import CorruptIndexError


def verify(folder: Path) -> list[str]:
    """Read everything; return what is damaged, a line each, nothing if the index is whole.

    Raises:
        EngineError: It cannot be looked at, for a reason that is no damage.

    """
    try:
        snapshot = open_snapshot(folder)
    except CorruptIndexError as error:
        return [str(error)]
    return [line for segment in snapshot.segments for line in _segment(segment.arrays)]


def _segment(arrays: SegmentArrays) -> Iterator[str]:
    """Yield what is wrong with one segment."""
    try:
        arrays.file.verify()
        for part, fault in _faults(arrays):
            yield str(arrays.file.corrupt(part, fault))
        if arrays.frames is not None:
            for doc in range(arrays.count):
                if arrays.article(doc).head.id != arrays.id(doc):
                    yield str(arrays.file.corrupt(f"the stored text of document {doc}", "it is another article's"))
    except CorruptIndexError as error:
        yield str(error)


def _faults(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    """Yield parts whose numbers point outside what they count, though their checksums are right."""
    count = arrays.count
    yield from _strings("terms", arrays.terms.all())
    yield from _strings("forms", arrays.forms.all())
    if not np.array_equal(np.sort(arrays.forms.code), np.arange(1, len(arrays.forms) + 1)):
        yield "forms.code", "it is no numbering"
    yield from _below("forms.of", arrays.forms.of, len(arrays.forms) + 1)
    yield from _ascends("forms.cuts", np.asarray(arrays.forms.cuts))
    for field in arrays.fields.values():
        yield from _field(field, count, len(arrays.forms))
    for name, key in arrays.keys.items():
        yield from _key(name, key, count)
    for name, column in arrays.facets.items():
        yield from _column(name, column)
    yield from _below("dense.term", np.array(list(arrays.dense), np.int64), len(arrays.terms))
    yield from _sides(arrays)
    if arrays.frames is not None:
        passages = arrays.passages
        yield from _ascends("passage.first", passages.first)
        yield from _ascends("passage.start", passages.start)
        yield from _below("passage.grid", passages.grid, len(passages.length))


def _sides(arrays: SegmentArrays) -> Iterator[tuple[str, str]]:
    sides = arrays.sides
    yield from _below("side.left", sides.left, arrays.count)
    yield from _below("side.key", sides.key >> FIELD_BITS, arrays.count)
    yield from _below("side.key", sides.key & ((1 << FIELD_BITS) - 1), len(sides.fields))
    cuts = {"side.poff": sides.poff, "side.loff": sides.loff, f"{arrays.main.name}.poff": arrays.main.poff}
    sizes = {}
    for part, offsets in cuts.items():
        numbers = np.asarray(offsets)
        yield from _ascends(part, numbers)
        sizes[part] = numbers[1:].astype(np.int64) - numbers[:-1]
    mine, *others = sizes.values()
    if (mine >= 0).all() and (sides.link >= np.repeat(sum(others), mine)).any():
        yield "side.link", "it links to no document of its term"


def _field(field: TextField, documents: int, forms: int) -> Iterator[tuple[str, str]]:
    name = field.name
    yield from _below(f"{name}.doc", field.doc, documents)
    for part, cuts in (("poff", field.poff), ("xoff", field.xoff)):
        yield from _ascends(f"{name}.{part}", np.asarray(cuts))
    yield from _ascends(f"{name}.base", field.base)
    yield from _below(f"{name}.xid", field.xid, forms + 1)
    yield from _below(f"{name}.xpos", field.xpos, int(field.base[-1]))
    if int(field.tf.sum(dtype=np.int64)) != len(field.pos):
        yield f"{name}.tf", "its counts are not those of the positions"
    plain = field.fwd[field.fwd != ESCAPE]
    yield from _below(f"{name}.fwd", plain, forms + 1)
    if len(plain) + len(field.xpos) != len(field.fwd):
        yield f"{name}.xpos", "it lacks rare forms"
    else:
        yield from _slots(field)


def _slots(field: TextField) -> Iterator[tuple[str, str]]:
    """Every position must be a slot of its document."""
    sizes = field.base[1:].astype(np.int64) - field.base[:-1]
    if len(field.doc) and int(field.doc.max()) < len(sizes) and int(field.tf.sum(dtype=np.int64)) == len(field.pos):
        outside = field.pos >= np.repeat(sizes[field.doc], field.tf)
        if outside.any():
            yield f"{field.name}.pos", "a position lies outside its document"


def _key(name: str, key: Key, documents: int) -> Iterator[tuple[str, str]]:
    yield from _strings(f"{name}.terms", key.terms.all())
    yield from _ascends(f"{name}.poff", key.poff)
    yield from _below(f"{name}.doc", key.doc, documents)


def _column(name: str, column: Column) -> Iterator[tuple[str, str]]:
    yield from _below(f"facet.{name}.ordinal", column.ordinal, len(column.values))
    if column.first is not None:
        yield from _ascends(f"facet.{name}.first", column.first)


def _strings(part: str, texts: list[bytes]) -> Iterator[tuple[str, str]]:
    if any(a >= b for a, b in pairwise(texts)):
        yield part, "it is not in order"


def _ascends(part: str, numbers: npt.NDArray[Any]) -> Iterator[tuple[str, str]]:
    if (numbers[1:] < numbers[:-1]).any():
        yield part, "it does not ascend"


def _below(part: str, numbers: npt.NDArray[Any], end: int) -> Iterator[tuple[str, str]]:
    if len(numbers) and int(numbers.max()) >= end:
        yield part, f"{int(numbers.max())} where numbers end at {end - 1}"
