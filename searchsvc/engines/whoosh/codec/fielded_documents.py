"""Document → FieldedDocument: the texts, keys, facet values and stored messages that a segment keeps of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from searchsvc.engines.ranking_rules import article_values, head_values, quote_values
from searchsvc.engines.whoosh.codec.field_arrays import UNDATED
from searchsvc.engines.whoosh.codec.schema import ARTICLE, HEADLINE, QUOTE, DocumentType
from searchsvc.engines.whoosh.codec.stored_fields import encode_article
from searchsvc.engines.whoosh.codec.string_table import language_of
from searchsvc.errors import EngineError
from searchsvc.model.article import ArticleHead, Block
from searchsvc.model.document import ArticleDocument, Document, QuoteDocument
from searchsvc.model.fields import BODY, STORY, TEXT_FIELDS, TextField, Values

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
