"""What goes in: Source → Article.

Offsets are code points. Date-times are aware and in UTC. None means unknown, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

BlockKind = Literal["paragraph", "bullet", "crosshead", "caption", "pullquote", "table", "factbox"]
QuoteKind = Literal["full", "partial", "term", "pullquote", "blockquote", "headline"]
RelatedGroup = Literal["see_also", "elsewhere", "promo"]
AgePrecision = Literal["minute", "hour", "day", "week", "month", "year"]
#: Inside RelatedHeadline the field `date` hides the type.
Day = date

#: A date-time with its zone.
Moment = Annotated[datetime, Meta(description="UTC, ending in Z.", extra_json_schema={"format": "date-time"})]

#: Kinds whose text is the story itself; the rest stands beside it.
STORY_KINDS: frozenset[BlockKind] = frozenset({"paragraph", "bullet", "pullquote", "table", "factbox"})


@dataclass(frozen=True, slots=True)
class Source:
    """One saved page, before anything is read out of it."""

    #: The path or record address exactly as it was given or found: `pages/a.html`, `crawl.warc.gz#17`.
    path: str
    #: Path relative to the place that was read: the stable name of a page that has no URL.
    name: str
    data: bytes
    #: `text/html`, `text/plain` or `application/json` (one record).
    media_type: str
    #: Hex digest of `data`.
    sha256: str
    #: Last change of the file; None where there is none (a record of a container).
    modified: datetime | None = None
    #: When the page was captured, if the container says so (WARC).
    captured: datetime | None = None
    #: Address the container says the page came from (WARC, JSONL).
    url: str | None = None
    #: Character encoding the container says (an HTTP header).
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """What identifies an article and is shown in a list of hits."""

    id: str
    title: str
    url: str | None = None
    outlet: str | None = None
    section: str | None = None
    authors: tuple[str, ...] = ()
    published: Moment | None = None
    updated: Moment | None = None
    language: Annotated[str | None, Meta(description="ISO 639-1 code.")] = None
    #: First paragraph of the story. It stays in the blocks too; it is indexed once.
    lead: str | None = None

    @property
    def dated(self) -> datetime | None:
        """The date an article is filtered and sorted by: published, else updated."""
        return self.published or self.updated


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of an article, in reading order."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Direct speech, or a term in marks, with its speaker and the evidence.

    `text` is inside the marks: `blocks[block].text[start:end]`. A quotation in parts or over
    several paragraphs is several Quotes that share the mention; `continues` is the index of
    the part before. A quote in a headline has no block.
    """

    text: str
    kind: QuoteKind
    #: Canonical name within the article, or None.
    speaker: str | None = None
    #: The speaker as written.
    mention: str | None = None
    #: The verb or phrase that attributes it: `said`, `according to`.
    cue: str | None = None
    #: Whom it was said to: `the BBC` in "he told the BBC".
    addressee: str | None = None
    method: Annotated[str | None, Meta(description="Name of the rule that attributed it.")] = None
    confidence: Annotated[
        float | None,
        Meta(description="Share of that rule's attributions that were right on annotated articles, 0 to 1."),
    ] = None
    block: int | None = None
    start: int | None = None
    end: int | None = None
    mention_block: int | None = None
    mention_start: int | None = None
    mention_end: int | None = None
    continues: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The speaker's canonical name and the one that is written, each once."""
        return tuple(dict.fromkeys(name for name in (self.speaker, self.mention) if name))


@dataclass(frozen=True, slots=True)
class RelatedHeadline:
    """A headline of another story that the page carries: a record, never part of the body."""

    text: str
    group: RelatedGroup
    url: str | None = None
    date: Day | None = None
    section: str | None = None
    outlet: str | None = None
    age: Annotated[str | None, Meta(description="As printed: `7 hrs ago`.")] = None
    age_from: Moment | None = None
    age_to: Moment | None = None
    age_precision: AgePrecision | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value of the head came from."""

    #: Rule: `json-ld`, `og`, `meta`, `h1`, `stamp`, `majority of see-also sections` …
    rule: str
    #: Place: `script[type="application/ld+json"] headline`, `line 1` …
    place: str
    #: True if the page does not say it outright.
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stretch of the page that is not in the article, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the article was read from its page."""

    #: Name and version of the reader: `text/3`, `html:bbc-2003/3`.
    parser: str
    path: str
    sha256: str
    captured: Moment | None = None
    warnings: tuple[str, ...] = ()
    #: Head field → where its value came from.
    head: Mapping[str, Origin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Article:
    """One news article, read."""

    head: ArticleHead
    blocks: tuple[Block, ...]
    provenance: Provenance
    quotes: tuple[Quote, ...] = ()
    related: tuple[RelatedHeadline, ...] = ()

    def context_of(self, quote: Quote) -> str:
        """Return the text that a quote stands in: its block's, or the headline's."""
        if quote.block is not None:
            return self.blocks[quote.block].text
        headlines = (self.head.title, *(related.text for related in self.related))
        return next((text for text in headlines if quote.text in text), self.head.title)

    def mention_context_of(self, quote: Quote) -> str | None:
        """Return the text that names a quote's speaker; None if nothing does."""
        if quote.mention is None:
            return None
        return self.context_of(quote) if quote.mention_block is None else self.blocks[quote.mention_block].text

    @property
    def body_blocks(self) -> tuple[int, ...]:
        """Blocks of the story but for the one that the lead repeats."""
        lead = self._lead_block()
        return tuple([i for i, block in enumerate(self.blocks) if block.kind in STORY_KINDS and i != lead])

    def _lead_block(self) -> int | None:
        lead = self.head.lead
        for i, block in enumerate(self.blocks if lead else ()):
            if block.text == lead and block.kind == "paragraph":
                return i
        return None

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who is quoted in the story, each once. Headlines leave out too much of a name to be counted."""
        found = (quote.speaker for quote in self.quotes if quote.speaker and quote.kind != "headline")
        return tuple(dict.fromkeys(found))
