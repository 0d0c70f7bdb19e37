"""Texts of documents → the columns by which copies are found: digests, numbers, bands of signatures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchsvc.copies import BANDS, COMPARED_FIELDS, sequence_keys, signatures, text_digests
from searchsvc.engines.whoosh.codec.container import Indices, Mask
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, bytes_of
from searchsvc.engines.whoosh.codec.copy_arrays import NUMBERS, SIGNATURES, TEXT, CopyArrays
from searchsvc.engines.whoosh.codec.schema import ARTICLE, QUOTE, DocumentType
from searchsvc.engines.whoosh.codec.spool import Spool
from searchsvc.engines.whoosh.codec.word_ids import GAP, WordIds, WordTable
from searchsvc.model.fields import TITLE

#: Places of the fields in the order of ARTICLE.texts.
_COMPARED = tuple(ARTICLE.texts.index(field) for field in COMPARED_FIELDS)
_TITLE = ARTICLE.texts.index(TITLE)
#: Documents whose bands are read at a time; bands of all documents that are written at a time.
_STEP, _BANDS_TOGETHER = 1 << 14, 5


class CopyColumnsBuilder:
    """Gathers what is kept of the texts of a segment's documents, document after document, and writes the columns."""

    def __init__(self, document_type: DocumentType, folder: Path) -> None:
        self._type = document_type
        self._text, self._numbers = Spool(folder, np.uint64), Spool(folder, np.uint64)
        self._bands = Spool(folder, np.uint32)

    def add(
        self,
        table: WordTable,
        ids: Sequence[WordIds],
        counts: Sequence[Indices],
    ) -> None:
        """Append documents.

        Args:
            table: Has the words.
            ids: For each text field, (slots,) the word ids of all documents, end to end.
            counts: For each text field, (documents,) how many of these each document has.

        """
        hashes = table.hashes
        if self._type is QUOTE:
            words, sizes = _words(ids[:1], counts[:1])
            self._text.append(sequence_keys(hashes.of(words), sizes).tobytes())
        elif self._type is ARTICLE:
            title, title_sizes = _words([ids[_TITLE]], [counts[_TITLE]])
            words, sizes = _words([ids[i] for i in _COMPARED], [counts[i] for i in _COMPARED])
            hashed = hashes.of(words)
            titles = sequence_keys(hashes.of(title), title_sizes)
            self._text.append(text_digests(titles, sequence_keys(hashed, sizes), sizes).tobytes())
            self._numbers.append(_joined_bits(hashes.number_bits(words), sizes).tobytes())
            self._bands.append(bytes_of(signatures(hashed, sizes)))

    def take(self, old: CopyArrays, alive: Mask | None) -> None:
        """Append the living documents of a finished segment; `alive` None: all of them."""
        kept = slice(None) if alive is None else alive
        if self._type in (ARTICLE, QUOTE):
            self._text.append(old.text[kept].tobytes())
        if self._type is ARTICLE:
            self._numbers.append(old.numbers[kept].tobytes())
            columns = [old.band(number)[kept] for number in range(BANDS)]
            for first in range(0, len(columns[0]), _STEP):
                rows = np.stack([column[first : first + _STEP] for column in columns], axis=1)
                self._bands.append(bytes_of(rows))

    def write(self, out: ContainerWriter) -> None:
        """Write the arrays `copies.*` of FORMAT.md; of related headlines there are none."""
        if self._type in (ARTICLE, QUOTE):
            self._text.write(out, TEXT)
        if self._type is ARTICLE:
            self._numbers.write(out, NUMBERS)
            out.add_chunks(SIGNATURES, np.dtype(np.uint32), self._columns())

    def _columns(self) -> Iterator[bytes | memoryview]:
        """Yield the bands of all documents, one after the other; they are read by documents, so some at a time."""
        count = self._text.count
        for low in range(0, BANDS, _BANDS_TOGETHER):
            columns = np.empty((min(_BANDS_TOGETHER, BANDS - low), count), np.uint32)
            for first in range(0, count, _STEP):
                end = min(count, first + _STEP)
                rows = self._bands.read(first * BANDS, end * BANDS).reshape(-1, BANDS)
                columns[:, first:end] = rows[:, low : low + _BANDS_TOGETHER].T
            yield bytes_of(columns)

    def close(self) -> None:
        """Close the files; the builder is not used after this."""
        for spool in (self._text, self._numbers, self._bands):
            spool.close()


def _words(ids: Sequence[WordIds], counts: Sequence[Indices]) -> tuple[WordIds, Indices]:
    """Return (words,) the ids of the words of some fields by document, without gaps, and (documents,) how many."""
    # Stable sorting takes one pass where numbers have 16 bits.
    numbers = np.arange(len(counts[0]), dtype=np.min_scalar_type(len(counts[0])))
    filled = [field for field, sizes in enumerate(counts) if sizes.any()] or [0]
    documents = np.concatenate([np.repeat(numbers, counts[field]) for field in filled])
    slots = np.concatenate([ids[field] for field in filled])
    kept = slots != GAP
    slots, documents = slots[kept], documents[kept]
    sizes = np.bincount(documents, minlength=len(numbers))
    return (slots if len(filled) == 1 else slots[documents.argsort(kind="stable")]), sizes


def _joined_bits(bits: npt.NDArray[np.uint64], sizes: Indices) -> npt.NDArray[np.uint64]:
    """Return (documents,) the bits of the words of each document together."""
    found = np.zeros(len(sizes), np.uint64)
    filled = sizes.nonzero()[0]
    if len(filled):
        found[filled] = np.bitwise_or.reduceat(bits, (np.cumsum(sizes) - sizes)[filled])
    return found
