"""Text of an article → Fingerprints: a digest of the whole text, and what is compared to find texts that are like it.

The signature is a MinHash over shingles of SHINGLE words (Broder 1997, "On the resemblance and containment of
documents"), made by rensa. Of its slots ROWS together are hashed to a band: two texts of resemblance J share one of
BANDS bands with probability 1 - (1 - J^ROWS)^BANDS, which is .99 for J = .6 and .0001 for J = .05.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

from searchsvc.analysis import surface_forms
from searchsvc.languages import STEMMERS
from searchsvc.model.document import ArticleDocument
from searchsvc.model.fields import BODY, LEAD, TITLE

#: Words that a text must have to be compared with others that differ.
LEAST_WORDS = 60
#: Words of a shingle; slots of a band; bands of a signature.
SHINGLE, ROWS, BANDS = 3, 4, 32
#: Names the permutations; an index keeps signatures of one seed.
SEED = 1
#: Fields whose texts are compared, in the order of the words.
COMPARED_FIELDS = (LEAD, BODY)

#: (n,) hashes, digests, or sets of bits.
Words64 = npt.NDArray[np.uint64]
#: (n,) hashes of one band; 0: the text is too short to be compared.
Band = npt.NDArray[np.uint32]
#: (n, BANDS) hashes of all bands.
Bands = npt.NDArray[np.uint32]

_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], np.uint64)
#: Slots of a signature: numpy takes three times as long to make an array of the lists.
_SLOTS = Struct(f"={ROWS * BANDS}I")
_DIGIT = re.compile(r"\d")
_SHIFT, _HALF = np.uint64(29), np.uint64(32)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What is kept of the texts of some articles, in arrays of a row each."""

    #: (n,) digest of the text, and of the title too where the text is short; 0: there is no text.
    text: Words64
    #: (n,) a bit for each number of the text, by its hash: where one has a bit that the other lacks, a number differs.
    numbers: Words64
    #: Gives a band by its number, from 0.
    band: Callable[[int], Band]


def _min_hash() -> Any:
    """Return rensa's class; who only reads an index never loads rensa, which reserves 1 GB of addresses at once."""
    from rensa import RMinHash  # noqa: PLC0415 - see above

    return RMinHash


def word_hashes(forms: Iterable[str]) -> list[int]:
    """Return the hash of each surface form, of 64 bits: the same in every process."""
    hashes: list[list[int]] = _min_hash().hash_token_sets([list(forms)])
    return hashes[0]


def is_number(form: str) -> bool:
    """Return whether a surface form has a digit: `2009`, `mp3`."""
    return not form.isalpha() and _DIGIT.search(form) is not None


def number_bit(form: str, hashed: int) -> int:
    """Return the bit of a number in `Fingerprints.numbers`; 0 for other words."""
    return 1 << (hashed >> 13 & 63) if is_number(form) else 0


