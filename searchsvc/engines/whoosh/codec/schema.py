"""Families → Whoosh's schema: fields and analyser under which Whoosh's own searcher sees the index."""

import zlib
from functools import cache

import Stemmer

from searchsvc.analysis import stop_words
from searchsvc.analysis.words import WORD
from searchsvc.languages import LANGUAGES, STEMMERS

#: Field of article ids that every family's documents can be found by.
ID_FIELD = "id"


@cache
def word_rules() -> int:
    """Return a number that changes with the rules of the words: an index keeps to those it was made by."""
    rules = (WORD.pattern, STEMMERS, Stemmer.version(), {code: sorted(stop_words(code)) for code in LANGUAGES})
    return zlib.crc32(repr(rules).encode())
