"""The published JSON, a class for each object that is no value of the model: keys, types and what they mean.

A key of the JSON is a field of the class, in this order, and always there. OpenAPI's schemas are made of these classes
and of the model's, under their names without `Json`: docstrings and `Meta` are what readers of the API are told.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from searchsvc.json_queries import (
    PageAddress,
    QueryErrorJson,
    QueryJson,
    QuoteQueryJson,
    SpeakersQueryJson,
    TextQueryJson,
)
from searchsvc.model.article import Block, ChangedPart, Day, History, Moment, Provenance, Quote, RelatedHeadline
from searchsvc.model.fields import TEXT_FIELDS, TextField
from searchsvc.model.printed_date import TimePrecision
from searchsvc.model.result import FacetValue, IndexInfo, ScoredPlace
from searchsvc.search.speakers import SpeakerRole
from searchsvc.search.topics import Topic
from searchsvc.verify.difference import MAX_PASSAGES, Difference, LeftOutWords, PassageStatus, VerdictStatus
from searchsvc.verify.reporting_clauses import PastedAttribution

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

    text: Annotated[str, msgspec.Meta(description="As printed; a newline where it goes on in the next block.")]
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
    kicker: Annotated[str | None, msgspec.Meta(description="The words above the headline: `Analysis`.")]
    url: str | None
    outlet: str | None
    agency: Annotated[str | None, msgspec.Meta(description="The agency that the story comes from, by its sign: `dpa`.")]
    section: str | None
    authors: tuple[str, ...]
    published: PrintedDateText | None
    published_day: PrintedDay | None
    published_precision: TimePrecision | None
    updated: PrintedDateText | None
    updated_day: PrintedDay | None
    updated_precision: TimePrecision | None
    added: Moment | None
    language: Annotated[str | None, msgspec.Meta(description="ISO 639-1 code.")]
    lead: str | None
    history: Annotated[
        History | None,
        msgspec.Meta(description="Its place among the versions of the article; null where one capture is known."),
    ]


Copies = Annotated[
    tuple[HeadJson, ...],
    msgspec.Meta(description="Other articles that match and print the same story, the first printed ones, 20 at most."),
]
CopiesTotal = Annotated[int, msgspec.Meta(description="How many copies there are.")]


class ArticleJson(msgspec.Struct, frozen=True):
    """One news article, as it was read; `saved_page` is the path of the page that it was read from, null for none."""

    head: HeadJson
    blocks: tuple[Block, ...]
    provenance: Provenance
    quotes: tuple[Quote, ...]
    related: tuple[RelatedHeadline, ...]
    saved_page: str | msgspec.UnsetType | None = msgspec.UNSET


class ScorePartJson(msgspec.Struct, frozen=True):
    """What one word or phrase of the query adds to the score of an article."""

    text: Annotated[str, msgspec.Meta(description="The word or phrase, as the query syntax writes it.")]
    place: Annotated[ScoredPlace, msgspec.Meta(description="The fields of the article, or its best passage.")]
    score: float


class ChangeJson(msgspec.Struct, frozen=True):
    """What changed between the version before and the newest one."""

    at: Annotated[Moment | None, msgspec.Meta(description="When the first capture of the new text was made.")]
    parts: tuple[ChangedPart, ...]


class HitJson(HeadJson, frozen=True):
    """An article that is found."""

    changed: Annotated[
        ChangeJson | None,
        msgspec.Meta(description="The newest change; null if no version before is kept, or it is old."),
    ]
    version: Annotated[
        History | None,
        msgspec.Meta(description="Of an older version, which versions=all finds: which one, of which article."),
    ]
    score: float
    matched_in: tuple[MatchedField, ...]
    title_marks: OffsetPairs
    snippets: list[SnippetJson]
    missing: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Bare words and phrases of the query that neither the title nor the text has."),
    ]
    explanation: Annotated[
        tuple[ScorePartJson, ...] | None,
        msgspec.Meta(description="The parts of the score, which add up to it but for rounding; null unless explain=1."),
    ]
    copies: Copies
    copies_total: CopiesTotal


class PageJson(msgspec.Struct, frozen=True):
    """One page of the articles that are found."""

    query: QueryJson
    total: Annotated[int, msgspec.Meta(description="Articles listed, exactly; of copies one, unless dups=show.")]
    total_articles: Annotated[int, msgspec.Meta(description="Articles that match, exactly; each copy is counted.")]
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
        msgspec.Meta(description="The block or headline it stands in; of a longer one 2,000 characters around it."),
    ]
    context_start: Annotated[int, msgspec.Meta(description="Offset of `context` in the block or headline.")]
    context_cut: Annotated[bool, msgspec.Meta(description="Whether `context` is not the whole of it.")]
    evidence: EvidenceJson | None
    anchor: str | None
    score: float
    copies: Copies
    copies_total: CopiesTotal


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
    role: Annotated[
        SpeakerRole | None, msgspec.Meta(description="What articles say that the speaker is; null if none says it.")
    ]
    others: Annotated[
        list[SpeakerJson], msgspec.Meta(description="Other full names with the same last word: whole ones, spellings.")
    ]
    topics: tuple[Topic, ...]
    quotes: QuotePageJson


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
    kept: Annotated[int, msgspec.Meta(description="Number of words that are the same in both.")]
    citation: Annotated[str, msgspec.Meta(description="The text with its source: speaker, headline, outlet, date.")]
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
            "words differ. absent: not in this collection. split: the same words, interrupted in print by a clause "
            "that says who spoke. stretch: only some words on end are printed. too_short: not printed so, and too few "
            "words to look for others like them."
        ),
    ]
    answer: Annotated[str, msgspec.Meta(description="The result in one sentence, for people.")]
    words: Annotated[int, msgspec.Meta(description="Number of words that were checked.")]
    attribution: Annotated[
        PastedAttribution | None,
        msgspec.Meta(description="Pasted words that say who spoke, and were not checked as part of the quotation."),
    ]
    total: Annotated[int, msgspec.Meta(description="Places found.")]
    places: Annotated[list[PlaceJson], msgspec.Meta(description="Best first.", max_length=MAX_PASSAGES)]
    index: IndexInfo


class CheckedQuotationJson(msgspec.Struct, frozen=True):
    """One of many quotations: its verdict, or why it cannot be checked."""

    quote: str
    verdict: VerdictJson | None
    error: QueryErrorJson | None


class VerdictsJson(msgspec.Struct, frozen=True):
    """The verdicts on many quotations, in the order in which they were sent."""

    checked: list[CheckedQuotationJson]
