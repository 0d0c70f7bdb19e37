"""Changes of a writer → the next commit of the same generation: kept in a file beside, sent when the block ends.

Nothing reaches the cluster before the block ends, so a block that raises changes nothing. Then the documents are sent,
shown by one refresh, and the commit is written that makes readers use their statistics. A process that dies in between
leaves some of them to be shown by the next commit; the catalogue has the articles of an unfinished commit, and the next
run deletes them and reads their pages again.
"""

import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

import msgspec

from searchsvc.engines.opensearch.bulk_sender import BulkSender
from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.commit_state import (
    CURRENT,
    CommitState,
    count_both,
    encoded_commit,
    new_commit,
)
from searchsvc.engines.opensearch.copy_linking import link_copies
from searchsvc.engines.opensearch.index_session import (
    IndexSession,
    count_forms,
    merge_segments,
    refresh,
    store_words,
)
from searchsvc.engines.opensearch.indexed_documents import (
    IndexedDocuments,
    article_key,
    child_keys,
    index_documents,
    stored_article,
)
from searchsvc.engines.opensearch.lease import Lease
from searchsvc.engines.opensearch.mapping import ALL_FORMS, VERSION_OF, versions_index
from searchsvc.engines.opensearch.wire_format import RESULT_WINDOW, Json
from searchsvc.engines.takedowns import Takedowns
from searchsvc.model.article import Article, newest_first
from searchsvc.model.document import ArticleDocument, ArticleVersions, Document, check_versions

#: Articles whose last versions are looked up in one request.
LOOKED_UP = 200
#: Bytes of all tokens of an article for each byte of its stored text, about: bounds the size of a request.
TOKENS_PER_SHOWN = 8
#: Share of the articles that a commit changes, from which on segments are merged at its end.
MERGED_SHARE = 0.5


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


def version_actions(index: str, held: Iterable[str], versions: Sequence[IndexedDocuments]) -> Iterator[Json]:
    """Yield the actions that put older versions of an article in the place of others.

    Args:
        index: Index of older versions.
        held: Document ids of those that it holds.
        versions: The new ones.

    """
    new = {article_key(one.id) for one in versions}
    yield from (_action("delete", index, key, key) for key in held if key not in new)
    for one in versions:
        yield from document_actions(index, one)


def index_versions(article_id: str, versions: Sequence[ArticleDocument]) -> list[IndexedDocuments]:
    """Return what is indexed for older versions of an article; errors as `check_versions` and `index_documents`."""
    check_versions(article_id, versions)
    return [index_documents([one]) for one in versions]


def held_versions(cluster: Cluster, articles: str, keys: Sequence[str]) -> dict[str, dict[str, Article]]:
    """Return the older versions of articles, by the articles' document ids and by their own."""
    found: dict[str, dict[str, Article]] = {}
    query = {"terms": {VERSION_OF: list(keys)}}
    body: Json = {"query": query, "size": RESULT_WINDOW, "_source": ["shown", "rest"]}
    for hit in cluster.search(versions_index(articles), body)["hits"]["hits"] if keys else ():
        article = stored_article(hit["_source"])
        found.setdefault(article_key(article.head.article), {})[hit["_id"]] = article
    return found


def older_versions(session: IndexSession, article_id: str) -> tuple[Article, ...]:
    """Return the older versions of an article in the last commit, the newest first."""
    query = {"term": {VERSION_OF: article_key(article_id)}}
    body: Json = {"query": query, "size": RESULT_WINDOW, "_source": ["shown", "rest"]}
    _, answers = session.ask(
        lambda state: [(versions_index(state.articles), body)] if state.with_versions is not None else []
    )
    return newest_first(stored_article(hit["_source"]) for answer in answers for hit in answer["hits"]["hits"])


def held_articles(cluster: Cluster, articles: str, article_ids: Sequence[str]) -> list[ArticleVersions]:
    """Return articles with their older versions as an index holds them, as far as searches see it."""
    keys = list(map(article_key, article_ids))
    body: Json = {"query": {"ids": {"values": keys}}, "size": len(keys), "_source": ["shown", "rest"]}
    hits = cluster.search(articles, body)["hits"]["hits"] if keys else ()
    newest = {hit["_id"]: stored_article(hit["_source"]) for hit in hits}
    older = held_versions(cluster, articles, keys)
    return [ArticleVersions(newest.get(key), newest_first(older.get(key, {}).values())) for key in keys]


