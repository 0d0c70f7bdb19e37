"""Text → tokens, surface forms, stems; two words → edit distance. Offsets always point into the text given.

A *surface form* is what a phrase compares: case and accents folded, possessive dropped,
`U.S.` = `US`. A *stem* is what a bare word compares, by Snowball's stemmer of the article's
language. Stop words are kept everywhere and are their own stem; they are only not scored.
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
