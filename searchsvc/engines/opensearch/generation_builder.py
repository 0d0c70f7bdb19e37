"""Documents → a new generation beside the old one: written, checked, and only then made the current one.

A generation is an index of articles, one of words and one of older versions, `NAME-g000001`, `NAME-g000001-words` and
`NAME-g000001-versions`. The alias NAME leads to
the articles of the current one, for other programs; readers of this one follow the commit.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from searchsvc.analysis import tokenize
from searchsvc.engines.opensearch.bulk_sender import BulkSender
from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.commit_state import (
    CURRENT,
    PREVIOUS,
    CommitState,
    Statistics,
    count_both,
    new_commit,
)
from searchsvc.engines.opensearch.copy_linking import link_copies
from searchsvc.engines.opensearch.incremental_commit import (
    delete_actions,
    document_actions,
    index_versions,
    new_commit_id,
    version_actions,
    write_commit,
)
from searchsvc.engines.opensearch.index_session import IndexSession, merge_segments, refresh, store_words
from searchsvc.engines.opensearch.indexed_documents import (
    IndexedDocuments,
    article_key,
    index_documents,
    stored_article,
)
from searchsvc.engines.opensearch.lease import Lease
from searchsvc.engines.opensearch.mapping import ALL_FORMS, articles_body, versions_index, words_body
from searchsvc.engines.opensearch.query_dsl import QueryBuilder
from searchsvc.engines.opensearch.wire_format import RESULT_WINDOW, Json
from searchsvc.engines.takedowns import Takedowns
from searchsvc.errors import EngineError, IndexMissingError
from searchsvc.model.article import Article, newest_first
from searchsvc.model.document import ArticleDocument, ArticleVersions, Document
from searchsvc.model.fields import TITLE
from searchsvc.model.query import Phrase

#: Articles of the sample that a new generation must find by their titles, and words of a title that are looked for.
CANARIES, TITLE_WORDS = 20, 12
#: Documents that are sent in one go.
SENT_AT_ONCE = 500
_GENERATION = re.compile(r"-g(?P<number>[0-9]{6})(?:-words|-versions)?")


def index_names(name: str, generation: int) -> tuple[str, str, str]:
    """Return the names of the indices of articles, of words and of older versions of a generation."""
    articles = f"{name}-g{generation:06}"
    return articles, f"{articles}-words", versions_index(articles)


def generation_indices(cluster: Cluster) -> dict[str, int]:
    """Return the names of all indices of all generations, with their numbers."""
    name = cluster.access.name
    found = cluster.request("GET", f"/{name}-g*", params={"ignore_unavailable": "true"})
    numbers = {}
    for index in found:
        fits = _GENERATION.fullmatch(index.removeprefix(name))
        if fits:
            numbers[index] = int(fits["number"])
    return numbers


def drop_indices(cluster: Cluster, names: Sequence[str]) -> None:
    """Delete indices; those that are not there are passed over."""
    for name in names:
        with suppress(IndexMissingError):
            cluster.request("DELETE", f"/{name}")


class BuildingWriter:
    """Writer of a new generation, which nobody searches yet: documents are sent as they come."""

    def __init__(self, sender: BulkSender, index: str, takedowns: Takedowns) -> None:
        self._sender = sender
        self._index = index
        self._takedowns = takedowns
        self._actions: list[Json] = []
        self._random = random.Random(0)  # noqa: S311 - a sample, the same for the same articles
        self._seen = 0
        #: Numbers of quotes and headlines of each article that is in it.
        self.articles: dict[str, tuple[int, int]] = {}
        #: Document ids of the older versions of each article that has had any.
        self.versions: dict[str, list[str]] = {}
        #: Number of articles that have each surface form; wrong if `replaced`.
        self.forms: Counter[str] = Counter()
        #: Whether an article was replaced or deleted after it was put.
        self.replaced = False
        #: Title and language of each article of the sample.
        self.sample: dict[str, tuple[str, str | None]] = {}
        #: Identity that the index gets by the commit.
        self.commit_id = new_commit_id()

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article; an older version is replaced. Errors as `index_documents`; the cluster's come later."""
        article = index_documents(documents)
        if article.id in self._takedowns:
            return
        self._drop(article.id, article)
        self._actions += document_actions(self._index, article)
        self.articles[article.id] = (article.quotes, article.headlines)
        self.forms.update(article.forms)
        first = documents[0]
        if isinstance(first, ArticleDocument):
            self._consider(article.id, (first.texts[TITLE].split("\n", 1)[0], first.article.head.language))
        if len(self._actions) >= SENT_AT_ONCE:
            self.send()

    def put_versions(self, article_id: str, versions: Sequence[ArticleDocument], /) -> None:
        """Replace the older versions of an article; errors as `index_versions`."""
        kept = [] if article_id in self._takedowns else index_versions(article_id, versions)
        self._actions += version_actions(versions_index(self._index), self.versions.get(article_id, ()), kept)
        if kept or article_id in self.versions:
            self.versions[article_id] = [article_key(one.id) for one in kept]
        if len(self._actions) >= SENT_AT_ONCE:
            self.send()

    def stored(self, article_ids: Sequence[str], /) -> Sequence[ArticleVersions]:
        """Return each article as the commit will have it."""
        self.send()
        self._sender.wait()
        there = [one for one in article_ids if one in self.articles]
        wanted = [(self._index, article_key(one)) for one in there]
        wanted += [(versions_index(self._index), key) for one in there for key in self.versions.get(one, ())]
        newest: dict[str, Article] = {}
        older: dict[str, list[Article]] = {}
        for article in self._sender.cluster.read_now(wanted):
            read = stored_article(article)
            if read.head.is_old:
                older.setdefault(read.head.article, []).append(read)
            else:
                newest[read.head.id] = read
        return [ArticleVersions(newest.get(one), newest_first(older.get(one, ()))) for one in article_ids]

    def delete(self, article_id: str, /) -> None:
        """Delete one article and its older versions. A no-op if it is not there."""
        self._drop(article_id, None)
        self.put_versions(article_id, ())
        self.articles.pop(article_id, None)
        self.sample.pop(article_id, None)

    def send(self) -> None:
        """Send what was not sent yet; raises EngineError that names documents which were refused before."""
        actions, self._actions = self._actions, []
        self._sender.send(actions)

    def _drop(self, article_id: str, new: IndexedDocuments | None) -> None:
        if article_id in self.articles:
            quotes, headlines = self.articles[article_id]
            self.replaced = True
            self._actions += delete_actions(
                self._index,
                article_key(article_id),
                range(new.quotes if new else 0, quotes),
                range(new.headlines if new else 0, headlines),
                whole=new is None,
            )

    def _consider(self, article_id: str, title: tuple[str, str | None]) -> None:
        """Add an article to the sample by reservoir sampling: every article is in it with the same probability."""
        self._seen += 1
        if article_id in self.sample or len(self.sample) < CANARIES:
            self.sample[article_id] = title
        elif self._random.randrange(self._seen) < CANARIES:
            del self.sample[self._random.choice(list(self.sample))]
            self.sample[article_id] = title


