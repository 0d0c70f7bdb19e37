"""Related headline → the article of this collection that it is the headline of."""

from dataclasses import dataclass

from searchsvc.analysis import tokenize
from searchsvc.engines.base import Engine
from searchsvc.model.article import Article, RelatedGroup, RelatedHeadline
from searchsvc.model.query import Node, Phrase, Query, Url
from searchsvc.model.result import Snippet
from searchsvc.snippets import highlight_related
from searchsvc.web.links import safe_link

GROUP_TITLES: tuple[tuple[RelatedGroup, str], ...] = (
    ("see_also", "See also"),
    ("elsewhere", "Elsewhere on the web"),
    ("promo", "Also on the page"),
)
#: Headlines that are looked up; a page that carries more is an index of pages.
MOST_LOOKED_UP = 40
#: Articles that may have all the words of a headline in a row, and yet another headline.
CANDIDATES = 5
#: A title of more words is compared by its first ones.
MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class RelatedView:
    """One headline as it is shown."""

    #: Number among the article's related headlines.
    index: int
    headline: RelatedHeadline
    #: Its text, with the words of a query marked.
    text: Snippet
    #: Id of the article here that has this headline.
    article_id: str | None
    #: Where else it stands.
    url: str | None


@dataclass(frozen=True, slots=True)
class RelatedGroupView:
    """Headlines that stood in one box."""

    title: str
    headlines: tuple[RelatedView, ...]


def related_groups(engine: Engine, article: Article, root: Node | None) -> tuple[RelatedGroupView, ...]:
    """Return the boxes that are not empty, in the order of their weight, the words of a query marked."""
    own_id, texts = article.head.id, [one.text for one in article.related]
    marked = list(map(Snippet, texts)) if root is None else highlight_related(texts, root, article.head.language)
    views = [
        RelatedView(i, one, text, _article_id(engine, one, own_id) if i < MOST_LOOKED_UP else None, safe_link(one.url))
        for i, (one, text) in enumerate(zip(article.related, marked, strict=True))
    ]
    groups = (
        RelatedGroupView(title, tuple(view for view in views if view.headline.group == group))
        for group, title in GROUP_TITLES
    )
    return tuple(group for group in groups if group.headlines)


def _article_id(engine: Engine, headline: RelatedHeadline, own_id: str) -> str | None:
    """Return the article of the same address, or else of exactly the same title."""
    if headline.url:
        for hit in engine.search(Query(Url(headline.url)), limit=1, facets=False).hits:
            return None if hit.head.id == own_id else hit.head.id
    words = _words(headline.text)
    if words:
        query = Query(Phrase(words[:MOST_WORDS], field="title"))
        for hit in engine.search(query, limit=CANDIDATES, facets=False).hits:
            if hit.head.id != own_id and _words(hit.head.title) == words:
                return hit.head.id
    return None


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenize(text))
