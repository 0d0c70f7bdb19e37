"""Article → the documents that are indexed for it: the article, its quotes, its related headlines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from searchsvc.errors import EngineError
from searchsvc.model.article import Article, ArticleHead, Quote, RelatedHeadline
from searchsvc.model.fields import TEXT_FIELDS, TextField, text_of


@dataclass(frozen=True, slots=True)
class Passage:
    """A range of whole blocks of an article: the unit whose best one raises the article's score."""

    #: Index of the first block, and of the one after the last.
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class ArticleDocument:
    """The article, with the texts of its fields."""

    article: Article
    #: Text of each field: its paragraphs, separated by newlines.
    texts: Mapping[TextField, str]
    #: For each paragraph of the body the index of its block, ascending.
    body_blocks: tuple[int, ...]

    @property
    def id(self) -> str:
        """Id of the article."""
        return self.article.head.id


@dataclass(frozen=True, slots=True)
class QuoteDocument:
    """One quote of an article."""

    #: Head of the article.
    head: ArticleHead
    #: Index among the article's quotes.
    index: int
    quote: Quote

    @property
    def id(self) -> str:
        """Id of the document: `A#q0` for the first quote of article `A`."""
        return f"{self.head.id}#q{self.index}"


@dataclass(frozen=True, slots=True)
class HeadlineDocument:
    """One related headline of an article's page."""

    #: Head of the article.
    head: ArticleHead
    #: Index among the article's related headlines.
    index: int
    headline: RelatedHeadline

    @property
    def id(self) -> str:
        """Id of the document: `A#h0` for the first headline of article `A`."""
        return f"{self.head.id}#h{self.index}"


Document = ArticleDocument | QuoteDocument | HeadlineDocument


def chunk(article: Article) -> tuple[Document, ...]:
    """Return the article's documents: the ArticleDocument, then one for each quote and each related headline."""
    head = article.head
    quotes = [QuoteDocument(head, i, quote) for i, quote in enumerate(article.quotes)]
    headlines = [HeadlineDocument(head, i, headline) for i, headline in enumerate(article.related)]
    return (whole_document(article), *quotes, *headlines)


def whole_document(article: Article) -> ArticleDocument:
    """Return the ArticleDocument of an article; an older version has no others."""
    return ArticleDocument(
        article=article,
        texts={row.name: text_of(row, article) for row in TEXT_FIELDS},
        body_blocks=article.body_blocks,
    )


class ArticleVersions(NamedTuple):
    """An article in all of its versions that are kept."""

    #: None: it is not there.
    newest: Article | None = None
    #: The newest first.
    older: tuple[Article, ...] = ()


def check_versions(article_id: str, versions: Sequence[ArticleDocument]) -> None:
    """Raise EngineError unless all of some documents are older versions of an article, under different ids."""
    if any(not one.article.head.is_old or one.article.head.article != article_id for one in versions):
        raise EngineError(f"article {article_id!r}: what is put as its older version is none")
    if len({one.id for one in versions}) < len(versions):
        raise EngineError(f"article {article_id!r}: two of its older versions have one id")
