"""Article → Documents: which fielded documents of the index an article becomes."""

from collections.abc import Sequence

from searchsvc.model.article import STORY_KINDS, Article
from searchsvc.model.document import ArticleDocument, Document, HeadlineDocument, QuoteDocument

#: Quotes that are somebody's words; terms in marks are searchable as quotes of their own only.
SPEECH = frozenset({"full", "partial", "pullquote", "blockquote", "headline"})


def chunk(article: Article) -> tuple[Document, ...]:
    """Return the article's documents: the ArticleDocument, then one for each quote and each related headline."""
    head, blocks = article.head, article.blocks
    lead = _lead_block(article)
    body = [i for i, block in enumerate(blocks) if block.kind in STORY_KINDS and i != lead]
    whole = ArticleDocument(
        article=article,
        title=head.title,
        lead=head.lead or "",
        body=_joined([blocks[i].text for i in body]),
        crossheads=_joined([b.text for b in blocks if b.kind == "crosshead"]),
        captions=_joined([b.text for b in blocks if b.kind == "caption"]),
        quotes=_joined([q.text for q in article.quotes if q.kind in SPEECH]),
        related=_joined([r.text for r in article.related]),
        body_blocks=tuple(body),
    )
    quotes = [QuoteDocument(head, i, quote) for i, quote in enumerate(article.quotes)]
    headlines = [HeadlineDocument(head, i, headline) for i, headline in enumerate(article.related)]
    return (whole, *quotes, *headlines)


def _lead_block(article: Article) -> int | None:
    """Index of the block that the lead repeats."""
    lead = article.head.lead
    return (
        next((i for i, b in enumerate(article.blocks) if b.kind == "paragraph" and b.text == lead), None)
        if lead
        else None
    )


def _joined(texts: Sequence[str]) -> str:
    """Return the texts as one, a line each."""
    return "\n".join([text.replace("\n", " ") for text in texts])
