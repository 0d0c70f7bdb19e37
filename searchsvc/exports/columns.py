"""Which columns has a file of articles, quotes, speakers or related headlines? A table of names and values for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from searchsvc.engines.base import Engine
from searchsvc.highlighting import highlight_hits
from searchsvc.json_output import SCORE_DIGITS, printed_date
from searchsvc.model.article import ArticleHead
from searchsvc.model.query import Node
from searchsvc.model.result import Hit, QuoteHit, SpeakerHit
from searchsvc.search import (
    HeadlineResult,
    SearchRequest,
    StoryArticle,
    WholeResult,
    all_articles,
    all_headlines,
    all_quotes,
    all_speakers,
)

T = TypeVar("T")
#: What stands in a cell.
Cell = str | int | float | Sequence[str] | None
#: What is cited of a record: its article, a note, and a name that no other record of the archive has.
Cited = tuple[ArticleHead, str, str]


@dataclass(frozen=True, slots=True)
class Around:
    """What a cell depends on beside its record."""

    #: What was ranked.
    root: Node
    #: Address of the service, "" if it is not known.
    base: str


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column."""

    name: str
    value: Callable[[T, Around], Cell]
    #: Whether it is there if no columns are chosen.
    usual: bool = True
    #: Whether the article must be read for it.
    reads: bool = False


@dataclass(frozen=True, slots=True)
class RecordKind(Generic[T]):
    """What the records of a file are."""

    #: Name of the file's address: `quotes` for `/quotes.csv`.
    name: str
    #: What they are, in the plural.
    nouns: str
    columns: tuple[Column[T], ...]
    #: Returns all records of a search; the last argument says whether a column must read articles.
    find: Callable[[Engine, SearchRequest, bool], WholeResult[T]]
    #: Returns what a record is cited by; None: such records are not cited.
    cited: Callable[[T], Cited] | None = None


#: Fields of an article's head, as in the published JSON.
_HEAD_FIELDS: Mapping[str, Callable[[ArticleHead], Cell]] = {
    "title": lambda head: head.title,
    "kicker": lambda head: head.kicker,
    "url": lambda head: head.url,
    "outlet": lambda head: head.outlet,
    "agency": lambda head: head.agency,
    "section": lambda head: head.section,
    "authors": lambda head: head.authors,
    "published": lambda head: printed_date(head.published, head.published_precision),
    "published_day": lambda head: head.published_day.isoformat() if head.published_day else None,
    "updated": lambda head: printed_date(head.updated, head.updated_precision),
    "added": lambda head: printed_date(head.added, "second"),
    "language": lambda head: head.language,
    "lead": lambda head: head.lead,
}


def address_of(head: ArticleHead, around: Around, anchor: str | None = None) -> str | None:
    """Return the address of an article, or of a place in it, in this archive; None if that is not known."""
    place = f"#{anchor}" if anchor else ""
    return f"{around.base}/a/{quote(head.id)}{place}" if around.base else None


def _snippet(hit: Hit, around: Around) -> str | None:
    shown = highlight_hits((hit,), around.root, ())[0]
    return " … ".join(snippet.text for snippet in shown.snippets) or None


def head_column(name: str) -> Column[Any]:
    """Return the column of a field of the head that a record has."""
    field = _HEAD_FIELDS[name]
    return Column(name, lambda record, _: field(record.head))


#: Of articles; `snippet` and `text` read the articles, and are there if they are chosen.
ARTICLE_COLUMNS: tuple[Column[Hit], ...] = (
    Column("id", lambda hit, _: hit.head.id),
    *map(head_column, _HEAD_FIELDS),
    Column("matched_in", lambda hit, _: hit.matched_in),
    Column("score", lambda hit, _: round(hit.score, SCORE_DIGITS)),
    Column("archive_url", lambda hit, around: address_of(hit.head, around)),
    Column("copies", lambda hit, _: hit.copies_total, usual=False),
    Column("snippet", _snippet, usual=False, reads=True),
    Column("text", lambda hit, _: "\n".join(block.text for block in hit.blocks), usual=False, reads=True),
)


def _article_of(name: str) -> Column[Any]:
    """Return the column of a field of the article that a quote or headline belongs to."""
    field = _HEAD_FIELDS[name]
    return Column(f"article_{name}", lambda hit, _: field(hit.head), usual=name != "lead")


