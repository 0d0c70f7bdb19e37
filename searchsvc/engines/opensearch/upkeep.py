"""What an engine in a cluster does beside searching: its generations, its catalogue, and runs that share the work."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from searchsvc.engines.opensearch.catalogue_store import StoredCatalogue
from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.commit_state import CURRENT
from searchsvc.engines.opensearch.erasure import (
    erase,
    forget,
    is_unfinished,
    missing_parts,
    read_takedowns,
    roll_back,
    write_takedowns,
)
from searchsvc.engines.opensearch.index_session import IndexSession
from searchsvc.engines.opensearch.lease import WRITING, held
from searchsvc.engines.opensearch.sharded_build import (
    merge_shards,
    shard_catalogues,
    shard_states,
    shard_writer,
)
from searchsvc.engines.sharding import Shard, ShardMerger, ShardState, ShardWriter
from searchsvc.engines.takedowns import Erasure, Takedowns
from searchsvc.model.result import IndexInfo


class Upkeep:
    """The GenerationStore and CatalogueStore of an index in a cluster.

    Args:
        cluster: The cluster, and which index is meant.

    """

    def __init__(self, cluster: Cluster) -> None:
        self.session = IndexSession(cluster)
        self._catalogue = StoredCatalogue(cluster, self.session.commits.index)

    def info(self) -> IndexInfo:
        """Return which commit answers now."""
        state = self.session.commits.now()
        return IndexInfo(f"{state.generation}.{state.number}", state.statistics.articles, state.updated, state.id)

    def reindexing(self) -> AbstractContextManager[None]:
        """Hold the lock of runs that change index and catalogue while the block runs."""
        return self._catalogue.reindexing()

    def load_catalogue(self, path: Path, /) -> bool:
        """Write the catalogue as it was last handed in to a file; return whether there is one."""
        return self._catalogue.load(path)

    def save_catalogue(self, path: Path, /) -> None:
        """Keep the state of the catalogue that a file has."""
        self._catalogue.save(path)

    def load_runs(self) -> bytes:
        """Return what was last kept of the runs of `reindex`; b"" if nothing."""
        return self._catalogue.load_runs()

    def save_runs(self, text: bytes, /) -> None:
        """Keep what is known of the runs of `reindex`."""
        self._catalogue.save_runs(text)

    def shards(self) -> Sequence[ShardState]:
        """Return how far each of several runs is that build a generation; nothing if none is built so."""
        return shard_states(self.session)

    def shard_writer(self, shard: Shard, places: Sequence[str], /) -> AbstractContextManager[ShardWriter]:
        """Join the runs that build a generation, or begin."""
        return shard_writer(self.session, shard, places, read_takedowns(self.session))

    def shard_catalogues(self, folder: Path, /) -> Sequence[Path]:
        """Write the catalogues of the runs that are done to files in a folder."""
        return shard_catalogues(self.session, folder)

    def merge_shards(self) -> AbstractContextManager[ShardMerger]:
        """Open the writer that completes what several runs have written; it becomes the current generation."""
        return merge_shards(self.session)

    def generation(self) -> str | None:
        """Return the name of the current generation; None if there is none."""
        state = self.session.commits.read(CURRENT)
        return str(state.generation) if state else None

    def verify(self) -> Sequence[str]:
        """Return a line for each index or shard that is missing, nothing if all articles are there."""
        return missing_parts(self.session.cluster, self.session.commits.now())

    def damage(self) -> Sequence[str]:
        """Return nothing: a cluster mends its copies itself, and `verify` says what it lacks."""
        return ()

    def rollback(self) -> IndexInfo:
        """Make the generation before the current one the current one, without the articles taken down since.

        Raises:
            EngineError: There is none, or it is not whole; the current one stays.

        """
        session = self.session
        with held(session.cluster, session.commits.index, WRITING, "writer") as lease:
            roll_back(session, lease)
        return self.info()

    def forget(self, takedowns: Takedowns, /) -> Erasure:
        """Take articles down: no search shows them from now on, and no segment holds those that are due.

        Raises:
            IndexBusyError: Another writer is open.
            EngineError: The cluster still keeps deleted documents; no search shows them all the same.

        """
        session = self.session
        with held(session.cluster, session.commits.index, WRITING, "writer") as lease:
            return forget(session, takedowns, lease)

    def forgotten(self) -> Takedowns:
        """Return the list of the articles taken down."""
        return read_takedowns(self.session)

    def keep_forgotten(self, takedowns: Takedowns, /) -> None:
        """Replace the list of the articles taken down; raises IndexBusyError if another writer is open."""
        with held(self.session.cluster, self.session.commits.index, WRITING, "writer"):
            write_takedowns(self.session, takedowns)

    def erase(self) -> Erasure:
        """Finish a `forget` that was killed or could not erase all; a no-op if there is nothing to finish."""
        session = self.session
        if not is_unfinished(session):
            return Erasure()
        with held(session.cluster, session.commits.index, WRITING, "writer") as lease:
            return erase(session, lease)
