"""Word ids → postings: a field inverted by sorting plain integers, a range of terms at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Mask, Unsigned, compact, narrowest
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, bytes_of, joined, offsets, write_strings
from searchsvc.engines.whoosh.codec.forward_index import STEP, Spool, TextStream, ranges
from searchsvc.engines.whoosh.codec.piece_hash import in_order
from searchsvc.engines.whoosh.codec.word_ids import GAP, WordTable

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
