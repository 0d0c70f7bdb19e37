"""Document → FieldedDocument: what a segment keeps of it, by the fields of its type; and the rules of words.

A segment holds documents of one type, numbered from 0, so that a document's number is its index in every array by
document. Segments of articles, quotes, headlines and older versions of articles are listed by one table of contents:
one lock and one commit.
"""

import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Literal

import Stemmer

from searchsvc.analysis import stop_words
from searchsvc.analysis.links import link_keys, page_links
from searchsvc.analysis.tokenizer import WORD
from searchsvc.engines.ranking_rules import article_values, head_values, quote_values
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS, NO_DAY, UNDATED
from searchsvc.engines.whoosh.codec.stored_fields import encode_article
from searchsvc.engines.whoosh.codec.string_table import language_of
from searchsvc.errors import EngineError
from searchsvc.languages import LANGUAGES, STEMMERS
from searchsvc.model.article import ArticleHead, Block
from searchsvc.model.document import ArticleDocument, Document, QuoteDocument
from searchsvc.model.fields import BODY, FACETS, MONTH, STORY, TEXT_FIELDS, Storage, TextField, Values

#: Key field of articles: their ids. Quotes and headlines have the article's id in the key field `article`.
ID_FIELD = "id"


@cache
def word_rules() -> int:
    """Return the CRC-32 of what decides which forms and stems a text has: pattern, stemmers and stop words.

    An index stores it; one with another number is outdated.
    """
    rules = (WORD.pattern, STEMMERS, Stemmer.version(), {code: sorted(stop_words(code)) for code in LANGUAGES})
    return zlib.crc32(repr(rules).encode())


DocumentTypeName = Literal["article", "quote", "headline", "version"]


