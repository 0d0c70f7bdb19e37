"""What comes out: Ranking of Hits, and the Page a reader sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self

from msgspec import Meta

from searchsvc.model.article import Article, ArticleHead, Block, Moment, Quote, RelatedHeadline
from searchsvc.model.document import Passage
from searchsvc.model.fields import FacetField, TextField
from searchsvc.model.query import Leaf, Notice, Sort


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found. Blocks and passages are empty where nobody wanted texts."""

    head: ArticleHead
    score: float
    blocks: tuple[Block, ...]
    passages: tuple[Passage, ...]
    #: Index of the passage that matches best; None if only fields beside the body match.
    best: int | None = None
    #: Fields that hold at least one of the query's words, in schema order.
    matched_in: tuple[TextField, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many of the matching articles have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over all matching articles, or quotes. Most frequent first, ties by value; months in order.

    A facet that has a `DrillSidewaysFilter` among the filters is counted over what matches without it. Of
    quotes, spellings of one name are counted together, under the most frequent one.
    """

    values: Mapping[FacetField, tuple[FacetValue, ...]] = field(default_factory=dict)
    #: `2009-07`, ascending, without gaps being filled.
    month: tuple[FacetValue, ...] = ()

    def __getitem__(self, name: FacetField) -> tuple[FacetValue, ...]:
        """Return the values of one facet; none where it was not counted."""
        return self.values.get(name, ())


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits of one page of a result, and what is true of the whole result."""

    hits: tuple[Hit, ...]
    #: Exact number of matching articles.
    total: int
    #: Those that match every child of the root's `MinShouldMatch`, or `Query.all_words`; equals `total` without either.
    total_all_words: int
    #: Those that match the root, whatever the filters say.
    total_unfiltered: int
    facets: Facets = field(default_factory=Facets)


@dataclass(frozen=True, slots=True)
class QuoteHit:
    """One quote found, with the article it stands in."""

    head: ArticleHead
    index: int
    quote: Quote
    #: Text of the block, or the headline, that it stands in.
    context: str
    #: Text of the block that the speaker is named in; None if he is not.
    mention_context: str | None
    anchor: str | None
    score: float

    @classmethod
    def of(cls, article: Article, index: int, score: float) -> Self:
        """Return an article's quote as a hit."""
        quote = article.quotes[index]
        anchor = None if quote.block is None else f"b{quote.block}"
        contexts = article.context_of(quote), article.mention_context_of(quote)
        return cls(article.head, index, quote, *contexts, anchor, score)


@dataclass(frozen=True, slots=True)
class QuoteRanking:
    """Quotes found; facets count quotes."""

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
    """What stands beside an article's text: who said what in it, and the headlines its page carries."""

    quotes: tuple[Quote, ...] = ()
    related: tuple[RelatedHeadline, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeakerHit:
    """Somebody who is quoted under a full name, in all articles together."""

    name: Annotated[str, Meta(description="The most frequent spelling.")]
    quotes: int
    articles: int
    #: Dates of the oldest and the newest of the articles; None if all are undated.
    first: Moment | None
    last: Moment | None


@dataclass(frozen=True, slots=True)
class SpeakerRanking:
    """Who said what was asked for: most quotes first, ties by name."""

    hits: tuple[SpeakerHit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class HeadlineHit:
    """One related headline found, with the article that carries it."""

    head: ArticleHead
    index: int
    headline: RelatedHeadline
    score: float


@dataclass(frozen=True, slots=True)
class HeadlineRanking:
    """Related headlines found."""

    hits: tuple[HeadlineHit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a stored text with the query's words marked. A value, never HTML.

    `text` is a contiguous substring of the field it was cut from; marks are sorted and do not
    overlap.
    """

    text: str
    marks: tuple[Span, ...] = ()
    #: Fragment of the article's page: `b4` for a block, `r0` for a related headline.
    anchor: str | None = None
    #: True where words of the sentence were cut off before / after.
    cut_before: bool = False
    cut_after: bool = False

    @property
    def is_related(self) -> bool:
        """Return whether it is a related headline, and no part of the article's text."""
        return self.anchor is not None and self.anchor.startswith("r")

    def within(self, start: int, end: int) -> "Snippet":
        """Return a stretch of it with its marks; a mark over an edge is cut there."""
        marks = tuple(
            Span(max(mark.start, start) - start, min(mark.end, end) - start)
            for mark in self.marks
            if mark.start < end and mark.end > start
        )
        return Snippet(self.text[start:end], marks)

    def parts(self) -> list[tuple[str, bool]]:
        """Return `(text, marked)` pieces that join to `text`, for a template to loop over."""
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
    """One hit as it is shown."""

    head: ArticleHead
    score: float
    title: Snippet
    snippets: tuple[Snippet, ...]
    matched_in: tuple[TextField, ...]


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """Which state of the index answered."""

    generation: str
    articles: int
    updated: Moment | None
    commit: Annotated[str, Meta(description="Identity of this state: no other state of any index has it.")]


@dataclass(frozen=True, slots=True)
class WordFrequency:
    """A word, or the like, and in how many articles it stands; if in none, the words that are spelled almost so."""

    leaf: Leaf
    articles: int
    near: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ZeroHitSuggestions:
    """What a reader who found nothing may go on with: how many articles other searches find."""

    words: tuple[WordFrequency, ...]
    #: The same search without its filters.
    without_filters: int
    #: Any of the words, within the filters and without.
    any_word: int
    any_word_without_filters: int


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """The answer to one search."""

    text: str
    understood: str
    notices: tuple[Notice, ...]
    sort: Sort
    page: int
    size: int
    total: int
    total_all_words: int
    results: tuple[ArticleResult, ...]
    facets: Facets
    suggestion: str | None
    index: IndexInfo
    #: Where nothing is found and somebody wants to know.
    zero_hit_suggestions: ZeroHitSuggestions | None = None
