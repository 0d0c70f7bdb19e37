"""Word ids → postings: a field inverted by sorting plain integers, a range of terms at a time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Ints
from searchsvc.engines.whoosh.codec.container_writer import (
    ContainerWriter,
    bytes_of,
    compact,
    joined,
    narrowest,
    offsets,
)
from searchsvc.engines.whoosh.codec.forward_index import Spool, TextStream, ranges
from searchsvc.engines.whoosh.codec.lexicon import Lexicon

#: Words sorted at a time: 8 bytes each, a few times over.
SORTED = 6_000_000
#: Term, document and slot of a word are sorted as one integer of so many bits.
KEY_BITS = 64

_Keys = npt.NDArray[np.uint64]


def write_postings(out: ContainerWriter, name: str, stream: TextStream, lexicon: Lexicon, folder: Path) -> None:
    """Write one field's postings: for each term its documents, counts and slots."""
    base, terms = stream.base, len(lexicon.terms)
    widest = int(np.diff(base).max(initial=1))
    docs, slots = len(base) - 1, widest
    doc_bits, slot_bits = max(1, (docs - 1).bit_length()), max(1, (slots - 1).bit_length())
    doc_spool, slot_spool = Spool(folder, narrowest(max(0, docs - 1))), Spool(folder, narrowest(slots - 1))
    counts: list[Ints] = []
    posting_count, slot_count = np.zeros(terms, np.int64), np.zeros(terms, np.int64)
    for low, high in _term_ranges(stream, lexicon, KEY_BITS - doc_bits - slot_bits):
        keys = np.concatenate(list(_keys(stream, lexicon, (low, high), (doc_bits, slot_bits))))
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


def _term_ranges(stream: TextStream, lexicon: Lexicon, bits: int) -> Iterator[tuple[int, int]]:
    """Cut the terms into ranges of about SORTED words, of at most 2**bits terms."""
    terms = len(lexicon.terms)
    count = np.zeros(terms + 1, np.int64)
    for first, end in stream.documents():
        place = np.minimum(lexicon.term[stream.read(first, end)], np.uint32(terms))
        count += np.bincount(place, minlength=terms + 1)
    for low, high in ranges(np.concatenate([[0], np.cumsum(count[:terms])]), SORTED):
        for start in range(low, high, 1 << bits):
            yield start, min(high, start + (1 << bits))


def _keys(stream: TextStream, lexicon: Lexicon, terms: tuple[int, int], bits: tuple[int, int]) -> Iterator[_Keys]:
    """Yield term, document and slot of every word whose term is in the range, as one integer each."""
    doc_bits, slot_bits = bits
    low, high = np.uint32(terms[0]), np.uint32(terms[1])
    for first, end in stream.documents():
        term = lexicon.term[stream.read(first, end)]
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
