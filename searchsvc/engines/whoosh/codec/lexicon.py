"""Word ids → dictionaries of a segment: its surface forms with their codes, its terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.chunks import in_order
from searchsvc.engines.whoosh.codec.container import Ints, Mask
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, compact, offsets
from searchsvc.engines.whoosh.codec.forward_index import STEP, TextStream, ranges
from searchsvc.engines.whoosh.codec.strings import write_strings
from searchsvc.engines.whoosh.codec.words import GAP, WordTable

#: Place in the term dictionary of what is no term: the gap, words of other segments.
NO_TERM = np.uint32(0xFFFFFFFF)
#: Widest key that sorts in half the time.
NARROW_BITS = 32


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What every word id of the table is in this segment.

    Attributes:
        code: Code in the streams; 0 for the gap and for words that do not occur.
        scored: Whether it is scored.
        term: Place of its stem in the terms, or NO_TERM.
        terms: The terms, in byte order.

    """

    code: Ints
    scored: Mask
    term: npt.NDArray[np.uint32]
    terms: Sequence[bytes]


def write_lexicon(out: ContainerWriter, table: WordTable, streams: Sequence[TextStream], shared: int) -> Lexicon:
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
    return Lexicon(code, scored, term, terms)


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


def _articles(streams: Sequence[TextStream], code: Ints, forms: int) -> npt.NDArray[np.int64]:
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
