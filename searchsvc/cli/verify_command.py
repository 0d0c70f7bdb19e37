"""The command that checks quotations: one, or all of a file, whose verdicts are a table or lines of JSON."""

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

import click

from searchsvc.cli.formats import format_options, index_option, print_answer
from searchsvc.engines import open_engine
from searchsvc.errors import QueryError, UsageError
from searchsvc.json_output import query_error_to_json
from searchsvc.json_verdicts import verdict_to_json
from searchsvc.verify import Verdict, citation_of, verify_quotation, verify_quotations

#: Columns of the table of verdicts; an input table is recognised by its column of quotations.
COLUMNS = (
    "quote", "status", "answer", "places", "printed", "said_by", "article", "title", "outlet", "date", "url", "anchor",
    "citation",
)  # fmt: skip
QUOTE_COLUMN = COLUMNS[0]
#: What a cell may not begin with: spreadsheets take it for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.command("verify")
@click.argument("quote", required=False)
@click.option(
    "--file",
    "file",
    type=click.File("r", encoding="utf-8-sig", errors="replace"),
    help="A quotation a line, or CSV with a column `quote` (- for standard input).",
)
@index_option
@format_options
def verify_command(quote: str | None, file: TextIO | None, index: str, *, output: str | None) -> None:
    """Check whether a quotation is printed here, word by word.

    \b
      searchsvc verify "Nobody is in danger, nothing has moved"
      searchsvc verify "I would sooner stop for a year … [all] for thirty years" --json
      searchsvc verify - < quotation.txt
      cat quotations.txt | searchsvc verify --file - > verdicts.csv

    An ellipsis stands for whatever was left out, a bracket for what was put in; [h]e is a change
    of letter. The answer is one sentence: printed exactly so · punctuation, case or accents differ ·
    interrupted in print by “she said” · words differ, [-yours-] {+printed+} · only some words on
    end are printed · not in this collection · too short to look for others; then the places, and
    who said it. Words that say who spoke may be pasted along. It exits with 0 whatever the answer.
    --json prints what /api/verify answers. --file checks many and prints CSV, or with --json a
    line of JSON for each; one that is refused stops none.
    """  # noqa: D301  click's own mark, a real backspace
    if (quote is None) == (file is None):
        raise UsageError("give a QUOTE, or --file FILE, and not both")
    if file is not None:
        _verify_file(file, index, output)
        return
    if quote == "-":
        with click.open_file("-", encoding="utf-8", errors="replace") as stream:
            quote = stream.read()
    print_answer(verify_quotation(open_engine(index), quote or ""), output)


def _verify_file(file: TextIO, index: str, output: str | None) -> None:
    quotes = list(quotations_in(file.read()))
    checked = zip(quotes, verify_quotations(open_engine(index), quotes), strict=True)
    if output == "json":
        for _, one in checked:
            click.echo(query_error_to_json(one) if isinstance(one, QueryError) else verdict_to_json(one))
        return
    click.echo(table_row(COLUMNS), nl=False)
    for quote, one in checked:
        click.echo(table_row(_cells(quote, one)), nl=False)
        sys.stdout.flush()


def quotations_in(text: str) -> Iterator[str]:
    r"""Yield the quotations of a file: the column `quote` of a CSV table that has one, else each line with words.

    >>> list(quotations_in("id,Quote\n1,We dredge or we close\n"))
    ['We dredge or we close']
    """
    rows = list(csv.reader(io.StringIO(text)))
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if QUOTE_COLUMN in header and (len(header) > 1 or header == [QUOTE_COLUMN]):
        column = header.index(QUOTE_COLUMN)
        yield from (row[column] for row in rows[1:] if len(row) > column and row[column].strip())
    else:
        yield from filter(None, map(str.strip, text.splitlines()))


def table_row(cells: Sequence[str]) -> str:
    """Return a line of CSV (RFC 4180); a cell that a spreadsheet would take for a formula gets an apostrophe."""
    stream = io.StringIO()
    csv.writer(stream).writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return stream.getvalue()


def _cells(quote: str, one: Verdict | QueryError) -> list[str]:
    """Return the cells of a row: of a refused quotation the reason as answer, of others the best place."""
    if isinstance(one, QueryError):
        return [quote, "refused", one.reason, "0", *[""] * (len(COLUMNS) - 4)]
    if not one.places:
        return [quote, one.status, one.answer, "0", *[""] * (len(COLUMNS) - 4)]
    place = one.places[0]
    head, said = place.head, place.quote
    day = head.dated_day.isoformat() if head.dated_day else ""
    speaker = (said.who if said else None) or ""
    source = (head.id, head.title, head.outlet or "", day, head.url or "", place.anchor or "")
    return [quote, one.status, one.answer, str(one.total), place.text, speaker, *source, citation_of(place)]