@contextmanager
def build(
    session: IndexSession, old: CommitState | None, takedowns: Takedowns, lease: Lease
) -> Iterator[BuildingWriter]:
    """Write a new generation; when the block ends it is checked and becomes the current one.

    If the block or the check raises, the new generation is removed. The old one is kept for a rollback, earlier ones
    are removed.

    Args:
        session: The index.
        old: The current commit, of whatever layout; None if there is none.
        takedowns: Articles that the generation must not hold.
        lease: The writer's lease.

    """
    cluster = session.cluster
    there = generation_indices(cluster)
    kept = index_names(cluster.access.name, old.generation) if old else ()
    generation = max(there.values(), default=0) + 1
    articles, words, versions = index_names(cluster.access.name, generation)
    try:
        cluster.request("PUT", f"/{articles}", articles_body(cluster.access))
        cluster.request("PUT", f"/{words}", words_body(cluster.access))
        cluster.request("PUT", f"/{versions}", articles_body(cluster.access))
        with BulkSender(cluster) as sender:
            writer = BuildingWriter(sender, articles, takedowns)
            yield writer
            writer.send()
        refresh(cluster, [articles, versions])
        link_copies(session, articles)
        counted = count_both(cluster, articles)
        check(cluster, articles, len(writer.articles), writer.sample, counted.articles)
        counts = every_form(cluster, articles) if writer.replaced else writer.forms
        store_words(cluster, words, counts)
        new = new_commit(writer.commit_id, generation, 0, articles, words, counted)
        lease.check()
    except BaseException:
        with suppress(EngineError):
            drop_indices(cluster, [articles, words, versions])
        raise
    make_current(session, old, new)
    drop_indices(cluster, [name for name in there if name not in kept])
    merge_segments(cluster, articles, counted.articles.articles)


