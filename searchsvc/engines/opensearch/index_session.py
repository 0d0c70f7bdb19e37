"""The open index: its cluster, the reader of its last commit, and its words.

The words are an index of their own: a document for each surface form of the fields that bare words look into, with the
number of articles that have it. Suggestions, respelling and fuzzy words read them; each commit counts the forms that it
has touched anew.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from searchsvc.analysis import edit_distance
from searchsvc.engines.opensearch.cluster import Cluster, Json
from searchsvc.engines.opensearch.commit_state import ATTEMPTS, CommitReader, CommitState
from searchsvc.engines.opensearch.indexed_documents import token
from searchsvc.engines.opensearch.mapping import ALL_FORMS
from searchsvc.engines.opensearch.query_dsl import QueryBuilder
from searchsvc.engines.ranking_rules import FUZZY_FORMS, node_of
from searchsvc.engines.takedowns import digest_of
from searchsvc.errors import EngineError
from searchsvc.model.query import And, Filter, Fuzzy, MinShouldMatch, Node, Not, Or, Phrase

T = TypeVar("T")
#: Results that one search reaches; deeper ones are walked to (`index.max_result_window`).
RESULT_WINDOW = 10_000
#: How long a point in time is kept between two requests.
KEPT_ALIVE = "2m"
#: Fuzzy words whose forms are remembered.
REMEMBERED = 1000
#: Forms of an index of words: the most frequent first.
MOST_FREQUENT: list[Json] = [{"count": "desc"}, {"form": "asc"}]
#: Words that one answer may have.
MOST_WORDS = 10_000


class NewerCommitError(EngineError):
    """A commit came between two requests for one answer: it is asked for again."""


class IndexSession:
    """An index as one engine uses it. Threads may share it."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.commits = CommitReader(cluster)
        self._forms: dict[tuple[str, Fuzzy], tuple[str, ...]] = {}

    def ask(self, question: Callable[[CommitState], Sequence[tuple[str, Json]]]) -> tuple[CommitState, list[Json]]:
        """Return the answers to searches, and the commit that they belong to; as `CommitReader.ask`."""
        return self.commits.ask(question)

    def ask_at(self, state: CommitState, searches: Sequence[tuple[str, Json]]) -> list[Json]:
        """Return the answers to searches of one commit; raise NewerCommitError if it is no longer the last one."""
        if not searches:
            return []
        newest, answers = self.commits.ask(lambda now: searches if now.id == state.id else ())
        if newest.id != state.id:
            raise NewerCommitError(f"{self.cluster.access.where}: a commit came in between")
        return answers

    def consistent(self, answer: Callable[[], T]) -> T:
        """Return the answer of a function all of whose requests belong to one commit."""
        for _ in range(ATTEMPTS - 1):
            try:
                return answer()
            except NewerCommitError:
                continue
        return answer()

    def hits_of(self, state: CommitState, asked: Sequence[tuple[Json, int, int]]) -> list[list[Json]]:
        """Return hits of sorted searches of one commit, in one request as far as they are in reach of one.

        Args:
            state: The commit.
            asked: Bodies of searches, how many hits are passed over, and how many are wanted.

        """
        near = [(body, offset, limit) for body, offset, limit in asked if limit and offset + limit <= RESULT_WINDOW]
        searches = [(state.articles, body | {"from": offset, "size": limit}) for body, offset, limit in near]
        answers = iter(self.ask_at(state, searches))
        found: list[list[Json]] = []
        for body, offset, limit in asked:
            if not limit:
                found.append([])
            elif offset + limit <= RESULT_WINDOW:
                found.append(next(answers)["hits"]["hits"])
            else:
                found.append(self._walked_to(state, body, offset, limit))
        return found

    def _walked_to(self, state: CommitState, body: Json, offset: int, limit: int) -> list[Json]:
        hits: list[Json] = []
        passed = 0
        for chunk in self.walk(state, body):
            hits += chunk[max(0, offset - passed) :]
            passed += len(chunk)
            if passed >= offset + limit:
                break
        return hits[:limit]

    def walk(self, state: CommitState, body: Json) -> Iterator[list[Json]]:
        """Yield all hits of a sorted search of one commit, in pieces, from one point in time."""
        yield from self.walk_index(state.articles, body)

    def walk_index(self, index: str, body: Json) -> Iterator[list[Json]]:
        """Yield all hits of a sorted search of an index, in pieces, from one point in time."""
        with self._point_in_time(index) as point:
            after: Json = {}
            while True:
                held = {"pit": {"id": point, "keep_alive": KEPT_ALIVE}, "size": RESULT_WINDOW}
                hits = self.cluster.search_at(body | held | after)["hits"]["hits"]
                if hits:
                    yield hits
                if len(hits) < RESULT_WINDOW:
                    return
                after = {"search_after": hits[-1]["sort"]}

    @contextmanager
    def _point_in_time(self, index: str) -> Iterator[str]:
        params = {"keep_alive": KEPT_ALIVE, "allow_partial_pit_creation": "false"}
        point = self.cluster.request("POST", f"/{index}/_search/point_in_time", params=params)["pit_id"]
        try:
            yield point
        finally:
            self.cluster.request("DELETE", "/_search/point_in_time", {"pit_id": [point]})

    def builder(self, state: CommitState, *nodes: Filter | None) -> QueryBuilder:
        """Return the maker of queries of some nodes; the forms of their fuzzy words are looked up."""
        fuzzy = list(dict.fromkeys(one for node in nodes if node is not None for one in _fuzzy(node_of(node))))
        return QueryBuilder(state.statistics.stemmers, self._expansions(state, fuzzy))

    def _expansions(self, state: CommitState, fuzzy: Sequence[Fuzzy]) -> Mapping[Fuzzy, Sequence[str]]:
        plain = {leaf: Fuzzy(leaf.text, leaf.edits) for leaf in fuzzy}
        known = {leaf: self._forms.get((state.id, leaf)) for leaf in plain.values()}
        missing = [leaf for leaf, forms in known.items() if forms is None]
        if missing:
            # The nearest first: those within fewer edits are asked for by themselves.
            bodies = [
                (state.words, near_words(leaf.text, edits, FUZZY_FORMS * (edits + 1)))
                for leaf in missing
                for edits in range(leaf.edits + 1)
            ]
            answers = iter(self.cluster.searches(bodies))
            if len(self._forms) + len(missing) > REMEMBERED:
                self._forms.clear()
            for leaf in missing:
                near = nearest(islice(answers, leaf.edits + 1), leaf.text, leaf.edits)
                known[leaf] = self._forms[state.id, leaf] = tuple(form for form, _ in near[:FUZZY_FORMS])
        return {leaf: known[one] or () for leaf, one in plain.items()}


