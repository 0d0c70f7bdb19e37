"""The verify command: is that what was printed?"""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from searchsvc.cli.options import index_option, json_option
from searchsvc.engines import open_engine
from searchsvc.json_output import verdict_to_json
from searchsvc.search.verify import Difference, Place, Status, Verdict, verify

WIDTH = 96
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
def verify_command(quote: str, index: Path, *, as_json: bool) -> None:
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
    verdict = verify(open_engine(f"whoosh:{index}"), quote)
    click.echo(verdict_to_json(verdict) if as_json else "\n".join(_lines(verdict)))


def _lines(verdict: Verdict) -> Iterator[str]:
    places = f" · {verdict.total} place{'' if verdict.total == 1 else 's'}" if verdict.total else ""
    yield f"{TOLD[verdict.status]}{places}"
    for place in verdict.places:
        yield ""
        yield from _place(place)


def _place(place: Place) -> Iterator[str]:
    text = "".join(map(_marked, place.diff))
    yield textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False)
    marks = "in quotation marks" if place.quoted else "partly in quotation marks" if place.quote else "no quotation"
    quote = place.quote
    who = (quote.speaker or quote.mention if quote else None) or "nobody named"
    sure = f", rule {quote.method}, right in {quote.confidence:.0%}" if quote and quote.confidence else ""
    yield f"   {who}{sure} · {marks}"
    facts = [place.head.title, place.head.outlet, place.head.dated and f"{place.head.dated:%Y-%m-%d}", place.head.id]
    yield "   " + " · ".join(fact for fact in (*facts, place.anchor or "headline") if fact)


def _marked(one: Difference) -> str:
    if one.kind in ("same", "declared"):
        return one.printed
    quoted = f"[-{one.quoted.strip()}-] " if one.quoted else ""
    return quoted + (f"{{+{one.printed.strip()}+}} " if one.printed else "")


COMMANDS = (verify_command,)
