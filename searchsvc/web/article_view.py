"""The values that the template of an article's page shows: blocks with marks, quotes, related headlines, origins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import urlsplit

from searchsvc.analysis.links import link_keys
from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight, highlight_related
from searchsvc.model.article import Article, ArticleHead, Block, Origin, Quote, RelatedGroup, RelatedHeadline
from searchsvc.model.message import Message
from searchsvc.model.query import Node
from searchsvc.model.result import Snippet, Span
from searchsvc.search import (
    LinkingArticles,
    SearchRequest,
    SimilarArticle,
    linking_articles,
    named_stories,
    similar_to,
)
from searchsvc.web.page_language import told
from searchsvc.web.query_strings import query_string
from searchsvc.web.statements import Statement, statements_of

#: Schemes of addresses that a page may link to.
SAFE_SCHEMES = frozenset({"http", "https"})
#: Groups of related headlines in the order of the page, with their titles.
GROUP_TITLES: tuple[tuple[RelatedGroup, str], ...] = (
    ("see_also", Message("See also")),
    ("elsewhere", Message("Elsewhere on the web")),
    ("promo", Message("Also on the page")),
)
#: Fields of the head whose origin the page shows, with their names on it.
HEAD_FIELDS: Mapping[str, Message] = {
    "title": Message("headline"),
    "kicker": Message("kicker"),
    "url": Message("address"),
    "outlet": Message("outlet"),
    "agency": Message("agency"),
    "section": Message("section"),
    "authors": Message("authors"),
    "published": Message("published"),
    "updated": Message("updated"),
    "language": Message("language"),
    "lead": Message("lead"),
}
#: Kinds of blocks of which neighbours are one element on the page: bullets are one list.
JOINED_KINDS = frozenset({"bullet"})
#: No passage of the article is marked.
NO_PASSAGE: Mapping[int | None, tuple[Span, ...]] = {}


def safe_link(url: str | None) -> str | None:
    """Return the address if its scheme is http or https and it has a host; else None, as for `javascript:`.

    Addresses with white space or control characters are refused: browsers drop these, which may expose another scheme.
    """
    if not url or any(character <= " " or character == "\x7f" for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in SAFE_SCHEMES and parts.hostname else None


@dataclass(frozen=True, slots=True)
class RelatedView:
    """One related headline for the template."""

    #: Index among the article's related headlines, from 0.
    index: int
    headline: RelatedHeadline
    #: Text of the headline, with the words of the query marked.
    text: Snippet
    #: The article of the archive that it names; None if there is none, or it was not looked up.
    story: ArticleHead | None
    #: Query string of the search for all headlines that name the same story; "" if it has no name to be known by.
    shown_by: str
    #: Original address of the story; None if it is not safe to link to.
    url: str | None


def headlines_of(headline: RelatedHeadline, page: ArticleHead) -> str:
    """Return the query string of the search for all headlines that name the same story as one does; "" if none can."""
    keys = link_keys(headline, page)
    return query_string(SearchRequest(text=" OR ".join(f'links:"{key}"' for key in keys))) if keys else ""


@dataclass(frozen=True, slots=True)
class RelatedGroupView:
    """The related headlines of one group, in the order of the page."""

    title: str
    headlines: tuple[RelatedView, ...]


def related_groups(engine: Engine, article: Article, root: Node | None) -> tuple[RelatedGroupView, ...]:
    """Return the groups that are not empty, in the order of GROUP_TITLES, with the words of a query marked."""
    texts = [one.text for one in article.related]
    marked = list(map(Snippet, texts)) if root is None else highlight_related(texts, root, article.head.language)
    views = [
        RelatedView(
            one.index,
            one.headline,
            text,
            one.story,
            headlines_of(one.headline, article.head),
            safe_link(one.headline.url),
        )
        for one, text in zip(named_stories(engine, article), marked, strict=True)
    ]
    groups = (
        RelatedGroupView(title, tuple(view for view in views if view.headline.group == group))
        for group, title in GROUP_TITLES
    )
    return tuple(group for group in groups if group.headlines)


@dataclass(frozen=True, slots=True)
class BlockView:
    """One block of the article, with the words of the query marked."""

    #: Index among the article's blocks, from 0.
    index: int
    kind: str
    text: Snippet
    #: Whether this is the lead: the paragraph that the head repeats.
    lead: bool = False
    #: Number of this block among the blocks with marks, from 1; 0 if it has none.
    match: int = 0
    #: Index of the nearest block with marks before, and after, this one; only set if this block has marks.
    before: int | None = None
    after: int | None = None

    @property
    def cells(self) -> list[list[Snippet]]:
        """Return the cells of a table by rows; [] if the text has no tabs, which separate the cells of a line."""
        if "\t" not in self.text.text:
            return []
        return [piece(row, "\t") for row in piece(self.text, "\n")]


@dataclass(frozen=True, slots=True)
class BlockRun:
    """Blocks that are one element of the page: neighbouring bullets, or a single block of another kind."""

    kind: str
    parts: tuple[BlockView, ...]


@dataclass(frozen=True, slots=True)
class HeadField:
    """A value of the head as text, and its origin on the page."""

    name: str
    value: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """The values that the template of an article's page needs."""

    article: Article
    title: Snippet
    runs: tuple[BlockRun, ...]
    #: Number of marks in the blocks, number of blocks that have marks, and index of the first of these.
    marks: int
    matches: int
    first_match: int | None
    statements: tuple[Statement, ...]
    terms: tuple[Quote, ...]
    related: tuple[RelatedGroupView, ...]
    #: Index of the first related headline with marks.
    first_related: int | None
    head_fields: tuple[HeadField, ...]
    #: The articles that name this one, and query string of the search for all of them.
    linking: LinkingArticles
    all_linking: str
    similar: tuple[SimilarArticle, ...]
    #: The copies of the story; none of an older version.
    copies: Sequence[ArticleHead]