def nearest(answers: Iterable[Json], word: str, edits: int) -> list[tuple[str, int]]:
    """Return forms with their numbers of articles, nearest to a word first, then most frequent, ties by form.

    Args:
        answers: To the searches of `near_words` for each number of edits.
        word: The word.
        edits: Forms that are farther away are left out.

    """
    found = {
        hit["_source"]["form"]: int(hit["_source"]["count"]) for answer in answers for hit in answer["hits"]["hits"]
    }
    distances = {form: edit_distance(word, form, edits) for form in found}
    near = sorted((distance, -found[form], form) for form, distance in distances.items() if distance is not None)
    return [(form, -count) for _, count, form in near]


def near_words(word: str, edits: int, limit: int) -> Json:
    """Return the search for the most frequent forms within some edits of a word."""
    near: Json = {"value": word, "fuzziness": edits, "prefix_length": 0, "transpositions": True}
    query = {"fuzzy": {"form": near | {"rewrite": "constant_score"}}} if edits else {"term": {"form": word}}
    return {"query": query if word else {"match_none": {}}, "sort": MOST_FREQUENT, "size": limit}


def _fuzzy(node: Node) -> Iterator[Fuzzy]:
    """Yield the fuzzy words of a tree, negated ones too."""
    match node:
        case Fuzzy():
            yield node
        case Phrase() if isinstance(node.ending, Fuzzy):
            yield node.ending
        case And(children) | Or(children) | MinShouldMatch(children, _):
            for child in children:
                yield from _fuzzy(child)
        case Not(child):
            yield from _fuzzy(child)
        case _:
            return


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
