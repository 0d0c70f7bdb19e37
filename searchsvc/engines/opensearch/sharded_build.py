"""Several runs, on as many machines → one new generation, which becomes the current one when all of them are done.

A document of the index of states says which generation is being built, by how many runs and over which places; another
one for each run who had it last, and whether it is done. A run holds a lease while it works. All write into the same
index: the version of each document is the time of its capture, so that the newest capture of an article stays,
whichever run has it and however often a run is begun again. The catalogues of the runs lie in an index beside.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from searchsvc.engines.opensearch.bulk_sender import BulkSender
from searchsvc.engines.opensearch.catalogue_store import StoredCatalogue
from searchsvc.engines.opensearch.cluster import ConflictError
from searchsvc.engines.opensearch.commit_state import CURRENT, count_both, new_commit
from searchsvc.engines.opensearch.copy_linking import link_copies
from searchsvc.engines.opensearch.generation_builder import (
    CANARIES,
    SENT_AT_ONCE,
    check,
    drop_indices,
    every_form,
    generation_indices,
    index_names,
    make_current,
)
from searchsvc.engines.opensearch.incremental_commit import (
    document_actions,
    new_commit_id,
)
from searchsvc.engines.opensearch.index_session import IndexSession, merge_segments, refresh, store_words
from searchsvc.engines.opensearch.indexed_documents import ShownHead, decoded, index_documents
from searchsvc.engines.opensearch.lease import WRITING, Lease, held, is_held, make_index
from searchsvc.engines.opensearch.mapping import (
    ARTICLE,
    articles_body,
    fingerprint,
    words_body,
)
from searchsvc.engines.opensearch.merging_writer import MergingWriter
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.sharding import Shard, ShardState
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import EngineError, IndexBusyError, OutdatedIndexError, UsageError
from searchsvc.model.document import ArticleVersions, Document

#: Document that names the generation which several runs are building.
SHARDED = "sharded"


def _run_key(shard: Shard) -> str:
    return f"shard-{shard.number}-of-{shard.of}"


def _catalogues(session: IndexSession, run: Json) -> str:
    """Return the index of the catalogues of the runs."""
    return f"{session.cluster.access.name}-catalogues-{run['generation']}"


def _under_way(session: IndexSession) -> Json | None:
    """Return what several runs are building; None if nothing, or if it has become a generation already."""
    found = session.cluster.find(session.commits.index, SHARDED)
    if found is None:
        return None
    run: Json = found["_source"]
    state = session.commits.read(CURRENT)
    if state is not None and state.articles == index_names(session.cluster.access.name, run["generation"])[0]:
        _forget_runs(session, run)
        return None
    return run


def _forget_runs(session: IndexSession, run: Json) -> None:
    """Delete the documents and catalogues of the runs that build a generation; the generation stays."""
    cluster, states = session.cluster, session.commits.index
    keys = [SHARDED, *(_run_key(Shard(i + 1, run["of"])) for i in range(run["of"]))]
    cluster.bulk({"_op_type": "delete", "_index": states, "_id": key} for key in keys)
    drop_indices(cluster, [_catalogues(session, run)])


def shard_states(session: IndexSession) -> list[ShardState]:
    """Return how far each run is; nothing if no generation is being built by several."""
    run = _under_way(session)
    return [] if run is None else [_state(session, Shard(i + 1, run["of"])) for i in range(run["of"])]


def _state(session: IndexSession, shard: Shard) -> ShardState:
    found = session.cluster.find(session.commits.index, _run_key(shard))
    if found is None:
        return ShardState(shard, "not begun")
    owner = found["_source"]["owner"]
    if found["_source"]["done"]:
        return ShardState(shard, "done", owner)
    at_work = is_held(session.cluster, session.commits.index, _run_key(shard))
    return ShardState(shard, "at work" if at_work else "stopped", owner)


def discard_shards(session: IndexSession) -> None:
    """Give up what several runs are building, because one run builds a generation alone.

    Raises:
        IndexBusyError: One of them is at work.

    """
    run = _under_way(session)
    if run is None:
        return
    working = [state for state in shard_states(session) if state.state == "at work"]
    if working:
        raise IndexBusyError(f"{session.cluster.access.where}: {'; '.join(map(str, working))}: wait until they end")
    _forget_runs(session, run)
    drop_indices(session.cluster, index_names(session.cluster.access.name, run["generation"]))


def _join(session: IndexSession, shard: Shard, places: Sequence[str]) -> Json:
    """Return what several runs are building, begun if nothing was; errors as `ShardedBuildStore.shard_writer`."""
    cluster, states, where = session.cluster, session.commits.index, session.cluster.access.where
    wanted: Json = {"of": shard.of, "places": list(places), "layout": fingerprint()}
    run = _under_way(session)
    if run is None:
        run = wanted | {"generation": max(generation_indices(cluster).values(), default=0) + 1}
        try:
            cluster.request("PUT", f"/{states}/_doc/{SHARDED}", run, params={"op_type": "create"})
        except ConflictError:
            # Another run was quicker.
            run = _under_way(session) or run
    way_out = "give all of them the same, or give the generation up with `searchsvc reindex --full`"
    if run["of"] != shard.of:
        raise UsageError(f"{where}: a generation is being built by {run['of']} runs, not by {shard.of}: {way_out}")
    if run["places"] != wanted["places"]:
        raise UsageError(
            f"{where}: the other runs read {', '.join(run['places'])}, and this one {', '.join(places)}: {way_out}"
        )
    if run["layout"] != wanted["layout"]:
        raise OutdatedIndexError(f"{where}: the other runs are of another version of searchsvc: {way_out}")
    articles, words, versions = index_names(cluster.access.name, run["generation"])
    make_index(cluster, articles, articles_body(cluster.access))
    make_index(cluster, words, words_body(cluster.access))
    make_index(cluster, versions, articles_body(cluster.access))
    return run


class VersioningWriter:
    """Writer of one of several runs."""

    def __init__(
        self, session: IndexSession, shard: Shard, run: Json, takedowns: Takedowns, lease: Lease, sender: BulkSender
    ) -> None:
        self._session, self._shard, self._run, self._lease = session, shard, run, lease
        self._sender = sender
        self._index = index_names(session.cluster.access.name, run["generation"])[0]
        self._takedowns = takedowns
        self._actions: list[Json] = []
        #: Identity for the catalogue of this run; the generation gets another one.
        self.commit_id = new_commit_id()

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article, unless any version of it is there."""
        self.put_version(documents, 0)

    def put_version(self, documents: Sequence[Document], version: int, /) -> None:
        """Store one article, unless a higher version of it is there; errors as `Writer.put`."""
        article = index_documents(documents)
        if article.id in self._takedowns:
            return
        self._actions += document_actions(self._index, article, version)
        if len(self._actions) >= SENT_AT_ONCE:
            self._send()

    def put_versions(self, _article_id: str, _versions: object, /) -> None:
        """Do nothing: which texts are older versions is known when all runs are done."""

    def stored(self, article_ids: Sequence[str], /) -> Sequence[ArticleVersions]:
        """Return nothing of each article: another run may have written it."""
        return [ArticleVersions()] * len(article_ids)

    def delete(self, _article_id: str, /) -> None:
        """Do nothing: another run may have a page of the article."""

    def _send(self) -> None:
        actions, self._actions = self._actions, []
        self._sender.send(actions)

    def finish(self, catalogue: Path, /) -> None:
        """Send the rest, keep the catalogue of the pages, and note that the run is done."""
        self._send()
        self._sender.wait()
        self._lease.check()
        _stored(self._session, self._run, self._shard).save(catalogue)
        note_run(self._session, self._shard, done=True)


