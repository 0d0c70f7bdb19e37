"""Takedowns, and the way back: articles leave both generations for good, and the one before becomes the current one.

The list of the articles taken down is a document of the index of states. Their documents are deleted from both
generations at once; a merge then rewrites each segment that had one. A shard may keep a deleted document for its
replicas a little longer (a retention lease): then `forget` says so, and the next `erase` tries again.
"""

import time
from collections.abc import Sequence

import msgspec

from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.commit_state import CURRENT, PREVIOUS, CommitState
from searchsvc.engines.opensearch.copy_linking import link_copies
from searchsvc.engines.opensearch.generation_builder import lead_alias
from searchsvc.engines.opensearch.incremental_commit import (
    LOOKED_UP,
    delete_actions,
    held_versions,
    new_commit_id,
    publish,
    stored_versions,
    version_actions,
    write_commit,
)
from searchsvc.engines.opensearch.index_session import IndexSession, refresh
from searchsvc.engines.opensearch.lease import Lease
from searchsvc.engines.opensearch.mapping import articles_body, fingerprint, versions_index
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.takedowns import Erasure, ErasureCommit, Takedown, Takedowns
from searchsvc.errors import CorruptIndexError, EngineError

#: Document of the list, and of the generations that a `forget` has not finished with.
TAKEDOWNS, ERASING = "takedowns", "erasing"
#: Times that a merge is asked for until no deleted document is left, and seconds in between. Every 30 s a shard looks
#: which deleted documents its copies still need.
MERGES, PAUSE = 30, 2.5


def read_takedowns(session: IndexSession) -> Takedowns:
    """Return the list of the articles taken down."""
    found = session.cluster.find(session.commits.index, TAKEDOWNS)
    try:
        entries = msgspec.convert(found["_source"]["entries"] if found else [], tuple[Takedown, ...])
    except (msgspec.MsgspecError, KeyError) as error:
        raise CorruptIndexError(
            f"{session.cluster.access.where}: the list of articles taken down in {session.commits.index} cannot be "
            f"read: {error}"
        ) from error
    return Takedowns.of(entries)


def write_takedowns(session: IndexSession, takedowns: Takedowns) -> None:
    """Replace the list of the articles taken down."""
    body: Json = {"entries": msgspec.to_builtins(takedowns.entries)}
    session.cluster.request("PUT", f"/{session.commits.index}/_doc/{TAKEDOWNS}", body)


def forget(session: IndexSession, takedowns: Takedowns, lease: Lease) -> Erasure:
    """Take articles down: as `GenerationStore.forget`."""
    everything = read_takedowns(session) | takedowns
    write_takedowns(session, everything)
    path = f"/{session.commits.index}/_doc/{ERASING}"
    if any(not entry.later for entry in takedowns.entries):
        session.cluster.request("PUT", path, {"due": True})
    return erase(session, lease)


def is_unfinished(session: IndexSession) -> bool:
    """Return whether a `forget` was killed, or a shard still keeps text that it was to erase."""
    return session.cluster.find(session.commits.index, ERASING) is not None


def erase(session: IndexSession, lease: Lease) -> Erasure:
    """Delete the articles taken down from all generations, and rewrite the segments of those that are due."""
    takedowns = read_takedowns(session)
    steps = []
    states = _states(session)
    for document, state in states:
        after = _without(session, document, state, takedowns, lease)
        if after is not None:
            steps.append(ErasureCommit(str(state.generation), state.id, after.id))
    if not is_unfinished(session):
        return Erasure(tuple(steps))
    indices = [name for _, state in states for name in _parts(state)]
    size = _expunge(session.cluster, indices) if indices else 0
    session.cluster.request("DELETE", f"/{session.commits.index}/_doc/{ERASING}")
    return Erasure(tuple(steps), bytes=size)


def roll_back(session: IndexSession, lease: Lease) -> None:
    """Make the generation before the current one the current one, without the articles taken down since.

    Raises:
        EngineError: There is none, or its indices are not whole; the current one stays.

    """
    where = session.cluster.access.where
    state = session.commits.read(PREVIOUS)
    if state is None:
        raise EngineError(f"{where}: there is no generation before the current one")
    if state.layout != fingerprint():
        raise EngineError(f"{where}: another version of searchsvc made the generation before: it cannot be searched")
    faults = missing_parts(session.cluster, state)
    if faults:
        raise EngineError(f"{where}: the generation before is not whole: {faults[0]}")
    state = _without(session, PREVIOUS, state, read_takedowns(session), lease) or state
    current = session.commits.read(CURRENT)
    lease.check()
    write_commit(session, CURRENT, state)
    if current is not None:
        write_commit(session, PREVIOUS, current)
    lead_alias(session.cluster, state.articles)


