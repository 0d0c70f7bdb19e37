"""Document → record: the texts, keys, facet values and frames that a segment keeps of it."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from searchsvc.analysis.names import is_name
from searchsvc.engines.whoosh.codec.family import ARTICLE, HEADLINE, QUOTE, Family
from searchsvc.engines.whoosh.codec.frames import pack
from searchsvc.engines.whoosh.codec.marks import language_of
from searchsvc.engines.whoosh.codec.parts import UNDATED
from searchsvc.errors import EngineError
from searchsvc.model.article import ArticleHead, Quote
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
    #: Paragraph of the main text that each passage starts with (articles only).
    passages: tuple[int, ...] = ()
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
        passages=_passage_starts(document),
        frames=frames,
    )


def _passage_starts(document: ArticleDocument) -> tuple[int, ...]:
    """Return the body paragraph each passage starts with; one without body text starts where the next one does."""
    paragraphs = document.body.count("\n") + 1 if document.body else 0
    if document.body and paragraphs != len(document.body_blocks):
        msg = f"article {document.id!r}: {paragraphs} paragraphs of body, {len(document.body_blocks)} blocks for them"
        raise EngineError(msg)
    ends = [passage.end for passage in document.passages]
    starts = [passage.first for passage in document.passages]
    if starts[:1] not in ([], [0]) or starts[1:] != ends[:-1]:
        msg = f"article {document.id!r}: its passages do not lie end to end"
        raise EngineError(msg)
    return tuple(bisect_left(document.body_blocks, start) if paragraphs else 0 for start in starts)


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
