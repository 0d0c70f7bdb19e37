"""Commands that read saved pages: reindex writes them to an index, parse and check print them."""

import ctypes
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

import click
from tqdm import tqdm

from searchsvc.cli.article_lines import explanation_lines
from searchsvc.cli.formats import SOME_FAILED, format_options, index_option, number_of, print_answer
from searchsvc.engines.sharding import Shard
from searchsvc.errors import CorruptIndexError, SourceError, UsageError, error_from
from searchsvc.json_output import to_json
from searchsvc.parsing import explain
from searchsvc.reindex import Report, reindex_places, reindex_shard
from searchsvc.reindex.report import Failure, PassedOverCounts
from searchsvc.reindex.worker_pool import read_with_limits
from searchsvc.settings import Settings
from searchsvc.sources.container_process import read_guarded

#: glibc's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD (mallopt(3)), and the bytes that both are set to.
TRIM_OPTION, MMAP_OPTION, HEAP_BYTES = -1, -3, 1 << 18
#: Pages between two lines of progress if standard error is no terminal.
PROGRESS_STEP = 1_000
#: Runs that may build a generation together.
MOST_SHARDS = 1_000
_SHARD = re.compile(r"(?P<number>[0-9]{1,4})/(?P<of>[0-9]{1,4})")


def _shard(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Shard | None:
    """Return the shard that an option names; raise UsageError if its form is another."""
    if text is None:
        return None
    found = _SHARD.fullmatch(text)
    if found is None or not 1 <= int(found["number"]) <= int(found["of"]) <= MOST_SHARDS:
        raise UsageError(f"--shard {text}: give I/N, from 1/N to N/N, with N at most {MOST_SHARDS}")
    return Shard(int(found["number"]), int(found["of"]))


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
@click.option(
    "--shard",
    metavar="I/N",
    callback=_shard,
    help="Read the I-th of N shares into a new generation; N runs, on as many machines, build it together.",
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
    help="Write what the run did into a file, as JSON: counts, the pages that failed and why, every change.",
)
def reindex_command(
    places: tuple[str, ...],
    index: str,
    *,
    full: bool,
    drop: tuple[str, ...],
    shard: Shard | None,
    dry_run: bool,
    jobs: int,
    file: Path | None,
) -> None:
    """Bring the index up to date with saved pages.

    PLACE is a folder (searched through: HTML pages of any name, .txt), a single page, a page saved
    as one file (.mhtml .mht .webarchive), a .jsonl file of records, or a crawl (.warc .arc .wacz);
    all also compressed (.gz .zst .br). Folders that a browser has saved beside a page are left
    out. What is no page is counted at the end, by reason. Places add up: those of earlier runs stay
    in the index until they are dropped, and without PLACE all of them are read. Only pages whose
    bytes changed are read again; pages that are gone leave the index (but not all pages of a
    place at once: something may not be mounted). A page that cannot be read stops nothing: its
    article stays as it was. At the end there is a line for each reason, with the number of pages
    and the first three; --report names them all, but of one crawl or .jsonl the first thousand.
    A crawl that costs far more than its size is stopped and named; what was read of it stays.

    Into a cluster, N machines that reach the same places can build a generation together: each runs
    --shard I/N with its own I. The generation becomes current when all shards are read; each run
    says which are not, and one that died is run again.

    \b
    Examples:
      searchsvc reindex pages crawl.warc.gz
      searchsvc reindex
      searchsvc reindex --drop pages
      searchsvc reindex --full pages        nothing but these
      searchsvc reindex --report run.json
      searchsvc reindex --shard 2/4 /srv/pages     the second of four machines
    """  # noqa: D301  click's own mark, a real backspace
    _return_freed_memory()
    if shard is not None and (drop or dry_run):
        raise UsageError("--shard builds a new generation from its places: --drop and --dry-run do not go with it")
    versions = Settings.from_env().versions
    with _report_file(file) as write:
        with ProgressMeter() as meter:
            if shard is not None:
                report = reindex_shard(
                    places, shard=shard, index=index, jobs=jobs, progress=meter.step, versions=versions
                )
            else:
                report = reindex_places(
                    places,
                    index=index,
                    full=full,
                    drop=drop,
                    dry_run=dry_run,
                    jobs=jobs,
                    progress=meter.step,
                    versions=versions,
                )
        _print_report(report)
        write(report)
    if report.damage:
        raise CorruptIndexError("\n".join(report.damage))
    if report.failures:
        click.get_current_context().exit(SOME_FAILED)


def _return_freed_memory() -> None:
    """Let the C library return freed arrays to the system at once.

    glibc keeps ever larger ones for itself once it has seen some, and the memory of a long run would grow by them.
    Other C libraries have no `mallopt`, and are left as they are.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(TRIM_OPTION, HEAP_BYTES)
        set_option(MMAP_OPTION, HEAP_BYTES)


@click.command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@format_options
def parse_command(files: tuple[str, ...], *, output: str | None) -> None:
    """Read pages and print what is in them, without an index.

    --json prints an article a line. A page that cannot be read, and a FILE in which no page is,
    gives the line {"path": ..., "error": ...}, and exit code 1. What is no page (pictures, other
    records of a crawl) is counted on standard error.
    """
    failed, passed = False, PassedOverCounts()
    for answer in read_with_limits(read_guarded(files, passed=passed.add)):
        failed = failed or isinstance(answer, SourceError)
        print_answer(answer, output)
    if str(passed):
        click.echo(passed, err=True)
    if failed:
        click.get_current_context().exit(SOME_FAILED)


@click.command("check")
@click.argument("file", metavar="FILE", type=click.Path())
def check_command(file: str) -> None:
    """Show what each field of a page was taken from, and what was left out and why."""
    for item in read_guarded([file]):
        if isinstance(item, SourceError):
            raise item
        click.echo("\n".join(explanation_lines(explain(item))))


class ProgressMeter:
    """Shows progress on standard error: a bar on a terminal, else a line every PROGRESS_STEP pages or other things."""

    def __init__(self, unit: str = "pages", verb: str = "read") -> None:
        self._unit, self._verb = unit, verb
        self._bar = tqdm(unit=f" {unit}", file=sys.stderr, disable=not sys.stderr.isatty(), dynamic_ncols=True)
        self._plain = not sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def step(self, done: int, path: str) -> None:
        """Show that so many are done, the last of them `path`."""
        self._bar.set_postfix_str(Path(path).name[-40:], refresh=False)
        self._bar.update(done - self._bar.n)
        if self._plain and done % PROGRESS_STEP == 0:
            click.echo(f"{done} {self._unit} {self._verb}", err=True)


def _print_report(report: Report) -> None:
    """Print what a run did: a line for each reason why pages failed, the changes of a dry run, and the counts."""
    for line in (*_warnings(report), *(f"failed: {kind}" for kind in report.failures.kinds)):
        click.echo(line, err=True)
    if report.dry_run:
        for change in report.changes:
            click.echo(f"{change.kind}: {change.id} {change.path}")
    rows = [(kind, report.count(kind)) for kind in ("added", "changed", "deleted")]
    rows += [("unchanged pages", report.unchanged), ("failed", report.failures.pages)]
    rows += [("older captures", report.superseded), ("kept out", report.forgotten), ("cut", report.cut)]
    rows += [("older versions", report.versions), ("versions not kept", report.left_out)]
    counts = " · ".join(f"{count} {name}" for name, count in rows if count or name == "added")
    verb = "would be: " if report.dry_run else ""
    click.echo(f"{verb}{number_of(report.pages, 'page')}: {counts} · {report.seconds:.1f} s")
    if str(report.passed_over):
        click.echo(report.passed_over)
    for line in report.waiting:
        click.echo(f"waiting: {line}")
    if report.index and not report.dry_run:
        click.echo(f"generation {report.index.generation}: {number_of(report.index.articles, 'article')}")


def _warnings(report: Report) -> list[str]:
    """Return why everything is read again, if it is, and the places that are no longer read."""
    outdated = ["the index was made by another version of searchsvc: everything is read again"]
    mended = [f"everything is read again: {report.mended}"] if report.mended else []
    return [*(outdated if report.outdated else []), *mended, *(f"read no more: {place}" for place in report.left)]


@contextmanager
def _report_file(path: Path | None) -> Iterator[Callable[[Report], None]]:
    """Yield a function that writes a report to a file atomically: the file is complete, or as it was before.

    Without a path, the function does nothing.

    Raises:
        UsageError: The file cannot be written; raised on entry, before the run.
        EngineError: The finished report cannot be written.

    """
    if path is None:
        yield lambda _: None
        return
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            raise UsageError(f"{path}: not a regular file: name one that the report may replace")
        file = unfinished.open("wb")
    except OSError as error:
        raise UsageError(f"the report cannot be written: {error_from(error, path, writing=True)}") from error

    def write(report: Report) -> None:
        try:
            with file:
                for line in _report_json(report):
                    file.write(line)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        except OSError as error:
            raise error_from(error, path, "the run is done, but its report cannot be written", writing=True) from error

    try:
        yield write
    finally:
        _remove_unfinished(file, unfinished)


def _remove_unfinished(file: BinaryIO, unfinished: Path) -> None:
    """Close and delete the temporary file; does nothing if the file was renamed to the report."""
    with suppress(OSError):
        file.close()
    with suppress(OSError):
        unfinished.unlink(missing_ok=True)


def _report_json(report: Report) -> Iterator[bytes]:
    """Yield one JSON object in pieces, so that any number of failures needs no memory for the whole."""
    head: dict[str, object] = {
        "pages": report.pages,
        **{kind: report.count(kind) for kind in ("added", "changed", "deleted")},
        "unchanged": report.unchanged,
        "superseded": report.superseded,
        "forgotten": report.forgotten,
        "cut": report.cut,
        "versions": report.versions,
        "versions_left_out": report.left_out,
        "failed": report.failures.pages,
        "seconds": round(report.seconds, 3),
        "dry_run": report.dry_run,
        "outdated": report.outdated,
        "mended": report.mended,
        "damage": report.damage,
        "left": report.left,
        "waiting": report.waiting,
        "warnings": _warnings(report),
        "index": report.index,
        "kinds": report.failures.kinds,
        "passed_over": [{"reason": reason, "count": count} for reason, count in report.passed_over.by_reason],
    }
    yield b"{"
    for name, value in head.items():
        yield b"%s: %s,\n" % (to_json(name), to_json(value))
    yield from _json_list("failures", (_failure_json(f) for f in report.failures))
    yield b",\n"
    yield from _json_list("changes", report.changes)
    yield b"}\n"


def _failure_json(failure: Failure) -> dict[str, object]:
    count = {"count": failure.count} if failure.count > 1 else {}
    return {"path": failure.path, "reason": failure.reason, "kind": failure.kind, **count}


def _json_list(name: str, values: Iterable[object]) -> Iterator[bytes]:
    """Yield the key and the array of one list of the report, each value on a line of its own."""
    yield b"%s: [" % to_json(name)
    for number, value in enumerate(values):
        yield (b",\n" if number else b"\n") + to_json(value)
    yield b"]"


COMMANDS = (reindex_command, parse_command, check_command)
