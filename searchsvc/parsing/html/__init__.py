"""Source → Article, for HTML."""

from searchsvc.errors import SourceError
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Source
from searchsvc.parsing.explanation import Explanation
from searchsvc.parsing.html.clues import Clues
from searchsvc.parsing.html.head import read_head
from searchsvc.parsing.html.linked_data import body_of
from searchsvc.parsing.html.markup import decode, soup_of
from searchsvc.parsing.html.outline import outline_of
from searchsvc.parsing.identity import article_id

__all__ = ["read_html"]


def read_html(source: Source) -> Explanation:
    """Return the article of a saved web page.

    Raises:
        SourceError: There is neither a headline nor a text in it.

    """
    decoded = decode(source)
    outline = outline_of(soup_of(decoded.text, source))
    clues = Clues(outline, source.url)
    head = read_head(clues)
    paragraphs = [p.text for p in outline.pieces if p.node.tag in ("p", "li") and not p.node.hidden and p.link < 0.5]
    blocks = tuple(Block("paragraph", text) for text in paragraphs or body_of(clues.articles))
    if not head.title and not blocks:
        raise SourceError(source.path, "neither a headline nor a text in it")
    return Explanation(
        Article(
            ArticleHead(
                article_id(None, head.url or source.url, source.name),
                head.title or (blocks[0].text if blocks else ""),
                head.url,
                head.outlet,
                head.section,
                head.authors,
                head.published,
                head.updated,
                None,
                blocks[0].text if blocks else None,
            ),
            blocks,
            Provenance("html:generic/1", source.path, source.sha256, source.captured, (), head.origins),
        )
    )
