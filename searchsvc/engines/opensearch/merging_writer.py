"""What several runs have written into one index → the articles of a generation: completed, replaced, pruned."""

from collections.abc import Sequence

from searchsvc.engines.opensearch.incremental_commit import (
    LOOKED_UP,
    StoredVersion,
    delete_actions,
    held_articles,
    index_versions,
    new_commit_id,
    replacing_actions,
    stored_versions,
    version_actions,
)
from searchsvc.engines.opensearch.index_session import IndexSession, refresh
from searchsvc.engines.opensearch.indexed_documents import article_key, index_documents
from searchsvc.engines.opensearch.mapping import ARTICLE, HEADLINE, QUOTE, versions_index
from searchsvc.engines.opensearch.wire_format import RESULT_WINDOW, Json
from searchsvc.model.document import ArticleDocument, ArticleVersions, Document


class MergingWriter:
    """Writer that completes what several runs have written."""

    def __init__(self, session: IndexSession, index: str) -> None:
        self._session, self._index = session, index
        #: Identity that the index gets by the commit.
        self.commit_id = new_commit_id()

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article; whatever version is there is replaced."""
        article = index_documents(documents)
        key = article_key(article.id)
        self._session.cluster.bulk(replacing_actions(self._index, key, self._old([key]).get(key), article))

    def delete(self, article_id: str, /) -> None:
        """Delete one article. A no-op if it is not there."""
        key = article_key(article_id)
        self._session.cluster.bulk(replacing_actions(self._index, key, self._old([key]).get(key), None))

    def put_versions(self, article_id: str, versions: Sequence[ArticleDocument], /) -> None:
        """Replace the older versions of an article, of which nothing was put before."""
        cluster, index = self._session.cluster, versions_index(self._index)
        cluster.bulk(version_actions(index, (), index_versions(article_id, versions)))

    def stored(self, article_ids: Sequence[str], /) -> Sequence[ArticleVersions]:
        """Return each article as the runs have written it."""
        refresh(self._session.cluster, [self._index, versions_index(self._index)])
        return held_articles(self._session.cluster, self._index, article_ids)

    def _old(self, keys: list[str]) -> dict[str, StoredVersion]:
        return stored_versions(self._session, self._index, keys)

    def ids(self) -> list[str]:
        """Return the ids of all articles that were written, ordered."""
        refresh(self._session.cluster, [self._index])
        body: Json = {"query": {"term": {"kind": ARTICLE}}, "sort": [{"id": "asc"}], "_source": False}
        return [hit["sort"][0] for hits in self._session.walk_index(self._index, body) for hit in hits]

    def prune(self, article_ids: Sequence[str], /) -> None:
        """Delete quotes and headlines that older versions of some articles have left; if any are left then, of all."""
        self._prune(article_ids)
        if self._has_strays():
            self._prune(self.ids())

    def _has_strays(self) -> bool:
        """Return whether there are more quotes or headlines than the articles say that they have."""
        refresh(self._session.cluster, [self._index])
        fields = {QUOTE: "quotes", HEADLINE: "headlines"}
        aggregations: Json = {kind: {"filter": {"term": {"kind": kind}}} for kind in fields}
        aggregations |= {name: {"sum": {"field": name}} for name in fields.values()}
        found = self._session.cluster.search(self._index, {"size": 0, "aggs": aggregations})["aggregations"]
        return any(found[kind]["doc_count"] != found[name]["value"] for kind, name in fields.items())

    def _prune(self, article_ids: Sequence[str]) -> None:
        cluster = self._session.cluster
        refresh(cluster, [self._index])
        for start in range(0, len(article_ids), LOOKED_UP):
            keys = {article_key(one): one for one in article_ids[start : start + LOOKED_UP]}
            asked = [
                (key, kind, count)
                for key, version in self._old(list(keys)).items()
                for kind, count in ((QUOTE, version.quotes), (HEADLINE, version.headlines))
            ]
            bodies = [(self._index, _children_beyond(keys[key], kind, count)) for key, kind, count in asked]
            actions: list[Json] = []
            for (key, kind, _), answer in zip(asked, cluster.searches(bodies), strict=True):
                for hit in answer["hits"]["hits"]:
                    number = int(hit["fields"]["index"][0])
                    one, none = range(number, number + 1), range(0)
                    quotes, headlines = (one, none) if kind == QUOTE else (none, one)
                    actions += delete_actions(self._index, key, quotes, headlines, whole=False)
            cluster.bulk(actions)


def _children_beyond(article_id: str, kind: str, count: int) -> Json:
    """Return the search for the quotes, or headlines, of an article whose numbers are so high or higher."""
    conditions = [{"term": {"kind": kind}}, {"term": {"id": article_id}}, {"range": {"index": {"gte": count}}}]
    shown = {"size": RESULT_WINDOW, "_source": False, "docvalue_fields": ["index"]}
    return {"query": {"bool": {"filter": conditions}}, **shown}
