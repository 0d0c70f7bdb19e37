"""Which articles are copies of each other: the same story printed again, perhaps with a paragraph more.

`fingerprint` makes the signature of a text that an index keeps (MinHash, Broder 1997), `banding` finds the pairs
that may be copies without comparing all (locality-sensitive hashing), `same_story` compares two texts word by word,
and `grouping` makes groups of what resembles each other.

A group depends only on which texts there are, not on the order in which they came. Two texts of LEAST_WORDS words or
more are copies if they resemble each other; shorter ones only if title and text are equal; articles without a text are
copies of none. Each text of a group resembles the longest one of it itself, so that no chain of small changes joins
what differs.
"""

from searchsvc.copies.fingerprint import (
    BANDS,
    COMPARED_FIELDS,
    LEAST_WORDS,
    Fingerprints,
    TextFingerprint,
    WordHashes,
    fingerprint_of,
    sequence_keys,
    signatures,
    stacked,
    text_digests,
)
from searchsvc.copies.grouping import NO_LINKS, CopyLinks, update_links
from searchsvc.copies.same_story import ComparedText, are_copies, compared_text

__all__ = [
    "BANDS",
    "COMPARED_FIELDS",
    "LEAST_WORDS",
    "NO_LINKS",
    "ComparedText",
    "CopyLinks",
    "Fingerprints",
    "TextFingerprint",
    "WordHashes",
    "are_copies",
    "compared_text",
    "fingerprint_of",
    "sequence_keys",
    "signatures",
    "stacked",
    "text_digests",
    "update_links",
]
