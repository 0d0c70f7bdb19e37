"""Related headline → the article of this collection that it is the headline of."""

from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight_related
from searchsvc.model.article import Article, RelatedGroup, RelatedHeadline
from searchsvc.model.query import Node
from searchsvc.model.result import Snippet
from searchsvc.web.links import safe_link

GROUP_TITLES: tuple[tuple[RelatedGroup, str], ...] = (
    ("see_also", "See also"),
    ("elsewhere", "Elsewhere on the web"),
    ("promo", "Also on the page"),
)
#: Headlines that are looked up; a page that carries more is an index of pages.
MOST_LOOKED_UP = 40


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
    texts = [one.text for one in article.related]
    ids = _article_ids(engine, article)
    marked = list(map(Snippet, texts)) if root is None else highlight_related(texts, root, article.head.language)
    views = [
        RelatedView(i, one, text, ids[i] if i < len(ids) else None, safe_link(one.url))
        for i, (one, text) in enumerate(zip(article.related, marked, strict=True))
    ]
    groups = (
        RelatedGroupView(title, tuple(view for view in views if view.headline.group == group))
        for group, title in GROUP_TITLES
    )
    return tuple(group for group in groups if group.headlines)


def _article_ids(engine: Engine, article: Article) -> Sequence[str | None]:
    """Return for each of the first headlines the article of this collection that it leads to, other than this one."""
    headlines = article.related[:MOST_LOOKED_UP]
    found = engine.locate(headlines) if headlines else ()
    return [next((one for one in ids if one != article.head.id), None) for ids in found]
