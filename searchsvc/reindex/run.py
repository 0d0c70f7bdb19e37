"""Places → index: what changed since the last run, or everything anew."""

import fcntl
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
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
from searchsvc.reindex.catalogue import Catalogue, faults
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
    drop: Sequence[str] = (),
    dry_run: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Bring an index up to date with the places that hold the saved pages.

    Pages are compared by content hash; pages that are gone leave the index. Places add up: those
    of earlier runs stay, and are read again where none is named. A full run, the first one, and
    one over an index of another version of this program build a new generation that takes the
    place of the old one when it is whole. A full run mends a damaged index.

    Args:
        places: Folders, files or containers; none means all that are known.
        index: Folder of the index.
        full: Build everything anew, from the places named alone if some are.
        drop: Known places whose pages leave the index.
        dry_run: Read and report, change nothing.
        jobs: Processes that read pages.
        progress: Called after each page.

    Raises:
        UsageError: A place is not there, or none is known; a place to be dropped is not known.
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
        if not dry_run:
            catalogue.settle(generation)
        known = catalogue.places(generation) if generation else []
        dropped = _dropped(drop, known)
        # A place that is named twice is read once.
        named = dict(zip(reversed(_roots(places)), reversed(places), strict=True))
        chosen = tuple(reversed(named.values())) or tuple(place for place in known if place not in dropped)
        fresh = full or outdated or not known
        if not chosen and (fresh or not dropped):
            nothing = "nothing would be left" if dropped else f"{index} does not know yet where the pages lie"
            raise UsageError(f"{nothing}: name a folder, as in: reindex seeds")
        if both := set(_roots(chosen)).intersection(dropped):
            raise UsageError(f"{', '.join(sorted(both))} cannot be both read and dropped")
        check_places(chosen)
        if not (fresh or dry_run):
            _set_right(engine, catalogue, generation or "")
        river = River(engine, catalogue, generation, fresh=fresh, jobs=jobs, progress=progress)
        river.run(chosen, dropped=dropped, dry_run=dry_run)
        left = set(known).difference(_roots(chosen)) if fresh else dropped
        report = river.report(seconds=time.monotonic() - started, dry_run=dry_run, outdated=outdated)
        now = None if dry_run and (generation is None or trouble) else engine.info()
        return replace(report, index=now, left=tuple(sorted(left)))


def _set_right(engine: Engine, catalogue: Catalogue, generation: str) -> None:
    """Take out what an earlier run had in hand when it was killed: its pages, if they are there, are read again."""
    left = catalogue.unfinished(generation)
    if left:
        _delete(engine, left)
        catalogue.start_over(generation)


def _delete(engine: Engine, article_ids: Iterable[str]) -> None:
    """Remove articles in one commit."""
    with engine.writer() as writer:
        for article_id in article_ids:
            writer.delete(article_id)


def _roots(places: Sequence[str]) -> list[str]:
    """Return the places as the catalogue knows them."""
    return [str(Path(place).resolve()) for place in places]


def _dropped(drop: Sequence[str], known: Sequence[str]) -> list[str]:
    for place, root in zip(drop, _roots(drop), strict=True):
        if root not in known:
            there = ", ".join(known) or "there are none"
            raise UsageError(f"{place} cannot be dropped, it is none of the places of this index: {there}")
    return _roots(drop)


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
        if there:
            _delete(engine, [article_id])
    if not there:
        raise NotFoundError(f"{article_id}: no such article in {index}; it is kept out from now on")


def rollback(*, index: str = "index") -> IndexInfo:
    """Make the generation before the current one current again, without the articles taken down since.

    Raises:
        EngineError: There is none.

    """
    folder = Path(index)
    with _locked(folder), _catalogue(folder) as catalogue, _engine(index) as engine:
        if not isinstance(engine, Keeper):
            raise EngineError(f"{index}: this engine keeps no earlier generation")
        engine.rollback()
        _delete(engine, sorted(catalogue.forgotten()))
        return engine.info()


def catalogue_faults(index: str = "index") -> list[str]:
    """Return what is wrong with what is remembered of the pages, a line each; nothing if it is whole."""
    return faults(Path(index) / CATALOGUE)


@contextmanager
def _locked(folder: Path, *, dry_run: bool = False) -> Iterator[None]:
    if dry_run:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise EngineError(f"{folder}: nothing can be written there: {error.strerror or error}") from error
    with lock:
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
