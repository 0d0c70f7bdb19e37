"""Word ids of a segment's fields → postings, merged postings and dense rows of its terms.

A field is inverted by sorting 64-bit integers that hold term, document and slot, a range of terms at a time. The
postings of the short fields that a bare word looks into are written once more, merged into one list for each term. A
merged posting is linked to the document's place in the main field's list of the term, so that scoring adds it there
without a look-up. Terms that many documents have get a dense row of frequencies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Mask, compact, narrowest
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, bytes_of, cumulated, joined, offsets
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS, ROW_TOP, DocNumbers, Frequencies, Offsets
from searchsvc.engines.whoosh.codec.forward_index import Dictionaries, LongInts, TextStream, ranges
from searchsvc.engines.whoosh.codec.spool import STEP, Spool
from searchsvc.engines.whoosh.codec.string_table import is_scored, split_suffix

#: (n,) term, document and what else the sort goes by, packed into one integer; each function draws its bits.
SortKeys = npt.NDArray[np.uint64]

#: Words that are sorted at a time: 8 bytes each.
SORTED = 1_000_000
#: Bits of a `SortKeys` integer.
KEY_BITS = 64


def write_postings(
    out: ContainerWriter, name: str, stream: TextStream, dictionaries: Dictionaries, folder: Path
) -> None:
    """Write one field's postings: `poff`, `xoff`, `doc`, `tf` and `pos` of FORMAT.md.

    A sort key is, from the highest bit to the lowest:

        | 0 … | term, counted from the first of its range | document: doc_bits | slot in the document: slot_bits |

    `_term_ranges` cuts the terms so that a range's terms fit the bits that document and slot leave. Sorted keys are
    in the order of the postings; equal ones but for the slot are one posting.
    """
    base, terms = stream.base, dictionaries.terms
    widest = int(np.diff(base).max(initial=1))
    docs, slots = len(base) - 1, widest
    doc_bits, slot_bits = max(1, (docs - 1).bit_length()), max(1, (slots - 1).bit_length())
    assert doc_bits + slot_bits < KEY_BITS, "the bits of documents and slots leave none for terms"  # noqa: S101  guards the layout of the keys
    doc_spool, slot_spool = Spool(folder, narrowest(max(0, docs - 1))), Spool(folder, narrowest(slots - 1))
    count_spool, top = Spool(folder), 0
    posting_count, slot_count = np.zeros(terms, np.int64), np.zeros(terms, np.int64)
    for low, high, size in _term_ranges(stream, dictionaries, KEY_BITS - doc_bits - slot_bits):
        keys, filled = np.empty(size, np.uint64), 0
        for part in _keys(stream, dictionaries, (low, high), (doc_bits, slot_bits)):
            keys[filled : filled + len(part)] = part
            filled += len(part)
        keys.sort()
        for part in _whole_postings(keys, slot_bits):
            slot_spool.append(bytes_of((part & np.uint64((1 << slot_bits) - 1)).astype(slot_spool.dtype)))
            pairs = part >> np.uint64(slot_bits)
            first = np.flatnonzero(_changes(pairs))
            tf = np.diff(first, append=len(pairs))
            pairs = pairs[first]
            doc_spool.append(bytes_of((pairs & np.uint64((1 << doc_bits) - 1)).astype(doc_spool.dtype)))
            of_term = (pairs >> np.uint64(doc_bits)).astype(np.int64)
            posting_count[low:high] += np.bincount(of_term, minlength=high - low)
            slot_count[low:high] += np.bincount(of_term, tf, minlength=high - low).astype(np.int64)
            count_spool.append(bytes_of(tf.astype(np.uint32)))
            top = max(top, int(tf.max(initial=0)))
    out.add(f"{name}.poff", offsets(posting_count))
    out.add(f"{name}.xoff", offsets(slot_count))
    doc_spool.write(out, f"{name}.doc")
    slot_spool.write(out, f"{name}.pos")
    count_spool.write(out, f"{name}.tf", narrowest(top))
    for spool in (doc_spool, slot_spool, count_spool):
        spool.close()


def _whole_postings(keys: SortKeys, slot_bits: int) -> Iterator[SortKeys]:
    """Yield sorted keys in order, about STEP at a time, so that no posting is cut: keys of one differ in slots only."""
    first = 0
    while first < len(keys):
        end = min(len(keys), first + STEP)
        after = ((int(keys[end - 1]) >> slot_bits) + 1) << slot_bits
        end = len(keys) if after >> KEY_BITS else int(np.searchsorted(keys, np.uint64(after)))
        yield keys[first:end]
        first = end


def _term_ranges(stream: TextStream, dictionaries: Dictionaries, bits: int) -> Iterator[tuple[int, int, int]]:
    """Yield half-open ranges of terms with their words: about SORTED words, and at most 2 ** bits terms, each."""
    terms = dictionaries.terms
    count = np.zeros(terms + 1, np.int64)
    for first, end in stream.documents():
        place = np.minimum(dictionaries.term[stream.read(first, end)], np.uint32(terms))
        count += np.bincount(place, minlength=terms + 1)
    before = cumulated(count[:terms])
    del count  # 8 bytes a term, while the ranges are sorted
    for low, high in ranges(before, SORTED):
        for start in range(low, high, 1 << bits):
            end = min(high, start + (1 << bits))
            yield start, end, int(before[end] - before[start])


def _keys(
    stream: TextStream, dictionaries: Dictionaries, terms: tuple[int, int], bits: tuple[int, int]
) -> Iterator[SortKeys]:
    """Yield the sort keys of `write_postings` of the words whose term is in a half-open range.

    Args:
        stream: The words.
        dictionaries: Their terms.
        terms: The range.
        bits: Those of a document's number and of a slot's.

    """
    doc_bits, slot_bits = bits
    low, high = np.uint32(terms[0]), np.uint32(terms[1])
    for first, end in stream.documents():
        term = dictionaries.term[stream.read(first, end)]
        starts = stream.base[first:end] - stream.base[first]
        # Document and slot of word i of this run are (document << slot_bits) + i - (start of the document in the run).
        document = (np.arange(first, end, dtype=np.int64) << slot_bits) - starts
        key = np.repeat(document, np.diff(stream.base[first : end + 1]))
        key += np.arange(len(key))
        here = np.flatnonzero((term >= low) & (term < high))
        packed = (term[here] - low).astype(np.uint64)
        packed <<= np.uint64(doc_bits + slot_bits)
        packed |= key[here].view(np.uint64)
        yield packed


def _changes(keys: SortKeys) -> Mask:
    """Return (n,) where a key differs from the one before; the first one does."""
    first = np.empty(len(keys), np.bool_)
    first[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return first


#: A term that more than 1 / DENSE of the documents have gets a dense row.
DENSE = 8
#: Segments of fewer documents have no dense rows.
ROWS_FROM = 8


@dataclass(frozen=True, slots=True)
class PostingLists:
    """Postings of one field that was written: (terms + 1,) offsets of every term's postings, documents, frequencies."""

    poff: Offsets
    doc: DocNumbers
    tf: Frequencies


