"""Types of documents → their fields, and the rules that words are made by: what an index holds.

A segment holds documents of one type only: so articles stay dense (document number = place in every array), while
one table of contents, one lock and one commit hold for articles, quotes and headlines alike.
"""

import zlib
from dataclasses import dataclass
from functools import cache
from typing import Literal

import Stemmer

from searchsvc.analysis import stop_words
from searchsvc.analysis.tokenizer import WORD
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.languages import LANGUAGES, STEMMERS
from searchsvc.model.fields import FACETS, TEXT_FIELDS, Storage, TextField

#: Field of article ids that documents of every type can be found by.
ID_FIELD = "id"


@cache
def word_rules() -> int:
    """Return a number that changes with the rules of the words: an index keeps to those it was made by."""
    rules = (WORD.pattern, STEMMERS, Stemmer.version(), {code: sorted(stop_words(code)) for code in LANGUAGES})
    return zlib.crc32(repr(rules).encode())


DocumentTypeName = Literal["article", "quote", "headline"]


@dataclass(frozen=True, slots=True)
class DocumentType:
    """What documents of one kind consist of."""

    name: DocumentTypeName
    #: Field with the longest text: its postings stand for themselves, its terms may have dense rows.
    main: str
    #: Fields that a bare word also looks into: beside their own postings they share the merged lists.
    merged: tuple[str, ...]
    #: Fields that are looked into only by name.
    named: tuple[str, ...]
    #: Whole values that find documents; the first is that of the article, for every document.
    keys: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text field, the main one first."""
        return (self.main, *self.merged, *self.named)


def _names(storage: Storage) -> tuple[TextField, ...]:
    return tuple(row.name for row in TEXT_FIELDS if row.storage == storage)


(_MAIN,) = _names("main")
ARTICLE = DocumentType("article", _MAIN, _names("merged"), _names("named"), ("id", "url"))
QUOTE = DocumentType("quote", "quote_text", (), ("quote_speaker",), ("article",))
HEADLINE = DocumentType("headline", "headline_text", (), (), ("article",))
DOCUMENT_TYPES: dict[DocumentTypeName, DocumentType] = {
    document_type.name: document_type for document_type in (ARTICLE, QUOTE, HEADLINE)
}

#: Column of the months, which are made of the dates.
MONTH = "month"
#: Columns with a fixed set of values, those of the facets and the months.
COLUMNS: tuple[str, ...] = (*(row.name for row in FACETS), MONTH)

if len(ARTICLE.merged) > 1 << FIELD_BITS:
    raise ValueError(f"{len(ARTICLE.merged)} fields share the merged lists: {1 << FIELD_BITS} at most")
