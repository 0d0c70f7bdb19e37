"""Which columns has a file of an analysis? Counts over time: a row for each period of each search; words."""

from collections.abc import Sequence

from searchsvc.exports.columns import Column, address_of, head_column
from searchsvc.json_analyses import rounded_share
from searchsvc.search import ConcordanceLine, Keyword, Trend, TrendPoint, TrendsPage

#: A period of a search.
TrendRow = tuple[Trend, TrendPoint]

TREND_COLUMNS: tuple[Column[TrendRow], ...] = (
    Column("query", lambda row, _: row[0].text),
    Column("from", lambda row, _: row[1].first.isoformat()),
    Column("to", lambda row, _: row[1].last.isoformat()),
    Column("articles", lambda row, _: row[1].articles),
    Column("all_articles", lambda row, _: row[1].whole),
    Column("share", lambda row, _: rounded_share(row[1])),
)

CONCORDANCE_COLUMNS: tuple[Column[ConcordanceLine], ...] = (
    Column("left", lambda line, _: line.left),
    Column("match", lambda line, _: line.match),
    Column("right", lambda line, _: line.right),
    *map(head_column, ("title", "outlet", "section", "published_day", "url", "language")),
    Column("id", lambda line, _: line.head.id),
    Column("anchor", lambda line, _: line.anchor),
    Column("archive_url", lambda line, around: address_of(line.head, around, line.anchor)),
)
KEYWORD_COLUMNS: tuple[Column[Keyword], ...] = (
    Column("word", lambda word, _: word.word),
    Column("articles", lambda word, _: word.articles),
    Column("all_articles", lambda word, _: word.all_articles),
    Column("log_likelihood", lambda word, _: word.log_likelihood),
)


def trend_rows(page: TrendsPage) -> Sequence[TrendRow]:
    """Return the periods of all searches, one search after the other."""
    return [(trend, point) for trend in page.trends for point in trend.points]
