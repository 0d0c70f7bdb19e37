"""Commands that search an index: search, quotes."""

import sys
import time
from dataclasses import replace
from typing import TextIO, get_args

import click

from searchsvc.cli.file_options import WantedFile, file_options
from searchsvc.cli.filter_options import GivenFilters, filter_options
from searchsvc.cli.formats import format_options, index_option, print_answer
from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError, UsageError
from searchsvc.json_output import page_to_json, query_error_to_json
from searchsvc.model.fields import ARTICLE_FACETS, FACETS
from searchsvc.model.query import FACET_LIMIT, MAX_FACET_LIMIT, Sort
from searchsvc.search import (
    PAGE_SIZE,
    MatchMode,
    SearchRequest,
    Spelling,
    Synonyms,
    load_synonyms,
    search_articles,
    search_quotes,
)
from searchsvc.settings import Settings

limit_option = click.option(
    "--facet-limit",
    default=FACET_LIMIT,
    show_default=True,
    metavar="N",
    help=f"Values of each facet in the JSON, {MAX_FACET_LIMIT} at most.",
)
within_option = click.option(
    "--facet-query",
    default="",
    metavar="[FACET:]WORDS",
    help="Only values of facets, or of this FACET, that contain the WORDS.",
)


sort_option = click.option("--sort", type=click.Choice(get_args(Sort)), help="Order; by relevance if not given.")
match_option = click.option(
    "--match",
    type=click.Choice(get_args(MatchMode)),
    default="auto",
    show_default=True,
    help="What has all the words, or any, or most of them where few have all.",
)
versions_option = click.option(
    "--versions",
    type=click.Choice(["newest", "all"]),
    default="newest",
    show_default=True,
    help="Whether older versions of articles are searched, too.",
)
dups_option = click.option(
    "--dups", type=click.Choice(["show"]), help="List each copy of a story, and not the first printed alone."
)


@click.command("search")
@click.argument("query", required=False)
@index_option
@format_options
@file_options
@click.option("--page", default=1, show_default=True, help="Which page of the result.")
@click.option("--size", default=PAGE_SIZE, show_default=True, help="Articles a page.")
@sort_option
@match_option
@click.option(
    "--spelling",
    type=click.Choice(["auto", "typed"]),
    default="auto",
    show_default=True,
    help="Where the text finds nothing: show what a better spelling finds, or nothing.",
)
@versions_option
@filter_options(ARTICLE_FACETS)
@limit_option
@within_option
@dups_option
@click.option("--explain", is_flag=True, help="Tell the parts of each score.")
@click.option("--plain", is_flag=True, help="Take the text as mere words, without operators; list each copy.")
@click.option(
    "--batch", type=click.File("r", encoding="utf-8", errors="replace"), help="A query a line (- for standard input)."
)
def search_command(  # noqa: PLR0913  one parameter an option
    query: str | None,
    index: str,
    *,
    output: str | None,
    file: WantedFile,
    page: int,
    size: int,
    sort: Sort | None,
    match: MatchMode,
    spelling: Spelling,
    versions: str,
    narrowing: GivenFilters,
    facet_limit: int,
    facet_query: str,
    dups: str | None,
    explain: bool,
    plain: bool,
    batch: TextIO | None,
) -> None:
    """Search from the command line.

    \b
      searchsvc search 'harbour "sea wall" -football'
      searchsvc search 'speaker:"Priya Holt" crack after:2024-01' --json
      searchsvc search --batch queries.txt --match any --plain --size 10
      searchsvc search 'sea wall' --all --csv --columns title,published,url

    --json prints what /api/search answers; --csv, --jsonl, --ris and --bib print what /search.csv and its
    like answer, of one page or of --all. --batch answers each line with exactly one line of
    JSON; a refused query gives {"hits": [], "error": ...} and the batch goes on.
    """  # noqa: D301  click's own mark, a real backspace
    if (query is None) == (batch is None):
        raise UsageError('give a QUERY (or "" for the newest articles), or --batch FILE, and not both')
    if file.is_wanted and (batch is not None or output):
        raise UsageError("give one format, and none of files to --batch")
    request = narrowing.narrowed(
        SearchRequest(
            text=query or "",
            page=page,
            size=size,
            sort=sort,
            match=match,
            spelling=spelling,
            facet_limit=facet_limit,
            facet_query=facet_query,
            explain=explain,
            versions=versions == "all",
            show_copies=dups is not None,
            plain=plain,
            synonyms=synonyms_given(),
        )
    )
    engine = open_engine(index)
    if batch is not None:
        out = sys.stdout.buffer
        for line in batch:
            out.write(_answer(engine, replace(request, text=line.rstrip("\r\n"))) + b"\n")
        out.flush()
        return
    if file.is_wanted:
        file.print("search", engine, request)
        return
    started = time.perf_counter()
    answer = search_articles(engine, request)
    seconds = time.perf_counter() - started
    print_answer(answer, output)
    click.echo(f"{seconds * 1000:.1f} ms", err=True)


def synonyms_given() -> Synonyms:
    """Return the synonyms that the environment names; a fault in their file is wrong use."""
    return load_synonyms(Settings.from_env().synonyms)


def _answer(engine: Engine, request: SearchRequest) -> bytes:
    """Return one line of JSON for a query of a batch: the page of articles, or the error of a refused query."""
    try:
        return page_to_json(search_articles(engine, request))
    except QueryError as error:
        return query_error_to_json(error)


@click.command("quotes")
@click.argument("query", default="")
@index_option
@format_options
@file_options
@filter_options(FACETS, of_quotes=True)
@limit_option
@within_option
@click.option("--sort", type=click.Choice(get_args(Sort)), help="Order; by relevance if there is a QUERY, else newest.")
@match_option
@dups_option
@click.option("--page", default=1, show_default=True, help="Which page of the result.")
@click.option("--size", default=PAGE_SIZE, show_default=True, help="Quotes a page.")
def quotes_command(  # noqa: PLR0913  one parameter an option
    query: str,
    index: str,
    *,
    output: str | None,
    file: WantedFile,
    narrowing: GivenFilters,
    facet_limit: int,
    facet_query: str,
    sort: Sort | None,
    match: MatchMode,
    dups: str | None,
    page: int,
    size: int,
) -> None:
    """Find what was said, and by whom.

    \b
      searchsvc quotes "culture of making do"
      searchsvc quotes jellyfish --speaker Falk --from 2023-06-01
      searchsvc quotes --speaker '"Helen Marchbanks"' --sort oldest --json

    Direct speech only: words in quotation marks. Each shows the sentence that names the speaker,
    the rule that read it and how often that rule is right. Without QUERY, the newest first.
    --json prints what /api/quotes answers; --csv, --jsonl, --ris and --bib print what /quotes.csv and its
    like answer, of one page or of --all.
    """  # noqa: D301  click's own mark, a real backspace
    request = narrowing.narrowed(
        SearchRequest(
            text=query,
            page=page,
            size=size,
            sort=sort,
            match=match,
            facet_limit=facet_limit,
            facet_query=facet_query,
            show_copies=dups is not None,
            synonyms=synonyms_given(),
        )
    )
    if file.is_wanted and output:
        raise UsageError("give one format")
    if file.is_wanted:
        file.print("quotes", open_engine(index), request)
        return
    print_answer(search_quotes(open_engine(index), request), output)


COMMANDS = (search_command, quotes_command)
