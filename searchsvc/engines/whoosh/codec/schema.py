"""Types of documents → their fields, and the rules that words are made by: what an index holds.

A segment holds documents of one type only: so articles stay dense (document number = place in every array), while
one table of contents, one lock and one commit hold for articles, quotes and headlines alike.
"""

import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Literal

import Stemmer

from searchsvc.analysis import stop_words
from searchsvc.analysis.tokenizer import WORD
from searchsvc.engines.ranking_rules import article_values, head_values, quote_values
from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS, UNDATED
from searchsvc.engines.whoosh.codec.stored_fields import encode_article
from searchsvc.engines.whoosh.codec.string_table import language_of
from searchsvc.errors import EngineError
from searchsvc.languages import LANGUAGES, STEMMERS
from searchsvc.model.article import ArticleHead, Block
from searchsvc.model.document import ArticleDocument, Document, QuoteDocument
from searchsvc.model.fields import BODY, FACETS, STORY, TEXT_FIELDS, Storage, TextField, Values

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


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Names of the texts of an article, in the order of its type.
_TEXTS: tuple[TextField, ...] = tuple(map(TextField, ARTICLE.texts))
#: Kind of block beside the story → the field that holds the blocks of that kind, a paragraph each.
BESIDE: dict[str, TextField] = {
    kind: row.name for row in TEXT_FIELDS if row.text is None for kind in row.shown_in - STORY
}

UrlKey = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class FieldedDocument:
    """One document, as a segment of its type keeps it."""

    document_type: DocumentType
    id: str
    #: A value, or None, for each of the type's keys.
    keys: tuple[str | None, ...]
    #: A text for each of the type's text fields.
    texts: tuple[str, ...]
    head: ArticleHead
    #: Seconds since 1970, or UNDATED.
    dated: int
    #: For each facet, its values.
    facets: tuple[Values, ...]
    #: What is cut into passages (articles only), and which of it the main text has a paragraph for.
    blocks: tuple[Block, ...] = ()
    main_blocks: tuple[int, ...] = ()
    #: Messages to be stored.
    frames: tuple[bytes, ...] = ()

    @property
    def language(self) -> str | None:
        """The language whose stems the words get."""
        return language_of(self.head.language)


def fielded_document(document: Document, url_key: UrlKey) -> FieldedDocument:
    """Return what is kept of a document.

    Raises:
        EngineError: The document contradicts itself or cannot be stored.

    """
    if isinstance(document, ArticleDocument):
        return _article(document, url_key)
    head = document.head
    if isinstance(document, QuoteDocument):
        quote = document.quote
        texts = (quote.text, "\n".join(quote.names))
        return FieldedDocument(QUOTE, document.id, (head.id,), texts, head, _seconds(head), quote_values(head, quote))
    text = document.headline.text
    return FieldedDocument(HEADLINE, document.id, (head.id,), (text,), head, _seconds(head), head_values(head))


def _article(document: ArticleDocument, url_key: UrlKey) -> FieldedDocument:
    article = document.article
    head = article.head
    _check_paragraphs(document)
    try:
        frames = encode_article(document)
        head.id.encode()
    except UnicodeEncodeError as error:
        msg = f"article {head.id!r} cannot be stored: it holds half of a surrogate pair ({error})"
        raise EngineError(msg) from error
    keys = (head.id, (url_key(head.url) or None) if head.url else None)
    return FieldedDocument(
        ARTICLE,
        head.id,
        keys,
        tuple([document.texts[name] for name in _TEXTS]),
        head,
        _seconds(head),
        article_values(article),
        blocks=article.blocks,
        main_blocks=document.body_blocks,
        frames=frames,
    )


def _check_paragraphs(document: ArticleDocument) -> None:
    """Refuse an article whose texts have not a paragraph for each block that stands in them."""
    wanted = Counter(BESIDE.get(block.kind) for block in document.article.blocks)
    wanted[BODY] = len(document.body_blocks)
    for name in (BODY, *dict.fromkeys(BESIDE.values())):
        text, blocks = document.texts[name], wanted[name]
        paragraphs = text.count("\n") + 1
        if text and paragraphs != blocks:
            msg = f"article {document.id!r}: {paragraphs} paragraphs of {name}, {blocks} blocks for them"
            raise EngineError(msg)


def _seconds(head: ArticleHead) -> int:
    """Return whole seconds from 1970 to the article's date, or UNDATED."""
    if head.dated is None:
        return int(UNDATED)
    if head.dated.tzinfo is None:
        msg = f"article {head.id!r}: its date {head.dated} has no time zone"
        raise EngineError(msg)
    return int((head.dated - _EPOCH).total_seconds() // 1)
