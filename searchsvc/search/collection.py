"""Engine → what is in the index: counts, span, gaps, how many articles have each field, growth, refused pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from searchsvc.engines.base import Engine
from searchsvc.engines.run_history import RefusedPages, RunRecord, runs_of
from searchsvc.model.fields import ARTICLE_FACETS, BODY, TEXT_FIELDS, FacetField
from searchsvc.model.query import (
    MAX_FACET_LIMIT,
    USUAL_SELECTION,
    DateRange,
    FacetSelection,
    MatchAll,
    Prefix,
    Query,
)
from searchsvc.model.result import Facets, FacetValue, IndexInfo

#: Gaps that are told, the longest ones; days of growth that are told, the last ones.
MOST_GAPS, MOST_DAYS = 50, 100
MONTHS_OF_YEAR = 12


@dataclass(frozen=True, slots=True)
class Gap:
    """Months within the span of the collection, both included, of which no article is dated."""

    first_month: str
    last_month: str
    months: int


@dataclass(frozen=True, slots=True)
class FilledField:
    """How many articles have a field."""

    field: str
    articles: int


@dataclass(frozen=True, slots=True)
class Growth:
    """The articles of the index after the last run of a day (UTC)."""

    day: date
    articles: int


@dataclass(frozen=True, slots=True)
class PagesRead:
    """What the last run of `reindex` has read."""

    day: date
    pages: int
    #: Pages that are older captures of an article, that were taken down, and that could not be read.
    superseded: int
    forgotten: int
    refused: int
    reasons: tuple[RefusedPages, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """What is in here."""

    articles: int
    quotes: int
    headlines: int
    first_month: str | None
    last_month: str | None
    undated: int
    fields: tuple[FilledField, ...]
    gaps: tuple[Gap, ...]
    growth: tuple[Growth, ...]
    #: None where no run has told: an index that was copied, or made by an earlier version.
    pages: PagesRead | None
    facets: Facets
    index: IndexInfo


def describe_collection(engine: Engine, selection: FacetSelection = USUAL_SELECTION) -> Collection:
    """Return what is in an index; `selection` says which values of facets are counted out.

    Raises:
        EngineError: The index cannot be read.

    """
    every = Query(MatchAll())
    ranking, info = engine.search(every, limit=0, selection=selection), engine.info()
    months = ranking.facets.month
    runs = runs_of(engine)
    return Collection(
        articles=info.articles,
        quotes=engine.totals([every], of="quotes")[0],
        headlines=engine.search_headlines(MatchAll(), (), limit=0).total,
        first_month=months[0].value if months else None,
        last_month=months[-1].value if months else None,
        undated=ranking.total - sum(month.count for month in months),
        fields=_fields(engine),
        gaps=tuple(sorted(_gaps(months), key=lambda gap: (-gap.months, gap.first_month))[:MOST_GAPS]),
        growth=_growth(runs),
        pages=_pages(runs[-1]) if runs else None,
        facets=ranking.facets,
        index=info,
    )


def _fields(engine: Engine) -> tuple[FilledField, ...]:
    """Return the fields in the order of the tables: texts but the body, facets that are no text, and the date."""
    names = [row.name for row in TEXT_FIELDS if row.name != BODY]
    queries = [*(Query(Prefix("", name)) for name in names), Query(DateRange())]
    *texts, dated = engine.totals(queries)
    counted = engine.search(Query(MatchAll()), limit=0, selection=FacetSelection(MAX_FACET_LIMIT)).facets
    single = [str(row.name) for row in ARTICLE_FACETS if row.of_head and str(row.name) not in names]
    facets = [FilledField(name, sum(value.count for value in counted[FacetField(name)])) for name in single]
    filled = [FilledField(str(name), count) for name, count in zip(names, texts, strict=True)]
    return (*filled, *facets, FilledField("date", dated))


def _gaps(months: Sequence[FacetValue]) -> Iterator[Gap]:
    """Yield the gaps between months that have articles, in order."""
    numbers = [_month_number(month.value) for month in months]
    for before, after in pairwise(numbers):
        if after - before > 1:
            yield Gap(_month(before + 1), _month(after - 1), after - before - 1)


def _month_number(text: str) -> int:
    year, month = text.split("-")
    return int(year) * MONTHS_OF_YEAR + int(month) - 1


def _month(number: int) -> str:
    return f"{number // MONTHS_OF_YEAR:04}-{number % MONTHS_OF_YEAR + 1:02}"


def _growth(runs: Sequence[RunRecord]) -> tuple[Growth, ...]:
    by_day = {run.at.date(): run.articles for run in runs}
    return tuple(Growth(day, articles) for day, articles in by_day.items())[-MOST_DAYS:]


def _pages(run: RunRecord) -> PagesRead:
    refused = sum(one.pages for one in run.refused)
    return PagesRead(run.at.date(), run.pages, run.superseded, run.forgotten, refused, run.refused)