@dataclass(frozen=True, slots=True)
class _Part:
    """Merged postings of a range of terms; see `MergedPostings` for what the arrays hold.

    `count` and `left_count` are (terms,) the number of merged postings, and of documents in `left`, of each term.
    Keys fit 32 bits because a segment has at most 2 ** 26 documents and FIELD_BITS is 3 (asserted in `schema`).
    """

    count: LongInts
    key: npt.NDArray[np.uint32]
    tf: Frequencies
    link: LongInts
    left_count: LongInts
    left: npt.NDArray[np.uint32]


def write_merged_postings(
    out: ContainerWriter, main: PostingLists, merged: Sequence[PostingLists], documents: int, folder: Path
) -> None:
    """Write the postings of the short fields, merged into one list for each term: `side.*` of FORMAT.md.

    A sort key is, from the highest bit to the lowest:

        | 0 … | term, counted from the first of its range | document: doc_bits | field: FIELD_BITS | tf: tf_bits |

    The terms are cut into ranges that fit the bits which the other three leave. No two keys agree in term, document
    and field: `tf` does not decide the order, and is only carried along.

    Args:
        out: The segment's file.
        main: Postings of the main field.
        merged: Postings of the short fields, in the order that numbers them.
        documents: Number of documents of the segment.
        folder: Folder for files of what does not fit into memory.

    """
    work = main.poff.astype(np.int64)
    for lists in merged:
        work += lists.poff
    tf_bits = max(int(lists.tf.max(initial=1)).bit_length() for lists in merged)
    doc_bits = max(1, (documents - 1).bit_length())
    term_bits = KEY_BITS - FIELD_BITS - tf_bits - doc_bits
    assert term_bits > 0, "the bits of documents, fields and counts leave none for terms"  # noqa: S101  guards the layout of the keys
    keys, counts, links, lefts = spools = Spool(folder), Spool(folder), Spool(folder, np.int64), Spool(folder)
    of_term, left_of_term = np.zeros(len(main.poff) - 1, np.int64), np.zeros(len(main.poff) - 1, np.int64)
    top_count = top_link = 0
    for low, high in ranges(work, STEP):
        for start in range(low, high, 1 << term_bits):
            end = min(high, start + (1 << term_bits))
            part = _merged_part(main, merged, (start, end), (doc_bits, tf_bits))
            of_term[start:end], left_of_term[start:end] = part.count, part.left_count
            keys.append(bytes_of(part.key))
            counts.append(bytes_of(part.tf.astype(np.uint32)))
            links.append(bytes_of(part.link))
            lefts.append(bytes_of(part.left))
            top_count, top_link = (
                max(top_count, int(part.tf.max(initial=0))),
                max(top_link, int(part.link.max(initial=0))),
            )
    out.add("side.poff", offsets(of_term))
    out.add("side.loff", offsets(left_of_term))
    keys.write(out, "side.key", narrowest((documents << FIELD_BITS) - 1))
    counts.write(out, "side.tf", narrowest(top_count))
    links.write(out, "side.link", narrowest(top_link))
    lefts.write(out, "side.left", narrowest(documents - 1))
    for spool in spools:
        spool.close()