def article_view(
    engine: Engine, article: Article, root: Node | None, passage: Mapping[int | None, tuple[Span, ...]] = NO_PASSAGE
) -> ArticleView:
    """Return the view of an article; with a query, its words are marked, else a passage, given by block."""
    language = article.head.language
    title = _marked(article.head.title, root, language, passage.get(None, ()))
    texts = [_marked(block.text, root, language, passage.get(i, ())) for i, block in enumerate(article.blocks)]
    matching = [i for i, text in enumerate(texts) if text.marks]
    blocks = _block_views(article, texts, matching)
    related = related_groups(engine, article, root)
    copies = engine.copies(article.head.article)
    linking = linking_articles(engine, article.head, copies)
    return ArticleView(
        article=article,
        title=title,
        runs=tuple(_runs(blocks)),
        marks=sum(len(text.marks) for text in texts),
        matches=len(matching),
        first_match=matching[0] if matching else None,
        statements=statements_of(article, root),
        terms=tuple(quote for quote in article.quotes if quote.kind == "term"),
        related=related,
        first_related=next((one.index for group in related for one in group.headlines if one.text.marks), None),
        head_fields=tuple(_head_fields(article)),
        linking=linking,
        all_linking=query_string(SearchRequest(text=linking.query, sort="newest")) if linking.query else "",
        similar=similar_to(engine, article, copies).results,
        copies=() if article.head.is_old else copies,
    )


def piece(snippet: Snippet, separator: str) -> list[Snippet]:
    """Split a snippet at a separator; a mark that spans a separator is split, too."""
    pieces, start = [], 0
    for text in snippet.text.split(separator):
        end = start + len(text)
        pieces.append(snippet.within(start, end))
        start = end + len(separator)
    return pieces


def _marked(text: str, root: Node | None, language: str | None, spans: tuple[Span, ...] = ()) -> Snippet:
    return Snippet(text, spans) if root is None else highlight(text, root, language)


def _block_views(article: Article, texts: Sequence[Snippet], matching: Sequence[int]) -> list[BlockView]:
    """Return the views of all blocks; `matching` are the indexes of those with marks, ascending."""
    lead = _lead(article.blocks, article.head.lead)
    ranks = {block: rank for rank, block in enumerate(matching)}
    views = []
    for i, block in enumerate(article.blocks):
        rank = ranks.get(i)
        neighbours = (None, None) if rank is None else _neighbours(matching, rank)
        match = 0 if rank is None else rank + 1
        views.append(BlockView(i, block.kind, texts[i], i == lead, match, *neighbours))
    return views


def _neighbours(matching: Sequence[int], rank: int) -> tuple[int | None, int | None]:
    """Return the block with marks before, and after, the one of a rank (from 0) in `matching`."""
    return (
        matching[rank - 1] if rank else None,
        matching[rank + 1] if rank + 1 < len(matching) else None,
    )


def _lead(blocks: Sequence[Block], lead: str | None) -> int | None:
    """Return the index of the first paragraph whose text is the head's lead."""
    return next((i for i, block in enumerate(blocks) if block.kind == "paragraph" and block.text == lead), None)


def _runs(blocks: Sequence[BlockView]) -> Iterator[BlockRun]:
    for _, group in groupby(blocks, key=lambda block: block.kind if block.kind in JOINED_KINDS else block.index):
        run = tuple(group)
        yield BlockRun(run[0].kind, run)


def _head_fields(article: Article) -> Iterator[HeadField]:
    """Yield the fields of the head that have a value or an origin."""
    for field, name in HEAD_FIELDS.items():
        text = _value_as_text(article.head, field)
        if text or field in article.provenance.head:
            yield HeadField(name, text, article.provenance.head.get(field))


def _value_as_text(head: ArticleHead, field: str) -> str:
    match getattr(head, field):
        case None:
            return ""
        case tuple() as values:
            return ", ".join(values)
        case datetime() as at:
            day, precision = getattr(head, f"{field}_day"), getattr(head, f"{field}_precision")
            clock = "" if precision == "day" else told(Message("%(clock)s UTC", clock=f"{at:%Y-%m-%d %H:%M}"))
            return clock if clock.startswith(str(day)) else f"{day} ({clock})" if clock else str(day)
        case value:
            return str(value)
