"""Word ids → postings: a field inverted by sorting plain integers, a range of terms at a time.

The main field's postings stand for themselves; those of the short fields that a bare word also looks into are merged
into one list a term, each linked to the document's place in the main field's list, so that scoring adds them where
they belong without looking for it. Terms that many documents have get a dense row of counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Mask, Unsigned, compact, narrowest
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, bytes_of, joined, offsets, write_strings
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.engines.whoosh.codec.forward_index import STEP, Spool, TextStream, ranges
from searchsvc.engines.whoosh.codec.string_table import is_scored, split_suffix
from searchsvc.engines.whoosh.codec.word_ids import GAP, WordTable, in_order

#: Place in the term dictionary of what is no term: the gap, words of other segments.
NO_TERM = np.uint32(0xFFFFFFFF)
#: Widest key that sorts in half the time.
NARROW_BITS = 32


@dataclass(frozen=True, slots=True)
class Dictionaries:
    """What every word id of the table is in this segment.

    Attributes:
        code: Code in the streams; 0 for the gap and for words that do not occur.
        scored: Whether it is scored.
        term: Place of its stem in the terms, or NO_TERM.
        terms: The terms, in byte order.

    """

    code: Unsigned
    scored: Mask
    term: npt.NDArray[np.uint32]
    terms: Sequence[bytes]


def write_dictionaries(
    out: ContainerWriter, table: WordTable, streams: Sequence[TextStream], shared: int
) -> Dictionaries:
    """Write forms and terms of the streams' words.

    Args:
        out: The segment's file.
        table: The words.
        streams: The texts of all fields.
        shared: How many of them, from the first, count for `forms.articles`; none where nobody asks for
            the articles of a form and the forms of a stem: of quotes and headlines.

    """
    count = np.zeros(len(table), np.int64)
    for stream in streams:
        for first, end in stream.documents():
            count += np.bincount(stream.read(first, end), minlength=len(table))
    count[GAP] = 0
    texts = table.forms
    names = np.flatnonzero(count)
    names = names[in_order([texts[i] for i in names.tolist()])]
    # Ties are broken by text, so that the same documents make the same bytes in whatever order words came up.
    by_frequency = names[np.argsort(-count[names], kind="stable")]
    code = np.zeros(len(table), np.uint32)
    code[by_frequency] = np.arange(1, len(names) + 1)
    scored = np.frombuffer(bytes(table.scored), np.uint8).view(np.bool_)
    write_strings(out, "forms", [texts[i] for i in names.tolist()])
    out.add("forms.code", compact(code[names]))
    term, terms = _terms(table, names)
    write_strings(out, "terms", terms)
    if shared:
        out.add("forms.articles", compact(_articles(streams[:shared], code, len(names))[code[names]]))
        of_term = term[names]
        out.add("forms.of", compact(code[names[np.lexsort((code[names], of_term))]]))
        out.add("forms.cuts", offsets(np.bincount(of_term, minlength=len(terms))))
    return Dictionaries(code, scored, term, terms)


def _terms(table: WordTable, names: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.uint32], list[bytes]]:
    """Return place of each word id's stem in the terms, and the terms."""
    stem_of = np.array(table.stem_of, np.uint32)
    stems = table.stems
    used = np.flatnonzero(np.bincount(stem_of[names], minlength=len(stems)))
    order = used[in_order([stems[i] for i in used.tolist()])].tolist()
    place = np.full(len(stems), NO_TERM, np.uint32)
    place[order] = np.arange(len(order), dtype=np.uint32)
    term = place[stem_of]
    term[GAP] = NO_TERM
    return term, [stems[i] for i in order]


def _articles(streams: Sequence[TextStream], code: Unsigned, forms: int) -> npt.NDArray[np.int64]:
    """Return in how many documents each code stands, the streams taken together."""
    found = np.zeros(forms + 1, np.int64)
    together = np.sum([stream.base for stream in streams], axis=0)
    for first, end in ranges(together, STEP):
        bits = max(1, (end - first - 1).bit_length())
        dtype = np.uint32 if bits + forms.bit_length() <= NARROW_BITS else np.uint64
        parts = []
        for stream in streams:
            counts = np.diff(stream.base[first : end + 1])
            key: npt.NDArray[Any] = code[stream.read(first, end)].astype(dtype)
            parts.append((key << dtype(bits)) | np.repeat(np.arange(end - first, dtype=dtype), counts))
        keys = np.concatenate(parts)
        keys.sort()
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys
        found += np.bincount((keys >> dtype(bits)).astype(np.int64), minlength=forms + 1)
    return found


