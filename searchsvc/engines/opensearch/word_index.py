"""The words of an index: a document for each surface form, with the number of articles that have it.

They are the forms of the fields that bare words look into. Suggestions, respelling and fuzzy words read them; each
commit counts the forms that it has touched anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from searchsvc.engines.opensearch.cluster import Cluster, Json
from searchsvc.engines.opensearch.index_session import MOST_FREQUENT, IndexSession, near_words, nearest
from searchsvc.engines.opensearch.indexed_documents import token
from searchsvc.engines.opensearch.mapping import ALL_FORMS
from searchsvc.engines.takedowns import digest_of

#: Words that one answer may have.
MOST_WORDS = 10_000


def words(session: IndexSession, prefix: str, limit: int) -> list[tuple[str, int]]:
    """Return at most `limit` forms with a prefix, most frequent first, ties by form, with their numbers of articles."""
    body = {"query": {"prefix": {"form": prefix}}, "sort": MOST_FREQUENT, "size": min(limit, MOST_WORDS)}
    _, (answer,) = session.ask(lambda state: [(state.words, body)])
    return _counted(answer)


def similar_words(session: IndexSession, word: str, edits: int, limit: int) -> list[tuple[str, int]]:
    """Return at most `limit` forms within some edits of a word, nearest first, then most frequent, ties by form.

    The most frequent forms within each number of edits are asked for in one request: the nearest are among them.
    """
    # Those within fewer edits are among those within more, and must not crowd them out.
    bodies = [near_words(word, within, limit * (within + 1)) for within in range(edits + 1)]
    _, answers = session.ask(lambda state: [(state.words, body) for body in bodies])
    return nearest(answers, word, edits)[:limit]


def _counted(answer: Json) -> list[tuple[str, int]]:
    return [(hit["_source"]["form"], hit["_source"]["count"]) for hit in answer["hits"]["hits"]]


def count_forms(cluster: Cluster, articles: str, forms: Sequence[str]) -> dict[str, int]:
    """Return how many articles of an index have each of some forms."""
    bodies = [
        (articles, {"query": {"term": {ALL_FORMS: token(form)}}, "size": 0, "track_total_hits": True}) for form in forms
    ]
    return {form: answer["hits"]["total"] for form, answer in zip(forms, cluster.searches(bodies), strict=True)}


def word_actions(index: str, counts: Mapping[str, int]) -> Iterator[Json]:
    """Yield the actions that store the counts of forms; those that no article has are deleted."""
    for form, count in counts.items():
        action: Json = {"_op_type": "index" if count else "delete", "_index": index, "_id": digest_of(form)}
        if count:
            action["_source"] = {"form": form, "count": count}
        yield action


def store_words(cluster: Cluster, index: str, counts: Mapping[str, int]) -> None:
    """Store the counts of forms and show them."""
    cluster.bulk(word_actions(index, counts))
    refresh(cluster, [index])


def refresh(cluster: Cluster, indices: Iterable[str]) -> None:
    """Show all changes of some indices to searches; raise EngineError if a shard does not."""
    cluster.request_whole("POST", f"/{','.join(indices)}/_refresh")
