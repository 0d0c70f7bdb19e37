"""Text → tokens, surface forms, stems; two words → edit distance. Offsets always point into the text given.

A *surface form* is what a phrase compares: case and accents folded, possessive dropped,
`U.S.` = `US`. A *stem* is what a bare word compares, by Snowball's stemmer of the article's
language. Stop words are kept everywhere and are their own stem; they are only not scored.
"""

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
    """Return the Damerau-Levenshtein distance (neighbours may be swapped once), or None if over `limit`."""
    if abs(len(first) - len(second)) > limit:
        return None
    previous: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        before_previous, previous, row = previous, row, [i]
        for j, other in enumerate(second, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, before_previous[j - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(previous) > limit:
            return None
    return row[-1] if row[-1] <= limit else None