def _stored(session: IndexSession, run: Json, shard: Shard) -> StoredCatalogue:
    """Return the catalogue of one run."""
    return StoredCatalogue(session.cluster, session.commits.index, _catalogues(session, run), f"{shard.number}-")


def note_run(session: IndexSession, shard: Shard, *, done: bool) -> None:
    """Write who has a run, and whether it is done."""
    body = {"owner": f"process {os.getpid()} on {socket.gethostname()}", "done": done}
    session.cluster.request("PUT", f"/{session.commits.index}/_doc/{_run_key(shard)}", body)


@contextmanager
def shard_writer(
    session: IndexSession, shard: Shard, places: Sequence[str], takedowns: Takedowns
) -> Iterator[VersioningWriter]:
    """Open the writer of one run: as `ShardedBuildStore.shard_writer`."""
    with held(session.cluster, session.commits.index, _run_key(shard), f"run of shard {shard}") as lease:
        run = _join(session, shard, places)
        note_run(session, shard, done=False)
        with BulkSender(session.cluster) as sender:
            yield VersioningWriter(session, shard, run, takedowns, lease, sender)


def shard_catalogues(session: IndexSession, folder: Path) -> list[Path]:
    """Write the catalogues of the runs to files in a folder: as `ShardedBuildStore.shard_catalogues`."""
    run = _under_way(session)
    paths = []
    for i in range(run["of"] if run else 0):
        paths.append(folder / f"{i + 1}.sqlite")
        _stored(session, run or {}, Shard(i + 1, run["of"] if run else 0)).load(paths[-1])
    return paths


@contextmanager
def merge_shards(session: IndexSession) -> Iterator[MergingWriter]:
    """Open the writer that completes the generation: as `ShardedBuildStore.merge_shards`."""
    with held(session.cluster, session.commits.index, WRITING, "writer") as lease:
        yield from _merge(session, lease)


def _merge(session: IndexSession, lease: Lease) -> Iterator[MergingWriter]:
    cluster, where = session.cluster, session.cluster.access.where
    run, states = _under_way(session), shard_states(session)
    waiting = [state for state in states if state.state != "done"]
    if run is None or waiting:
        raise EngineError(f"{where}: {'; '.join(map(str, waiting)) or 'no generation is being built by several runs'}")
    articles, words, versions = index_names(cluster.access.name, run["generation"])
    writer = MergingWriter(session, articles)
    refresh(cluster, [articles])
    yield writer
    refresh(cluster, [articles, versions])
    link_copies(session, articles)
    counted = count_both(cluster, articles)
    check(cluster, articles, counted.articles.articles, _sample(session, articles), counted.articles)
    store_words(cluster, words, every_form(cluster, articles))
    new = new_commit(writer.commit_id, run["generation"], 0, articles, words, counted)
    old = session.commits.read(CURRENT)
    kept = {articles, words, versions, *(index_names(cluster.access.name, old.generation) if old else ())}
    lease.check()
    make_current(session, old, new)
    _forget_runs(session, run)
    drop_indices(cluster, [name for name in generation_indices(cluster) if name not in kept])
    merge_segments(cluster, articles, counted.articles.articles)


def _sample(session: IndexSession, index: str) -> dict[str, tuple[str, str | None]]:
    """Return of some articles of an index id, title and language."""
    query = {"function_score": {"query": {"term": {"kind": ARTICLE}}, "random_score": {}}}
    found = session.cluster.search(index, {"query": query, "size": CANARIES, "_source": ["shown"]})["hits"]["hits"]
    heads = [decoded(hit["_source"]["shown"], ShownHead).head for hit in found]
    return {head.id: (head.title, head.language) for head in heads}