class WordHashes:
    """Hashes of the surface forms of a table, by their numbers."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._hashes, self._number_bits = array("Q"), array("Q")
        self.extend(forms)

    def extend(self, forms: Iterable[str]) -> None:
        """Append forms."""
        forms = list(forms)
        hashes = word_hashes(forms)
        known = len(self._hashes)
        self._hashes.extend(hashes)
        self._number_bits.frombytes(bytes(self._number_bits.itemsize * len(forms)))
        for place, form in enumerate(forms):
            if not form.isalpha():
                self._number_bits[known + place] = number_bit(form, hashes[place])

    def of(self, numbers: npt.NDArray[np.unsignedinteger[Any]]) -> Words64:
        """Return (words,) the hashes of words."""
        return np.frombuffer(self._hashes, np.uint64).take(numbers)

    def number_bits(self, numbers: npt.NDArray[np.unsignedinteger[Any]]) -> Words64:
        """Return (words,) the bit of each word that is a number; 0 for others."""
        return np.frombuffer(self._number_bits, np.uint64).take(numbers)


def signatures(hashes: Words64, counts: npt.NDArray[np.intp]) -> Bands:
    """Return the bands of some texts.

    Args:
        hashes: (words,) hashes of the words of all texts, end to end.
        counts: (n,) how many words each text has.

    """
    bands = np.zeros((len(counts), BANDS), np.uint32)
    compared = np.flatnonzero(counts >= LEAST_WORDS)
    if not len(compared):
        return bands
    # A shingle belongs to the text in which it begins, unless it runs into the next one.
    ends = np.cumsum(counts)
    mixed = hashes[: -SHINGLE + 1] * _FACTORS[0]
    for i in range(1, SHINGLE):
        mixed += hashes[i : len(hashes) - SHINGLE + 1 + i] * _FACTORS[i]
    mixed ^= mixed >> _SHIFT
    mixed *= _FACTORS[0]
    mixed ^= mixed >> _HALF
    pieces = [mixed[ends[i] - counts[i] : ends[i] - SHINGLE + 1] for i in compared.tolist()]
    cuts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.uint64)
    flat = np.concatenate(pieces)
    made = _min_hash().digest_matrix_from_flat_token_hashes(flat, cuts, ROWS * BANDS, SEED)
    packed = b"".join([_SLOTS.pack(*row) for row in made.to_rows()])
    slots = np.frombuffer(packed, np.uint32).astype(np.uint64).reshape(len(compared), BANDS, ROWS)
    keys = slots @ _FACTORS + np.arange(1, BANDS + 1, dtype=np.uint64) * _FACTORS[1]
    keys ^= keys >> _SHIFT
    keys *= _FACTORS[2]
    bands[compared] = np.maximum(keys >> _HALF, 1).astype(np.uint32)
    return bands


def sequence_keys(hashes: Words64, counts: npt.NDArray[np.intp]) -> Words64:
    """Return a key for each of some sequences of words: equal for equal ones, and hardly ever for others.

    Args:
        hashes: (words,) hashes of the words of all sequences, end to end.
        counts: (n,) how many words each sequence has.

    """
    ends = np.cumsum(counts)
    place = np.arange(1, len(hashes) + 1, dtype=np.uint64) - np.repeat((ends - counts).astype(np.uint64), counts)
    place *= _FACTORS[1]
    mixed = (hashes ^ place) * _FACTORS[0]
    mixed ^= mixed >> _SHIFT
    mixed *= _FACTORS[2]
    mixed ^= mixed >> _HALF
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)])
    keys: Words64 = sums[ends] - sums[ends - counts]
    return keys


def text_digests(titles: Words64, texts: Words64, counts: npt.NDArray[np.intp]) -> Words64:
    """Return (n,) the digest of each of some texts; 0 where there are no words. Case and punctuation do not count.

    Args:
        titles: (n,) `sequence_keys` of the headlines' words; they count where the text is short.
        texts: (n,) `sequence_keys` of the words of lead and body.
        counts: (n,) how many words each text has.

    """
    mixed = np.where(counts < LEAST_WORDS, (texts ^ (texts >> _SHIFT)) * _FACTORS[0] + titles * _FACTORS[3], texts)
    return np.where(counts > 0, np.maximum(mixed, 1), 0).astype(np.uint64)


@dataclass(frozen=True, slots=True)
class TextFingerprint:
    """A row of `Fingerprints`."""

    text: int
    numbers: int
    bands: tuple[int, ...]


def fingerprint_of(document: ArticleDocument) -> TextFingerprint:
    """Return the fingerprint of one article."""
    language = document.article.head.language
    language = language if language in STEMMERS else None
    title, forms = (
        [form for field in fields for form in surface_forms(document.texts[field], language)]
        for fields in ((TITLE,), COMPARED_FIELDS)
    )
    hashes = word_hashes(forms)
    bits = 0
    for form, hashed in dict(zip(forms, hashes, strict=True)).items():
        bits |= number_bit(form, hashed)
    words, count = np.array(hashes, np.uint64), np.array([len(forms)], np.intp)
    title_key = sequence_keys(np.array(word_hashes(title), np.uint64), np.array([len(title)], np.intp))
    digest = text_digests(title_key, sequence_keys(words, count), count)
    return TextFingerprint(int(digest[0]), bits, tuple(signatures(words, count)[0].tolist()))


def stacked(rows: Sequence[TextFingerprint]) -> Fingerprints:
    """Return the fingerprints of several articles as arrays."""
    bands = np.array([row.bands for row in rows], np.uint32).reshape(len(rows), BANDS)
    text, numbers = (np.array(column, np.uint64) for column in ([r.text for r in rows], [r.numbers for r in rows]))
    return Fingerprints(text, numbers, lambda number: bands[:, number])
