"""The published JSON, a class for each object that is no value of the model: keys, types and what they mean.

A key of the JSON is a field of the class, in this order, and always there. OpenAPI's schemas are made of these classes
and of the model's, under their names without `Json`: docstrings and `Meta` are what readers of the API are told.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from searchsvc.json_queries import (
    HeadlineQueryJson,
    PageAddress,
    QueryJson,
    QuoteQueryJson,
    SpeakersQueryJson,
    TextQueryJson,
)
from searchsvc.model.article import Block, Day, Moment, Provenance, Quote, RelatedHeadline
from searchsvc.model.fields import TEXT_FIELDS, TextField
from searchsvc.model.printed_date import TimePrecision
from searchsvc.model.result import FacetValue, IndexInfo
from searchsvc.search.speakers import Topic
from searchsvc.verify.difference import MAX_PASSAGES, Difference, LeftOutWords, PassageStatus, VerdictStatus

#: Start and end of a stretch of a text, in code points.
OffsetPair = tuple[int, int]
OffsetPairs = Annotated[
    list[OffsetPair], msgspec.Meta(description="Half-open ranges of code points, sorted, without overlap.")
]
#: Name of a text field; what the table of fields holds is all there are.
MatchedField = Annotated[TextField, msgspec.Meta(extra_json_schema={"enum": [row.name for row in TEXT_FIELDS]})]


#: A date as it was printed; `_day` and `_precision` stand beside it.
PrintedDateText = Annotated[
    str,
    msgspec.Meta(
        description="The instant in UTC, to the second, ending in Z; the day alone where no clock was printed.",
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$",
    ),
]
PrintedDay = Annotated[
    Day, msgspec.Meta(description="The page's own calendar day, by which it is filtered, counted and shown.")
]


#: Values of each facet, the most frequent ones; and under `totals` how many values each has.
CountedValues = Sequence[FacetValue] | Mapping[str, int]


class FacetsJson(dict[str, CountedValues]):
    """Counts over all matching articles; spellings of one value are counted together."""


class QuoteFacetsJson(dict[str, CountedValues]):
    """Counts over all matching quotes; spellings of one value are counted together."""


class SnippetJson(msgspec.Struct, frozen=True):
    """A stretch of the article with the query's words marked."""

    text: str
    marks: OffsetPairs
    html: Annotated[str, msgspec.Meta(description="The text, escaped, with mark elements and no others.")]
    anchor: Annotated[
        str | None,
        msgspec.Meta(description="Fragment of the article's page: b4 for a block, r0 for a related headline."),
    ]
    cut_before: bool
    cut_after: bool


class HeadJson(msgspec.Struct, frozen=True):
    """The part of an article that identifies it and is shown in a list of hits."""

    id: str
    title: str
    url: str | None
    outlet: str | None
    section: str | None
    authors: tuple[str, ...]
    published: PrintedDateText | None
    published_day: PrintedDay | None
    published_precision: TimePrecision | None
    updated: PrintedDateText | None
    updated_day: PrintedDay | None
    updated_precision: TimePrecision | None
    language: Annotated[str | None, msgspec.Meta(description="ISO 639-1 code.")]
    lead: str | None


class ArticleJson(msgspec.Struct, frozen=True):
    """One news article, as it was read from a page."""

    head: HeadJson
    blocks: tuple[Block, ...]
    provenance: Provenance
    quotes: tuple[Quote, ...]
    related: tuple[RelatedHeadline, ...]


class HitJson(msgspec.Struct, frozen=True):
    """An article that is found."""

    id: str
    url: str | None
    title: str
    outlet: str | None
    section: str | None
    authors: tuple[str, ...]
    published: PrintedDateText | None
    published_day: PrintedDay | None
    published_precision: TimePrecision | None
    updated: PrintedDateText | None
    updated_day: PrintedDay | None
    updated_precision: TimePrecision | None
    language: Annotated[str | None, msgspec.Meta(description="ISO 639-1 code.")]
    lead: str | None
    score: float
    matched_in: tuple[MatchedField, ...]
    title_marks: OffsetPairs
    snippets: list[SnippetJson]


class PageJson(msgspec.Struct, frozen=True):
    """One page of the articles that are found."""

    query: QueryJson
    total: Annotated[int, msgspec.Meta(description="Articles listed, exactly.")]
    total_all_words: Annotated[int, msgspec.Meta(description="Of them, those that have all the words.")]
    page: int
    size: int
    hits: list[HitJson]
    facets: FacetsJson
    suggestion: Annotated[str | None, msgspec.Meta(description="The query as it was likely meant.")]
    next: PageAddress
    prev: PageAddress
    index: IndexInfo


class EvidenceJson(msgspec.Struct, frozen=True):
    """The sentence that names the speaker; spans are pairs of offsets into `text`."""

    text: str
    block: int | None
    anchor: str | None
    quote: Annotated[OffsetPair | None, msgspec.Meta(description="The quote's words, as far as they stand in `text`.")]
    mention: Annotated[OffsetPair | None, msgspec.Meta(description="The speaker as named.")]
    cue: Annotated[OffsetPair | None, msgspec.Meta(description="The word that attributes.")]
    cut_before: bool
    cut_after: bool


