"""Document → record: the texts, keys, facet values and frames that a segment keeps of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from searchsvc.analysis.names import is_name
from searchsvc.engines.whoosh.codec.family import ARTICLE, HEADLINE, QUOTE, Family
from searchsvc.engines.whoosh.codec.frames import pack
from searchsvc.engines.whoosh.codec.marks import language_of
from searchsvc.engines.whoosh.codec.parts import UNDATED
from searchsvc.errors import EngineError
from searchsvc.model.article import ArticleHead, Block, Quote
from searchsvc.model.document import ArticleDocument, Document, QuoteDocument

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

UrlKey = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Record:
    """One document, as a segment of its family keeps it."""

    family: Family
    id: str
    #: A value, or None, for each of the family's keys.
    keys: tuple[str | None, ...]
    #: A text for each of the family's text fields.
    texts: tuple[str, ...]
    head: ArticleHead
    #: Seconds since 1970, or UNDATED.
    dated: int
    speakers: tuple[str, ...] = ()
    kind: str = ""
    #: What is cut into passages (articles only), and which of it the main text has a paragraph for.
    blocks: tuple[Block, ...] = ()
    main_blocks: tuple[int, ...] = ()
    #: Messages to be stored.
    frames: tuple[bytes, ...] = ()

    @property
    def language(self) -> str | None:
        """The language whose stems the words get."""
        return language_of(self.head.language)

    @property
    def facets(self) -> tuple[Sequence[str], ...]:
        """The values of each facet but the month, in the order of `family.FACETS`."""
        head = self.head
        section, outlet, language = head.section or "", head.outlet or "", head.language or ""
        return (section,), (outlet,), head.authors, self.speakers, (language,), (self.kind,)


def record(document: Document, url_key: UrlKey) -> Record:
    """Return what is kept of a document.

    Raises:
        EngineError: The document contradicts itself or cannot be stored.

    """
    if isinstance(document, ArticleDocument):
        return _article(document, url_key)
    head = document.head
    if isinstance(document, QuoteDocument):
        quote = document.quote
        texts = (quote.text, _names(quote))
        speakers = (quote.speaker,) if quote.speaker and is_name(quote.speaker) else ()
        return Record(QUOTE, document.id, (head.id,), texts, head, _seconds(head), speakers, quote.kind)
    return Record(HEADLINE, document.id, (head.id,), (document.headline.text,), head, _seconds(head))


def _article(document: ArticleDocument, url_key: UrlKey) -> Record:
    article = document.article
    head = article.head
    _check_paragraphs(document)
    texts = (
        document.body,
        document.title,
        document.lead,
        document.crossheads,
        document.captions,
        document.related,
        document.quotes,
        "\n".join(dict.fromkeys(_names(quote) for quote in article.quotes)),
        "\n".join(head.authors),
    )
    try:
        frames = pack(document)
        head.id.encode()
    except UnicodeEncodeError as error:
        msg = f"article {head.id!r} cannot be stored: it holds half of a surrogate pair ({error})"
        raise EngineError(msg) from error
    keys = (head.id, (url_key(head.url) or None) if head.url else None)
    return Record(
        ARTICLE,
        head.id,
        keys,
        texts,
        head,
        _seconds(head),
        speakers=tuple(filter(is_name, article.speakers)),
        blocks=article.blocks,
        main_blocks=document.body_blocks,
        frames=frames,
    )


def _check_paragraphs(document: ArticleDocument) -> None:
    """Refuse an article whose texts have not a paragraph for each block that stands in them."""
    kinds = [block.kind for block in document.article.blocks]
    for name, text, blocks in (
        ("body", document.body, len(document.body_blocks)),
        ("cross-heads", document.crossheads, kinds.count("crosshead")),
        ("captions", document.captions, kinds.count("caption")),
    ):
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


def _names(quote: Quote) -> str:
    """Return speaker and mention, a line each."""
    return "\n".join(dict.fromkeys(name for name in (quote.speaker, quote.mention) if name))
