"""Session: the engine and the catalogue of an index, open under the writer's lock; and writers that put off writing."""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from searchsvc.engines import engine_url, open_engine
from searchsvc.engines.base import CatalogueStore, Engine, GenerationStore, Writer
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import (
    CorruptIndexError,
    EngineError,
    IndexBusyError,
    IndexMissingError,
    OutdatedIndexError,
    UsageError,
    error_from,
)
from searchsvc.model.document import ArticleDocument, ArticleVersions, Document
from searchsvc.reindex.catalogue import RECOVERY_ADVICE, Catalogue
from searchsvc.reindex.catalogue_checksum import check_checksum, guarded, is_lost

CATALOGUE_FILE = "catalogue.sqlite"
LOCK = "reindex.lock"
#: Name under which a catalogue keeps what its index is a copy of: no generation has it.
COPY = "copy"


@dataclass(frozen=True, slots=True)
class Session:
    """An index that is being changed, or read for a dry run."""

    index: str
    engine: Engine
    catalogue: Catalogue
    dry_run: bool = False

    @property
    def keeper(self) -> GenerationStore:
        """The engine as a GenerationStore.

        Raises:
            EngineError: The engine keeps no generations.

        """
        if not isinstance(self.engine, GenerationStore):
            raise EngineError(f"{self.index}: this engine keeps nothing on disk")
        return self.engine

    @property
    def generation(self) -> str | None:
        """Name of the current generation; None if there is no index, or the engine keeps no generations."""
        return self.engine.generation() if isinstance(self.engine, GenerationStore) else None

    def commit_id(self) -> str | None:
        """Return the id of the last commit; None if it cannot be read."""
        try:
            return self.engine.info().commit
        except EngineError:
            return None

    def rebuild_reason(self) -> EngineError | None:
        """Return why the index must be rebuilt; None if it is whole and in the catalogue, or does not exist yet.

        Raises:
            EngineError: It cannot be read for a reason that a rebuild does not cure.

        """
        try:
            self.engine.info()
        except IndexMissingError as error:
            return error if self.catalogue.newest_generation() is not None else None
        except (OutdatedIndexError, CorruptIndexError) as error:
            return error
        name = self.generation
        if name and not self.catalogue.places(name) and self.catalogue.newest_generation() is not None:
            # The rows of another generation may name other articles: an incremental run would delete those of this one.
            return EngineError(f"{self.index}: no page of generation-{name} is remembered, only those of others")
        return None

    def check_catalogue(self) -> None:
        """Raise if the index has articles, but the catalogue knows of no page: a run would leave them out.

        Raises:
            CorruptIndexError: The catalogue was lost.

        """
        try:
            count = 0 if self.catalogue.newest_generation() else self.engine.info().articles
        except IndexMissingError:
            return
        if count:
            raise CorruptIndexError(
                f"{self.index}: {CATALOGUE_FILE} is missing or empty, but the index has {count} articles: put a copy "
                "of it back, or run `searchsvc reindex --full` with all places"
            )

    def sync_takedowns(self) -> Takedowns:
        """Merge the lists of articles taken down in catalogue and index, write the result to both, and return it.

        Text of these articles that a killed `forget` left in the files is erased, too.
        """
        if not isinstance(self.engine, GenerationStore):
            return self.catalogue.forgotten()
        in_catalogue = self.catalogue.forgotten()
        try:
            in_index = self.engine.forgotten()
        except CorruptIndexError as error:
            if not in_catalogue.entries:
                way_out = "put a copy of that file back, or remove it and forget its articles again"
                raise CorruptIndexError(f"{error}, but here that has no list either: {way_out}") from error
            in_index = Takedowns()
        merged = in_index | in_catalogue
        if self.dry_run:
            return merged
        if merged != in_catalogue:
            self.catalogue.forget(merged)
        if merged != in_index:
            self.engine.keep_forgotten(merged)
        self.erase_takedowns()
        return merged

    def erase_takedowns(self) -> None:
        """Erase the articles taken down from all files of the index; a damaged current generation is left as it is."""
        if isinstance(self.engine, GenerationStore):
            # An index with one of these errors is rebuilt without these articles.
            with suppress(IndexMissingError, OutdatedIndexError, CorruptIndexError):
                for step in self.engine.erase().steps:
                    self.catalogue.replace_commit(step.generation, step.before, step.after)


