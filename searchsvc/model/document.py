"""Article → the fielded documents that it is chunked into."""

from collections.abc import Mapping
from dataclasses import dataclass

from searchsvc.model.article import Article, ArticleHead, Quote, RelatedHeadline
from searchsvc.model.fields import TEXT_FIELDS, TextField, text_of


@dataclass(frozen=True, slots=True)
class Passage:
    """A range of whole blocks: the unit that scores, is shown and is linked to."""

    #: First block, and the one after the last.
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class ArticleDocument:
    """The article itself."""

    article: Article
    #: For each text field its text; those of several blocks, or the like, are parted by newlines.
    texts: Mapping[TextField, str]
    #: For each paragraph of the body, the index of its block.
    body_blocks: tuple[int, ...]

    @property
    def id(self) -> str:
        """Id of the article."""
        return self.article.head.id


@dataclass(frozen=True, slots=True)
class QuoteDocument:
    """One quote, findable by its words and its speaker."""

    head: ArticleHead
    #: Place among the article's quotes.
    index: int
    quote: Quote

    @property
    def id(self) -> str:
        """Id of the document: article id, `q`, number."""
        return f"{self.head.id}#q{self.index}"


@dataclass(frozen=True, slots=True)
class HeadlineDocument:
    """One related headline: a story we may know of by its headline alone."""

    head: ArticleHead
    index: int
    headline: RelatedHeadline

    @property
    def id(self) -> str:
        """Id of the document: article id, `h`, number."""
        return f"{self.head.id}#h{self.index}"


Document = ArticleDocument | QuoteDocument | HeadlineDocument


def chunk(article: Article) -> tuple[Document, ...]:
    """Return the article's documents: the ArticleDocument, then one for each quote and each related headline."""
    head = article.head
    whole = ArticleDocument(
        article=article,
        texts={row.name: text_of(row, article) for row in TEXT_FIELDS},
        body_blocks=article.body_blocks,
    )
    quotes = [QuoteDocument(head, i, quote) for i, quote in enumerate(article.quotes)]
    headlines = [HeadlineDocument(head, i, headline) for i, headline in enumerate(article.related)]
    return (whole, *quotes, *headlines)
