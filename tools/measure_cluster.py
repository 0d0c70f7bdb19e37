"""Measure an index in a cluster beside a plain client of it: `make measure-cluster`, or with other numbers of shards.

The articles of DATA/news (`.jsonl.gz`, records with `title` and `body`) are written once for each number of shards.
Printed are articles/s, and of the same documents as bare bulk requests into an index of the same mapping, each with the
merge of segments at the end. Then, for queries of two words, the mean and the median time of a page of ours (totals,
facets, ten articles with snippets), with copies of a story as one hit and with each as a hit: the first page, the next
one and the first again, with the requests that they take. And the same of two plain clients: `multi_match` on
English-analysed texts with highlighting, ten hits and exact totals. The smaller one asks for all words in title and
body, and for two aggregations. The larger one does what a page shows: it looks into our fields, for any word where few
articles have all, and lists and counts the values of our facets, and the months. Beside each time stands the processor
time of this process and, of a cluster that `make measure-cluster` has started, of its nodes: it does not depend on what
else runs.
"""

import argparse
import gc
import json
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Self

from opensearchpy import OpenSearch
from opensearchpy.helpers import streaming_bulk

from searchsvc.analysis import tokenize
from searchsvc.engines import open_engine
from searchsvc.engines.opensearch import OpenSearchEngine
from searchsvc.engines.opensearch.access import SHARDS, access_of
from searchsvc.engines.opensearch.cluster import PATIENCE
from searchsvc.engines.opensearch.incremental_commit import document_actions
from searchsvc.engines.opensearch.indexed_documents import index_documents
from searchsvc.engines.opensearch.mapping import articles_body
from searchsvc.engines.ranking_rules import WEIGHTS, article_values
from searchsvc.model.article import Article
from searchsvc.model.document import chunk, whole_document
from searchsvc.model.fields import ARTICLE_FACETS, FACETS
from searchsvc.reindex import reindex_places
from searchsvc.search import SearchRequest, search_articles
from searchsvc.search.request import RELAX_BELOW

#: Documents of a bulk request; letters of a word that is asked for; articles that lend words.
AT_ONCE, LETTERS, LENDING = 500, 5, 400
#: Fields of `/proc/PID/stat` behind the name: ticks in user mode, and in the kernel.
USER, SYSTEM = 11, 12
#: Queries that are asked before the clock runs; readers, each of whom turns to the next page when all have the first.
WARM_UP, READERS = 20, 5
#: Fields that the smaller plain client looks into, and facets that it counts; and how many values each client lists.
TWO_FIELDS, TWO_FACETS, VALUES, FEW_VALUES, MONTHS = ("title^2", "body"), ("section", "month"), 50, 10, 500
_PLAIN_TEXT = {"type": "text", "analyzer": "english"}
PLAIN = {
    "settings": {"number_of_replicas": 0, "refresh_interval": "-1"},
    "mappings": {
        "properties": {
            **dict.fromkeys(map(str, WEIGHTS), _PLAIN_TEXT),
            "body": _PLAIN_TEXT | {"index_options": "offsets"},
            "facet": {"properties": {name: {"type": "keyword"} for name in (*(row.name for row in FACETS), "month")}},
        }
    },
}


def read_articles(files: Sequence[Path], most: int) -> list[Article]:
    """Return at most so many articles, as `reindex` reads them."""
    with tempfile.TemporaryDirectory(prefix="measure-") as folder:
        reindex_places(list(map(str, files)), index=folder, jobs=os.cpu_count() or 1)
        with closing(open_engine(f"whoosh:{folder}")) as engine:
            return [one for one in engine.articles(sorted(engine.ids())[:most]) if one is not None]


def queries_of(articles: Sequence[Article], number: int) -> list[str]:
    """Return queries of two words that stand in one article, the same for the same articles."""
    rng = random.Random(5)
    found: list[str] = []
    while len(found) < number:
        text = " ".join(block.text for block in rng.choice(articles[:LENDING]).blocks)
        words = [word.text for word in tokenize(text) if word.text.isalpha() and len(word.text) >= LETTERS]
        if len(words) > 1:
            found.append(" ".join(rng.sample(words, 2)))
    return found


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def processor_seconds() -> tuple[float, float]:
    """Return the processor time that the nodes on this machine have used, 0 if they are not known, and this process."""
    folder = os.environ.get("SEARCHSVC_TEST_CLUSTER_FOLDER")
    nodes = 0.0
    for pid in Path(folder).glob("n*.pid") if folder else ():
        fields = Path("/proc", pid.read_text().strip(), "stat").read_text().rpartition(")")[2].split()
        nodes += (int(fields[USER]) + int(fields[SYSTEM])) / os.sysconf("SC_CLK_TCK")
    return nodes, time.process_time()


