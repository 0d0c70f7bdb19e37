"""Related headlines, links, similar articles, stories, versions → the published JSON, with its shapes."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec

from searchsvc.json_output import (
    NO_LINKS,
    SCORE_DIGITS,
    counts_of,
    filters_of,
    marks_of,
    published_head,
    snippet_html,
    to_json,
)
from searchsvc.json_queries import HeadlineFiltersJson, HeadlineQueryJson, PageAddress, PageLinks
from searchsvc.json_shapes import CountedValues, HeadJson, OffsetPairs
from searchsvc.model.article import ArticleHead, ChangedPart, RelatedHeadline
from searchsvc.model.fields import HEADLINE_FACETS
from searchsvc.model.result import FacetValue, IndexInfo
from searchsvc.search import (
    ArticleLinks,
    ComparedVersions,
    HeadlinePage,
    Relation,
    SimilarPage,
    Story,
    StoryArticle,
    StorySpeaker,
    VersionsPage,
    WeightedWord,
)
from searchsvc.versions import BlockChange, DiffRun, QuoteChange

#: Digits of a likeness or weight that are published.
DIGITS = 3
_Story = Annotated[
    HeadJson | None,
    msgspec.Meta(description="The article of the archive that the headline names; null: known by its headline alone."),
]


class HeadlineFacetsJson(dict[str, CountedValues]):
    """Counts over all matching headlines, by the values of the articles whose pages carry them."""


class HeadlineHitJson(msgspec.Struct, frozen=True):
    """A headline of another story, and the article whose page carries it."""

    article: HeadJson
    index: Annotated[int, msgspec.Meta(description="Place among the article's related headlines.")]
    headline: RelatedHeadline
    story: _Story
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
    facets: HeadlineFacetsJson
    next: PageAddress
    prev: PageAddress
    index: IndexInfo


class NamedStoryJson(msgspec.Struct, frozen=True):
    """A related headline of an article."""

    index: Annotated[int, msgspec.Meta(description="Place among the article's related headlines.")]
    headline: RelatedHeadline
    story: _Story


class LinkingJson(msgspec.Struct, frozen=True):
    """The articles that name an article, in a related headline or in their text."""

    total: int
    articles: Annotated[list[HeadJson], msgspec.Meta(description="The newest of them.")]
    query: Annotated[str, msgspec.Meta(description="The search that finds all of them; empty if none can.")]


class ArticleLinksJson(msgspec.Struct, frozen=True):
    """What an article links to, and what links to it."""

    article: HeadJson
    to: list[NamedStoryJson]
    linking: LinkingJson
    index: IndexInfo


class WeightedWordJson(msgspec.Struct, frozen=True):
    """A word by which similar articles are found."""

    word: str
    occurrences: Annotated[int, msgspec.Meta(description="In the article; one in the headline counts for several.")]
    articles: Annotated[int, msgspec.Meta(description="Articles that have it.")]
    weight: float


class SimilarArticleJson(msgspec.Struct, frozen=True):
    """A similar article."""

    article: HeadJson
    likeness: Annotated[float, msgspec.Meta(description="Its score as a share of that of the article itself.")]
    words: Annotated[tuple[str, ...], msgspec.Meta(description="The words that made it so, the heaviest first.")]
    copies: Annotated[tuple[str, ...], msgspec.Meta(description="Ids of further copies.")]


class SimilarPageJson(msgspec.Struct, frozen=True):
    """The articles that are like one, most alike first; without copies of it."""

    article: HeadJson
    words: list[WeightedWordJson]
    hits: list[SimilarArticleJson]
    index: IndexInfo


class StoryArticleJson(msgspec.Struct, frozen=True):
    """An article of a story."""

    article: HeadJson
    relations: Annotated[
        tuple[Relation, ...],
        msgspec.Meta(description="How it belongs to the story; empty: the article that was asked for."),
    ]
    likeness: Annotated[float | None, msgspec.Meta(description="If it is a similar one.")]
    words: tuple[str, ...]
    copies: tuple[str, ...]
    speakers: tuple[StorySpeaker, ...]


class StoryJson(msgspec.Struct, frozen=True):
    """The story around an article: what it links to, what links to it, what is like it and near it in time."""

    article: HeadJson
    days: Annotated[int, msgspec.Meta(description="Days before and after in which similar articles were looked for.")]
    first_day: date | None
    last_day: date | None
    outlets: tuple[FacetValue, ...]
    speakers: tuple[StorySpeaker, ...]
    articles: Annotated[list[StoryArticleJson], msgspec.Meta(description="By date; undated ones come last.")]
    words: list[WeightedWordJson]
    linking: Annotated[int, msgspec.Meta(description="Articles that link to it, those that are not listed too.")]
    linking_query: Annotated[str, msgspec.Meta(description="The search that finds all of them; empty if none can.")]
    index: IndexInfo


def headlines_to_json(page: HeadlinePage, links: PageLinks = NO_LINKS) -> bytes:
    """Return the answer to a search for related headlines as one line of JSON."""
    filters = HeadlineFiltersJson(filters_of(page.asked, HEADLINE_FACETS))
    return to_json(
        HeadlinePageJson(
            query=HeadlineQueryJson(page.text, page.understood, page.notices, filters, page.sort, page.asked.match),
            total=page.total,
            page=page.page,
            size=page.size,
            hits=[
                HeadlineHitJson(
                    article=published_head(result.head),
                    index=result.index,
                    headline=result.headline,
                    story=_head(result.story),
                    marks=marks_of(result.text),
                    html=snippet_html(result.text),
                    score=round(result.score, SCORE_DIGITS),
                )
                for result in page.results
            ],
            facets=HeadlineFacetsJson(counts_of(page.facets, HEADLINE_FACETS)),
            next=links.next,
            prev=links.prev,
            index=page.index,
        )
    )


def links_to_json(links: ArticleLinks) -> bytes:
    """Return the links of an article, both ways, as one line of JSON."""
    named = [NamedStoryJson(one.index, one.headline, _head(one.story)) for one in links.named]
    linking = links.linking
    found = LinkingJson(linking.total, list(map(published_head, linking.heads)), linking.query)
    return to_json(ArticleLinksJson(published_head(links.article), named, found, links.index))


def similar_to_json(page: SimilarPage) -> bytes:
    """Return the articles that are like one as one line of JSON."""
    hits = [
        SimilarArticleJson(published_head(one.head), round(one.likeness, DIGITS), one.words, one.copies)
        for one in page.results
    ]
    return to_json(SimilarPageJson(published_head(page.article), _words(page.words), hits, page.index))


def story_to_json(story: Story) -> bytes:
    """Return a story as one line of JSON."""
    return to_json(
        StoryJson(
            article=published_head(story.article),
            days=story.days,
            first_day=story.first_day,
            last_day=story.last_day,
            outlets=story.outlets,
            speakers=story.speakers,
            articles=list(map(_member, story.articles)),
            words=_words(story.words),
            linking=story.linking,
            linking_query=story.linking_query,
            index=story.index,
        )
    )


def _member(one: StoryArticle) -> StoryArticleJson:
    likeness = None if one.likeness is None else round(one.likeness, DIGITS)
    return StoryArticleJson(published_head(one.head), one.relations, likeness, one.words, one.copies, one.speakers)


def _words(words: Sequence[WeightedWord]) -> list[WeightedWordJson]:
    return [WeightedWordJson(one.word, one.occurrences, one.articles, round(one.weight, DIGITS)) for one in words]


def _head(head: ArticleHead | None) -> HeadJson | None:
    return None if head is None else published_head(head)


class VersionComparisonJson(msgspec.Struct, frozen=True):
    """What differs between two versions of an article."""

    older: Annotated[str, msgspec.Meta(description="Id of the older version.")]
    newer: Annotated[str, msgspec.Meta(description="Id of the newer version; the newest has the article's.")]
    parts: Annotated[tuple[ChangedPart, ...], msgspec.Meta(description="The parts that differ.")]
    headline: tuple[DiffRun, ...]
    blocks: Annotated[tuple[BlockChange, ...], msgspec.Meta(description="All blocks of both, in order.")]
    quotes: Annotated[tuple[QuoteChange, ...], msgspec.Meta(description="The quotations that differ.")]


class VersionsJson(msgspec.Struct, frozen=True):
    """The versions of an article that are kept."""

    id: Annotated[str, msgspec.Meta(description="Id of the article.")]
    versions: Annotated[list[HeadJson], msgspec.Meta(description="The newest first; /api/articles/<id> has the texts.")]
    left_out: Annotated[int, msgspec.Meta(description="Older versions that are not kept.")]
    comparison: Annotated[
        VersionComparisonJson | None,
        msgspec.Meta(description="What differs between the versions `from` and `to`; null if neither is given."),
    ]
    index: IndexInfo


def versions_to_json(page: VersionsPage, compared: ComparedVersions | None = None) -> bytes:
    """Return the versions of an article, and what differs between two of them, as one line of JSON."""
    return to_json(
        VersionsJson(
            id=page.id,
            versions=[published_head(one.head) for one in page.versions],
            left_out=page.left_out,
            comparison=None if compared is None else _comparison(compared),
            index=page.index,
        )
    )


def _comparison(compared: ComparedVersions) -> VersionComparisonJson:
    found = compared.comparison
    return VersionComparisonJson(
        compared.older.head.id, compared.newer.head.id, found.parts, found.headline, found.blocks, found.quotes
    )
