"""The search command: one query as text, or many as JSON."""

import re
import shutil
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TextIO, get_args

import click

from searchsvc.cli.options import day_option, index_option, json_option
from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError, UsageError
from searchsvc.json_output import page_to_json, query_error_to_json, quotes_to_json, verdict_to_json
from searchsvc.model.article import QuoteKind
from searchsvc.model.fields import KIND, SECTION, SPEAKER
from searchsvc.model.query import Sort
from searchsvc.model.result import Page, Result, Snippet, Span
from searchsvc.search import PAGE_SIZE, Match, QuotePage, QuoteResult, SearchRequest, search, search_quotes
from searchsvc.search.verify import Difference, Place, Status, Verdict, verify

#: Columns of a snippet's lines at most, and at least, and what stands before them.
SNIPPET_WIDTH, NARROWEST, INDENT = 93, 20, "   "
_SPACE = re.compile(r"\s")


@click.command("search")
@click.argument("query", required=False)
@index_option
@json_option
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
@click.option("--from", "first", type=day_option, metavar="DATE", help="First day, YYYY-MM-DD.")
@click.option("--to", "last", type=day_option, metavar="DATE", help="Last day, included.")
@click.option("--section", multiple=True, help="Only this section; may be given again.")
@click.option("--plain", is_flag=True, help="Take the text as mere words, without operators; show duplicates.")
@click.option(
    "--batch", type=click.File("r", encoding="utf-8", errors="replace"), help="A query a line (- for standard input)."
)
def search_command(  # noqa: PLR0913  one parameter an option
    query: str | None,
    index: str,
    *,
    as_json: bool,
    page: int,
    size: int,
    sort: Sort | None,
    match: Match,
    first: datetime | None,
    last: datetime | None,
    section: tuple[str, ...],
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
        chosen={SECTION: section},
        first=first.date() if first else None,
        last=last.date() if last else None,
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
    answer = search(engine, request)
    seconds = time.perf_counter() - started
    click.echo(page_to_json(answer) if as_json else "\n".join(_result_page_lines(answer)))
    click.echo(f"{seconds * 1000:.1f} ms", err=True)


def _answer(engine: Engine, request: SearchRequest) -> bytes:
    try:
        return page_to_json(search(engine, request))
    except QueryError as error:
        return query_error_to_json(error)


def _result_page_lines(page: Page) -> Iterator[str]:
    found = f"{page.total} article{'' if page.total == 1 else 's'}"
    yield found if not page.understood else f"{found} for {page.understood}"
    for notice in page.notices:
        yield f"  note: {notice.text}"
    if page.suggestion:
        yield f"  did you mean: {page.suggestion}"
    for number, result in enumerate(page.results, (page.page - 1) * page.size + 1):
        yield ""
        yield from _result_lines(number, result)


def _result_lines(number: int, result: Result) -> Iterator[str]:
    head = result.head
    yield f"{number}. {_marked(result.title)}"
    facts = [head.outlet, head.section, head.dated and f"{head.dated:%Y-%m-%d}", head.id]
    yield INDENT + " · ".join(fact for fact in facts if fact)
    for snippet in result.snippets:
        before = "… " if snippet.cut_before else ""
        if snippet.is_related:
            before = "Related headline: "
        after = " …" if snippet.cut_after else ""
        marks = tuple(Span(mark.start + len(before), mark.end + len(before)) for mark in snippet.marks)
        yield from _wrapped(Snippet(f"{before}{snippet.text}{after}", marks))


def _wrapped(snippet: Snippet) -> Iterator[str]:
    """Yield the lines of a text: folded before they are marked, for marks have no width."""
    text = _SPACE.sub(" ", snippet.text)
    width = min(SNIPPET_WIDTH, shutil.get_terminal_size((SNIPPET_WIDTH, 0)).columns - len(INDENT))
    at = 0
    for line in textwrap.wrap(text, max(width, NARROWEST), break_long_words=False):
        start = text.index(line, at)
        at = start + len(line)
        yield INDENT + _marked(Snippet(text, snippet.marks).within(start, at))


def _marked(snippet: Snippet) -> str:
    return "".join(click.style(text, bold=True, underline=True) if mark else text for text, mark in snippet.parts())


WIDTH = 96


@click.command("quotes")
@click.argument("query", default="")
@index_option
@json_option
@click.option(
    "--speaker", multiple=True, metavar="NAME", help='Who said it: words of the name; "NAME" means all of it.'
)
@click.option("--from", "first", type=day_option, metavar="DATE", help="First day, YYYY-MM-DD.")
@click.option("--to", "last", type=day_option, metavar="DATE", help="Last day, included.")
@click.option("--section", multiple=True, help="Only this section; may be given again.")
@click.option("--kind", multiple=True, type=click.Choice(get_args(QuoteKind)), help="Only this kind; again for others.")
@click.option("--sort", type=click.Choice(get_args(Sort)), help="Order; by relevance if there is a QUERY, else newest.")
@click.option("--page", default=1, show_default=True, help="Which page of the result.")
@click.option("--size", default=PAGE_SIZE, show_default=True, help="Quotes a page.")
def quotes_command(  # noqa: PLR0913  one parameter an option
    query: str,
    index: str,
    *,
    as_json: bool,
    speaker: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    section: tuple[str, ...],
    kind: tuple[str, ...],
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
    )
    answer = search_quotes(open_engine(index), request)
    click.echo(quotes_to_json(answer) if as_json else "\n".join(_quote_page_lines(answer)))


def _quote_page_lines(answer: QuotePage) -> Iterator[str]:
    yield f"{answer.total} quote{'' if answer.total == 1 else 's'}"
    yield from (notice.text for notice in answer.notices)
    for result in answer.results:
        yield ""
        yield from _quote_lines(result)


def _quote_lines(result: QuoteResult) -> Iterator[str]:
    quote, head = result.quote, result.head
    yield textwrap.fill(f"“{quote.text}”", WIDTH, break_long_words=False)
    sure = f", rule {quote.method}, right in {quote.confidence:.0%}" if quote.method and quote.confidence else ""
    yield f"   {quote.speaker or quote.mention or 'nobody named'}{sure}"
    if result.evidence is not None:
        text = "".join(f"[{part}]" if role in {"cue", "mention"} else part for part, role in result.evidence.parts())
        yield textwrap.fill(text, WIDTH, initial_indent="   > ", subsequent_indent="   > ", break_long_words=False)
    facts = [head.title, head.outlet, head.dated and f"{head.dated:%Y-%m-%d}", head.id]
    yield "   " + " · ".join(fact for fact in facts if fact)


TOLD: dict[Status, str] = {
    "exact": "printed exactly so",
    "punctuation": "printed in these words; punctuation, case or accents differ",
    "words": "printed with other words",
    "absent": "not in this collection",
}


@click.command("verify")
@click.argument("quote")
@index_option
@json_option
def verify_command(quote: str, index: str, *, as_json: bool) -> None:
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
        with click.open_file("-", encoding="utf-8", errors="replace") as given:
            quote = given.read()
    verdict = verify(open_engine(index), quote)
    click.echo(verdict_to_json(verdict) if as_json else "\n".join(_verdict_lines(verdict)))


def _verdict_lines(verdict: Verdict) -> Iterator[str]:
    places = f" · {verdict.total} place{'' if verdict.total == 1 else 's'}" if verdict.total else ""
    yield f"{TOLD[verdict.status]}{places}"
    for place in verdict.places:
        yield ""
        yield from _match_lines(place)


def _match_lines(place: Place) -> Iterator[str]:
    text = "".join(map(_difference_text, place.diff))
    yield textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False)
    marks = "in quotation marks" if place.quoted else "partly in quotation marks" if place.quote else "no quotation"
    quote = place.quote
    who = (quote.speaker or quote.mention if quote else None) or "nobody named"
    sure = f", rule {quote.method}, right in {quote.confidence:.0%}" if quote and quote.confidence else ""
    yield f"   {who}{sure} · {marks}"
    facts = [place.head.title, place.head.outlet, place.head.dated and f"{place.head.dated:%Y-%m-%d}", place.head.id]
    yield "   " + " · ".join(fact for fact in (*facts, place.anchor or "headline") if fact)


def _difference_text(one: Difference) -> str:
    if one.kind in ("same", "declared"):
        return one.printed
    quoted = f"[-{one.quoted.strip()}-] " if one.quoted else ""
    return quoted + (f"{{+{one.printed.strip()}+}} " if one.printed else "")


COMMANDS = (search_command, quotes_command, verify_command)
