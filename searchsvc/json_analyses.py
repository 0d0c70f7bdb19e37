"""Analyses of results → the published JSON, with its shapes: counts over time, words in context, words that stand out.

What a search finds is written by `json_output`; here is what is computed of all that it finds.
"""

from typing import Annotated

import msgspec

from searchsvc.json_output import asked_copies, asked_versions, filters_of, published_head, published_query, to_json
from searchsvc.json_queries import AskedCopies, AskedVersions, FiltersJson, QueryJson, ReadQueryJson
from searchsvc.json_shapes import HeadJson
from searchsvc.model.article import Day
from searchsvc.model.date_histogram import Interval
from searchsvc.model.fields import ARTICLE_FACETS
from searchsvc.model.query import MatchMode
from searchsvc.model.result import IndexInfo
from searchsvc.search import (
    ConcordanceLine,
    ConcordanceOrder,
    ConcordancePage,
    Keyword,
    KeywordsPage,
    Trend,
    TrendPoint,
    TrendsPage,
)

#: Digits of a share that are published.
SHARE_DIGITS = 6


class TrendPointJson(msgspec.Struct, frozen=True):
    """A period, and how many articles of a search are dated within it."""

    first: Annotated[Day, msgspec.Meta(description="First day.")] = msgspec.field(name="from")
    last: Annotated[Day, msgspec.Meta(description="Last day, included.")] = msgspec.field(name="to")
    articles: int
    all_articles: Annotated[int, msgspec.Meta(description="All articles of the period that pass the filters.")]
    share: Annotated[float | None, msgspec.Meta(description="Part of all articles, 0 to 1; null where there are none.")]


class TrendJson(msgspec.Struct, frozen=True):
    """One search over time."""

    query: ReadQueryJson
    total: Annotated[int, msgspec.Meta(description="Articles that match, undated ones among them.")]
    undated: Annotated[int, msgspec.Meta(description="Articles that match and have no date: they are in no period.")]
    points: Annotated[list[TrendPointJson], msgspec.Meta(description="All periods in order, empty ones too.")]


class TrendsJson(msgspec.Struct, frozen=True):
    """Searches over time, each with the same periods."""

    filters: FiltersJson
    match: MatchMode
    versions: AskedVersions
    dups: AskedCopies
    interval: Annotated[Interval, msgspec.Meta(description="Length of a period; weeks begin on Mondays (ISO 8601).")]
    trends: list[TrendJson]
    all_articles: Annotated[int, msgspec.Meta(description="All articles that pass the filters.")]
    all_undated: Annotated[int, msgspec.Meta(description="Those of them that have no date.")]
    index: IndexInfo


def trends_to_json(page: TrendsPage) -> bytes:
    """Return counts over time as one line of JSON."""
    return to_json(
        TrendsJson(
            filters=FiltersJson(filters_of(page.asked, ARTICLE_FACETS)),
            match=page.asked.match,
            versions=asked_versions(page.asked),
            dups=asked_copies(page.asked),
            interval=page.interval,
            trends=list(map(_trend, page.trends)),
            all_articles=page.whole,
            all_undated=page.undated,
            index=page.index,
        )
    )


def _trend(trend: Trend) -> TrendJson:
    query = ReadQueryJson(trend.text, trend.understood, trend.notices)
    return TrendJson(query, trend.total, trend.undated, list(map(_point, trend.points)))


def _point(point: TrendPoint) -> TrendPointJson:
    return TrendPointJson(point.first, point.last, point.articles, point.whole, rounded_share(point))


def rounded_share(point: TrendPoint) -> float | None:
    """Return the share of a point, as it is published."""
    return None if point.share is None else round(point.share, SHARE_DIGITS)


class ConcordanceLineJson(msgspec.Struct, frozen=True):
    """One place of the query's words, with the text on both sides, cut at words."""

    left: Annotated[str, msgspec.Meta(description="What stands before, in the direction of reading.")]
    match: str
    right: Annotated[str, msgspec.Meta(description="What stands after.")]
    anchor: Annotated[str | None, msgspec.Meta(description="Fragment of the article's page; null for the headline.")]
    article: HeadJson


class ConcordanceJson(msgspec.Struct, frozen=True):
    """One page of the places of a query's words in the first articles that match."""

    query: QueryJson
    order: ConcordanceOrder
    total: Annotated[int, msgspec.Meta(description="Lines there are.")]
    complete: Annotated[bool, msgspec.Meta(description="Whether they are all: of all articles that match.")]
    articles: Annotated[int, msgspec.Meta(description="Articles that match.")]
    articles_read: Annotated[int, msgspec.Meta(description="The first of them, whose places these are.")]
    page: int
    size: int
    lines: list[ConcordanceLineJson]
    index: IndexInfo


def concordance_to_json(page: ConcordancePage) -> bytes:
    """Return words in context as one line of JSON."""
    return to_json(
        ConcordanceJson(
            query=published_query(page),
            order=page.order,
            total=page.total,
            complete=page.is_complete,
            articles=page.articles,
            articles_read=page.read,
            page=page.page,
            size=page.size,
            lines=list(map(_concordance_line, page.lines)),
            index=page.index,
        )
    )


def _concordance_line(line: ConcordanceLine) -> ConcordanceLineJson:
    return ConcordanceLineJson(line.left, line.match, line.right, line.anchor, published_head(line.head))


class KeywordsJson(msgspec.Struct, frozen=True):
    """Words that the first articles that match have more often than the rest of the collection."""

    query: QueryJson
    articles: Annotated[int, msgspec.Meta(description="Articles that match.")]
    articles_read: Annotated[int, msgspec.Meta(description="The first of them, whose words these are.")]
    words: tuple[Keyword, ...]
    index: IndexInfo


def keywords_to_json(page: KeywordsPage) -> bytes:
    """Return words that stand out as one line of JSON."""
    return to_json(KeywordsJson(published_query(page), page.articles, page.read, page.words, page.index))
