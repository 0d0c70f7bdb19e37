"""Commands that compute something of all that a search finds: trends, concordance, keywords."""

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import click

from searchsvc.cli.filter_options import GivenFilters, filter_options
from searchsvc.cli.formats import index_option, number_of, print_bytes, table_format_options
from searchsvc.cli.search_commands import dups_option, match_option, sort_option, synonyms_given, versions_option
from searchsvc.engines import open_engine
from searchsvc.errors import UsageError
from searchsvc.exports import CONCORDANCE_COLUMNS, KEYWORD_COLUMNS, TREND_COLUMNS, csv_of, trend_rows
from searchsvc.exports.columns import Around
from searchsvc.json_analyses import concordance_to_json, keywords_to_json, trends_to_json
from searchsvc.model.date_histogram import Interval
from searchsvc.model.fields import ARTICLE_FACETS
from searchsvc.model.query import MatchAll, MatchMode, Sort
from searchsvc.search import (
    MAX_COMPARED,
    ConcordanceOrder,
    ConcordancePage,
    SearchRequest,
    TrendsPage,
    search_concordance,
    search_keywords,
    search_trends,
)
from searchsvc.settings import Settings

#: Columns of a search in the table of text.
COLUMN = 16
#: Columns of the text on each side of a line.
CONTEXT_WIDTH = 44


def _request(text: str, match: MatchMode, versions: str, dups: str | None, narrowing: GivenFilters) -> SearchRequest:
    """Return a search with all that it is narrowed to."""
    return narrowing.narrowed(
        SearchRequest(
            text=text,
            match=match,
            versions=versions == "all",
            show_copies=dups is not None,
            synonyms=synonyms_given(),
        )
    )


@click.command("trends")
@click.argument("queries", nargs=-1)
@index_option
@table_format_options
@click.option("--interval", type=click.Choice(get_args(Interval)), help="Length of a period; weeks begin on Mondays.")
@match_option
@versions_option
@filter_options(ARTICLE_FACETS)
@dups_option
def trends_command(
    queries: tuple[str, ...],
    index: str,
    *,
    output: str | None,
    interval: Interval | None,
    match: MatchMode,
    versions: str,
    dups: str | None,
    narrowing: GivenFilters,
) -> None:
    """Count the articles of up to four searches over time.

    \b
      searchsvc trends ferry bridge --interval month
      searchsvc trends '"sea wall"' --from 2020-01-01 --csv > sea-wall.csv

    Beside each number stands its share of all articles of the period that pass the filters. Without
    a QUERY all articles are counted. --json prints what /api/trends answers, --csv what /trends.csv does.
    """  # noqa: D301  click's own mark, a real backspace
    if len(queries) > MAX_COMPARED:
        raise UsageError(f"give {MAX_COMPARED} queries at most")
    filtered = _request("", match, versions, dups, narrowing)
    page = search_trends(open_engine(index), [replace(filtered, text=text) for text in queries or ("",)], interval)
    match output:
        case "json":
            print_bytes(trends_to_json(page) + b"\n")
        case "csv":
            print_bytes(csv_of(TREND_COLUMNS, trend_rows(page), Around(MatchAll(), "")))
        case _:
            click.echo("\n".join(_trend_lines(page)))


def _trend_lines(page: TrendsPage) -> Iterator[str]:
    """Yield a line about each search, and a table with a line for each period."""
    for trend in page.trends:
        undated = f", {trend.undated} of them undated, in no period" if trend.undated else ""
        yield f"{trend.text or 'all articles'}: {trend.total} article{'' if trend.total == 1 else 's'}{undated}"
        for notice in trend.notices:
            yield f"  note: {notice.text}"
    if not page.trends[0].points:
        return
    yield ""
    heads = "".join(f"  {(trend.text or 'all articles')[:COLUMN]:>{COLUMN}}" for trend in page.trends)
    yield f"{page.interval + ' from':<12}{heads}  {'all':>9}"
    for together in zip(*(trend.points for trend in page.trends), strict=True):
        cells = "".join(
            f"  {point.articles:>{COLUMN - 9}} {'' if point.share is None else f'{point.share:.3%}':>8}"
            for point in together
        )
        yield f"{together[0].first.isoformat():<12}{cells}  {together[0].whole:>9}"