def _parts(state: CommitState) -> tuple[str, str, str]:
    """Return the indices of a commit."""
    return state.articles, state.words, versions_index(state.articles)


def missing_parts(cluster: Cluster, state: CommitState) -> list[str]:
    """Return what is not there of a commit's indices, a line each; nothing if all shards answer with all articles."""
    faults = []
    for index in _parts(state):
        if not cluster.exists(index):
            faults.append(f"the index {index} is missing")
            continue
        status = cluster.request("GET", f"/_cluster/health/{index}", params={"level": "indices"})["status"]
        if status == "red":
            faults.append(f"shards of the index {index} are missing")
    if not faults:
        query = {"query": {"term": {"kind": "article"}}, "size": 0, "track_total_hits": True}
        there = cluster.search(state.articles, query)["hits"]["total"]
        if there != state.statistics.articles:
            faults.append(f"{state.articles} holds {there} articles where the commit has {state.statistics.articles}")
    return faults


def _states(session: IndexSession) -> list[tuple[str, CommitState]]:
    """Return the commits of both generations that can be changed, with the documents that name them."""
    found = [(document, session.commits.read(document)) for document in (CURRENT, PREVIOUS)]
    there = [(document, state) for document, state in found if state and session.cluster.exists(state.articles)]
    for _, state in there:
        # A generation of a layout that kept no versions has no index of them.
        if not session.cluster.exists(versions_index(state.articles)):
            body = articles_body(session.cluster.access)
            session.cluster.request("PUT", f"/{versions_index(state.articles)}", body)
    return there


def _without(
    session: IndexSession, document: str, state: CommitState, takedowns: Takedowns, lease: Lease
) -> CommitState | None:
    """Delete the articles taken down from a generation; return its new commit, None if it holds none of them."""
    digests = [entry.digest for entry in takedowns.entries]
    touched: set[str] = set()
    deleted: list[str] = []
    for start in range(0, len(digests), LOOKED_UP):
        held = stored_versions(session, state.articles, digests[start : start + LOOKED_UP])
        actions = [
            action
            for key, old in held.items()
            for action in delete_actions(state.articles, key, range(old.quotes), range(old.headlines), whole=True)
        ]
        older = held_versions(session.cluster, state.articles, digests[start : start + LOOKED_UP])
        for versions in older.values():
            actions += version_actions(versions_index(state.articles), versions, ())
        session.cluster.bulk(actions)
        deleted += [*held, *older]
        touched |= {form for old in held.values() for form in old.forms}
    if not deleted:
        return None
    refresh(session.cluster, [state.articles, versions_index(state.articles)])
    if state.layout == fingerprint():
        link_copies(session, state.articles, deleted)
    return publish(session, state, lease, new_commit_id(), touched, document=document)


def _expunge(cluster: Cluster, indices: Sequence[str]) -> int:
    """Rewrite every segment that holds a deleted document; return the bytes of the indices.

    Raises:
        EngineError: A shard keeps deleted documents still.

    """
    names = ",".join(indices)
    left = 0
    for attempt in range(MERGES):
        if attempt:
            time.sleep(PAUSE)
        cluster.request_whole("POST", f"/{names}/_flush", params={"force": "true", "wait_if_ongoing": "true"})
        cluster.request_whole("POST", f"/{names}/_forcemerge", params={"only_expunge_deletes": "true"})
        refresh(cluster, indices)
        found = cluster.request("GET", f"/{names}/_stats/docs,store")["_all"]["total"]
        left = int(found["docs"]["deleted"])
        if not left:
            return int(found["store"]["size_in_bytes"])
    raise EngineError(
        f"{cluster.access.where}: the articles are in no search any more, but {left} deleted documents are still in "
        "files of the cluster, which keeps them for its replicas: run searchsvc reindex, or forget, later again"
    )
