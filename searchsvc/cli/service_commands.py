"""Commands that run the service and maintain its index: serve, stats, unfound, doctor, forget, rollback, copy."""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

import click

from searchsvc.cli.formats import SOME_FAILED, IndexStats, format_options, index_option, number_of, print_answer
from searchsvc.cli.page_commands import ProgressMeter
from searchsvc.engines import open_engine
from searchsvc.engines.base import GenerationStore
from searchsvc.engines.sharding import ShardedBuildStore
from searchsvc.errors import EngineError, NotFoundError, UsageError
from searchsvc.interpreter import python_of_ours
from searchsvc.model.query import MatchAll, Query
from searchsvc.reindex import catalogue_faults, copy_index, forget, rollback
from searchsvc.search import load_synonyms, unfound_queries
from searchsvc.settings import Settings

#: Environment of the server: glibc keeps one heap for all threads, which uses less memory. Since one request of a
#: process computes at a time (`RequestLock`), the threads need no heaps of their own.
ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}


@click.command("serve")
@index_option
@click.option("--host", help="Address to listen on.  [default: SEARCHSVC_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.  [default: PORT or 8000]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer.  [default: SEARCHSVC_WORKERS or 2]")
def serve_command(index: str, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the search page and the JSON API with gunicorn."""
    settings = Settings.from_env()
    load_synonyms(settings.synonyms)  # what cannot be read is told here, once
    address = _free_address(host or settings.host, port or settings.port)
    click.echo(f"searchsvc answers on http://{address}/", err=True)
    command, environ = python_of_ours("searchsvc.web.gunicorn_server:main", address, str(workers or settings.workers))
    # A new program instead of a call, because glibc reads MALLOC_ARENA_MAX only at the start of a process.
    os.execve(command[0], command, {**ONE_HEAP, **environ, "SEARCHSVC_ENGINE": index})  # noqa: S606  no shell


def _free_address(host: str, port: int) -> str:
    """Return `host:port` after checking that it can be listened on; gunicorn would retry for seconds.

    Raises:
        UsageError: The address is in use, not one of this machine, or no address at all.

    """
    host = host.strip("[]")
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # Not `socket.create_server`, which leaves its socket open if the host is not a valid name.
        with socket.socket(family) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            server.bind((host, port))
            server.listen()
    except OSError as error:
        raise UsageError(_address_message(address, error.strerror or str(error))) from error
    except (TypeError, ValueError) as error:
        raise UsageError(_address_message(address, "this can be no name of a machine")) from error
    return address


def _address_message(address: str, reason: str) -> str:
    """Return the message for an address that cannot be used; unprintable characters are escaped."""
    shown = address if address.isprintable() else ascii(address)
    return f"{shown}: {reason}: choose another with --port (or PORT=) or --host"


@click.command("stats")
@index_option
@format_options
def stats_command(index: str, *, output: str | None) -> None:
    """Say what is in the index."""
    engine = open_engine(index)
    info = engine.info()
    facets = engine.search(Query(MatchAll()), limit=0).facets
    size = _bytes_in(engine.folder) if engine.folder else 0
    print_answer(IndexStats(info, size, tuple(engine.languages()), facets), output)


def _bytes_in(folder: Path) -> int:
    """Return the size of all regular files below a folder; a file deleted meanwhile, as by a commit, counts as 0."""
    size = 0
    for file in folder.rglob("*"):
        with suppress(OSError):
            status = file.lstat()
            size += status.st_size if stat.S_ISREG(status.st_mode) else 0
    return size


@click.command("unfound")
@click.argument("file", required=False)
def unfound_command(file: str | None) -> None:
    """Print the queries that found nothing, those asked most first.

    Each line has the number of times, the last day, and the words, with tabs between them. FILE is what
    SEARCHSVC_UNFOUND names; without that setting the service counts nothing.
    """
    path = file or Settings.from_env().unfound
    if not path:
        raise UsageError("name the FILE, or set SEARCHSVC_UNFOUND: without it no queries are counted")
    for one in unfound_queries(path):
        click.echo(f"{one.asked}\t{one.last}\t{one.query}")


@click.command("doctor")
@index_option
def doctor_command(index: str) -> None:
    """Read the whole index and check every checksum, and the catalogue of the pages that were read.

    Exit code 3 where something is damaged, and also where it cannot be looked at: then the message
    says why (rights, another process, another version, too little memory), and nothing is called
    damaged.
    """
    engine = open_engine(index)
    where = engine.folder or index
    faults = engine.verify() if isinstance(engine, GenerationStore) else ()
    for fault in faults:
        click.echo(fault, err=True)
    for state in engine.shards() if isinstance(engine, ShardedBuildStore) else ():
        click.echo(f"a new generation is being built: {state}", err=True)
    whole = f"{where} is whole and can be searched"
    try:
        in_catalogue = catalogue_faults(index)
    except EngineError as error:
        click.echo(str(error), err=True)
        in_catalogue, problem = [], f"{whole}; the catalogue of its pages could not be looked at"
    else:
        problem = f"{whole}, but not brought up to date" if in_catalogue else ""
    for fault in in_catalogue:
        click.echo(fault, err=True)
    if faults:
        places = number_of(len(faults), "place")
        raise EngineError(f"{where} is damaged in {places}: `searchsvc rollback`, or reindex with --full")
    if problem:
        raise EngineError(problem)
    click.echo(f"{where} is whole: {number_of(engine.count(), 'article')}")


@click.command("forget")
@click.argument("article_id", metavar="ID")
@index_option
@click.option(
    "--later", is_flag=True, help="Out of every search at once; out of the files when these are written anew."
)
def forget_command(article_id: str, index: str, *, later: bool) -> None:
    """Take an article down for good.

    It leaves the index at once, and no later reindex brings it back. Its text leaves every file of
    the index, too: what held it is written anew, in the generation before as well, which takes about
    as long as indexing those articles. The saved page itself stays where it lies. ID is what `search
    --json` and the address of the article's page show.

    \b
    Examples:
      searchsvc forget 3bd7904a50fa37b0
      searchsvc forget --later 3bd7904a50fa37b0    the text stays in files until they are
                                                   merged, or the next forget without --later
    """  # noqa: D301  click's own mark, a real backspace
    try:
        erasure = forget(article_id, index=index, later=later)
    except NotFoundError as error:
        click.echo(f"searchsvc: {error}", err=True)
        click.get_current_context().exit(SOME_FAILED)
    for generation, reason in erasure.removed.items():
        click.echo(f"generation {generation} was removed: {reason}", err=True)
    names = ", ".join(step.generation for step in erasure.steps)
    if not names:
        click.echo(f"{article_id} is taken down, as it was before: nothing had to be written")
    elif later:
        click.echo(
            f"{article_id} is taken down. Its text stays in the files of generation {names} until they are merged, "
            "the next `searchsvc forget` without --later, or two full runs"
        )
    else:
        size = f"{erasure.bytes / 1e6:.1f} MB looked through" if erasure.bytes else "nothing held it"
        click.echo(f"{article_id} is taken down, and out of the files of generation {names} ({size})")


@click.command("rollback")
@index_option
def rollback_command(index: str) -> None:
    """Make the generation before the last full rebuild answer again."""
    info = rollback(index=index)
    click.echo(f"generation {info.generation} answers now: {number_of(info.articles, 'article')}")


@click.command("copy")
@click.option("--from", "source", required=True, metavar="DIR|URL", help="The index to copy; nothing is written there.")
@click.option("--to", "target", required=True, metavar="DIR|URL", help="The copy: no index yet, or one begun by this.")
def copy_command(source: str, target: str) -> None:
    """Copy an index into another one of any engine, without the saved pages.

    The current generation is copied, with the list of articles taken down and the catalogue of
    pages, so that the next reindex goes on from there. A copy that was stopped goes on where it was;
    one that is whole is brought up to what the source has now. At the end both are compared: numbers
    of articles, quotes and headlines, facets, and what queries made of a sample of articles find.

    \b
    Examples:
      searchsvc copy --from whoosh:index --to opensearch://one.example:9200/news
      searchsvc copy --from opensearch://one.example:9200/news --to whoosh:index
    """  # noqa: D301  click's own mark, a real backspace
    with ProgressMeter("articles", "looked at") as meter:
        report = copy_index(source, target, progress=meter.step)
    counts = [(report.written, "written"), (report.kept, "there before"), (report.deleted, "deleted")]
    counts += [(report.forgotten, "kept out, they were taken down")]
    done = " · ".join(f"{count} {what}" for count, what in counts if count or what == "written")
    click.echo(f"{number_of(report.articles, 'article')} in {target}: {done} · {report.seconds:.1f} s")
    alike = (
        f"{number_of(report.quotes, 'quote')}, {number_of(report.headlines, 'related headline')} "
        f"and {report.queries} queries alike"
    )
    click.echo(f"{alike}, catalogue of {number_of(report.pages, 'page')} copied" if report.pages is not None else alike)
    if report.pages is None:
        click.echo(f"{source} has no catalogue of what it holds now:", nl=False, err=True)
        click.echo(f" the next reindex of {target} must be --full, with all places", err=True)


COMMANDS = (
    serve_command,
    stats_command,
    unfound_command,
    doctor_command,
    forget_command,
    rollback_command,
    copy_command,
)
