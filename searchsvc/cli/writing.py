"""Commands that change an index."""

import os
import sys
from pathlib import Path
from typing import Self

import click
from tqdm import tqdm

from searchsvc.cli.options import SOME_FAILED, index_option
from searchsvc.errors import NotFoundError
from searchsvc.reindex import Report, forget, reindex, rollback

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
def reindex_command(
    places: tuple[str, ...], index: Path, *, full: bool, drop: tuple[str, ...], dry_run: bool, jobs: int
) -> None:
    r"""Bring the index up to date with saved pages.

    PLACE is a folder (searched through; .html .htm .stm .txt, each also .gz), a single page, a
    .jsonl file of records, or a .warc/.wacz container. Places add up: those of earlier runs stay
    in the index until they are dropped, and without PLACE all of them are read. Only pages whose
    bytes changed are read again; pages that are gone leave the index (but not all pages of a
    place at once: something may not be mounted). A page that cannot be read is named at the end
    and stops nothing: its article stays as it was.

    \b
    Examples:
      searchsvc reindex pages crawl.warc.gz
      searchsvc reindex
      searchsvc reindex --drop pages
      searchsvc reindex --full pages        nothing but these
    """
    with _Meter() as meter:
        report = reindex(
            places, index=str(index), full=full, drop=drop, dry_run=dry_run, jobs=jobs, progress=meter.step
        )
    _print(report)
    if report.failures:
        click.get_current_context().exit(SOME_FAILED)


@click.command("forget")
@click.argument("article_id", metavar="ID")
@index_option
@click.option(
    "--later", is_flag=True, help="Out of every search at once; out of the files when these are written anew."
)
def forget_command(article_id: str, index: Path, *, later: bool) -> None:
    r"""Take an article down for good.

    It leaves the index at once, and no later reindex brings it back. Its text leaves every file of
    the index, too: what held it is written anew, in the generation before as well, which takes about
    as long as indexing those articles. The saved page itself stays where it lies. ID is what `search
    --json` and the address of the article's page show.

    \b
    Examples:
      searchsvc forget 3bd7904a50fa37b0
      searchsvc forget --later 3bd7904a50fa37b0    the text stays in files until they are
                                                   merged, or the next forget without --later
    """
    try:
        erasure = forget(article_id, index=str(index), later=later)
    except NotFoundError as error:
        click.echo(f"searchsvc: {error}", err=True)
        click.get_current_context().exit(SOME_FAILED)
    for generation in erasure.removed:
        click.echo(f"generation {generation} could not be searched any more and was removed", err=True)
    names = ", ".join(step.generation for step in erasure.steps)
    if later:
        click.echo(
            f"{article_id} is taken down. Its text stays in the files of generation {names} until they are merged, "
            "the next `searchsvc forget` without --later, or two full runs"
        )
    else:
        size = f"{erasure.bytes / 1e6:.1f} MB looked through" if erasure.bytes else "nothing held it"
        click.echo(f"{article_id} is taken down, and out of the files of generation {names} ({size})")


@click.command("rollback")
@index_option
def rollback_command(index: Path) -> None:
    """Make the generation before the last full rebuild answer again."""
    info = rollback(index=str(index))
    click.echo(f"generation {info.generation} answers now: {info.articles} articles")


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


def _print(report: Report) -> None:
    if report.outdated:
        click.echo("the index was made by another version of searchsvc: everything is read again", err=True)
    if report.mended:
        click.echo(f"everything is read again: {report.mended}", err=True)
    for place in report.left:
        click.echo(f"read no more: {place}", err=True)
    for failure in report.failures:
        click.echo(f"failed: {failure.path}: {failure.reason}", err=True)
    if report.dry_run:
        for change in report.changes:
            click.echo(f"{change.kind}: {change.id} {change.path}")
    rows = [(kind, report.count(kind)) for kind in ("added", "changed", "deleted")]
    rows += [("unchanged pages", report.unchanged), ("failed", len(report.failures))]
    rows += [("older captures", report.superseded), ("kept out", report.forgotten)]
    counts = " · ".join(f"{count} {name}" for name, count in rows if count or name == "added")
    verb = "would be: " if report.dry_run else ""
    click.echo(f"{verb}{report.pages} pages: {counts} · {report.seconds:.1f} s")
    if report.index and not report.dry_run:
        click.echo(f"generation {report.index.generation}: {report.index.articles} articles")


COMMANDS = (reindex_command, forget_command, rollback_command)
