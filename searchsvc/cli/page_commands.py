"""Commands that read saved pages: reindex into an index, parse and check onto the screen."""

import os
import sys
from pathlib import Path
from typing import Self

import click
from tqdm import tqdm

from searchsvc.cli.formats import explanation_lines, print_answer
from searchsvc.cli.options import SOME_FAILED, format_options, index_option
from searchsvc.cli.reporting import print_report, report_file
from searchsvc.errors import CorruptIndexError, SourceError
from searchsvc.parsing import explain
from searchsvc.reindex import reindex
from searchsvc.reindex.articles import read_guarded
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


@click.command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@format_options
def parse_command(files: tuple[str, ...], *, output: str | None) -> None:
    """Read pages and print what is in them, without an index.

    --json prints an article a line. A page that cannot be read gives the line {"path": ...,
    "error": ...}, and exit code 1.
    """
    failed = False
    for found in read_guarded(read_sources(files)):
        failed = failed or isinstance(found, SourceError)
        print_answer(found, output)
    if failed:
        click.get_current_context().exit(SOME_FAILED)


@click.command("check")
@click.argument("file", metavar="FILE", type=click.Path())
def check_command(file: str) -> None:
    """Show what each field of a page was taken from, and what was left out and why."""
    for item in read_sources([file]):
        if isinstance(item, SourceError):
            raise item
        click.echo("\n".join(explanation_lines(explain(item))))


COMMANDS = (reindex_command, parse_command, check_command)