class SpoolingWriter:
    """Writer that keeps its changes in a file until the block ends; the last change of an article counts."""

    def __init__(self, cluster: Cluster, articles: str, spool: BinaryIO, takedowns: Takedowns) -> None:
        self._cluster, self._articles = cluster, articles
        self._spool = spool
        self._takedowns = takedowns
        #: By article id where its documents begin in the file, and how long they are; None: it is deleted.
        self.changes: dict[str, tuple[int, int] | None] = {}
        #: The same of the older versions of articles.
        self.versions: dict[str, list[tuple[int, int]]] = {}
        #: Identity that the index gets by the commit.
        self.commit_id = new_commit_id()

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article; an older version is replaced. Errors as `index_documents`."""
        article = index_documents(documents)
        if article.id in self._takedowns:
            self.changes[article.id] = None
            return
        self.changes[article.id] = self._write(article)

    def put_versions(self, article_id: str, versions: Sequence[ArticleDocument], /) -> None:
        """Replace the older versions of an article; errors as `index_versions`."""
        kept = [] if article_id in self._takedowns else index_versions(article_id, versions)
        self.versions[article_id] = list(map(self._write, kept))

    def delete(self, article_id: str, /) -> None:
        """Delete one article and its older versions. A no-op if it is not there."""
        self.changes[article_id] = None
        self.versions[article_id] = []

    def stored(self, article_ids: Sequence[str], /) -> Sequence[ArticleVersions]:
        """Return each article as the commit will have it."""
        asked = [one for one in article_ids if one not in self.changes or one not in self.versions]
        parts = (asked[start : start + LOOKED_UP] for start in range(0, len(asked), LOOKED_UP))
        committed = (one for part in parts for one in held_articles(self._cluster, self._articles, part))
        held = dict(zip(asked, committed, strict=True))
        return [self._stored(one, held.get(one, ArticleVersions())) for one in article_ids]

    def _stored(self, article_id: str, held: ArticleVersions) -> ArticleVersions:
        newest, older = held
        if article_id in self.changes:
            place = self.changes[article_id]
            newest = self._read_article(place) if place else None
        if article_id in self.versions:
            older = newest_first(map(self._read_article, self.versions[article_id]))
        return ArticleVersions(newest, older)

    def _read_article(self, place: tuple[int, int]) -> Article:
        return stored_article(next(iter(self.read(place).bodies.values())))

    def _write(self, article: IndexedDocuments) -> tuple[int, int]:
        data = msgspec.msgpack.encode(article)
        place = self._spool.seek(0, 2), len(data)
        self._spool.write(data)
        return place

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
        writer = SpoolingWriter(session.cluster, state.articles, cast("BinaryIO", spool), takedowns)
        yield writer
        lease.check()
        touched = _send(session, state, writer)
        refresh(session.cluster, [state.articles, versions_index(state.articles)])
        link_copies(session, state.articles, list(map(article_key, writer.changes)))
        articles = publish(session, state, lease, writer.commit_id, touched).statistics.articles
        if len(writer.changes) >= articles * MERGED_SHARE:
            merge_segments(session.cluster, state.articles, articles)


def _send(session: IndexSession, state: CommitState, writer: SpoolingWriter) -> set[str]:
    """Send the changes of a writer; return the surface forms of articles that were there before, or are now."""
    touched: set[str] = set()
    ids = list(writer.changes)
    with BulkSender(session.cluster) as sender:
        for start in range(0, len(ids), LOOKED_UP):
            chunk = ids[start : start + LOOKED_UP]
            old = stored_versions(session, state.articles, list(map(article_key, chunk)))
            actions: list[Json] = []
            for article_id in chunk:
                key, place = article_key(article_id), writer.changes[article_id]
                new = writer.read(place) if place else None
                actions += replacing_actions(state.articles, key, old.get(key), new)
                touched |= (new.forms if new else frozenset()) | (old[key].forms if key in old else frozenset())
            sender.send(actions)
        ids = list(writer.versions)
        for start in range(0, len(ids), LOOKED_UP):
            chunk = ids[start : start + LOOKED_UP]
            held = held_versions(session.cluster, state.articles, list(map(article_key, chunk)))
            for article_id in chunk:
                new_versions = list(map(writer.read, writer.versions[article_id]))
                older = held.get(article_key(article_id), {})
                sender.send(list(version_actions(versions_index(state.articles), older, new_versions)))
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
    counted = count_both(cluster, state.articles)
    new = new_commit(commit_id, state.generation, state.number + 1, state.articles, state.words, counted)
    lease.check()
    write_commit(session, document, new)
    return new


def write_commit(session: IndexSession, document: str, state: CommitState) -> None:
    """Write a document that names a commit, and show it at once."""
    path = f"/{session.commits.index}/_doc/{document}"
    session.cluster.request("PUT", path, encoded_commit(state), params={"refresh": "true"})