QUOTE_COLUMNS: tuple[Column[QuoteHit], ...] = (
    Column("text", lambda hit, _: hit.quote.text),
    Column("speaker", lambda hit, _: hit.quote.speaker),
    Column("speaker_confidence", lambda hit, _: hit.quote.speaker_confidence),
    Column("mention", lambda hit, _: hit.quote.mention),
    Column("cue", lambda hit, _: hit.quote.cue),
    Column("addressee", lambda hit, _: hit.quote.addressee),
    Column("kind", lambda hit, _: hit.quote.kind),
    Column("method", lambda hit, _: hit.quote.method),
    Column("confidence", lambda hit, _: hit.quote.confidence),
    Column("article_id", lambda hit, _: hit.head.id),
    Column("index", lambda hit, _: hit.index),
    *map(_article_of, _HEAD_FIELDS),
    Column("score", lambda hit, _: round(hit.score, SCORE_DIGITS)),
    Column("archive_url", lambda hit, around: address_of(hit.head, around, hit.anchor)),
    Column("context", lambda hit, _: hit.context, usual=False),
    Column("copies", lambda hit, _: hit.copies_total, usual=False),
)
HEADLINE_COLUMNS: tuple[Column[HeadlineResult], ...] = (
    Column("text", lambda hit, _: hit.headline.text),
    Column("url", lambda hit, _: hit.headline.url),
    Column("date", lambda hit, _: hit.headline.date.isoformat() if hit.headline.date else None),
    Column("section", lambda hit, _: hit.headline.section),
    Column("outlet", lambda hit, _: hit.headline.outlet),
    Column("age", lambda hit, _: hit.headline.age),
    Column("group", lambda hit, _: hit.headline.group),
    Column("article_id", lambda hit, _: hit.head.id),
    Column("index", lambda hit, _: hit.index),
    *map(_article_of, _HEAD_FIELDS),
    Column("score", lambda hit, _: round(hit.score, SCORE_DIGITS)),
    Column("archive_url", lambda hit, around: address_of(hit.head, around, f"r{hit.index}")),
    Column("story_id", lambda hit, _: hit.story.id if hit.story else None, usual=False, reads=True),
)
#: Of the articles of a story.
STORY_COLUMNS: tuple[Column[StoryArticle], ...] = (
    Column("id", lambda one, _: one.head.id),
    *map(head_column, _HEAD_FIELDS),
    Column("relations", lambda one, _: one.relations),
    Column("likeness", lambda one, _: None if one.likeness is None else round(one.likeness, SCORE_DIGITS)),
    Column("words", lambda one, _: one.words),
    Column("copies", lambda one, _: one.copies),
    Column("speakers", lambda one, _: tuple(speaker.name for speaker in one.speakers)),
    Column("quotes", lambda one, _: sum(speaker.quotes for speaker in one.speakers)),
    Column("archive_url", lambda one, around: address_of(one.head, around)),
)
SPEAKER_COLUMNS: tuple[Column[SpeakerHit], ...] = (
    Column("name", lambda hit, _: hit.name),
    Column("quotes", lambda hit, _: hit.quotes),
    Column("articles", lambda hit, _: hit.articles),
    Column("first_day", lambda hit, _: hit.first_day.isoformat() if hit.first_day else None),
    Column("last_day", lambda hit, _: hit.last_day.isoformat() if hit.last_day else None),
    Column("archive_url", lambda hit, around: f"{around.base}/speakers/{quote(hit.name)}" if around.base else None),
)


def _said(hit: QuoteHit) -> Cited:
    who = hit.quote.speaker or hit.quote.mention
    return hit.head, hit.quote.in_marks + (f" ({who})" if who else ""), f"{hit.head.id}-q{hit.index}"


#: What files can be made of, by the name of their address.
RECORD_KINDS: Mapping[str, RecordKind[Any]] = {
    kind.name: kind
    for kind in (
        RecordKind(
            "search",
            "articles",
            ARTICLE_COLUMNS,
            lambda engine, request, reads: all_articles(engine, request, texts=reads),
            lambda hit: (hit.head, "", hit.head.id),
        ),
        RecordKind("quotes", "quotes", QUOTE_COLUMNS, lambda engine, request, _: all_quotes(engine, request), _said),
        RecordKind("speakers", "speakers", SPEAKER_COLUMNS, lambda engine, request, _: all_speakers(engine, request)),
        RecordKind(
            "headlines",
            "headlines",
            HEADLINE_COLUMNS,
            lambda engine, request, reads: all_headlines(engine, request, stories=reads),
        ),
    )
}