@click.command("concordance")
@click.argument("query")
@index_option
@table_format_options
@click.option(
    "--order",
    type=click.Choice(get_args(ConcordanceOrder)),
    default="result",
    show_default=True,
    help="Order of the lines: of the result, or by what stands left or right, the match, date or outlet.",
)
@sort_option
@match_option
@versions_option
@filter_options(ARTICLE_FACETS)
@dups_option
@click.option("--page", default=1, show_default=True, help="Which page of the lines.")
@click.option("--size", default=50, show_default=True, help="Lines a page; CSV has all.")
def concordance_command(  # noqa: PLR0913  one parameter an option
    query: str,
    index: str,
    *,
    output: str | None,
    order: ConcordanceOrder,
    sort: Sort | None,
    match: MatchMode,
    versions: str,
    dups: str | None,
    narrowing: GivenFilters,
    page: int,
    size: int,
) -> None:
    """Print each place of the words in the first 1,000 articles that match, below each other.

    \b
      searchsvc concordance '"sea wall"' --order right
      searchsvc concordance 'migrat*' --outlet "Lowmere Letter" --csv > migration.csv

    --json prints what /api/concordance answers, --csv what /concordance.csv does: all lines.
    """  # noqa: D301  click's own mark, a real backspace
    request = replace(_request(query, match, versions, dups, narrowing), sort=sort, page=page, size=size)
    found = search_concordance(open_engine(index), request, order, whole=output == "csv")
    match output:
        case "json":
            print_bytes(concordance_to_json(found) + b"\n")
        case "csv":
            print_bytes(csv_of(CONCORDANCE_COLUMNS, found.lines, Around(MatchAll(), Settings.from_env().base_url)))
        case _:
            click.echo("\n".join(_concordance_lines(found)))


def _concordance_lines(page: ConcordancePage) -> Iterator[str]:
    """Yield what was read, and the lines, each with the day and the id of its article."""
    read = f"the first {page.read} of " if page.read < page.articles else ""
    more = ", the first ones" if page.cut else ""
    yield f"{number_of(page.total, 'line')}{more}, of {read}{number_of(page.articles, 'article')}"
    for notice in page.notices:
        yield f"  note: {notice.text}"
    for line in page.lines:
        left, right = line.left[-CONTEXT_WIDTH:], f"{line.match}{line.right}"[:CONTEXT_WIDTH]
        day = line.head.dated_day
        dated = day.isoformat() if day else "undated"
        yield f"{left:>{CONTEXT_WIDTH}}|{right:<{CONTEXT_WIDTH}}  {dated:<10}  {line.head.id}"


@click.command("keywords")
@click.argument("query", default="")
@index_option
@table_format_options
@sort_option
@match_option
@versions_option
@filter_options(ARTICLE_FACETS)
@dups_option
def keywords_command(
    query: str,
    index: str,
    *,
    output: str | None,
    sort: Sort | None,
    match: MatchMode,
    versions: str,
    dups: str | None,
    narrowing: GivenFilters,
) -> None:
    """Print the words that stand out in a result.

    \b
      searchsvc keywords '"sea wall"'
      searchsvc keywords --section Weather --from 2024-01-01 --csv

    Words that the first 500 articles that match have more often than the rest of the collection: articles
    here, articles in all, log-likelihood. --json prints what /api/keywords answers, --csv what
    /keywords.csv does.
    """  # noqa: D301  click's own mark, a real backspace
    request = replace(_request(query, match, versions, dups, narrowing), sort=sort)
    found = search_keywords(open_engine(index), request)
    match output:
        case "json":
            print_bytes(keywords_to_json(found) + b"\n")
        case "csv":
            print_bytes(csv_of(KEYWORD_COLUMNS, found.words, Around(MatchAll(), "")))
        case _:
            read = f"the first {found.read} of " if found.read < found.articles else ""
            click.echo(f"of {read}{found.articles} article{'' if found.articles == 1 else 's'}")
            for notice in found.notices:
                click.echo(f"  note: {notice.text}")
            for word in found.words:
                click.echo(f"{word.word:<24} {word.articles:>6} {word.all_articles:>8} {word.log_likelihood:>10,.1f}")


COMMANDS = (trends_command, concordance_command, keywords_command)
