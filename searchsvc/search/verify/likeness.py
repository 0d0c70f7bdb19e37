"""Edits, words kept → whether that is the quotation misquoted, or chance.

The rules were found on news: quotations of 2 to 30 words with 1 to 3 words changed, whose article
was there, beside quotations of articles that were not (`tools/measure_verify.py FILE`).
"""

from collections.abc import Iterable

from searchsvc.analysis import is_stop

#: Of fewer words, all have to be there: what is left of them stands everywhere.
FEWEST_WORDS = 5
#: Words in a hundred that may differ.
MOST_DIFFERENT = 30
#: Words kept for each edit and one more: words that tell a topic; of stop words it takes so many for one of those.
KEPT_PER_EDIT, STOPS_FOR_ONE = 2, 4


def most_edits(words: int) -> int:
    """Return how many edits a quotation of so many words may be away."""
    return words * MOST_DIFFERENT // 100 if words >= FEWEST_WORDS else 0


def is_likely(edits: int, kept: Iterable[str], language: str | None) -> bool:
    """Return whether the words kept are too many for chance."""
    forms = list(kept)
    stops = sum(is_stop(form, language) for form in forms)
    return not edits or len(forms) - stops + stops / STOPS_FOR_ONE >= KEPT_PER_EDIT * edits + 1
