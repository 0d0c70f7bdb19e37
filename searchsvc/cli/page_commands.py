"""Commands that read saved pages: reindex into an index, parse and check onto the screen."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import click
from tqdm import tqdm

from searchsvc.cli.options import SOME_FAILED, index_option
from searchsvc.cli.reporting import print_report, report_file
from searchsvc.errors import CorruptIndexError, SourceError
from searchsvc.json_output import article_to_json, to_json
from searchsvc.model.article import Article
from searchsvc.parsing import Explanation, explain
from searchsvc.reindex import reindex
from searchsvc.reindex.articles import read_guarded, with_quotes
from searchsvc.sources import read_sources

#: Without a terminal, a line of progress each so many pages.
EVERY = 1_000


@click.command("reindex")
@click.argument("places", nargs=-1, metavar="[PLACE]...", type=click.Path())
@index_option
@click.option("--full", is_flag=True, help="Build a new generation from nothing; it replaces the old one when whole.")
@click.option(
    "--drop",
    multiple=True,
    metavar="PLACE",
    type=click.Path(),
    help="A place that is read no more: its pages leave the index. May be given several times.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be added, changed and deleted; change nothing.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=max(1, min(4, os.cpu_count() or 1)),
    show_default="processors, 4 at most",
    help="Processes that read pages.",
)
@click.option(
    "--report",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write what the run did into a file, as JSON: counts, every page that failed and why, every change.",
)
def reindex_command(
    places: tuple[str, ...],
    index: str,
    *,
    full: bool,
    drop: tuple[str, ...],
    dry_run: bool,
    jobs: int,
    file: Path | None,
) -> None:
    """Bring the index up to date with saved pages.

    PLACE is a folder (searched through; .html .htm .stm .txt, each also .gz), a single page, a
    .jsonl file of records, or a .warc/.wacz container. Places add up: those of earlier runs stay
    in the index until they are dropped, and without PLACE all of them are read. Only pages whose
    bytes changed are read again; pages that are gone leave the index (but not all pages of a
    place at once: something may not be mounted). A page that cannot be read stops nothing: its
    article stays as it was. At the end there is a line for each reason, with the number of pages
    and the first three; --report names them all.

    \b
    Examples:
      searchsvc reindex pages crawl.warc.gz
      searchsvc reindex
      searchsvc reindex --drop pages
      searchsvc reindex --full pages        nothing but these
      searchsvc reindex --report run.json
    """  # noqa: D301  click's own mark, a real backspace
    with report_file(file) as write:
        with _Meter() as meter:
            report = reindex(places, index=index, full=full, drop=drop, dry_run=dry_run, jobs=jobs, progress=meter.step)
        print_report(report)
        write(report)
    if report.damage:
        raise CorruptIndexError("\n".join(report.damage))
    if report.failures:
        click.get_current_context().exit(SOME_FAILED)


class _Meter:
    """Progress: a bar on a terminal, a line now and then in a pipe; always on standard error."""

    def __init__(self) -> None:
        self._bar = tqdm(unit=" pages", file=sys.stderr, disable=not sys.stderr.isatty(), dynamic_ncols=True)
        self._plain = not sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def step(self, done: int, path: str) -> None:
        """Show that a page is done."""
        self._bar.set_postfix_str(Path(path).name[-40:], refresh=False)
        self._bar.update(done - self._bar.n)
        if self._plain and done % EVERY == 0:
            click.echo(f"{done} pages read", err=True)


#: Characters of a text that are shown.
SHOWN = 100


@click.command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="One article a line, as JSON.")
def parse_command(files: tuple[str, ...], *, as_json: bool) -> None:
    """Read pages and print what is in them, without an index.

    A page that cannot be read gives the line {"path": ..., "error": ...}, and exit code 1.
    """
    failed = False
    for found in read_guarded(read_sources(files)):
        if isinstance(found, SourceError):
            failed = True
            click.echo(to_json({"path": found.path, "error": found.reason}) if as_json else f"failed: {found}")
        else:
            click.echo(article_to_json(found) if as_json else "\n".join(_article_lines(found)))
    if failed:
        click.get_current_context().exit(SOME_FAILED)


@click.command("check")
@click.argument("file", metavar="FILE", type=click.Path())
def check_command(file: str) -> None:
    """Show what each field of a page was taken from, and what was left out and why."""
    for item in read_sources([file]):
        if isinstance(item, SourceError):
            raise item
        click.echo("\n".join(_explanation_lines(explain(item))))


def _explanation_lines(explanation: Explanation) -> Iterator[str]:
    article = with_quotes(explanation.article)
    yield f"{article.provenance.path}: read by {article.provenance.parser}"
    yield from (f"  warning: {warning}" for warning in article.provenance.warnings)
    for field in ("id", "title", "url", "outlet", "section", "authors", "published", "updated", "language", "lead"):
        value = getattr(article.head, field)
        origin = article.provenance.head.get(field)
        where = f"   [{'inferred: ' if origin.inferred else ''}{origin.rule}; {origin.place}]" if origin else ""
        yield f"{field:>10}  {_cut(_value_text(value))}{where}"
    yield from _body_lines(article)
    for left in explanation.left_out:
        yield f"  left out  {_cut(left.text)}   [{left.reason}]"


def _value_text(value: object) -> str:
    if value is None or value == ():
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _body_lines(article: Article) -> Iterator[str]:
    for block in article.blocks:
        yield f"{block.kind:>10}  {_cut(block.text)}"
    for quote in article.quotes:
        why = f"   [{quote.method}, right in {quote.confidence:.0%}]" if quote.method and quote.confidence else ""
        who = quote.speaker or quote.mention or "nobody named"
        yield f"{'quote':>10}  {quote.kind}: {_cut(quote.text)} - {who}{why}"
    for related in article.related:
        facts = [related.outlet, related.date, related.section, related.age]
        yield f"{related.group:>10}  {_cut(related.text)}   {' · '.join(str(fact) for fact in facts if fact)}"


def _article_lines(article: Article) -> Iterator[str]:
    head = article.head
    yield head.title
    yield " · ".join(str(fact) for fact in (head.outlet, head.section, head.dated, head.url) if fact)
    yield from _body_lines(article)
    yield ""


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


COMMANDS = (reindex_command, parse_command, check_command)
