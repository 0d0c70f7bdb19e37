"""Article → Documents: which fielded documents of the index an article becomes."""

from searchsvc.model.article import Article
from searchsvc.model.document import ArticleDocument, Document, HeadlineDocument, QuoteDocument
from searchsvc.model.fields import TEXT_FIELDS, text_of


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