def _merged_part(
    main: PostingLists, merged: Sequence[PostingLists], terms: tuple[int, int], bits: tuple[int, int]
) -> _Part:
    """Merge the short fields' postings of a half-open range of terms, ordered by term, document and field.

    A merged posting's `link` is the place of its document in the main field's list of the term, or, where that list
    lacks the document, the length of the list + the place of the document in the term's part of `left`.
    """
    (low, high), (doc_bits, tf_bits) = terms, bits
    keys = joined([_merged_keys(lists, low, high, doc_bits, (field, tf_bits)) for field, lists in enumerate(merged)])
    keys.sort()
    pair = keys >> np.uint64(tf_bits + FIELD_BITS)
    again = np.zeros(len(pair), np.bool_)
    again[1:] = pair[1:] == pair[:-1]
    of_term = (pair >> np.uint64(doc_bits)).astype(np.int64)
    in_main = _merged_keys(main, low, high, doc_bits, None)
    at = np.searchsorted(in_main, pair)
    missing = np.ones(len(pair), np.bool_)
    inside = np.flatnonzero(at < len(in_main))
    missing[inside] = in_main[at[inside]] != pair[inside]
    new = missing & ~again
    left_count = np.bincount(of_term[new], minlength=high - low)
    main_cuts = main.poff[low : high + 1].astype(np.int64)
    main_first, main_counts = main_cuts[:-1] - main_cuts[0], np.diff(main_cuts)
    link = at - main_first[of_term]
    nth = np.cumsum(new) - 1 - (np.cumsum(left_count) - left_count)[of_term]
    link[missing] = (nth + main_counts[of_term])[missing]
    key = ((keys >> np.uint64(tf_bits)) & np.uint64((1 << doc_bits + FIELD_BITS) - 1)).astype(np.uint32)
    return _Part(
        np.bincount(of_term, minlength=high - low),
        key,
        compact(keys & np.uint64((1 << tf_bits) - 1)),
        link,
        left_count,
        key[new] >> np.uint32(FIELD_BITS),
    )


def _merged_keys(lists: PostingLists, low: int, high: int, doc_bits: int, field: tuple[int, int] | None) -> SortKeys:
    """Return (postings,) the sort keys of one field's postings of the terms from `low` up to `high`, ascending.

    Args:
        lists: The postings.
        low: First term; the keys count terms from it.
        high: The one after the last.
        doc_bits: Bits of a document's number.
        field: Number of the field, and bits of a frequency: the keys of `write_merged_postings`. None: the keys are
            `| term | document |` alone.

    """
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


def write_dense(out: ContainerWriter, main: PostingLists, documents: int) -> None:
    """Write (rows, documents) the frequencies of the main field's frequent terms, without stop words: `dense.*`."""
    frequent = np.flatnonzero(np.diff(main.poff) > documents // DENSE).tolist() if documents >= ROWS_FROM else []
    blob, cuts = out.view("terms.blob"), out.view("terms.off")
    stems = [blob[int(cuts[term]) : int(cuts[term + 1])].tobytes() for term in frequent]
    scored = [term for term, stem in zip(frequent, stems, strict=True) if is_scored(*split_suffix(stem))]

    def rows() -> Iterator[bytes | memoryview]:
        for term in scored:
            first, end = int(main.poff[term]), int(main.poff[term + 1])
            row = np.zeros(documents, np.uint8)
            row[main.doc[first:end]] = np.minimum(main.tf[first:end], ROW_TOP)
            yield bytes_of(row)

    out.add_chunks("dense.rows", np.dtype(np.uint8), rows())
    out.add("dense.term", compact(scored))
