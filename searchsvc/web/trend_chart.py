"""Counts over time → a line chart (SVG, without styles of its own) and the table behind it; each point is a link.

Lines differ by colour, dashes and the shape of their points. A line is interrupted where a share is of nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, floor, log10
from typing import NamedTuple

from searchsvc.model.date_histogram import Interval
from searchsvc.model.message import Message, join_messages
from searchsvc.search import SearchRequest, Trend, TrendPoint, TrendsPage
from searchsvc.web.analysis_parameters import TrendsRequest
from searchsvc.web.page_language import page_language, told
from searchsvc.web.query_strings import affordable_links, query_string
from searchsvc.web.timeline import dates

#: Size of the chart, and edges around the lines, in units of the SVG, which are CSS pixels.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 280, 58, 40, 14, 34
#: Points of a line, at most; steps on the vertical axis and labels on the horizontal one, at most.
MAX_POINTS, STEPS, TICKS = 400, 4, 7
#: Points of a line up to which each is drawn as a shape; of more about so many are.
SHAPES = 48
#: Radius of a shape.
RADIUS = 4
#: Factors of the powers of ten that stand on the vertical axis.
_ROUND = (1, 2, 2.5, 5, 10)


class Tick(NamedTuple):
    """A label on an axis, and its distance from the left, or from the top."""

    at: float
    label: str


#: Length of a period, and whether shares are shown → what the chart shows.
_SUMMARIES: Mapping[tuple[Interval, bool], Message] = {
    ("day", False): Message("Articles by day"),
    ("week", False): Message("Articles by week"),
    ("month", False): Message("Articles by month"),
    ("year", False): Message("Articles by year"),
    ("day", True): Message("Share of all articles by day"),
    ("week", True): Message("Share of all articles by week"),
    ("month", True): Message("Share of all articles by month"),
    ("year", True): Message("Share of all articles by year"),
}


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One period of one search."""

    x: float
    y: float
    #: `July 2009: 12 articles, 3.1 % of all`.
    label: str
    #: Query string of the search in this period; None if it finds nothing there.
    href: str | None
    #: Outline of the shape.
    shape: str
    #: Whether the shape is drawn; else it shows when it is pointed at.
    drawn: bool


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One search in the chart."""

    #: From 1; it gives colour, dashes and shape.
    number: int
    trend: Trend
    #: Query string of the search, with the filters.
    href: str
    #: Data of the SVG path; "" where nothing can be drawn.
    path: str
    points: tuple[ChartPoint, ...]
    #: Shape of its points, drawn around (0, 0).
    sign: str


class PeriodCell(NamedTuple):
    """What the table has of one search in a period."""

    articles: int
    share: str
    href: str | None


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period in the table."""

    label: str
    #: Query string of the same counts within the period; None for a day.
    href: str | None
    whole: int
    cells: tuple[PeriodCell, ...]