@dataclass(frozen=True, slots=True)
class DocumentType:
    """The fields of documents of one type."""

    name: DocumentTypeName
    #: Text field with the longest texts. Bare words look into it; its terms may have dense rows.
    main: str
    #: Other text fields that bare words look into. Their postings are also written merged; the order numbers them.
    merged: tuple[str, ...]
    #: Text fields that only words with a field name look into.
    named: tuple[str, ...]
    #: Fields whose whole values find documents; the first is the article's id, which every document has.
    keys: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All text fields in the order that a segment numbers them: the main one first."""
        return (self.main, *self.merged, *self.named)

    @property
    def is_whole(self) -> bool:
        """Whether its documents are whole articles, with passages and stored texts: articles and older versions."""
        return self.name in {"article", "version"}


def _names(storage: Storage) -> tuple[TextField, ...]:
    return tuple(row.name for row in TEXT_FIELDS if row.storage == storage)


(_MAIN,) = _names("main")
ARTICLE = DocumentType("article", _MAIN, _names("merged"), _names("named"), ("id", "url", "links"))
VERSION = DocumentType("version", _MAIN, ARTICLE.merged, ARTICLE.named, ("article", "id", "url", "links"))
QUOTE = DocumentType("quote", "quote_text", (), ("quote_speaker",), ("article",))
HEADLINE = DocumentType("headline", "headline_text", (), (), ("article", "links"))
DOCUMENT_TYPES: dict[DocumentTypeName, DocumentType] = {
    document_type.name: document_type for document_type in (ARTICLE, QUOTE, HEADLINE, VERSION)
}

#: Columns of values by document: the facets, then the months, which are computed from the dates.
COLUMNS: tuple[str, ...] = (*(row.name for row in FACETS), MONTH)

# A merged posting's key has FIELD_BITS bits for the number of the field: with more fields keys of two would be equal.
if len(ARTICLE.merged) > 1 << FIELD_BITS:
    raise ValueError(f"{len(ARTICLE.merged)} fields share the merged lists: {1 << FIELD_BITS} at most")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Names of the text fields of an article, in the order of ARTICLE.texts.
_TEXTS: tuple[TextField, ...] = tuple(map(TextField, ARTICLE.texts))
#: Kind of block that is no part of the story → the text field that has a paragraph for each block of that kind.
BESIDE: dict[str, TextField] = {
    kind: row.name for row in TEXT_FIELDS if row.text is None for kind in row.shown_in - STORY
}

UrlKey = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class FieldedDocument:
    """What a segment keeps of one document."""

    document_type: DocumentType
    id: str
    #: The values of each of the type's keys.
    keys: tuple[tuple[str, ...], ...]
    #: A text for each of the type's text fields.
    texts: tuple[str, ...]
    head: ArticleHead
    #: Seconds since 1970, or UNDATED; and the page's own calendar day, counted since 1970, or NO_DAY.
    dated: int
    day: int
    #: Seconds since 1970 when the article came in, or UNDATED.
    added: int
    #: For each facet, its values.
    facets: tuple[Values, ...]
    #: The blocks that are cut into passages (articles only), and the indices of those in the main field, ascending.
    blocks: tuple[Block, ...] = ()
    main_blocks: tuple[int, ...] = ()
    #: Messages to be stored (articles only): `stored_fields.encode_article`.
    frames: tuple[bytes, ...] = ()

    @property
    def language(self) -> str | None:
        """The language whose stemmer the words get; None is English."""
        return language_of(self.head.language)


def fielded_document(document: Document, url_key: UrlKey) -> FieldedDocument:
    """Return what is kept of a document.

    Args:
        document: The document.
        url_key: Gives the form of an address under which its article is found.

    Raises:
        EngineError: The paragraphs of an article's texts are not those of its blocks, its date has no time zone, or
            a string holds half of a surrogate pair.

    """
    if isinstance(document, ArticleDocument):
        return _whole(document, url_key)
    head = document.head
    if isinstance(document, QuoteDocument):
        quote = document.quote
        texts = (quote.text, "\n".join(quote.names))
        return FieldedDocument(QUOTE, document.id, ((head.id,),), texts, head, *_times(head), quote_values(head, quote))
    headline = document.headline
    keys = ((head.id,), link_keys(headline, head))
    return FieldedDocument(HEADLINE, document.id, keys, (headline.text,), head, *_times(head), head_values(head))


def _whole(document: ArticleDocument, url_key: UrlKey) -> FieldedDocument:
    """Return what is kept of an article, or of an older version."""
    article = document.article
    head = article.head
    _check_paragraphs(document)
    try:
        frames = encode_article(document)
        head.id.encode()
    except UnicodeEncodeError as error:
        msg = f"article {head.id!r} cannot be stored: it holds half of a surrogate pair ({error})"
        raise EngineError(msg) from error
    address = url_key(head.url) if head.url else ""
    own = ((head.id,), (address,) if address else (), page_links(article.related, head))
    document_type, keys = (VERSION, ((head.article,), *own)) if head.is_old else (ARTICLE, own)
    return FieldedDocument(
        document_type,
        head.id,
        keys,
        tuple([document.texts[name] for name in _TEXTS]),
        head,
        *_times(head),
        article_values(article),
        blocks=article.blocks,
        main_blocks=document.body_blocks,
        frames=frames,
    )


def _check_paragraphs(document: ArticleDocument) -> None:
    """Raise EngineError unless each text of blocks has a paragraph for each of its blocks."""
    wanted = Counter(BESIDE.get(block.kind) for block in document.article.blocks)
    wanted[BODY] = len(document.body_blocks)
    for name in (BODY, *dict.fromkeys(BESIDE.values())):
        text, blocks = document.texts[name], wanted[name]
        paragraphs = text.count("\n") + 1
        if text and paragraphs != blocks:
            msg = f"article {document.id!r}: {paragraphs} paragraphs of {name}, {blocks} blocks for them"
            raise EngineError(msg)


def _times(head: ArticleHead) -> tuple[int, int, int]:
    """Return `dated`, `day` and `added` of FieldedDocument."""
    day = int(NO_DAY) if head.dated_day is None else days_since_epoch(head.dated_day)
    return _seconds(head, head.dated), day, _seconds(head, head.added)


def _seconds(head: ArticleHead, at: datetime | None) -> int:
    """Return a date of an article in whole seconds since 1970 UTC, rounded down, or UNDATED."""
    if at is None:
        return int(UNDATED)
    if at.tzinfo is None:
        msg = f"article {head.id!r}: its date {at} has no time zone"
        raise EngineError(msg)
    return int((at - _EPOCH).total_seconds() // 1)


def days_since_epoch(day: date) -> int:
    """Return a day as the number of days since 1970-01-01."""
    return day.toordinal() - _EPOCH.toordinal()
