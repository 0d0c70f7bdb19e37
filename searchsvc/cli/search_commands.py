"""Commands that search an index: search, quotes, verify."""

import sys
import time
from dataclasses import replace
from datetime import datetime
from typing import TextIO, get_args

import click

from searchsvc.cli.formats import day_option, format_options, index_option, print_answer
from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError, UsageError
from searchsvc.json_output import page_to_json, query_error_to_json
from searchsvc.model.article import QuoteKind
from searchsvc.model.fields import KIND, SECTION, SPEAKER
from searchsvc.model.query import FACET_LIMIT, MAX_FACET_LIMIT, Sort
from searchsvc.search import PAGE_SIZE, MatchMode, SearchRequest, Spelling, search_articles, search_quotes
from searchsvc.verify import verify_quotation

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


@click.command("search")
@click.argument("query", required=False)
@index_option
@format_options
@click.option("--page", default=1, show_default=True, help="Which page of the result.")
@click.option("--size", default=PAGE_SIZE, show_default=True, help="Articles a page.")
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]), help="Order; by relevance if not given.")
@click.option(
    "--match",
    type=click.Choice(["all", "any", "auto"]),
    default="auto",
    show_default=True,
    help="Articles with all the words, with any, or with most of them where few have all.",
)
@click.option(
    "--spelling",
    type=click.Choice(["auto", "typed"]),
    default="auto",
    show_default=True,
    help="Where the text finds nothing: show what a better spelling finds, or nothing.",
)
@click.option("--from", "first", type=day_option, metavar="DATE", help="First day, YYYY-MM-DD.")
@click.option("--to", "last", type=day_option, metavar="DATE", help="Last day, included.")
@click.option("--section", multiple=True, help="Only this section; may be given again.")
@limit_option
@within_option
@click.option("--plain", is_flag=True, help="Take the text as mere words, without operators.")
@click.option(
    "--batch", type=click.File("r", encoding="utf-8", errors="replace"), help="A query a line (- for standard input)."
)
def search_command(  # noqa: PLR0913  one parameter an option
    query: str | None,
    index: str,
    *,
    output: str | None,
    page: int,
    size: int,
    sort: Sort | None,
    match: MatchMode,
    spelling: Spelling,
    first: datetime | None,
    last: datetime | None,
    section: tuple[str, ...],
    facet_limit: int,
    facet_query: str,
    plain: bool,
    batch: TextIO | None,
) -> None:
    """Search from the command line.

    \b
      searchsvc search 'harbour "sea wall" -football'
      searchsvc search 'speaker:"Priya Holt" crack after:2024-01' --json
      searchsvc search --batch queries.txt --match any --plain --size 10

    --json prints what /api/search answers. --batch answers each line with exactly one line of
    JSON; a refused query gives {"hits": [], "error": ...} and the batch goes on.
    """  # noqa: D301  click's own mark, a real backspace
    if (query is None) == (batch is None):
        raise UsageError('give a QUERY (or "" for the newest articles), or --batch FILE, and not both')
    request = SearchRequest(
        text=query or "",
        page=page,
        size=size,
        sort=sort,
        match=match,
        spelling=spelling,
        chosen={SECTION: section},
        first=first.date() if first else None,
        last=last.date() if last else None,
        facet_limit=facet_limit,
        facet_query=facet_query,
        plain=plain,
    )
    engine = open_engine(index)
    if batch is not None:
        out = sys.stdout.buffer
        for line in batch:
            out.write(_answer(engine, replace(request, text=line.rstrip("\r\n"))) + b"\n")
        out.flush()
        return
    started = time.perf_counter()
    answer = search_articles(engine, request)
    seconds = time.perf_counter() - started
    print_answer(answer, output)
    click.echo(f"{seconds * 1000:.1f} ms", err=True)


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
@click.option(
    "--speaker", multiple=True, metavar="NAME", help='Who said it: words of the name; "NAME" means all of it.'
)
@click.option("--from", "first", type=day_option, metavar="DATE", help="First day, YYYY-MM-DD.")
@click.option("--to", "last", type=day_option, metavar="DATE", help="Last day, included.")
@click.option("--section", multiple=True, help="Only this section; may be given again.")
@click.option("--kind", multiple=True, type=click.Choice(get_args(QuoteKind)), help="Only this kind; again for others.")
@limit_option
@within_option
@click.option("--sort", type=click.Choice(get_args(Sort)), help="Order; by relevance if there is a QUERY, else newest.")
@click.option("--page", default=1, show_default=True, help="Which page of the result.")
@click.option("--size", default=PAGE_SIZE, show_default=True, help="Quotes a page.")
def quotes_command(  # noqa: PLR0913  one parameter an option
    query: str,
    index: str,
    *,
    output: str | None,
    speaker: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    section: tuple[str, ...],
    kind: tuple[str, ...],
    facet_limit: int,
    facet_query: str,
    sort: Sort | None,
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
    --json prints what /api/quotes answers.
    """  # noqa: D301  click's own mark, a real backspace
    request = SearchRequest(
        text=query,
        page=page,
        size=size,
        sort=sort,
        chosen={SECTION: section, SPEAKER: speaker, KIND: kind},
        first=first and first.date(),
        last=last and last.date(),
        facet_limit=facet_limit,
        facet_query=facet_query,
    )
    print_answer(search_quotes(open_engine(index), request), output)


@click.command("verify")
@click.argument("quote")
@index_option
@format_options
def verify_command(quote: str, index: str, *, output: str | None) -> None:
    """Check whether a quotation is printed here, word by word.

    \b
      searchsvc verify "Nobody is in danger, nothing has moved"
      searchsvc verify "I would sooner stop for a year … [all] for thirty years" --json
      searchsvc verify - < quotation.txt

    An ellipsis stands for whatever was left out, a bracket for what was put in; [h]e is a change
    of letter. The answer: printed exactly so · punctuation, case or accents differ · words differ,
    [-yours-] {+printed+} · not in this collection; with the places, and who said it. It exits
    with 0 whatever the answer. --json prints what /api/verify answers.
    """  # noqa: D301  click's own mark, a real backspace
    if quote == "-":
        with click.open_file("-", encoding="utf-8", errors="replace") as file:
            quote = file.read()
    print_answer(verify_quotation(open_engine(index), quote), output)


COMMANDS = (search_command, quotes_command, verify_command)