@dataclass(frozen=True, slots=True)
class TrendChart:
    """The chart and its table."""

    lines: tuple[ChartLine, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    rows: tuple[PeriodRow, ...]
    #: What the chart shows, in words.
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def most_points(asked: TrendsRequest) -> int:
    """Return how many periods a page shows, at most: fewer for long searches, whose links are long."""
    longest = max(asked.searches, key=lambda one: len(one.text))
    dated = replace(longest, first=date.min, last=date.max)
    return max(1, min(MAX_POINTS, affordable_links(dated) // len(asked.searches)))


def trend_chart(asked: TrendsRequest, page: TrendsPage) -> TrendChart:
    """Return the chart of counts over time; without lines and rows if there are no periods."""
    axis = _axis(page, share=asked.share)
    points = page.trends[0].points
    names = [dates(SearchRequest(first=point.first, last=point.last)) for point in points]
    shares = [list(map(percent, trend.points)) for trend in page.trends]
    lines = tuple(
        _line(number, search, trend, list(zip(names, own, strict=True)), axis[-1], share=asked.share)
        for number, (search, trend, own) in enumerate(zip(asked.searches, page.trends, shares, strict=True), 1)
    )
    return TrendChart(
        lines=lines,
        across=tuple(_across(points, page.interval)),
        up=tuple(_up(axis, share=asked.share)),
        rows=tuple(_rows(asked, page, lines, names, shares)),
        summary=_summary(points, page.interval, share=asked.share),
    )


def _axis(page: TrendsPage, *, share: bool) -> list[float]:
    """Return the numbers on the vertical axis, evenly from 0: round ones, the last of which no point exceeds."""
    values = (_value(point, share=share) or 0 for trend in page.trends for point in trend.points)
    highest = float(max(values, default=0)) or (1.0 if share else STEPS)
    power = 10.0 ** floor(log10(highest / STEPS))
    step = next(factor * power for factor in (*_ROUND, 10 * _ROUND[-1]) if factor * power * STEPS >= highest)
    if not share:
        step = max(1.0, ceil(step))
    # A sum of decimal fractions may lie a little below what it stands for.
    return [step * i for i in range(ceil(highest / step - 1e-9) + 1)]


def _value(point: TrendPoint, *, share: bool) -> float | None:
    return point.share if share else point.articles


def _line(
    number: int, search: SearchRequest, trend: Trend, texts: Sequence[tuple[str, str]], top: float, *, share: bool
) -> ChartLine:
    """Return the line of a search; `texts` has the name of each period, and its share in percent."""
    count = len(trend.points)
    every = max(1, ceil(count / SHAPES)) if count > SHAPES else 1
    points, steps, pen_up = [], [], True
    for i, point in enumerate(trend.points):
        value = _value(point, share=share)
        if value is None:
            pen_up = True
            continue
        x, y = _x(i, count), HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top
        steps.append(f"{'M' if pen_up else 'L'}{x:.1f} {y:.1f}")
        pen_up = False
        href = query_string(search, first=point.first, last=point.last) if point.articles else None
        drawn = (i + number * every // 4) % every == 0
        points.append(ChartPoint(x, y, _told(search, point, *texts[i]), href, _shape(number, x, y), drawn))
    own = query_string(search)
    return ChartLine(number, trend, own, "".join(steps), tuple(points), _shape(number, 0, 0))


def _x(i: int, count: int) -> float:
    width = WIDTH - LEFT - RIGHT
    return LEFT + (width * i / (count - 1) if count > 1 else width / 2)


def _shape(number: int, x: float, y: float) -> str:
    """Return the outline of a point as data of an SVG path: circle, square, triangle, diamond."""
    r = RADIUS
    match number:
        case 1:
            return f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"
        case 2:
            return f"M{x - r:.1f} {y - r:.1f}h{2 * r}v{2 * r}h{-2 * r}z"
        case 3:
            return f"M{x:.1f} {y - r - 1:.1f}l{r + 1} {2 * r}h{-2 * r - 2}z"
        case _:
            return f"M{x:.1f} {y - r - 1:.1f}l{r + 1} {r + 1}l{-r - 1} {r + 1}l{-r - 1} {-r - 1}z"


def _told(search: SearchRequest, point: TrendPoint, name: str, share: str) -> str:
    """Return what a point says: `ferry, May 2024: 3 articles, 12 % of all`."""
    count = Message("%(n)s article", plural="%(n)s articles", n=point.articles)
    if point.whole:
        count = Message("%(articles)s, %(share)s of all", articles=count, share=share)
    return told(join_messages((join_messages(filter(None, (search.text, name)), ", "), count), ": "))


def percent(point: TrendPoint) -> str:
    """Return a share in percent, with two digits that mean something; "" if it is of nothing."""
    if point.share is None:
        return ""
    value = point.share * 100
    digits = 0 if value >= 10 or not value else min(4, 1 - floor(log10(value)))  # noqa: PLR2004  two digits
    return told(Message("%(percent)s %%", percent=page_language().decimal(value, digits)))


def _across(points: Sequence[TrendPoint], interval: Interval) -> Iterator[Tick]:
    """Yield the labels below the chart."""
    step = max(1, ceil(len(points) / TICKS))
    for i in range(0, len(points), step):
        first = points[i].first
        year, month = str(first.year), page_language().short_month(first)
        label = year if interval == "year" else f"{month} {year}"
        yield Tick(_x(i, len(points)), label if interval in {"year", "month"} else page_language().short_day(first))


def _up(axis: Sequence[float], *, share: bool) -> Iterator[Tick]:
    """Yield the labels beside the chart."""
    for i, value in enumerate(axis):
        language = page_language()
        label = (
            told(Message("%(percent)s %%", percent=float(f"{value * 100:.3g}")))
            if share
            else language.decimal(value, 0)
        )
        yield Tick(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * i / (len(axis) - 1), label)


def _rows(
    asked: TrendsRequest,
    page: TrendsPage,
    lines: Sequence[ChartLine],
    names: Sequence[str],
    shares: Sequence[Sequence[str]],
) -> Iterator[PeriodRow]:
    """Yield the rows of the table; `names` are those of the periods, `shares` those of each search in percent."""
    by_line = [iter(line.points) for line in lines]
    for i, together in enumerate(zip(*(trend.points for trend in page.trends), strict=True)):
        one = together[0]
        cells = []
        for point, drawn, own in zip(together, by_line, shares, strict=True):
            in_chart = None if asked.share and not point.whole else next(drawn)
            cells.append(PeriodCell(point.articles, own[i], in_chart.href if in_chart else None))
        inner = None if one.first == one.last else asked.query_string(days=(one.first, one.last))
        yield PeriodRow(names[i], inner, one.whole, tuple(cells))


def _summary(points: Sequence[TrendPoint], interval: Interval, *, share: bool) -> str:
    if not points:
        return ""
    span = dates(SearchRequest(first=points[0].first, last=points[-1].last))
    return told(join_messages((_SUMMARIES[interval, share], span), ", "))