class QuoteHitJson(msgspec.Struct, frozen=True):
    """A quote that is found, and the article it stands in."""

    article: HeadJson
    index: Annotated[int, msgspec.Meta(description="Place among the article's quotes.")]
    quote: Quote
    marks: OffsetPairs
    html: Annotated[str, msgspec.Meta(description="The quote, the query's words in `mark` elements and nothing else.")]
    context: Annotated[
        str,
        msgspec.Meta(
            description="The block or headline it stands in; of a longer one 2,000 characters around the quote."
        ),
    ]
    context_start: Annotated[int, msgspec.Meta(description="Offset of `context` in the block or headline.")]
    context_cut: Annotated[bool, msgspec.Meta(description="Whether `context` is not the whole of it.")]
    evidence: EvidenceJson | None
    anchor: str | None
    score: float


class QuotePageJson(msgspec.Struct, frozen=True):
    """One page of the quotes that are found."""

    query: QuoteQueryJson
    total: Annotated[int, msgspec.Meta(description="Quotes found, exactly.")]
    page: int
    size: int
    hits: list[QuoteHitJson]
    facets: QuoteFacetsJson
    next: PageAddress
    prev: PageAddress
    index: IndexInfo


class SpeakerJson(msgspec.Struct, frozen=True):
    """A speaker with a full name, and counts over all matching quotes."""

    name: Annotated[str, msgspec.Meta(description="The most frequent spelling.")]
    quotes: int
    articles: int
    first: Moment | None
    last: Moment | None


class SpeakersPageJson(msgspec.Struct, frozen=True):
    """One page of those who said what was asked for."""

    query: SpeakersQueryJson
    total: int
    page: int
    size: int
    hits: list[SpeakerJson]
    next: PageAddress
    prev: PageAddress
    index: IndexInfo


class SpeakerPageJson(msgspec.Struct, frozen=True):
    """What is known of one speaker."""

    name: str
    speaker: Annotated[
        SpeakerJson | None,
        msgspec.Meta(description="null where the name is not a full one: several may bear it."),
    ]
    topics: tuple[Topic, ...]
    quotes: QuotePageJson


class HeadlineHitJson(msgspec.Struct, frozen=True):
    """A headline of another story, and the article whose page carries it."""

    article: HeadJson
    index: Annotated[int, msgspec.Meta(description="Place among the article's related headlines.")]
    headline: RelatedHeadline
    marks: OffsetPairs
    html: str
    score: float


class HeadlinePageJson(msgspec.Struct, frozen=True):
    """One page of the related headlines that are found."""

    query: HeadlineQueryJson
    total: int
    page: int
    size: int
    hits: list[HeadlineHitJson]
    next: PageAddress
    prev: PageAddress
    index: IndexInfo


class PlaceJson(msgspec.Struct, frozen=True):
    """A stretch of an article that the quotation is, or may have been made of."""

    article: HeadJson
    status: PassageStatus
    block: Annotated[int | None, msgspec.Meta(description="Null: the headline.")]
    end_block: Annotated[int | None, msgspec.Meta(description="Block it ends in.")]
    anchor: str | None
    start: Annotated[int, msgspec.Meta(description="Code point in the first block.")]
    end: Annotated[int, msgspec.Meta(description="Code point in the last block.")]
    text: Annotated[str, msgspec.Meta(description="As printed there; blocks are parted by newlines.")]
    diff: tuple[Difference, ...]
    left_out: tuple[LeftOutWords, ...]
    quoted: Annotated[bool, msgspec.Meta(description="All of its words that were quoted stand in quotation marks.")]
    quote: Annotated[
        Quote | None,
        msgspec.Meta(description="The article's quote that most of the place lies in: who said it."),
    ]


class VerdictJson(msgspec.Struct, frozen=True):
    """Whether a quotation is printed in the collection."""

    query: TextQueryJson
    status: Annotated[
        VerdictStatus,
        msgspec.Meta(
            description="exact: but for the shape of marks, dashes and spaces, what ellipses and brackets declare, and "
            "the punctuation at both ends. punctuation: the same words; punctuation, case or accents differ. words: "
            "words differ. absent: not in this collection."
        ),
    ]
    total: Annotated[int, msgspec.Meta(description="Places found.")]
    places: Annotated[list[PlaceJson], msgspec.Meta(description="Best first.", max_length=MAX_PASSAGES)]
    index: IndexInfo


class QueryErrorJson(msgspec.Struct, frozen=True):
    """Why a query is refused."""

    reason: str
    position: Annotated[int | None, msgspec.Meta(description="Code point of the query where the trouble starts.")]
    length: int
    suggestion: Annotated[str | None, msgspec.Meta(description="A query that works.")]


class RefusedQueryJson(msgspec.Struct, frozen=True):
    """A refused query, as a search that finds nothing: what the command line prints for it."""

    hits: tuple[()]
    error: QueryErrorJson