class Spent:
    """Wall time and processor time of one or several `with` blocks, in seconds."""

    def __init__(self) -> None:
        self.seconds = self.nodes = self.here = 0.0

    def __enter__(self) -> Self:
        """Begin."""
        self._begun, self._before = time.perf_counter(), processor_seconds()
        return self

    def __exit__(self, *_error: object) -> None:
        """End."""
        self.seconds += time.perf_counter() - self._begun
        nodes, here = (a - b for a, b in zip(processor_seconds(), self._before, strict=True))
        self.nodes += nodes
        self.here += here

    def each(self, count: int) -> str:
        """Return the processor time of one of so many."""
        nodes, here = (1000 * spent / count for spent in (self.nodes, self.here))
        return f"processor {nodes:.1f} ms in the nodes + {here:.1f} ms here"


def plain_documents(articles: Sequence[Article], index: str) -> Iterator[dict[str, Any]]:
    """Yield the actions that store the texts of articles as a plain client would."""
    for article in articles:
        head = article.head
        values = dict(zip((row.name for row in FACETS), article_values(article), strict=True))
        facet = {name: [one for one in values[name] if one] for name in values}
        texts = {str(name): text for name, text in whole_document(article).texts.items()}
        yield texts | {
            "_index": index, "_id": head.id,
            "body": "\n".join(block.text for block in article.blocks),
            "facet": facet | {"month": head.dated.isoformat()[:7] if head.dated else None},
        }  # fmt: skip


def plain_search(query: str, fields: Sequence[str], operator: str, aggregations: dict[str, Any]) -> dict[str, Any]:
    """Return the search of a plain client."""
    matching = {"query": query, "fields": list(fields), "operator": operator, "type": "cross_fields"}
    return {
        "query": {"multi_match": matching},
        "highlight": {"fields": {"title": {"number_of_fragments": 0}, "body": {"number_of_fragments": 3}}},
        "aggs": aggregations,
        "track_total_hits": True,
        "size": 10,
    }


def ask_plainly(client: OpenSearch, index: str, query: str) -> None:
    """Ask for two words as the smaller plain client does."""
    listed = {name: {"terms": {"field": f"facet.{name}", "size": VALUES}} for name in TWO_FACETS}
    client.search(index=index, body=plain_search(query, TWO_FIELDS, "and", listed))


def ask_for_page(client: OpenSearch, index: str, query: str) -> None:
    """Ask for two words as the larger plain client does."""
    listed: dict[str, Any] = {"month": {"terms": {"field": "facet.month", "size": MONTHS}}}
    for row in ARTICLE_FACETS:
        listed[row.name] = {"terms": {"field": f"facet.{row.name}", "size": FEW_VALUES}}
        listed[f"number of {row.name}"] = {"cardinality": {"field": f"facet.{row.name}"}}
    fields = [f"{name}^{weight}" for name, weight in WEIGHTS.items()]
    found = client.search(index=index, body=plain_search(query, fields, "and", listed))
    if found["hits"]["total"]["value"] < RELAX_BELOW:
        client.search(index=index, body=plain_search(query, fields, "or", listed))


def store(client: OpenSearch, index: str, actions: Iterator[dict[str, Any]]) -> None:
    """Store documents and show them."""
    for _ in streaming_bulk(client, actions, chunk_size=AT_ONCE, request_timeout=120):
        pass
    client.indices.refresh(index=index, request_timeout=120)


def write(engine: OpenSearchEngine, articles: Sequence[Article]) -> None:
    """Write articles into a new generation."""
    with engine.writer(fresh=True) as writer:
        for article in articles:
            writer.put(chunk(article))


class Answers:
    """Times of answers of one kind."""

    def __init__(self) -> None:
        self._each: list[float] = []
        self._spent = Spent()

    def measure(self, ask: Callable[[str], object], queries: Sequence[str]) -> None:
        """Ask some queries."""
        with self._spent:
            self._each += [1000 * timed(partial(ask, query)) for query in queries]

    def __str__(self) -> str:
        """Mean and median milliseconds, and the processor time of one."""
        told = f"mean {statistics.mean(self._each):6.1f} ms, median {statistics.median(self._each):6.1f} ms"
        return f"{told}, {self._spent.each(len(self._each))}"