def make_current(session: IndexSession, old: CommitState | None, new: CommitState) -> None:
    """Write the commit of a finished generation, which readers follow from now on; the old one is for a rollback."""
    if old is not None:
        write_commit(session, PREVIOUS, old)
    write_commit(session, CURRENT, new)
    lead_alias(session.cluster, new.articles)


def lead_alias(cluster: Cluster, index: str) -> None:
    """Make the alias of the index lead to the articles of one generation alone."""
    name = cluster.access.name
    actions: list[Json] = [{"add": {"index": index, "alias": name}}]
    others = [other for other in generation_indices(cluster) if other != index]
    actions += [{"remove": {"index": other, "alias": name, "must_exist": False}} for other in others]
    cluster.request("POST", "/_aliases", {"actions": actions})


def check(
    cluster: Cluster, index: str, written: int, sample: Mapping[str, tuple[str, str | None]], counted: Statistics
) -> None:
    """Compare a finished generation with what was written: number of articles, and of some id, title and language.

    Raises:
        EngineError: Articles are missing, or cannot be found by their titles.

    """
    if counted.articles != written:
        raise EngineError(
            f"{cluster.access.where}: the new index {index} holds {counted.articles} articles where "
            f"{written} were written; it is not used"
        )
    builder = QueryBuilder(counted.stemmers)
    canaries = {
        article_id: words
        for article_id, title in sample.items()
        if (words := tuple(word.text for word in tokenize(*title))[:TITLE_WORDS])
    }
    bodies: list[tuple[str, Json]] = []
    for article_id, words in canaries.items():
        found = builder.in_field(Phrase(words), TITLE)
        query = {"bool": {"filter": [{"ids": {"values": [article_key(article_id)]}}, found]}}
        bodies.append((index, {"query": query, "size": 0, "track_total_hits": True}))
    for article_id, answer in zip(canaries, cluster.searches(bodies), strict=True):
        if not answer["hits"]["total"]:
            raise EngineError(
                f"{cluster.access.where}: article {article_id} is not found by its title "
                f"{sample[article_id][0]!r}; the new index {index} is not used"
            )


def every_form(cluster: Cluster, index: str) -> Mapping[str, int]:
    """Return the surface forms of an index with their numbers of articles, counted by the cluster."""
    counts: dict[str, int] = {}
    composite: Json = {"size": RESULT_WINDOW, "sources": [{"form": {"terms": {"field": ALL_FORMS}}}]}
    while True:
        found = cluster.search(index, {"size": 0, "aggs": {"forms": {"composite": composite}}})["aggregations"]["forms"]
        counts.update({bucket["key"]["form"]: bucket["doc_count"] for bucket in found["buckets"]})
        if "after_key" not in found:
            return counts
        composite["after"] = found["after_key"]
