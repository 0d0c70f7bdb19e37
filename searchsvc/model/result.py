"""Values of the read pipeline that answer: rankings and hits of an engine, snippets, and the page of results."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal, Self

from msgspec import Meta

from searchsvc.model.article import Article, ArticleHead, Block, Day, Moment, Quote, RelatedHeadline
from searchsvc.model.document import Passage
from searchsvc.model.fields import FacetField, TextField
from searchsvc.model.query import Leaf, MatchMode, Notice, Sort, Spelling

#: Where a part of a score comes from: the fields of the article, or its best passage.
ScoredPlace = Literal["article", "passage"]


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What one leaf of the query adds to the score of an article in one place."""

    leaf: Leaf
    place: ScoredPlace
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One article that matches. Blocks and passages are empty where texts were not asked for."""

    head: ArticleHead
    score: float
    blocks: tuple[Block, ...]
    passages: tuple[Passage, ...]
    #: Index of the best passage; None if no passage matches.
    best: int | None = None
    #: Text fields in which at least one leaf of the query matches, in schema order.
    matched_in: tuple[TextField, ...] = ()
    #: The parts of the score, which add up to it but for rounding, in the order of the query; None: not asked for.
    parts: tuple[ScorePart, ...] | None = None
    #: Where copies are grouped, the other articles of its group that match: first printed ones, and how many in all.
    copies: tuple[ArticleHead, ...] = ()
    copies_total: int = 0


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, and how many of the matching articles or quotes have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over all matching articles, or quotes: most frequent values first, ties by key; months in order.

    A facet with a `DrillSidewaysFilter` is counted over what matches without that filter. Spellings with the same
    `value_key` are one value, shown in the spelling that most of the matching articles, or quotes, have; of equal ones
    in one with capitals and small letters.
    """

    values: Mapping[FacetField, tuple[FacetValue, ...]] = field(default_factory=dict)
    #: How many values each facet has, those beyond the limit of a `FacetSelection` too, which contain its words.
    totals: Mapping[FacetField, int] = field(default_factory=dict)
    #: Months as `2009-07`, ascending; months without articles are missing.
    month: tuple[FacetValue, ...] = ()
    #: Days of the month that a `FacetSelection` names, as `2009-07-15`, ascending; days without articles are missing.
    day: tuple[FacetValue, ...] = ()

    def __getitem__(self, name: FacetField) -> tuple[FacetValue, ...]:
        """Return the values of a facet; none if it was not counted."""
        return self.values.get(name, ())


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits of one page, and totals and facets of the whole result."""

    hits: tuple[Hit, ...]
    #: Exact number of hits of all pages: of matching articles, copies of a story counted once if they are grouped.
    total: int
    #: Exact number of matching articles, each copy counted.
    total_articles: int
    #: Number of hits that match all children of the root's `MinShouldMatch`, or `Query.all_words`; else `total`.
    total_all_words: int
    #: Number of articles that match the root, without the filters, each copy counted.
    total_unfiltered: int
    facets: Facets = field(default_factory=Facets)


@dataclass(frozen=True, slots=True)
class QuoteHit:
    """One quote that matches, with the head of its article."""

    head: ArticleHead
    index: int
    quote: Quote
    #: Text of the block, or the headline, that has the quote.
    context: str
    #: Text of the block that the speaker is named in; None if he is not.
    mention_context: str | None
    anchor: str | None
    score: float
    #: Where copies are grouped, the other articles of the group with this quote: first printed ones, and how many.
    copies: tuple[ArticleHead, ...] = ()
    copies_total: int = 0

    @classmethod
    def of(cls, article: Article, index: int, score: float) -> Self:
        """Return the hit of a quote, given by its index in the article."""
        quote = article.quotes[index]
        anchor = None if quote.block is None else f"b{quote.block}"
        contexts = article.context_of(quote), article.mention_context_of(quote)
        return cls(article.head, index, quote, *contexts, anchor, score)


@dataclass(frozen=True, slots=True)
class QuoteRanking:
    """The quotes of one page, and totals and facets of all quotes that match."""

    hits: tuple[QuoteHit, ...]
    total: int
    facets: Facets = field(default_factory=Facets)
    #: For each `DrillSidewaysFilter` among the filters, how many quotes match without it.
    totals_without: Mapping[FacetField, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuoteWords:
    """The surface forms of a quote, in order, and the language of its article."""

    language: str | None
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Annotations:
    """What is known of an article beside its text: its quotes, and the related headlines of its page."""

    quotes: tuple[Quote, ...] = ()
    related: tuple[RelatedHeadline, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeakerHit:
    """A speaker with a full name, and counts over all matching quotes."""

    name: Annotated[str, Meta(description="The most frequent spelling.")]
    quotes: int
    articles: int
    #: Dates of the oldest and the newest of the articles; None if all are undated.
    first: Moment | None
    last: Moment | None
    #: The same as the pages' own calendar days.
    first_day: Day | None
    last_day: Day | None


@dataclass(frozen=True, slots=True)
class SpeakerRanking:
    """The speakers of the matching quotes: most quotes first, ties by name."""

    hits: tuple[SpeakerHit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class HeadlineHit:
    """One related headline that matches, with the head of the article whose page has it."""

    head: ArticleHead
    index: int
    headline: RelatedHeadline
    score: float


@dataclass(frozen=True, slots=True)
class HeadlineRanking:
    """The related headlines of one page, and totals and facets of all that match."""

    hits: tuple[HeadlineHit, ...]
    total: int
    facets: Facets = field(default_factory=Facets)
    #: For each `DrillSidewaysFilter` among the filters, how many headlines match without it.
    totals_without: Mapping[FacetField, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a stored text, with the ranges of the query's words. It holds no HTML.

    `text` is a contiguous substring of the title, a related headline, or the blocks joined by newlines. Marks are
    ranges of `text`, sorted, and do not overlap.
    """

    text: str
    marks: tuple[Span, ...] = ()
    #: Fragment of the article's page: `b4` for a block, `r0` for a related headline.
    anchor: str | None = None
    #: Whether the sentence goes on before the text, and after it.
    cut_before: bool = False
    cut_after: bool = False

    @property
    def is_related(self) -> bool:
        """Return whether it is a related headline, and not a part of the article's text."""
        return self.anchor is not None and self.anchor.startswith("r")

    def within(self, start: int, end: int) -> "Snippet":
        """Return the part of it from `start` up to `end`, with its marks; a mark across an edge is shortened."""
        marks = tuple(
            Span(max(mark.start, start) - start, min(mark.end, end) - start)
            for mark in self.marks
            if mark.start < end and mark.end > start
        )
        return Snippet(self.text[start:end], marks)

    def parts(self) -> list[tuple[str, bool]]:
        """Return `(text, marked)` pairs whose texts, joined, are `text`, for templates to loop over."""
        pieces: list[tuple[str, bool]] = []
        at = 0
        for mark in self.marks:
            if mark.start > at:
                pieces.append((self.text[at : mark.start], False))
            pieces.append((self.text[mark.start : mark.end], True))
            at = mark.end
        if at < len(self.text):
            pieces.append((self.text[at:], False))
        return pieces


