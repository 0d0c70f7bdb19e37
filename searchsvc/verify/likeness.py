"""Edits, words kept → whether that is the quotation misquoted, or chance.

The rules were found on news: runs of 4 to 20 words with 1 to 3 words dropped, replaced or put in,
whose article was there, beside runs of articles that were not (`tools/measure_verify.py FILE`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from searchsvc.analysis import is_stop

#: Words in a hundred that may differ.
MOST_DIFFERENT = 40
#: So many stop words kept tell as much as one word of a topic.
STOPS_FOR_ONE = 3


class _Rule(NamedTuple):
    """How many words that tell a topic have to be kept by a quotation of so many words or more."""

    words: int
    for_each_edit: float
    beside: float


#: Shorter quotations than the last may not differ: what is left of them stands everywhere.
_RULES = (_Rule(9, 1, 2), _Rule(6, 1.5, 1.5), _Rule(5, 1.5, 2))


def most_edits(words: int) -> int:
    """Return how many edits a quotation of so many words may be away."""
    return words * MOST_DIFFERENT // 100 if words >= _RULES[-1].words else 0


def is_likely(words: int, edits: int, kept: Sequence[str], language: str | None) -> bool:
    """Return whether the words kept are too many for chance.

    Args:
        words: How many the quotation has.
        edits: Words added, left out or changed.
        kept: The words that are the same.
        language: Of the article.

    """
    if not edits:
        return True
    stops = sum(is_stop(form, language) for form in kept)
    telling = len(kept) - stops + stops / STOPS_FOR_ONE
    rule = next((rule for rule in _RULES if words >= rule.words), None)
    return rule is not None and telling >= rule.for_each_edit * edits + rule.beside
