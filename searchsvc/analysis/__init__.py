"""Text → tokens, surface forms, stems, sentences; two words → edit distance. Offsets are code points of the text given.

Phrases compare *surface forms*: case and accents are folded, a possessive ending is dropped, `U.S.` is `US`. Words
compare *stems*, by Snowball's stemmer of the article's language. Stop words are indexed like other words and are their
own stem, but do not count in lengths, nor in scores unless a query has no other words.
"""

from rapidfuzz.distance import OSA

from searchsvc.analysis.tokenizer import (
    Token,
    fold,
    is_stop,
    sentence_spans,
    stem,
    stems,
    stop_words,
    surface,
    tokenize,
)

__all__ = [
    "Token",
    "edit_distance",
    "fold",
    "is_stop",
    "sentence_spans",
    "stem",
    "stems",
    "stop_words",
    "surface",
    "tokenize",
]


def edit_distance(first: str, second: str, limit: int) -> int | None:
    """Return the Damerau-Levenshtein distance (neighbours may be swapped once), or None if over `limit`.

    It counts code points: letters put in, left out or replaced, and swaps of neighbours of which neither is edited
    again (optimal string alignment).
    """
    distance = OSA.distance(first, second, score_cutoff=limit)
    return distance if distance <= limit else None
