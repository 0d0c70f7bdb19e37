"""Source → Article with its quotes."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from searchsvc import parsing, quotes
from searchsvc.errors import SourceError
from searchsvc.model.article import Article, Source
from searchsvc.reindex.worker_pool import read_articles

#: Changes when what the readers make of a page changes: pages are then read again.
READER = f"{parsing.VERSION}.{quotes.VERSION}"

#: A page that takes longer is refused, seconds; and the memory its reader may take, bytes.
PAGE_SECONDS, PAGE_MEMORY = 10.0, 2 << 30


def read_article(source: Source) -> Article:
    """Read a saved page whole: its parts, then who said what.

    Raises:
        SourceError: The page cannot be read as an article.

    """
    return with_quotes(parsing.parse(source))


def with_quotes(article: Article) -> Article:
    """Return the article with the quotes of its blocks and headlines."""
    headlines = [article.head.title, *(related.text for related in article.related)]
    return replace(article, quotes=(*quotes.find_quotes(article.blocks), *quotes.find_headline_quotes(headlines)))


def read_guarded(pages: Iterable[Source | SourceError], *, jobs: int = 1) -> Iterator[Article | SourceError]:
    """Yield the article of each page, or why there is none, in order: no page costs more than its limits."""
    return read_articles(pages, read_article, jobs=jobs, timeout=PAGE_SECONDS, memory=PAGE_MEMORY)
