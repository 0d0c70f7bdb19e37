"""Postings → merged lists and dense rows: what makes many fields and frequent words cheap.

A bare word looks into six fields. The main field's postings stand for themselves; those of the
short fields are merged into one list a term, each linked to the document's place in the main
field's list, so that a ranker adds them where they belong without looking for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Unsigned, compact, narrowest
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, bytes_of, joined, offsets
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.engines.whoosh.codec.forward_index import STEP, ranges
from searchsvc.engines.whoosh.codec.postings import Dictionaries
from searchsvc.engines.whoosh.codec.string_table import is_scored, split_suffix

#: A term in more than one of so many documents gets a dense row: then the row is the shorter form.
DENSE = 8
MERGED_KEY_BITS = 64
#: Largest count in a dense row.
ROW_TOP = 255
#: Segments of fewer documents do without rows: their lists are as short.
ROWS_FROM = 8

_Long = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PostingLists:
    """Postings of one field: first posting of every term, documents, counts."""

    poff: _Long
    doc: Unsigned
    tf: Unsigned


@dataclass(frozen=True, slots=True)
class _Part:
    """Merged postings of a range of terms."""

    count: _Long
    key: npt.NDArray[np.uint32]
    tf: Unsigned
    link: _Long
    left_count: _Long
    left: npt.NDArray[np.uint32]


def write_merged_postings(
    out: ContainerWriter, main: PostingLists, merged: Sequence[PostingLists], documents: int
) -> None:
    """Write the merged lists."""
    work = main.poff + np.sum([lists.poff for lists in merged], axis=0)
    tf_bits = max(int(lists.tf.max(initial=1)).bit_length() for lists in merged)
    doc_bits = max(1, (documents - 1).bit_length())
    term_bits = MERGED_KEY_BITS - FIELD_BITS - tf_bits - doc_bits
    parts = [
        _merged_part(main, merged, (start, min(high, start + (1 << term_bits))), (doc_bits, tf_bits))
        for low, high in ranges(work, STEP)
        for start in range(low, high, 1 << term_bits)
    ]
    empty = np.zeros(len(main.poff) - 1, np.int64)
    out.add("side.poff", offsets(joined([part.count for part in parts]) if parts else empty))
    out.add("side.loff", offsets(joined([part.left_count for part in parts]) if parts else empty))
    out.add("side.key", joined([part.key for part in parts]).astype(narrowest((documents << FIELD_BITS) - 1)))
    out.add("side.tf", joined([part.tf for part in parts]))
    out.add("side.link", compact(joined([part.link for part in parts])))
    out.add("side.left", joined([part.left for part in parts]).astype(narrowest(documents - 1)))


def _merged_part(
    main: PostingLists, merged: Sequence[PostingLists], terms: tuple[int, int], bits: tuple[int, int]
) -> _Part:
    """Merge the short fields' postings of a range of terms, ordered by term, document and field."""
    (low, high), (doc_bits, tf_bits) = terms, bits
    keys = joined([_merged_keys(lists, low, high, doc_bits, (field, tf_bits)) for field, lists in enumerate(merged)])
    keys.sort()
    pair = keys >> np.uint64(tf_bits + FIELD_BITS)
    again = np.zeros(len(pair), np.bool_)
    again[1:] = pair[1:] == pair[:-1]
    of_term = (pair >> np.uint64(doc_bits)).astype(np.int64)
    mine = _merged_keys(main, low, high, doc_bits, None)
    at = np.searchsorted(mine, pair)
    missing = np.ones(len(pair), np.bool_)
    inside = np.flatnonzero(at < len(mine))
    missing[inside] = mine[at[inside]] != pair[inside]
    new = missing & ~again
    left_count = np.bincount(of_term[new], minlength=high - low)
    main_first, main_end = main.poff[low:high] - main.poff[low], main.poff[low + 1 : high + 1] - main.poff[low]
    link = at - main_first[of_term]
    nth = np.cumsum(new) - 1 - (np.cumsum(left_count) - left_count)[of_term]
    link[missing] = (nth + (main_end - main_first)[of_term])[missing]
    place = ((keys >> np.uint64(tf_bits)) & np.uint64((1 << doc_bits + FIELD_BITS) - 1)).astype(np.uint32)
    return _Part(
        np.bincount(of_term, minlength=high - low),
        place,
        compact(keys & np.uint64((1 << tf_bits) - 1)),
        link,
        left_count,
        place[new] >> np.uint32(FIELD_BITS),
    )


def _merged_keys(
    lists: PostingLists, low: int, high: int, doc_bits: int, field: tuple[int, int] | None
) -> npt.NDArray[np.uint64]:
    """Return term and document of a range of terms' postings as one integer each; with field and count if asked."""
    first, end = int(lists.poff[low]), int(lists.poff[high])
    key = np.repeat(np.arange(high - low, dtype=np.uint64), np.diff(lists.poff[low : high + 1]))
    key <<= np.uint64(doc_bits)
    key |= lists.doc[first:end]
    if field is not None:
        number, tf_bits = field
        key <<= np.uint64(FIELD_BITS)
        key |= np.uint64(number)
        key <<= np.uint64(tf_bits)
        key |= lists.tf[first:end]
    return key


def write_dense(out: ContainerWriter, main: PostingLists, dictionaries: Dictionaries, documents: int) -> None:
    """Write the dense rows of the main field's frequent terms."""
    frequent = np.flatnonzero(np.diff(main.poff) * DENSE > documents).tolist() if documents >= ROWS_FROM else []
    often = [i for i in frequent if is_scored(*split_suffix(dictionaries.terms[i]))]

    def rows() -> Iterator[bytes | memoryview]:
        for term in often:
            first, end = int(main.poff[term]), int(main.poff[term + 1])
            row = np.zeros(documents, np.uint8)
            row[main.doc[first:end]] = np.minimum(main.tf[first:end], ROW_TOP)
            yield bytes_of(row)

    out.add_chunks("dense.rows", np.dtype(np.uint8), rows())
    out.add("dense.term", compact(often))
