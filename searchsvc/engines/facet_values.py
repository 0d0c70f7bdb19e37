"""Article, quote, headline → its values of a facet: the same in every engine."""

from searchsvc.analysis.names import is_name
from searchsvc.model.article import Article, ArticleHead, Quote
from searchsvc.model.rows import FacetRow, Values


def article_values(row: FacetRow, article: Article) -> Values:
    """Return an article's values of a facet, empty and repeated ones among them."""
    if row.of_article is not None:
        return _names(row, row.of_article(article))
    return head_values(row, article.head)


def quote_values(row: FacetRow, head: ArticleHead, quote: Quote) -> Values:
    """Return a quote's values: its own, or those of the head of its article."""
    return head_values(row, head) if row.of_quote is None else _names(row, row.of_quote(quote))


def head_values(row: FacetRow, head: ArticleHead) -> Values:
    """Return the values that a related headline has from the head of its article."""
    return () if row.of_head is None else _names(row, row.of_head(head))


def _names(row: FacetRow, found: Values) -> Values:
    """Return the values without those that are no names, where values are names."""
    return [value for value in found if value and is_name(value)] if row.names else found
