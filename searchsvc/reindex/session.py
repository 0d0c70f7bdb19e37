"""Index → its engine and its catalogue, held together by the only one who changes them."""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from searchsvc.engines import engine_url, open_engine
from searchsvc.engines.base import Engine, Keeper
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import (
    CorruptIndexError,
    EngineError,
    IndexBusyError,
    IndexMissingError,
    OutdatedIndexError,
    UsageError,
)
from searchsvc.reindex.catalogue import Catalogue
from searchsvc.trouble import told

CATALOGUE = "catalogue.sqlite"
LOCK = "reindex.lock"


@dataclass(frozen=True, slots=True)
class Session:
    """One index while it is changed, or looked at for a dry run."""

    index: str
    engine: Engine
    catalogue: Catalogue
    dry_run: bool = False

    @property
    def keeper(self) -> Keeper:
        """The engine as one that keeps generations.

        Raises:
            EngineError: It keeps none.

        """
        if not isinstance(self.engine, Keeper):
            raise EngineError(f"{self.index}: this engine keeps nothing on disk")
        return self.engine

    @property
    def generation(self) -> str | None:
        """Name of the generation that is current; None if there is no index, or the engine keeps none."""
        return self.engine.generation() if isinstance(self.engine, Keeper) else None

    def commit(self) -> str | None:
        """Return the identity of what answers now, None where it cannot be read."""
        try:
            return self.engine.info().commit
        except EngineError:
            return None

    def trouble(self) -> EngineError | None:
        """Return why the index has to be built anew, None if it is whole and known here, or was never made.

        Raises:
            EngineError: It cannot be read, and building it anew is no help.

        """
        try:
            self.engine.info()
        except IndexMissingError as error:
            return error if self.catalogue.newest() is not None else None
        except (OutdatedIndexError, CorruptIndexError) as error:
            return error
        name = self.generation
        if name and not self.catalogue.places(name) and self.catalogue.newest() is not None:
            # Nothing can be compared with pages of another generation: what it holds would all seem to be nobody's.
            return EngineError(f"{self.index}: no page of generation-{name} is remembered, only those of others")
        return None

    def keep_takedowns(self) -> Takedowns:
        """Give the list of the articles taken down to both who keep it, whichever has lost some of it; return it.

        What a `forget` that was killed has left in the files goes, too.
        """
        if not isinstance(self.engine, Keeper):
            return self.catalogue.forgotten()
        kept = self.catalogue.forgotten()
        try:
            listed = self.engine.forgotten()
        except CorruptIndexError as error:
            if not kept.entries:
                way_out = "put a copy of that file back, or remove it and forget its articles again"
                raise CorruptIndexError(f"{error}, but here that has no list either: {way_out}") from error
            listed = Takedowns()
        both = listed | kept
        if self.dry_run:
            return both
        if both != kept:
            self.catalogue.forget(both)
        if both != listed:
            self.engine.keep_forgotten(both)
        self.erase()
        return both

    def erase(self) -> None:
        """Take what is on the list out of all files; out of those that are damaged when they do not answer any more."""
        if isinstance(self.engine, Keeper):
            # What has to be built anew does not hold them afterwards.
            with suppress(IndexMissingError, OutdatedIndexError, CorruptIndexError):
                for step in self.engine.erase().steps:
                    self.catalogue.follow(step.generation, step.before, step.after)


@contextmanager
def session(index: str, *, dry_run: bool = False) -> Iterator[Session]:
    """Hold an index: nobody else changes it while the block lasts. A dry run holds, makes and changes nothing.

    Args:
        index: Folder of the index, or URL of an engine that has one.
        dry_run: Change nothing.

    Raises:
        UsageError: It names no engine, or one without a folder.
        IndexBusyError: Somebody else is at work.
        EngineError: Nothing can be written there.

    """
    # The engine reads and makes nothing yet: it only says where the index is.
    with closing(open_engine(engine_url(index))) as engine, _locked(folder := _folder(engine, index), dry_run=dry_run):
        path = folder / CATALOGUE
        known = None if dry_run and not path.exists() else path
        with Catalogue(known, read_only=dry_run) as catalogue:
            held = Session(str(folder), engine, catalogue, dry_run)
            if not dry_run:
                # First of all: a commit of anything else would hide which generation an ended build became.
                catalogue.settle(held.generation, held.commit())
            yield held


def _folder(engine: Engine, index: str) -> Path:
    if engine.folder is None:
        raise UsageError(f"the engine {index!r} has no folder in which to remember pages: name one that has")
    return engine.folder


@contextmanager
def _locked(folder: Path, *, dry_run: bool) -> Iterator[None]:
    if dry_run:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise told(error, folder, "nothing can be written there", writing=True) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexBusyError(f"{folder}: another reindex is at work; wait until it has ended") from error
        yield
