"""Source → Article with its quotes."""

from dataclasses import replace

from searchsvc import parsing, quotes
from searchsvc.model.article import Article, Source

#: Changes when what the readers make of a page changes: pages are then read again.
READER = f"{parsing.VERSION}.{quotes.VERSION}"


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
