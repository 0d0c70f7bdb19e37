"""Places → index: what changed since the last run, or everything anew."""

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine, Keeper
from searchsvc.errors import (
    EngineError,
    IndexBusyError,
    IndexMissingError,
    NotFoundError,
    OutdatedIndexError,
    UsageError,
)
from searchsvc.model.result import IndexInfo
from searchsvc.reindex.catalogue import Catalogue
from searchsvc.reindex.report import Progress, Report
from searchsvc.reindex.river import River, generation_of
from searchsvc.reindex.scan import check_places

CATALOGUE = "catalogue.sqlite"
LOCK = "reindex.lock"


def reindex(
    places: Sequence[str] = (),
    *,
    index: str = "index",
    full: bool = False,
    dry_run: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Bring an index up to date with the places that hold the saved pages.

    Pages are compared by content hash; pages that are gone leave the index. A full run, the
    first one, and one over an index of another version of this program build a new generation
    that takes the place of the old one when it is whole. A full run mends a damaged index.

    Args:
        places: Folders, files or containers; none means those of the last run.
        index: Folder of the index.
        full: Build everything anew.
        dry_run: Read and report, change nothing.
        jobs: Processes that read pages.
        progress: Called after each page.

    Raises:
        UsageError: A place is not there, or none is known.
        IndexBusyError: Another process writes to this index.
        EngineError: The index cannot be read or written; it stays as it was.

    """
    started = time.monotonic()
    folder = Path(index)
    with _locked(folder, dry_run=dry_run), _catalogue(folder, dry_run=dry_run) as catalogue, _engine(index) as engine:
        generation = generation_of(engine)
        trouble = _trouble(engine)
        outdated = isinstance(trouble, OutdatedIndexError)
        if trouble is not None and not (full or outdated):
            raise trouble
        known = catalogue.places(generation) if generation else []
        chosen = tuple(places) or tuple(known)
        if not chosen:
            raise UsageError(f"{index} does not know yet where the pages lie: name a folder, as in: reindex seeds")
        check_places(chosen)
        river = River(engine, catalogue, generation, fresh=full or outdated or not known, jobs=jobs, progress=progress)
        river.run(chosen, dry_run=dry_run)
        now = None if dry_run and (generation is None or trouble) else engine.info()
        return river.report(seconds=time.monotonic() - started, dry_run=dry_run, index=now, outdated=outdated)


def _trouble(engine: Engine) -> EngineError | None:
    """Return why the index cannot be read, None if it can or is not there yet."""
    try:
        engine.info()
    except IndexMissingError:
        return None
    except EngineError as error:
        return error
    return None


def forget(article_id: str, *, index: str = "index") -> None:
    """Take an article down for good: it leaves the index, and no later run brings it back.

    Raises:
        NotFoundError: No page of that article is known; the id is kept out all the same.

    """
    folder = Path(index)
    with _locked(folder), _catalogue(folder) as catalogue, _engine(index) as engine:
        there = engine.article(article_id) is not None
        catalogue.forget(article_id, datetime.now(UTC).isoformat(timespec="seconds"))
        with engine.writer() as writer:
            writer.delete(article_id)
    if not there:
        raise NotFoundError(f"{article_id}: no such article in {index}; it is kept out from now on")


def rollback(*, index: str = "index") -> IndexInfo:
    """Make the generation before the current one current again, without the articles taken down since.

    Raises:
        NotFoundError: There is none.

    """
    folder = Path(index)
    with _locked(folder), _catalogue(folder) as catalogue, _engine(index) as engine:
        if not isinstance(engine, Keeper):
            raise NotFoundError(f"{index}: this engine keeps no earlier generation")
        engine.rollback()
        with engine.writer() as writer:
            for article_id in sorted(catalogue.forgotten()):
                writer.delete(article_id)
        return engine.info()


@contextmanager
def _locked(folder: Path, *, dry_run: bool = False) -> Iterator[None]:
    if dry_run:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexBusyError(f"{folder}: another reindex is at work; wait until it has ended") from error
        yield


@contextmanager
def _catalogue(folder: Path, *, dry_run: bool = False) -> Iterator[Catalogue]:
    path = folder / CATALOGUE
    catalogue = Catalogue(None if dry_run and not path.exists() else path)
    try:
        yield catalogue
    finally:
        catalogue.close()


@contextmanager
def _engine(index: str) -> Iterator[Engine]:
    engine = open_engine(f"whoosh:{index}")
    try:
        yield engine
    finally:
        engine.close()
