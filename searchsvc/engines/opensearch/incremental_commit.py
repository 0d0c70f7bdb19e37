"""Changes of a writer → the next commit of the same generation: kept in a file beside, sent when the block ends.

Nothing reaches the cluster before the block ends, so a block that raises changes nothing. Then the documents are sent,
shown by one refresh, and the commit is written that makes readers use their statistics. A process that dies in between
leaves some of them to be shown by the next commit; the catalogue has the articles of an unfinished commit, and the next
run deletes them and reads their pages again.
"""

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

import msgspec

from searchsvc.engines.opensearch.cluster import Json
from searchsvc.engines.opensearch.commit_state import (
    CURRENT,
    CommitState,
    count_statistics,
    encoded_commit,
    new_commit,
)
from searchsvc.engines.opensearch.index_session import IndexSession, count_forms, refresh, store_words
from searchsvc.engines.opensearch.indexed_documents import (
    IndexedDocuments,
    article_key,
    child_keys,
    index_documents,
)
from searchsvc.engines.opensearch.lease import Lease
from searchsvc.engines.opensearch.mapping import ALL_FORMS
from searchsvc.engines.takedowns import Takedowns
from searchsvc.model.document import Document

#: Articles whose last versions are looked up in one request.
LOOKED_UP = 200
#: Bytes of all tokens of an article for each byte of its stored text, about: bounds the size of a request.
TOKENS_PER_SHOWN = 8


def new_commit_id() -> str:
    """Return a new identity for a commit: hexadecimal digits."""
    return secrets.token_hex(8)


def document_actions(index: str, article: IndexedDocuments, version: int | None = None) -> Iterator[Json]:
    """Yield the actions that store the documents of an article; with a version, unless a higher one is there."""
    routing = article_key(article.id)
    versioned: Json = {} if version is None else {"version": version, "version_type": "external_gte"}
    for key, body in article.bodies.items():
        yield (
            _action("index", index, key, routing)
            | versioned
            | {
                "_source": body,
                "bytes": TOKENS_PER_SHOWN * len(body.get("shown", "")),
            }
        )


def delete_actions(index: str, article: str, quotes: range, headlines: range, *, whole: bool) -> Iterator[Json]:
    """Yield the actions that delete quotes and headlines of an article, and if `whole` the article itself."""
    keys = [*([article] if whole else []), *child_keys(article, quotes, headlines)]
    yield from (_action("delete", index, key, article) for key in keys)


def _action(kind: str, index: str, key: str, routing: str) -> Json:
    return {"_op_type": kind, "_index": index, "_id": key, "routing": routing}


class StoredVersion(msgspec.Struct, frozen=True):
    """What an index holds of an article: numbers of quotes and headlines, and surface forms."""

    quotes: int
    headlines: int
    forms: frozenset[str]


def stored_versions(session: IndexSession, index: str, keys: Sequence[str]) -> dict[str, StoredVersion]:
    """Return what an index holds of articles, given by their document ids; of those that are not there nothing."""
    body: Json = {
        "query": {"ids": {"values": list(keys)}},
        "size": len(keys),
        "_source": False,
        "docvalue_fields": ["quotes", "headlines", ALL_FORMS],
    }
    found = {}
    for hit in session.cluster.search(index, body)["hits"]["hits"]:
        fields = hit["fields"]
        forms = frozenset(fields.get(ALL_FORMS, ()))
        found[hit["_id"]] = StoredVersion(fields["quotes"][0], fields["headlines"][0], forms)
    return found


