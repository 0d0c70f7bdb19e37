"""Commands that look after a service: serve, stats, doctor."""

import os
import sys
from pathlib import Path

import click

from searchsvc.cli.options import index_option, json_option
from searchsvc.engines import open_engine
from searchsvc.engines.base import Keeper
from searchsvc.errors import EngineError
from searchsvc.model.query import Everything, Query
from searchsvc.payload import to_json
from searchsvc.settings import Settings

#: Threads of a worker, and bytes of an address that still reach the application's own answer.
THREADS, LONGEST_LINE = "4", "8190"
#: Threads that take turns need no heaps of their own (a worker over 100,000 articles: 70 MB instead of 83).
ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}


@click.command("serve")
@index_option
@click.option("--host", help="Address to listen on.  [default: SEARCHSVC_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.  [default: PORT or 8000]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer.  [default: SEARCHSVC_WORKERS or 2]")
def serve_command(index: Path, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the search page and the JSON API with gunicorn."""
    settings = Settings.from_env()
    address = f"{host or settings.host}:{port or settings.port}"
    environ = {**ONE_HEAP, **os.environ, "SEARCHSVC_ENGINE": f"whoosh:{index}"}
    click.echo(f"searchsvc answers on http://{address}/", err=True)
    command = [sys.executable, "-m", "gunicorn", "--bind", address, "--workers", str(workers or settings.workers)]
    command += [
        "--worker-class",
        "searchsvc.web.worker.FairWorker",
        "--threads",
        THREADS,
        "--limit-request-line",
        LONGEST_LINE,
        "--no-control-socket",
    ]
    command.append("searchsvc.web:create_app()")
    os.execve(sys.executable, command, environ)  # noqa: S606  no shell


@click.command("stats")
@index_option
@json_option
def stats_command(index: Path, *, as_json: bool) -> None:
    """Say what is in the index."""
    engine = open_engine(f"whoosh:{index}")
    info = engine.info()
    facets = engine.search(Query(Everything()), limit=0).facets
    size = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
    if as_json:
        click.echo(to_json({"index": info, "bytes": size, "languages": engine.languages(), "facets": facets}))
        return
    click.echo(f"generation {info.generation}, {info.articles} articles, {size / 1e6:.1f} MB, updated {info.updated}")
    months = facets.month
    if months:
        click.echo(f"from {months[0].value} to {months[-1].value}")
    for name in ("section", "outlet", "language", "speaker"):
        values = getattr(facets, name)[:10]
        if values:
            click.echo(f"{name}: " + ", ".join(f"{value.value} {value.count}" for value in values))


@click.command("doctor")
@index_option
def doctor_command(index: Path) -> None:
    """Read the whole index and check every checksum."""
    engine = open_engine(f"whoosh:{index}")
    faults = engine.verify() if isinstance(engine, Keeper) else ()
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise EngineError(f"{index} is damaged in {len(faults)} places: `searchsvc rollback`, or reindex with --full")
    click.echo(f"{index} is whole: {engine.count()} articles")


COMMANDS = (serve_command, stats_command, doctor_command)
