"""Article → what its page shows: highlighted blocks, quotes, related headlines, where values came from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import urlsplit

from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight, highlight_related
from searchsvc.model.article import Article, Block, Origin, Quote, RelatedGroup, RelatedHeadline
from searchsvc.model.query import Node
from searchsvc.model.result import Snippet

SCHEMES = frozenset({"http", "https"})


def safe_link(url: str | None) -> str | None:
    """Return the address if it leads to a page of the web; never `javascript:` and its kin.

    A control character or a space may hide a scheme from us that a browser would see.
    """
    if not url or any(character <= " " or character == "\x7f" for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in SCHEMES and parts.hostname else None


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


HEAD_FIELDS = ("title", "url", "outlet", "section", "authors", "published", "updated", "language", "lead")
#: Parts that stand together on the page: they are one list, one picture's lines.
TOGETHER = frozenset({"bullet"})


@dataclass(frozen=True, slots=True)
class BlockView:
    """One block of the article, its words marked."""

    index: int
    kind: str
    text: Snippet
    #: It is the first paragraph of the story.
    lead: bool = False
    #: Which of the parts with marks this is, counted from 1; 0 if it has none.
    match: int = 0
    #: Block before and after this one that has marks.
    before: int | None = None
    after: int | None = None

    @property
    def cells(self) -> list[list[Snippet]]:
        """Return the cells of a table whose rows are lines and whose cells are parted by tabs; none if it is not."""
        if "\t" not in self.text.text:
            return []
        return [piece(row, "\t") for row in piece(self.text, "\n")]


@dataclass(frozen=True, slots=True)
class BlockRun:
    """Parts that are one element of the page: a list of bullets, or a single part."""

    kind: str
    parts: tuple[BlockView, ...]


@dataclass(frozen=True, slots=True)
class JoinedQuote:
    """A quote and the ones that continue it."""

    #: The part that bears the attribution.
    first: Quote
    #: All of it, the words of a query marked.
    parts: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True)
class HeadField:
    """A value of the head and where it came from."""

    field: str
    value: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """All that the template needs."""

    article: Article
    title: Snippet
    runs: tuple[BlockRun, ...]
    #: Marks in the text, and how many parts of it have some.
    marks: int
    matches: int
    first_match: int | None
    joined_quotes: tuple[JoinedQuote, ...]
    terms: tuple[Quote, ...]
    related: tuple[RelatedGroupView, ...]
    #: The first related headline that has marks.
    first_related: int | None
    head_fields: tuple[HeadField, ...]


def article_view(engine: Engine, article: Article, root: Node | None) -> ArticleView:
    """Return the view of an article with the words of a query marked, if there is one."""
    language = article.head.language
    title = _marked(article.head.title, root, language)
    texts = [_marked(block.text, root, language) for block in article.blocks]
    matching = [i for i, text in enumerate(texts) if text.marks]
    parts = _parts(article, texts, matching)
    related = related_groups(engine, article, root)
    return ArticleView(
        article=article,
        title=title,
        runs=tuple(_runs(parts)),
        marks=sum(len(text.marks) for text in texts),
        matches=len(matching),
        first_match=matching[0] if matching else None,
        joined_quotes=tuple(_joined_quotes(article.quotes, root, language)),
        terms=tuple(quote for quote in article.quotes if quote.kind == "term"),
        related=related,
        first_related=next((one.index for group in related for one in group.headlines if one.text.marks), None),
        head_fields=tuple(_head_fields(article)),
    )


def piece(snippet: Snippet, separator: str) -> list[Snippet]:
    """Return the pieces between separators, each with its marks; a mark over a separator is cut in two."""
    pieces, start = [], 0
    for text in snippet.text.split(separator):
        end = start + len(text)
        pieces.append(snippet.within(start, end))
        start = end + len(separator)
    return pieces


def _marked(text: str, root: Node | None, language: str | None) -> Snippet:
    return Snippet(text) if root is None else highlight(text, root, language)


def _parts(article: Article, texts: Sequence[Snippet], matching: Sequence[int]) -> list[BlockView]:
    lead = _lead(article.blocks, article.head.lead)
    order = {block: place for place, block in enumerate(matching)}
    parts = []
    for i, block in enumerate(article.blocks):
        place = order.get(i)
        around = (None, None) if place is None else _neighbours(matching, place)
        match = 0 if place is None else place + 1
        parts.append(BlockView(i, block.kind, texts[i], i == lead, match, *around))
    return parts


def _neighbours(matching: Sequence[int], place: int) -> tuple[int | None, int | None]:
    return (
        matching[place - 1] if place else None,
        matching[place + 1] if place + 1 < len(matching) else None,
    )


def _lead(blocks: Sequence[Block], lead: str | None) -> int | None:
    return next((i for i, block in enumerate(blocks) if block.kind == "paragraph" and block.text == lead), None)


def _runs(parts: Sequence[BlockView]) -> Iterator[BlockRun]:
    for _, together in groupby(parts, key=lambda part: part.kind if part.kind in TOGETHER else part.index):
        run = tuple(together)
        yield BlockRun(run[0].kind, run)


def _joined_quotes(quotes: Sequence[Quote], root: Node | None, language: str | None) -> Iterator[JoinedQuote]:
    """Join the parts of split and long quotations; terms in marks are nobody's speech."""
    home: dict[int, int] = {}
    joined: dict[int, list[Quote]] = {}
    for i, quote in enumerate(quotes):
        if quote.kind == "term":
            continue
        start = home.get(quote.continues, i) if quote.continues is not None else i
        home[i] = start
        joined.setdefault(start, []).append(quote)
    for parts in joined.values():
        texts = [part.text for part in parts]
        texts[-1] = texts[-1].rstrip(",")
        yield JoinedQuote(parts[0], tuple(_marked(text, root, language) for text in texts))


def _head_fields(article: Article) -> Iterator[HeadField]:
    for field in HEAD_FIELDS:
        value = getattr(article.head, field)
        text = _value_as_text(value)
        if text or field in article.provenance.head:
            yield HeadField(field, text, article.provenance.head.get(field))


def _value_as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case tuple():
            return ", ".join(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case _:
            return str(value)
