"""How this project reads a page, in the form of the rivals' readings."""

from quality.peers import Reading
from searchsvc.errors import SourceError
from searchsvc.model.article import Article
from searchsvc.model.source import Source
from searchsvc.parsing import parse

#: Kinds that gold texts do not hold.
BESIDE = ("caption", "pullquote", "factbox")


def article_of(source: Source) -> Article | None:
    """Read a page; None where it is refused."""
    try:
        return parse(source)
    except SourceError:
        return None


def read_page(markup: bytes) -> Article | None:
    """Read the markup of a page; None where it is refused."""
    return article_of(Source("page.html", "page.html", markup, "text/html", "0" * 64))


def ours(markup: bytes) -> Reading:
    """Read a page with this project."""
    article = read_page(markup)
    if article is None:
        return Reading()
    body = "\n".join(block.text for block in article.blocks if block.kind not in BESIDE)
    published, updated = (
        day.isoformat() if day else "" for day in (article.head.published_day, article.head.updated_day)
    )
    return Reading(article.head.title, body, article.head.authors, published, updated)
