"""Report of a run → lines for people, and a file of JSON for programs."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import click

from searchsvc.errors import UsageError
from searchsvc.json_output import to_json
from searchsvc.reindex import Report
from searchsvc.trouble import told


def print_report(report: Report) -> None:
    """Say what a run did: a line for each reason why pages failed, the changes of a dry run, the counts."""
    for line in (*_warnings(report), *(f"failed: {kind}" for kind in report.failures.kinds)):
        click.echo(line, err=True)
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


def _warnings(report: Report) -> list[str]:
    outdated = ["the index was made by another version of searchsvc: everything is read again"]
    mended = [f"everything is read again: {report.mended}"] if report.mended else []
    return [*(outdated if report.outdated else []), *mended, *(f"read no more: {place}" for place in report.left)]


@contextmanager
def report_file(path: Path | None) -> Iterator[Callable[[Report], None]]:
    """Yield what writes a report into a file, which is there afterwards as a whole or as it was before.

    Raises:
        UsageError: The file cannot be written; told before anything is done.

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
        raise UsageError(f"the report cannot be written: {told(error, path, writing=True)}") from error

    def write(report: Report) -> None:
        try:
            with file:
                for line in _lines(report):
                    file.write(line)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        except OSError as error:
            raise told(error, path, "the run is done, but its report cannot be written", writing=True) from error

    try:
        yield write
    finally:
        _abandon(file, unfinished)


def _abandon(file: BinaryIO, unfinished: Path) -> None:
    """Remove what was not put in place; a no-op after that."""
    with suppress(OSError):
        file.close()
    with suppress(OSError):
        unfinished.unlink(missing_ok=True)


def _lines(report: Report) -> Iterator[bytes]:
    """Yield one JSON object, a line at a time: there may be more failures than should be in memory at once."""
    head: dict[str, object] = {
        "pages": report.pages,
        **{kind: report.count(kind) for kind in ("added", "changed", "deleted")},
        "unchanged": report.unchanged,
        "superseded": report.superseded,
        "forgotten": report.forgotten,
        "failed": len(report.failures),
        "seconds": round(report.seconds, 3),
        "dry_run": report.dry_run,
        "outdated": report.outdated,
        "mended": report.mended,
        "damage": report.damage,
        "left": report.left,
        "warnings": _warnings(report),
        "index": report.index,
        "kinds": report.failures.kinds,
    }
    yield b"{"
    for name, value in head.items():
        yield b"%s: %s,\n" % (to_json(name), to_json(value))
    yield from _list("failures", ({"path": f.path, "reason": f.reason, "kind": f.kind} for f in report.failures))
    yield b",\n"
    yield from _list("changes", report.changes)
    yield b"}\n"


def _list(name: str, values: Iterable[object]) -> Iterator[bytes]:
    yield b"%s: [" % to_json(name)
    for number, value in enumerate(values):
        yield (b",\n" if number else b"\n") + to_json(value)
    yield b"]"