#: Words sorted at a time: 8 bytes each, a few times over.
SORTED = 6_000_000
#: Term, document and slot of a word are sorted as one integer of so many bits.
KEY_BITS = 64

_Keys = npt.NDArray[np.uint64]


def write_postings(
    out: ContainerWriter, name: str, stream: TextStream, dictionaries: Dictionaries, folder: Path
) -> None:
    """Write one field's postings: for each term its documents, counts and slots."""
    base, terms = stream.base, len(dictionaries.terms)
    widest = int(np.diff(base).max(initial=1))
    docs, slots = len(base) - 1, widest
    doc_bits, slot_bits = max(1, (docs - 1).bit_length()), max(1, (slots - 1).bit_length())
    doc_spool, slot_spool = Spool(folder, narrowest(max(0, docs - 1))), Spool(folder, narrowest(slots - 1))
    counts: list[Unsigned] = []
    posting_count, slot_count = np.zeros(terms, np.int64), np.zeros(terms, np.int64)
    for low, high in _term_ranges(stream, dictionaries, KEY_BITS - doc_bits - slot_bits):
        keys = np.concatenate(list(_keys(stream, dictionaries, (low, high), (doc_bits, slot_bits))))
        keys.sort()
        slot_spool.append(bytes_of((keys & np.uint64((1 << slot_bits) - 1)).astype(slot_spool.dtype)))
        keys >>= np.uint64(slot_bits)
        first = np.flatnonzero(_changes(keys))
        tf = np.diff(first, append=len(keys))
        keys = keys[first]
        doc_spool.append(bytes_of((keys & np.uint64((1 << doc_bits) - 1)).astype(doc_spool.dtype)))
        of_term = (keys >> np.uint64(doc_bits)).astype(np.int64)
        posting_count[low:high] = np.bincount(of_term, minlength=high - low)
        slot_count[low:high] = np.bincount(of_term, tf, minlength=high - low)
        counts.append(compact(tf))
    out.add(f"{name}.poff", offsets(posting_count))
    out.add(f"{name}.xoff", offsets(slot_count))
    out.add_chunks(f"{name}.doc", doc_spool.dtype, doc_spool.chunks())
    out.add_chunks(f"{name}.pos", slot_spool.dtype, slot_spool.chunks())
    out.add(f"{name}.tf", joined(counts))
    doc_spool.close()
    slot_spool.close()


def _term_ranges(stream: TextStream, dictionaries: Dictionaries, bits: int) -> Iterator[tuple[int, int]]:
    """Cut the terms into ranges of about SORTED words, of at most 2**bits terms."""
    terms = len(dictionaries.terms)
    count = np.zeros(terms + 1, np.int64)
    for first, end in stream.documents():
        place = np.minimum(dictionaries.term[stream.read(first, end)], np.uint32(terms))
        count += np.bincount(place, minlength=terms + 1)
    for low, high in ranges(np.concatenate([[0], np.cumsum(count[:terms])]), SORTED):
        for start in range(low, high, 1 << bits):
            yield start, min(high, start + (1 << bits))


def _keys(
    stream: TextStream, dictionaries: Dictionaries, terms: tuple[int, int], bits: tuple[int, int]
) -> Iterator[_Keys]:
    """Yield term, document and slot of every word whose term is in the range, as one integer each."""
    doc_bits, slot_bits = bits
    low, high = np.uint32(terms[0]), np.uint32(terms[1])
    for first, end in stream.documents():
        term = dictionaries.term[stream.read(first, end)]
        starts = stream.base[first:end] - stream.base[first]
        # Document and slot together: a number for each document, plus the place in this run of slots.
        place = (np.arange(first, end, dtype=np.int64) << slot_bits) - starts
        key = np.repeat(place, np.diff(stream.base[first : end + 1]))
        key += np.arange(len(key))
        here = np.flatnonzero((term >= low) & (term < high))
        found = (term[here] - low).astype(np.uint64)
        found <<= np.uint64(doc_bits + slot_bits)
        found |= key[here].view(np.uint64)
        yield found
    yield np.empty(0, np.uint64)


def _changes(keys: _Keys) -> npt.NDArray[np.bool_]:
    """Return where a key differs from the one before."""
    first = np.empty(len(keys), np.bool_)
    first[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return first


#: A term in more than one of so many documents gets a dense row: then the row is the shorter form.
DENSE = 8
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
    term_bits = KEY_BITS - FIELD_BITS - tf_bits - doc_bits
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
