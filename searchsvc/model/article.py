"""Values of the write pipeline: a saved page (Source), and the article that is read from it (Article).

Offsets are code points. Date-times are aware and in UTC; beside one that a page printed stands the page's own calendar
day. None means unknown; nothing is guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from searchsvc.model.printed_date import PrintedDate, TimePrecision, midnight

BlockKind = Literal["paragraph", "bullet", "crosshead", "caption", "pullquote", "table", "factbox"]
QuoteKind = Literal["full", "partial", "term", "pullquote", "blockquote", "headline"]
RelatedGroup = Literal["see_also", "elsewhere", "promo"]
AgePrecision = Literal["minute", "hour", "day", "week", "month", "year"]
#: Inside RelatedHeadline the field `date` hides the type.
Day = date
#: How a warning ends which says that a part of the page was left out because it is too long.
CUT = (" was cut", " were cut")
#: A date-time with its zone.
Moment = Annotated[datetime, Meta(description="UTC, ending in Z.", extra_json_schema={"format": "date-time"})]
#: Parts of an article in which two of its versions may differ.
ChangedPart = Literal["headline", "standfirst", "text", "quotes", "authors", "dates"]

#: Kinds of blocks that are part of the story; captions and cross-heads are not.
STORY_KINDS: frozenset[BlockKind] = frozenset({"paragraph", "bullet", "pullquote", "table", "factbox"})


@dataclass(frozen=True, slots=True)
class History:
    """Where a text stands among the versions of its article; captures in a row that say the same are one version."""

    article: Annotated[str, Meta(description="Id of the article, which its newest version has as its own.")]
    since: Annotated[
        Moment | None,
        Meta(
            description="When the first capture with this text was made; where a capture does not say that, when its "
            "page was updated, published, or its file changed."
        ),
    ]
    captures: Annotated[int, Meta(description="Captures in a row with this text.")]
    #: Of the newest version: how many older ones are kept, and how many more there were.
    older: int = 0
    left_out: int = 0
    changed: Annotated[
        tuple[ChangedPart, ...],
        Meta(description="What differs from the version before; nothing where that is not kept."),
    ] = ()


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """The part of an article that identifies it and is shown in a list of hits.

    A date of publication given without day or precision is one to the second, and its day is that at its own offset.
    """

    id: str
    title: str
    url: str | None = None
    outlet: str | None = None
    section: str | None = None
    authors: tuple[str, ...] = ()
    #: As `PrintedDate.at`, `day` and `precision`: all three are there, or none is.
    published: Moment | None = None
    published_day: Day | None = None
    published_precision: TimePrecision | None = None
    updated: Moment | None = None
    updated_day: Day | None = None
    updated_precision: TimePrecision | None = None
    language: Annotated[str | None, Meta(description="ISO 639-1 code.")] = None
    #: First paragraph of the story. It is also a block, but no part of the indexed body.
    lead: str | None = None
    #: None: there is one capture of it, as far as is known.
    history: History | None = None
    #: When the article came into the index, to the second: later than that of any article of an earlier commit. A page
    #: that is read again keeps it. None: nobody has told the index.
    added: Moment | None = None
    #: The words above the headline; the agency that the story comes from, by its sign: `Reuters`, `dpa`.
    kicker: str | None = None
    agency: str | None = None

    def __post_init__(self) -> None:
        """Bring both dates into UTC, with day and precision."""
        published = _dated(self.published, self.published_day, self.published_precision)
        updated = _dated(self.updated, self.updated_day, self.updated_precision)
        for name, values in (("published", published), ("updated", updated)):
            for part, value in zip(("", "_day", "_precision"), values, strict=True):
                object.__setattr__(self, f"{name}{part}", value)

    def with_dates(self, published: PrintedDate | None, updated: PrintedDate | None) -> "ArticleHead":
        """Return the head with the dates that its page printed."""
        at, day, precision = published or _UNKNOWN
        updated_at, updated_day, updated_precision = updated or _UNKNOWN
        return replace(
            self,
            published=at,
            published_day=day,
            published_precision=precision,
            updated=updated_at,
            updated_day=updated_day,
            updated_precision=updated_precision,
        )

    @property
    def is_old(self) -> bool:
        """Whether it is of an older version of an article, whose newest one has another id."""
        return self.history is not None and self.history.article != self.id

    @property
    def article(self) -> str:
        """Id of the article that it is a version of: its own, unless it is an older one."""
        return self.id if self.history is None else self.history.article

    @property
    def dated(self) -> datetime | None:
        """The instant by which the article is sorted: published, else updated; one dated by day is at its midnight."""
        return self.published or self.updated

    @property
    def dated_day(self) -> Day | None:
        """The page's own calendar day of `dated`, by which the article is filtered, counted and shown."""
        return self.published_day or self.updated_day


#: In place of a date that is not known.
_UNKNOWN = (None, None, None)


