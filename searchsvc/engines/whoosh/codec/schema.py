"""Families → Whoosh's schema: fields and analyser under which Whoosh's own searcher sees the index."""

import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import Stemmer
from whoosh.analysis.acore import Token
from whoosh.analysis.analyzers import Analyzer
from whoosh.fields import ID, TEXT, Schema

from searchsvc.analysis import stem, stop_words, tokenize
from searchsvc.analysis.tokenizer import WORD
from searchsvc.engines.whoosh.codec.family import FAMILIES
from searchsvc.languages import LANGUAGES, STEMMERS

#: Field of article ids that every family's documents can be found by.
ID_FIELD = "id"


class WordAnalyzer(Analyzer):
    """Text → stems, as Whoosh wants them: `analysis.tokenize` and English stems; a newline takes a place."""

    def __call__(
        self,
        value: str,
        positions: bool = False,  # noqa: FBT001, FBT002  # Whoosh's arguments
        chars: bool = False,  # noqa: FBT001, FBT002  # Whoosh's arguments
        start_pos: int = 0,
        start_char: int = 0,
        **_: Any,
    ) -> Iterator[Token]:
        """Yield Whoosh's tokens; the arguments are Whoosh's."""
        token, place, at = Token(positions, chars), start_pos, 0
        for word in tokenize(value):
            place += value.count("\n", at, word.start)
            token.text, token.boost, token.stopped = stem(word.text), 1.0, False
            if positions:
                token.pos = place
            if chars:
                token.startchar, token.endchar = start_char + word.start, start_char + word.end
            place, at = place + 1, word.end
            yield token


def make_schema() -> Schema:
    """Return the schema of the index: `id` is stored and unique, the rest is found by."""
    fields: dict[str, Any] = {ID_FIELD: ID(stored=True, unique=True)}
    for family in FAMILIES.values():
        fields.update({key: ID() for key in family.keys if key != ID_FIELD})
        fields.update({text: TEXT(analyzer=WordAnalyzer()) for text in family.texts})
    return Schema(**fields)


@cache
def word_rules() -> int:
    """Return a number that changes with the rules of the words: an index keeps to those it was made by."""
    rules = (WORD.pattern, STEMMERS, Stemmer.version(), {code: sorted(stop_words(code)) for code in LANGUAGES})
    return zlib.crc32(repr(rules).encode())
