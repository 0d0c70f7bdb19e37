"""Article, quote, headline → its values of each facet, in the order of the table: the same in every engine."""

from collections.abc import Callable
from typing import Any

from searchsvc.analysis.names import is_name
from searchsvc.model.article import Article, ArticleHead, Quote
from searchsvc.model.fields import FACETS, FacetRow, Values

_Take = Callable[[Any], Values]


def article_values(article: Article) -> tuple[Values, ...]:
    """Return an article's values of each facet, empty and repeated ones among them."""
    head = article.head
    return tuple([take(article if whole else head) for take, whole in _OF_ARTICLES])


def quote_values(head: ArticleHead, quote: Quote) -> tuple[Values, ...]:
    """Return a quote's values of each facet: its own, or those of the head of its article."""
    return tuple([take(quote if own else head) for take, own in _OF_QUOTES])


def head_values(head: ArticleHead) -> tuple[Values, ...]:
    """Return the values of each facet that a related headline has from the head of its article."""
    return tuple([take(head) for take in _OF_HEADS])


def _taker(row: FacetRow, source: _Take | None) -> _Take:
    """Return what takes the values of a facet from their source, without those that are no names if they are names."""
    if source is None:
        return lambda _: ()
    take = source
    return (lambda given: [value for value in take(given) if value and is_name(value)]) if row.names else take


_OF_HEADS = tuple(_taker(row, row.of_head) for row in FACETS)
#: What takes the values, and whether from the article itself, or the quote, rather than from the head.
_OF_ARTICLES = tuple((_taker(row, row.of_article or row.of_head), row.of_article is not None) for row in FACETS)
_OF_QUOTES = tuple((_taker(row, row.of_quote or row.of_head), row.of_quote is not None) for row in FACETS)
