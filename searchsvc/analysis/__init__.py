"""Text → tokens, surface forms, stems, sentences; two words → edit distance. Offsets are code points of the text given.

Phrases compare *surface forms*: case and accents are folded, a possessive ending is dropped, `U.S.` is `US`. Words
compare *stems*, by Snowball's stemmer of the article's language. Stop words are indexed like other words and are their
own stem, but do not count in lengths, nor in scores unless a query has no other words.
"""

from rapidfuzz.distance import OSA

from searchsvc.analysis.binding import bound, collapsed
from searchsvc.analysis.characters import fold, grapheme_count, has_accents, is_unspaced
from searchsvc.analysis.sentences import ParagraphWords, sentence_sizes, sentence_spans, sentence_words
from searchsvc.analysis.tokenizer import (
    Token,
    is_stop,
    plain_forms,
    stem,
    stems,
    stop_words,
    surface,
    surface_forms,
    tokenize,
    tokenize_bound,
)
from searchsvc.analysis.variants import spellings

__all__ = [
    "ParagraphWords",
    "Token",
    "bound",
    "collapsed",
    "edit_distance",
    "fold",
    "grapheme_count",
    "has_accents",
    "is_stop",
    "is_unspaced",
    "plain_forms",
    "sentence_sizes",
    "sentence_spans",
    "sentence_words",
    "spellings",
    "stem",
    "stems",
    "stop_words",
    "surface",
    "surface_forms",
    "tokenize",
    "tokenize_bound",
]


def edit_distance(first: str, second: str, limit: int) -> int | None:
    """Return the Damerau-Levenshtein distance (neighbours may be swapped once), or None if over `limit`.

    It counts code points: letters put in, left out or replaced, and swaps of neighbours of which neither is edited
    again (optimal string alignment).
    """
    distance = OSA.distance(first, second, score_cutoff=limit)
    return distance if distance <= limit else None