class SpoolingWriter:
    """Writer that keeps its changes in a file until the block ends; the last change of an article counts."""

    def __init__(self, spool: BinaryIO, takedowns: Takedowns) -> None:
        self._spool = spool
        self._takedowns = takedowns
        #: By article id where its documents begin in the file, and how long they are; None: it is deleted.
        self.changes: dict[str, tuple[int, int] | None] = {}
        #: Identity that the index gets by the commit.
        self.commit_id = new_commit_id()

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article; an older version is replaced. Errors as `index_documents`."""
        article = index_documents(documents)
        if article.id in self._takedowns:
            self.changes[article.id] = None
            return
        data = msgspec.msgpack.encode(article)
        self.changes[article.id] = (self._spool.seek(0, 2), len(data))
        self._spool.write(data)

    def delete(self, article_id: str, /) -> None:
        """Delete one article. A no-op if it is not there."""
        self.changes[article_id] = None

    def read(self, place: tuple[int, int]) -> IndexedDocuments:
        """Return the documents of an article that was put."""
        self._spool.seek(place[0])
        return msgspec.msgpack.decode(self._spool.read(place[1]), type=IndexedDocuments)


@contextmanager
def change(session: IndexSession, state: CommitState, takedowns: Takedowns, lease: Lease) -> Iterator[SpoolingWriter]:
    """Open a writer of the next commit after a state; its changes are sent when the block ends.

    Raises:
        EngineError: Some documents cannot be stored; the commit is not made, and the message names them.

    """
    with tempfile.TemporaryFile(prefix="searchsvc-") as spool:
        writer = SpoolingWriter(cast("BinaryIO", spool), takedowns)
        yield writer
        lease.check()
        touched = _send(session, state, writer)
        refresh(session.cluster, [state.articles])
        publish(session, state, lease, writer.commit_id, touched)


def _send(session: IndexSession, state: CommitState, writer: SpoolingWriter) -> set[str]:
    """Send the changes of a writer; return the surface forms of articles that were there before, or are now."""
    touched: set[str] = set()
    ids = list(writer.changes)
    for start in range(0, len(ids), LOOKED_UP):
        chunk = ids[start : start + LOOKED_UP]
        old = stored_versions(session, state.articles, list(map(article_key, chunk)))
        actions: list[Json] = []
        for article_id in chunk:
            key, place = article_key(article_id), writer.changes[article_id]
            new = writer.read(place) if place else None
            actions += replacing_actions(state.articles, key, old.get(key), new)
            touched |= (new.forms if new else frozenset()) | (old[key].forms if key in old else frozenset())
        session.cluster.bulk(actions)
    return touched


def replacing_actions(index: str, key: str, old: StoredVersion | None, new: IndexedDocuments | None) -> Iterator[Json]:
    """Yield the actions that put a version of an article in the place of another; None: there is none."""
    if old is not None:
        quotes = range(new.quotes if new else 0, old.quotes)
        headlines = range(new.headlines if new else 0, old.headlines)
        yield from delete_actions(index, key, quotes, headlines, whole=new is None)
    if new is not None:
        yield from document_actions(index, new)


def publish(
    session: IndexSession,
    state: CommitState,
    lease: Lease,
    commit_id: str,
    touched: set[str],
    *,
    document: str = CURRENT,
) -> CommitState:
    """Count what changed since a state, and write the commit that follows it; return that.

    Args:
        session: The index.
        state: The commit before.
        lease: The writer's lease, which is checked before the commit is written.
        commit_id: Identity of the new commit.
        touched: Surface forms whose numbers of articles may have changed.
        document: Where the commit is written: of the current generation, or of the one before.

    """
    cluster = session.cluster
    store_words(cluster, state.words, count_forms(cluster, state.articles, sorted(touched)))
    counted = count_statistics(cluster, state.articles)
    new = new_commit(commit_id, state.generation, state.number + 1, state.articles, state.words, counted)
    lease.check()
    write_commit(session, document, new)
    return new


def write_commit(session: IndexSession, document: str, state: CommitState) -> None:
    """Write a document that names a commit, and show it at once."""
    path = f"/{session.commits.index}/_doc/{document}"
    session.cluster.request("PUT", path, encoded_commit(state), params={"refresh": "true"})
