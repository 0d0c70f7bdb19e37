"""Links both ways: which article a related headline names, and which articles name one, in their boxes or their text.

What is the same story is decided by `analysis.links` alone. A question of this kind is one call of the engine by key,
and no scan of articles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from searchsvc.analysis import tokenize
from searchsvc.analysis.links import names, story_keys
from searchsvc.engines.base import Engine
from searchsvc.model.article import Article, ArticleHead, RelatedHeadline
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import BODY, LEAD
from searchsvc.model.query import And, LinksTo, Node, Not, Or, Phrase, Query, Url
from searchsvc.model.result import IndexInfo
from searchsvc.query_parser.canonical_form import format_query
from searchsvc.search.versions_of_article import find_article

#: Words of a headline from which on a text that has all of them, one after the other, speaks of that story; and of a
#: phrase, at most, which is what a query may have.
MIN_NAMED, MAX_NAMED = 5, 30
#: Articles that are returned of those that link to one, usually and at most.
LINKED_SHOWN, MAX_LINKING = 10, 100
#: Copies of an article whose names are its story's, too, at most; and characters of the query for all of them.
MAX_COPIES, MAX_QUERY = 8, 1_500
#: Related headlines of one page that are looked up in the index, at most: a page with more is a list of pages.
MAX_LOOKED_UP = 40


@dataclass(frozen=True, slots=True)
class LinkingArticles:
    """The articles that name a story, the newest first."""

    heads: tuple[ArticleHead, ...]
    total: int
    #: The search that finds all of them, as query text; "" if the story has no name to be known by.
    query: str


@dataclass(frozen=True, slots=True)
class NamedStory:
    """A related headline of an article, and what it names."""

    #: Index among the article's related headlines, from 0.
    index: int
    headline: RelatedHeadline
    #: The article that it names; None: the archive knows that story by its headline alone, or it was not looked up.
    story: ArticleHead | None


@dataclass(frozen=True, slots=True)
class ArticleLinks:
    """What an article links to, and what links to it."""

    article: ArticleHead
    named: tuple[NamedStory, ...]
    linking: LinkingArticles
    index: IndexInfo


def find_links(engine: Engine, article_id: str, *, limit: int = LINKED_SHOWN) -> ArticleLinks:
    """Return the links of an article both ways.

    Args:
        engine: The index.
        article_id: The article.
        limit: Articles that link to it, at most.

    Raises:
        NotFoundError: There is no such article.
        EngineError: The index cannot be read.

    """

    def answer(at: Engine) -> ArticleLinks:
        article = find_article(at, article_id)
        found = linking_articles(at, article.head, at.copies(article.head.article), limit=min(limit, MAX_LINKING))
        return ArticleLinks(article.head, named_stories(at, article), found, at.info())

    return engine.at_one_commit(answer)


def named_stories(engine: Engine, article: Article) -> tuple[NamedStory, ...]:
    """Return the related headlines of an article with the articles that they name; the first MAX_LOOKED_UP only."""
    found = named_articles(engine, [(one, article.head) for one in article.related[:MAX_LOOKED_UP]])
    rest = [None] * (len(article.related) - len(found))
    pairs = zip(article.related, (*found, *rest), strict=True)
    return tuple(NamedStory(i, headline, story) for i, (headline, story) in enumerate(pairs))


def linking_node(head: ArticleHead, copies: Sequence[ArticleHead] = ()) -> Node | None:
    """Return the query of the articles that name a story; None if it has neither an address nor a telling title.

    They have a related headline of it, or print its headline, of MIN_NAMED words or more, in their text. It bears the
    names of the article and of its copies: of the first ones, so many that the query is none too long to be typed.
    """
    for known in range(min(len(copies), MAX_COPIES), 0, -1):
        node = _named_by((head, *copies[:known]))
        if node is not None and len(format_query(node)) <= MAX_QUERY:
            return node
    return _named_by((head,))


def _named_by(heads: Sequence[ArticleHead]) -> Node | None:
    """Return the query of the articles that name one of several, but for these themselves."""
    found: dict[Node, None] = {LinksTo((key,)): None for head in heads for key in story_keys(head)}
    for head in heads:
        words = tuple(token.text for token in tokenize(head.title))
        if MIN_NAMED <= len(words) <= MAX_NAMED:
            found |= {Phrase(words, field=field): None for field in (LEAD, BODY)}
    if not found:
        return None
    named = next(iter(found)) if len(found) == 1 else Or(tuple(found))
    own = dict.fromkeys(Not(Url(head.url)) for head in heads if head.url)
    return And((named, *own)) if own else named


def linking_articles(
    engine: Engine, head: ArticleHead, copies: Sequence[ArticleHead], *, limit: int = LINKED_SHOWN
) -> LinkingArticles:
    """Return the newest articles that name an article or one of its copies, and how many there are."""
    node = linking_node(head, copies)
    if node is None:
        return LinkingArticles((), 0, "")
    own = {head.id, *(one.id for one in copies)}
    ranking = engine.search(Query(node, sort="newest"), limit=limit + len(own), facets=False, texts=False)
    heads = [hit.head for hit in ranking.hits]
    others = tuple(one for one in heads if one.id not in own)
    return LinkingArticles(others[:limit], ranking.total - (len(heads) - len(others)), format_query(node))


def named_articles(
    engine: Engine, headlines: Sequence[tuple[RelatedHeadline, ArticleHead]]
) -> tuple[ArticleHead | None, ...]:
    """Return for each related headline the head of the article that it names; None if the archive does not have it.

    Args:
        engine: The index.
        headlines: Each with the head of the article on whose page it stands.

    """
    if not headlines:
        return ()
    located = engine.locate([one for one, _ in headlines])
    ids = list(dict.fromkeys(article_id for several in located for article_id in several))
    found = {article.head.id: article.head for article in (engine.articles(ids) if ids else ()) if article is not None}
    return tuple(
        _named(headline, page, [found[one] for one in several if one in found])
        for (headline, page), several in zip(headlines, located, strict=True)
    )


def _named(headline: RelatedHeadline, page: ArticleHead, candidates: Sequence[ArticleHead]) -> ArticleHead | None:
    """Return the first of some articles that a headline names; of several with its words the nearest in time."""
    check_deadline()
    fitting = [head for head in candidates if names(headline, page, head)]
    if len(fitting) <= 1 or page.dated is None:
        return fitting[0] if fitting else None
    at = page.dated
    return min(fitting, key=lambda head: (abs(head.dated - at) if head.dated else timedelta.max, head.id))
