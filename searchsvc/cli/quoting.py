"""The quotes command: who said what."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from searchsvc.cli.options import index_option, json_option
from searchsvc.engines import open_engine
from searchsvc.model.result import QuoteHit
from searchsvc.payload import quotes_to_json
from searchsvc.search import PAGE_SIZE, QuotePage, search_quotes

WIDTH = 96


@click.command("quotes")
@click.argument("query", default="")
@index_option
@json_option
@click.option("--speaker", metavar="NAME", help="Who said it: the name, or a part of it.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, 10_000), help="Which page of the result.")
@click.option("--size", default=PAGE_SIZE, show_default=True, type=click.IntRange(1, 100), help="Quotes a page.")
def quotes_command(query: str, index: Path, *, as_json: bool, speaker: str | None, page: int, size: int) -> None:
    """Find what was said, and by whom.

    \b
      searchsvc quotes "culture of making do"
      searchsvc quotes jellyfish --speaker Falk
      searchsvc quotes --speaker "Helen Marchbanks" --json

    Direct speech only: words in quotation marks. Each shows the rule that named the speaker and
    how often that rule is right. Without QUERY, the newest first.
    """  # noqa: D301  click's own mark, a real backspace
    answer = search_quotes(open_engine(f"whoosh:{index}"), query, speaker=speaker, page=page, size=size)
    click.echo(quotes_to_json(answer) if as_json else "\n".join(_lines(answer)))


def _lines(answer: QuotePage) -> Iterator[str]:
    total = answer.ranking.total
    yield f"{total} quote{'' if total == 1 else 's'}"
    for hit in answer.ranking.hits:
        yield ""
        yield from _quote(hit)


def _quote(hit: QuoteHit) -> Iterator[str]:
    quote, head = hit.quote, hit.head
    yield textwrap.fill(f"“{quote.text}”", WIDTH, break_long_words=False)
    sure = f", rule {quote.method}, right in {quote.confidence:.0%}" if quote.method and quote.confidence else ""
    yield f"   {quote.speaker or quote.mention or 'nobody named'}{sure}"
    facts = [head.title, head.outlet, head.dated and f"{head.dated:%Y-%m-%d}", head.id]
    yield "   " + " · ".join(fact for fact in facts if fact)


COMMANDS = (quotes_command,)
