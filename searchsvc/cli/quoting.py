"""The quotes command: who said what."""

import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import get_args

import click

from searchsvc.cli.options import day_option, index_option, json_option
from searchsvc.engines import open_engine
from searchsvc.json_output import quotes_to_json
from searchsvc.model.article import QuoteKind
from searchsvc.model.fields import KIND, SECTION, SPEAKER
from searchsvc.model.query import Sort
from searchsvc.search import PAGE_SIZE, QuotePage, QuoteResult, SearchRequest, search_quotes

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
    index: Path,
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
    answer = search_quotes(open_engine(f"whoosh:{index}"), request)
    click.echo(quotes_to_json(answer) if as_json else "\n".join(_lines(answer)))


def _lines(answer: QuotePage) -> Iterator[str]:
    yield f"{answer.total} quote{'' if answer.total == 1 else 's'}"
    yield from (notice.text for notice in answer.notices)
    for result in answer.results:
        yield ""
        yield from _quote(result)


def _quote(result: QuoteResult) -> Iterator[str]:
    quote, head = result.quote, result.head
    yield textwrap.fill(f"“{quote.text}”", WIDTH, break_long_words=False)
    sure = f", rule {quote.method}, right in {quote.confidence:.0%}" if quote.method and quote.confidence else ""
    yield f"   {quote.speaker or quote.mention or 'nobody named'}{sure}"
    if result.evidence is not None:
        text = "".join(f"[{part}]" if role in {"cue", "mention"} else part for part, role in result.evidence.parts())
        yield textwrap.fill(text, WIDTH, initial_indent="   > ", subsequent_indent="   > ", break_long_words=False)
    facts = [head.title, head.outlet, head.dated and f"{head.dated:%Y-%m-%d}", head.id]
    yield "   " + " · ".join(fact for fact in facts if fact)


COMMANDS = (quotes_command,)