@contextmanager
def open_session(index: str, *, dry_run: bool = False) -> Iterator[Session]:
    """Open an index and its catalogue under the writer's lock; a dry run locks, creates and changes nothing.

    Args:
        index: Folder of the index, or URL of an engine with a folder.
        dry_run: Change nothing.

    Raises:
        UsageError: The URL names no engine, or one without a folder.
        IndexBusyError: Another process has the lock.
        EngineError: The folder cannot be written to.

    """
    # Opening the engine reads and creates nothing: it only gives the folder.
    with closing(open_engine(engine_url(index))) as engine, _kept(engine, index, dry_run=dry_run) as kept:
        catalogue_path = None if dry_run and not kept.path.exists() else kept.path
        with Catalogue(catalogue_path, read_only=dry_run, on_change=kept.on_change) as catalogue:
            session = Session(kept.where, engine, catalogue, dry_run)
            if not dry_run:
                # Before any other commit, which would hide the generation that a finished build became.
                catalogue.adopt_build(session.generation, session.commit_id())
            yield session


class _Kept(NamedTuple):
    """Where a catalogue is while it is open."""

    #: Folder or URL of the index, for messages.
    where: str
    path: Path
    on_change: Callable[[Path], None] | None = None


@contextmanager
def _kept(engine: Engine, index: str, *, dry_run: bool) -> Iterator[_Kept]:
    """Hold the lock of an index, and give the place of its catalogue, or of a copy of the one that the engine keeps."""
    if isinstance(engine, CatalogueStore):
        with (
            nullcontext() if dry_run else engine.reindexing(),
            TemporaryDirectory(prefix="searchsvc-") as copy,
        ):
            path = Path(copy) / CATALOGUE_FILE
            engine.load_catalogue(path)
            yield _Kept(index, path, None if dry_run else engine.save_catalogue)
    elif engine.folder is None:
        raise UsageError(f"the engine {index!r} has no folder in which to remember pages: name one that has")
    else:
        path = engine.folder / CATALOGUE_FILE
        with _hold_lock(engine.folder, dry_run=dry_run):
            if dry_run:
                check_checksum(path)
            with nullcontext() if dry_run else guarded(path):
                yield _Kept(str(engine.folder), path)


def catalogue_faults(index: str = "index") -> list[str]:
    """Return one line for each fault in the catalogue; an empty list if it has none, or does not exist.

    Raises:
        EngineError: It cannot be read for another reason than damage.

    """
    with closing(open_engine(engine_url(index))) as engine:
        if engine.folder is None and not isinstance(engine, CatalogueStore):
            return []
        try:
            with _kept(engine, index, dry_run=True) as kept:
                if is_lost(kept.path):
                    return [f"{kept.path}: it is lost: put a copy of it back, or {RECOVERY_ADVICE}"]
                if not kept.path.exists():
                    return []
                where = kept.path if engine.folder else f"the catalogue of {kept.where}"
                with Catalogue(kept.path, read_only=True) as catalogue:
                    faults = [f"{where}: {line}: {RECOVERY_ADVICE}" for line in catalogue.check() if line != "ok"]
                    return faults or [
                        f"{index}: it is a copy that is not whole: run `searchsvc copy` again"
                        for mark in catalogue.places(COPY)
                        if not mark.startswith("whole ")
                    ]
        except CorruptIndexError as error:
            return [str(error)]


@contextmanager
def _hold_lock(folder: Path, *, dry_run: bool) -> Iterator[None]:
    if dry_run:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise error_from(error, folder, "nothing can be written there", writing=True) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexBusyError(f"{folder}: another reindex is at work; wait until it has ended") from error
        yield


class NullWriter:
    """Writer for dry runs, without effect."""

    commit_id = ""

    def put(self, documents: object, /) -> None:
        """Do nothing."""

    def put_versions(self, article_id: str, versions: object, /) -> None:
        """Do nothing."""

    def delete(self, article_id: str, /) -> None:
        """Do nothing."""

    def stored(self, article_ids: Sequence[str], /) -> Sequence[ArticleVersions]:
        """Return nothing of each article: what would be there is not known."""
        return [ArticleVersions()] * len(article_ids)


class LazyWriter:
    """Writer that opens the engine's writer on first use, so that a run without changes makes no commit."""

    def __init__(self, open_: Callable[[], Writer]) -> None:
        self._open = open_
        self._writer: Writer | None = None

    @property
    def commit_id(self) -> str:
        """Id of the commit that will be made; an empty string if nothing was written."""
        return self._writer.commit_id if self._writer is not None else ""

    def put(self, documents: Sequence[Document], /) -> None:
        """Add an article, or replace it: all of its documents."""
        self._opened().put(documents)

    def put_versions(self, article_id: str, versions: Sequence[ArticleDocument], /) -> None:
        """Replace the older versions of an article."""
        self._opened().put_versions(article_id, versions)

    def delete(self, article_id: str, /) -> None:
        """Delete an article."""
        self._opened().delete(article_id)

    def stored(self, article_ids: Sequence[str], /) -> Sequence[ArticleVersions]:
        """Return each article as the commit will have it."""
        return self._opened().stored(article_ids)

    def _opened(self) -> Writer:
        if self._writer is None:
            self._writer = self._open()
        return self._writer
