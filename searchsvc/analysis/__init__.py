"""What a word is: text → tokens, surface forms, stems. Offsets always point into the text given.

A *surface form* is what a phrase compares: case and accents folded, possessive dropped,
`U.S.` = `US`. A *stem* is what a bare word compares, by Snowball's stemmer of the article's
language. Stop words are kept everywhere and are their own stem; they are only not scored.
"""

from searchsvc.analysis.edits import within
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
    "fold",
    "is_stop",
    "sentence_spans",
    "stem",
    "stems",
    "stop_words",
    "surface",
    "tokenize",
    "within",
]