def measure_pages(engine: OpenSearchEngine, title: str, queries: Sequence[str], *, show_copies: bool) -> None:
    """Ask an engine that knows nothing yet for two pages of each query, then the first again, and print the figures."""

    def ask(page: int, query: str) -> object:
        return search_articles(engine, SearchRequest(query, page=page, show_copies=show_copies))

    for query in queries[:WARM_UP]:
        ask(1, query)
    asked, measured = note_requests(engine), queries[WARM_UP:]
    kinds = (("first", 1), ("next page", 2), ("again", 1))
    answers, requests = {name: Answers() for name, _ in kinds}, Counter[str]()
    for start in range(0, len(measured), READERS):
        for name, page in kinds:
            asked.clear()
            answers[name].measure(partial(ask, page), measured[start : start + READERS])
            requests[name] += len(asked)
    for name, _ in kinds:
        shown = "each copy a hit" if show_copies else "copies as one hit"
        print(f"{f'{title}, {shown}, {name}':44}{answers[name]}, {requests[name] / len(measured):.1f} requests")


def note_requests(engine: OpenSearchEngine) -> list[str]:
    """Return the list of the paths of all requests that an engine makes from now on."""
    asked: list[str] = []
    perform = engine.session.cluster._perform  # noqa: SLF001

    def noted(method: str, path: str, body: str | None, params: Mapping[str, object] | None) -> dict[str, Any]:
        asked.append(path)
        return perform(method, path, body, params)

    engine.session.cluster._perform = noted  # type: ignore[method-assign]  # noqa: SLF001
    return asked


def measure(client: OpenSearch, url: str, articles: Sequence[Article], queries: Sequence[str], shards: int) -> None:
    """Write the articles into an index of so many shards, ask the queries, and print the figures."""
    os.environ[SHARDS] = str(shards)
    title, bare = f"{shards} shards", f"{url.rpartition('/')[2]}-bare"
    with closing(OpenSearchEngine(url)) as engine:
        with Spent() as ours:
            write(engine, articles)
        print(f"{title:44}{len(articles) / ours.seconds:6.0f} articles/s, segments merged, {ours.each(len(articles))}")
        client.indices.create(index=bare, body=articles_body(access_of(url, os.environ)))
        ready = [one for article in articles for one in document_actions(bare, index_documents(chunk(article)))]
        size = sum(len(json.dumps(one["_source"])) for one in ready)
        for one in ready:
            del one["bytes"]
        gc.freeze()
        with Spent() as spent:
            store(client, bare, iter(ready))
            client.indices.forcemerge(index=bare, max_num_segments=1, request_timeout=PATIENCE)
        rate = f"{len(articles) / spent.seconds:6.0f} articles/s, {size / spent.seconds / 1e6:.1f} MB/s"
        share = f"ours is {spent.seconds / ours.seconds:.2f} of it"
        print(f"{f'{title}, bare bulk':44}{rate}, {spent.each(len(articles))}; {share}")
        client.indices.delete(index=bare)
    for show_copies in (False, True):
        client.indices.clear_cache()
        with closing(OpenSearchEngine(url)) as engine:
            measure_pages(engine, title, queries, show_copies=show_copies)
    client.indices.delete(index=f"{url.rpartition('/')[2]}-*")


def main() -> None:
    """Measure, and print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--cluster", default=os.environ.get("SEARCHSVC_TEST_CLUSTER", ""), metavar="HOST:PORT,…")
    arguments.add_argument("--shards", type=int, nargs="+", default=[1, 2, 4, 8])
    arguments.add_argument("--articles", type=int, default=16_000)
    arguments.add_argument("--queries", type=int, default=100)
    given = arguments.parse_args()
    if not given.cluster:
        arguments.error("no cluster: make measure-cluster starts one")
    hosts = [dict(zip(("host", "port"), one.split(":"), strict=True)) for one in given.cluster.split(",")]
    client, name = OpenSearch(hosts, timeout=60), f"measure-{os.getpid()}"
    files = sorted((given.data / "news").glob("*.jsonl.gz"))
    if not files:
        arguments.error(f"{given.data / 'news'} has no .jsonl.gz of articles")
    articles = read_articles(files, given.articles)
    # A service does not hold all articles: the garbage collector need not look at them.
    gc.freeze()
    queries = queries_of(articles, WARM_UP + given.queries)
    plain = f"{name}-plain"
    client.indices.create(index=plain, body=PLAIN)
    seconds = timed(lambda: store(client, plain, plain_documents(articles, plain)))
    print(f"{'plain client':44}{len(articles) / seconds:6.0f} articles/s")
    for title, ask in (("plain client", ask_plainly), ("plain client, what a page shows", ask_for_page)):
        for query in queries[:WARM_UP]:
            ask(client, plain, query)
        client.indices.clear_cache()
        answers = Answers()
        answers.measure(partial(ask, client, plain), queries[WARM_UP:])
        print(f"{title:44}{answers}")
    for shards in given.shards:
        measure(client, f"//{given.cluster}/{name}-{shards}", articles, queries, shards)
    client.indices.delete(index=plain)


if __name__ == "__main__":
    main()