def _dated(
    at: datetime | None, day: date | None, precision: TimePrecision | None
) -> tuple[datetime | None, date | None, TimePrecision | None]:
    """Return instant, day and precision of a date of a head, completed; an instant without a zone stays as it is."""
    if at is None:
        return None, None, None
    if precision == "day":
        day = day or at.date()
        return midnight(day), day, precision
    if day is not None and at.tzinfo is UTC:
        return at, day, precision or "second"
    return at.astimezone(UTC) if at.tzinfo else at, day or at.date(), precision or "second"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of an article, in reading order."""

    kind: BlockKind
    text: str


#: Probability from which on a speaker is certain enough to be counted, and from which on to be named at all.
CERTAIN, PROBABLE = 0.95, 0.75


@dataclass(frozen=True, slots=True)
class Quote:
    """Direct speech, or a term in quotation marks, with its speaker and the evidence for it.

    `text` is what the marks enclose: `blocks[block].text[start:end]`. A quotation in several parts or paragraphs is
    several quotes with the same mention; `continues` is the index of the part before among the article's quotes. A
    quote in a headline has no block.
    """

    text: str
    kind: QuoteKind
    #: The speaker by the fullest name that the article gives, if that is at least PROBABLE.
    speaker: str | None = None
    #: The speaker as this sentence has it: `she`, `Mr Lund`.
    mention: str | None = None
    #: The verb or phrase that attributes the quote: `said`, `according to`.
    cue: str | None = None
    #: The person or body it was said to: `the BBC` in "he told the BBC".
    addressee: str | None = None
    method: Annotated[str | None, Meta(description="Name of the rule that attributed it.")] = None
    confidence: Annotated[
        float | None,
        Meta(
            description="Share of the mentions found by this rule that were right on annotated articles, 0 to 1. For "
            "`speaker`, see `speaker_confidence`; this will be left out."
        ),
    ] = None
    speaker_confidence: Annotated[
        float | None,
        Meta(
            description="How likely `speaker` is right, 0 to 1: that the mention is, times that it means this person. "
            "From 0.95 on the speaker is counted in facets and has the quote on his page; below 0.75 there is no "
            "`speaker`. Null: not measured."
        ),
    ] = None
    speaker_basis: Annotated[
        str | None,
        Meta(
            description="How the mention was resolved: `full` name, `surname`, `role`, `body`, `pronoun/speaker/near` "
            "(who speaks in the sentence before) …"
        ),
    ] = None
    block: int | None = None
    start: int | None = None
    end: int | None = None
    mention_block: int | None = None
    mention_start: int | None = None
    mention_end: int | None = None
    continues: int | None = None

    @property
    def certain_speaker(self) -> str | None:
        """The speaker where that is CERTAIN, or where nobody measured it; else None."""
        sure = self.speaker_confidence is None or self.speaker_confidence >= CERTAIN
        return self.speaker if sure else None

    @property
    def probable_speaker(self) -> str | None:
        """The speaker where that is probable, but not certain; else None."""
        return None if self.certain_speaker else self.speaker

    @property
    def in_marks(self) -> str:
        """The words between quotation marks, without the comma before who says them."""
        return f"“{self.text.rstrip(',')}”"

    @property
    def who(self) -> str | None:
        """The speaker in words: the name where it is certain, "he, probably Ian Kelly", or the mention alone."""
        if self.certain_speaker or not self.speaker:
            return self.speaker or self.mention
        mention = self.mention if self.mention and self.speaker.lower() not in self.mention.lower() else None
        return f"{mention}, probably {self.speaker}" if mention else f"probably {self.speaker}"

    @property
    def names(self) -> tuple[str, ...]:
        """The different names of the speaker: the certain one and `mention`, as far as they are known."""
        return tuple(dict.fromkeys(name for name in (self.certain_speaker, self.mention) if name))


@dataclass(frozen=True, slots=True)
class RelatedHeadline:
    """A headline of another story on the article's page; it is no part of the article's text."""

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
    """How a value of the head was found on the page."""

    #: Rule that found it: `json-ld`, `og`, `meta`, `h1`, `stamp`, `majority of see-also sections` …
    rule: str
    #: Place on the page: `script[type="application/ld+json"] headline`, `line 1` …
    place: str
    #: True if the page does not state all of the value: it was derived from others, or is a time without a zone.
    inferred: bool = False


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

    @property
    def is_cut(self) -> bool:
        """Whether a part of the page was left out because it is too long: a warning says so."""
        return any(warning.endswith(CUT) for warning in self.warnings)


@dataclass(frozen=True, slots=True)
class Article:
    """One news article, as it was read from a page."""

    head: ArticleHead
    blocks: tuple[Block, ...]
    provenance: Provenance
    quotes: tuple[Quote, ...] = ()
    related: tuple[RelatedHeadline, ...] = ()

    def context_of(self, quote: Quote) -> str:
        """Return the text of a quote's block, or the headline."""
        return self.head.title if quote.block is None else self.blocks[quote.block].text

    def mention_context_of(self, quote: Quote) -> str | None:
        """Return the text that has the mention of a quote's speaker; None if there is no mention."""
        if quote.mention is None:
            return None
        return self.context_of(quote) if quote.mention_block is None else self.blocks[quote.mention_block].text

    @property
    def body_blocks(self) -> tuple[int, ...]:
        """Indices of the blocks of the story, ascending, without the one whose text is the lead."""
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
        """The certain speakers of the quotes in the story, each once; headlines, which shorten names, are left out."""
        found = (quote.certain_speaker for quote in self.quotes if quote.certain_speaker and quote.kind != "headline")
        return tuple(dict.fromkeys(found))


def newest_first(versions: Iterable[Article]) -> tuple[Article, ...]:
    """Return versions of an article in order: the one whose text was captured last comes first."""

    def age(version: Article) -> tuple[str, str]:
        since = version.head.history and version.head.history.since
        return (since.astimezone(UTC).isoformat(timespec="microseconds") if since else ""), version.head.id

    return tuple(sorted(versions, key=age, reverse=True))