@dataclass(frozen=True, slots=True)
class ArticleResult:
    """One hit of a page of results, with its snippets."""

    head: ArticleHead
    score: float
    title: Snippet
    snippets: tuple[Snippet, ...]
    matched_in: tuple[TextField, ...]
    #: Bare words and phrases of the query that stand neither in its title nor in its text, in canonical syntax.
    missing: tuple[str, ...] = ()
    #: The parts of the score; None: not asked for.
    parts: tuple[ScorePart, ...] | None = None
    #: The other articles of its group of copies that match, the first printed ones; and how many there are.
    copies: tuple[ArticleHead, ...] = ()
    copies_total: int = 0


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """Which state of the index answered."""

    generation: str
    articles: int
    updated: Moment | None
    commit: Annotated[str, Meta(description="Identity of this state: no other state of any index has it.")]


@dataclass(frozen=True, slots=True)
class WordFrequency:
    """A leaf of a query, how many articles match it, and, if none does, words of similar spelling with their counts."""

    leaf: Leaf
    articles: int
    near: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ZeroHitSuggestions:
    """For a search without results: how many articles other searches find."""

    words: tuple[WordFrequency, ...]
    #: Articles that the same search finds without its filters.
    without_filters: int
    #: Articles that have any of the words, with the filters and without.
    any_word: int
    any_word_without_filters: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked beside the text of a query, as an answer repeats it."""

    match: MatchMode
    spelling: Spelling
    #: Facet → chosen values, without facets that have none.
    chosen: Mapping[FacetField, tuple[str, ...]]
    #: First and last day, both included.
    first: date | None
    last: date | None
    #: When articles came in: from the first instant on, and before the second one.
    added_after: datetime | None = None
    added_before: datetime | None = None
    #: Whether older versions of articles were searched, too.
    versions: bool = False
    #: Whether each copy of a story was listed.
    show_copies: bool = False


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """The answer to one search."""

    text: str
    asked: Asked
    understood: str
    notices: tuple[Notice, ...]
    sort: Sort
    page: int
    size: int
    total: int
    #: Articles that match, each copy counted.
    total_articles: int
    total_all_words: int
    results: tuple[ArticleResult, ...]
    facets: Facets
    #: The query with its doubted words as they were likely meant, if that finds articles.
    suggestion: str | None
    index: IndexInfo
    #: Whether the results are those of the suggestion, since the text as typed finds nothing.
    respelled: bool = False
    #: Present if nothing was found and the request asked for it.
    zero_hit_suggestions: ZeroHitSuggestions | None = None
