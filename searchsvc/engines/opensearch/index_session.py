"""The open index: its cluster, the reader of its last commit, its words, and its segments.

The words are an index of their own: a document for each surface form of the fields that bare words look into, with the
number of articles that have it. Suggestions, respelling and fuzzy words read them; each commit counts the forms that it
has touched anew.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from itertools import islice
from typing import TypeVar

from searchsvc.analysis import edit_distance
from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.commit_state import ATTEMPTS, CommitReader, CommitState
from searchsvc.engines.opensearch.commit_view import AnswerCache, CommitView, NewerCommitError
from searchsvc.engines.opensearch.indexed_documents import token
from searchsvc.engines.opensearch.mapping import ALL_FORMS
from searchsvc.engines.opensearch.pinned_commit import KEPT_ALIVE, PinnedCommit, close_points, open_point
from searchsvc.engines.opensearch.query_dsl import PREFIX_FORMS, QueryBuilder
from searchsvc.engines.opensearch.wire_format import RESULT_WINDOW, Json
from searchsvc.engines.ranking_rules import FUZZY_FORMS, node_of
from searchsvc.engines.takedowns import digest_of
from searchsvc.errors import EngineError
from searchsvc.model.query import And, Filter, Fuzzy, MinShouldMatch, Node, Not, Or, Phrase, Prefix

T = TypeVar("T")
#: Leaves that stand for forms of the index.
Expanded = Fuzzy | Prefix
#: Fuzzy words and prefixes whose forms are remembered.
REMEMBERED = 1000
#: Forms of an index of words: the most frequent first.
MOST_FREQUENT: list[Json] = [{"count": "desc"}, {"form": "asc"}]
#: Forms that are counted by a search each, at most; and of more, those that one search counts.
FEW_FORMS, FORMS_AT_ONCE = 500, 20_000
#: Words that one answer may have.
MOST_WORDS = 10_000
#: Bytes of a segment, about, when those of an index are merged: the most of Lucene's TieredMergePolicy by default.
SEGMENT_BYTES = 5 * 1024**3
#: Articles from which on the segments of an index are worth a merge.
WORTH_MERGING = 1000
_log = logging.getLogger(__name__)


class IndexSession:
    """An index as one engine uses it. Threads may share it, but one that has a `view`."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.commits = CommitReader(cluster)
        #: The commit as one request sees it; None: each method asks the last commit.
        self.view: CommitView | None = None
        #: The only commit that answers; None: the last one does.
        self.pin: PinnedCommit | None = None
        self._forms: dict[tuple[str, Expanded], tuple[str, ...]] = {}
        self._kept = AnswerCache()

    def at_one_commit(self, answer: Callable[["IndexSession"], T]) -> T:
        """Return what a function returns, whose session sees one commit; as `Engine.at_one_commit`."""
        if self.view is not None:
            return answer(self)
        for _ in range(ATTEMPTS - 1):
            with suppress(NewerCommitError):
                held = copy(self)
                held.commits = held.view = view = CommitView(self.cluster, self.commits, self._kept)
                made = answer(held)
                view.confirm()
                return made
        return answer(self)

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

    def ahead(self, searches: Sequence[tuple[str, Json]]) -> None:
        """Send searches along with the next request, of a request that sees one commit."""
        if self.view is not None:
            self.view.ahead(searches)

    def known(self, search: tuple[str, Json]) -> Json | None:
        """Return the answer to a search if it is known without asking."""
        return self.view.known(search) if self.view is not None else None

    def consistent(self, answer: Callable[[], T]) -> T:
        """Return the answer of a function all of whose requests belong to one commit."""
        for _ in range(ATTEMPTS - 1 if self.view is None else 0):
            with suppress(NewerCommitError):
                return answer()
        return answer()

    def pinned(self) -> "IndexSession":
        """Return a session of the last commit, which goes on answering from it until its `release`."""
        held = copy(self)
        held.commits = held.pin = PinnedCommit(self.cluster, self.commits)
        held.view = None
        return held

    def release(self) -> bool:
        """Let go of the commit that was pinned; return whether one was."""
        if self.pin is not None:
            self.pin.release()
        return self.pin is not None

    def hits_of(self, state: CommitState, asked: Sequence[tuple[Json, int, int]]) -> list[list[Json]]:
        """Return hits of sorted searches of one commit, in one request as far as they are in reach of one.

        Args:
            state: The commit.
            asked: Bodies of searches, how many hits are passed over, and how many are wanted.

        """
        if self.pin is not None:
            return [self.pin.hits(state.articles, body, offset, limit) for body, offset, limit in asked]
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
        if self.pin is None:
            yield from self.walk_index(state.articles, body)
            return
        passed = 0
        while hits := self.pin.hits(state.articles, body, passed, RESULT_WINDOW):
            yield hits
            passed += len(hits)

    def walk_index(self, index: str, body: Json) -> Iterator[list[Json]]:
        """Yield all hits of a sorted search of an index, in pieces, from one point in time."""
        point = open_point(self.cluster, index)
        try:
            after: Json = {}
            while True:
                held = {"pit": {"id": point, "keep_alive": KEPT_ALIVE}, "size": RESULT_WINDOW}
                hits = self.cluster.search_at(body | held | after)["hits"]["hits"]
                if hits:
                    yield hits
                if len(hits) < RESULT_WINDOW:
                    return
                after = {"search_after": hits[-1]["sort"]}
        finally:
            close_points(self.cluster, [point])

    def builder(self, state: CommitState, *nodes: Filter | None) -> QueryBuilder:
        """Return the maker of queries of some nodes; the forms that some of their leaves stand for are looked up."""
        leaves = list(dict.fromkeys(one for node in nodes if node is not None for one in _expanded(node_of(node))))
        return QueryBuilder(state.statistics.stemmers, self._expansions(state, leaves))

    def _expansions(self, state: CommitState, leaves: Sequence[Expanded]) -> Mapping[Expanded, Sequence[str]]:
        plain: dict[Expanded, Expanded] = {
            leaf: Fuzzy(leaf.text, leaf.edits) if isinstance(leaf, Fuzzy) else Prefix(leaf.text) for leaf in leaves
        }
        known = {leaf: self._forms.get((state.id, leaf)) for leaf in plain.values()}
        missing = [leaf for leaf, forms in known.items() if forms is None]
        if missing:
            asked = {leaf: _forms_of(leaf) for leaf in missing}
            answers = iter(self.cluster.searches([(state.words, body) for bodies in asked.values() for body in bodies]))
            if len(self._forms) + len(missing) > REMEMBERED:
                self._forms.clear()
            for leaf in missing:
                found = list(islice(answers, len(asked[leaf])))
                if isinstance(leaf, Fuzzy):
                    counted = nearest(found, leaf.text, leaf.edits)[:FUZZY_FORMS]
                else:
                    counted = _counted(found[0])
                known[leaf] = self._forms[state.id, leaf] = tuple(form for form, _ in counted)
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


def _forms_of(leaf: Expanded) -> list[Json]:
    """Return the searches for the forms that a leaf stands for."""
    if isinstance(leaf, Prefix):
        return [with_prefix(leaf.text, PREFIX_FORMS)]
    # The nearest first: those within fewer edits are asked for by themselves.
    return [near_words(leaf.text, edits, FUZZY_FORMS * (edits + 1)) for edits in range(leaf.edits + 1)]


def with_prefix(prefix: str, limit: int) -> Json:
    """Return the search for the most frequent forms with a prefix."""
    return {"query": {"prefix": {"form": prefix}}, "sort": MOST_FREQUENT, "size": limit}


def _expanded(node: Node) -> Iterator[Expanded]:
    """Yield the fuzzy words of a tree and the prefixes at the ends of its phrases, negated ones too."""
    match node:
        case Fuzzy():
            yield node
        case Phrase() if node.ending is not None and (isinstance(node.ending, Fuzzy) or len(node.words) > 1):
            yield node.ending
        case And(children) | Or(children) | MinShouldMatch(children, _):
            for child in children:
                yield from _expanded(child)
        case Not(child):
            yield from _expanded(child)
        case _:
            return


def words(session: IndexSession, prefix: str, limit: int) -> list[tuple[str, int]]:
    """Return at most `limit` forms with a prefix, most frequent first, ties by form, with their numbers of articles."""
    body = with_prefix(prefix, min(limit, MOST_WORDS))
    _, (answer,) = session.ask(lambda state: [(state.words, body)])
    return _counted(answer)


def similar_words(session: IndexSession, word: str, edits: int, limit: int) -> list[tuple[str, int]]:
    """Return at most `limit` forms within some edits of a word, nearest first, then most frequent, ties by form.

    The most frequent forms within each number of edits are asked for in one request: the nearest are among them.
    """
    _, answers = session.ask(lambda state: similar_searches(state, word, edits, limit))
    return nearest(answers, word, edits)[:limit]


def similar_searches(state: CommitState, word: str, edits: int, limit: int) -> list[tuple[str, Json]]:
    """Return the searches of `similar_words`."""
    # Those within fewer edits are among those within more, and must not crowd them out.
    return [(state.words, near_words(word, within, limit * (within + 1))) for within in range(edits + 1)]


def _counted(answer: Json) -> list[tuple[str, int]]:
    return [(hit["_source"]["form"], hit["_source"]["count"]) for hit in answer["hits"]["hits"]]


def count_forms(cluster: Cluster, articles: str, forms: Sequence[str]) -> dict[str, int]:
    """Return how many articles of an index have each of some forms.

    Few are looked up one by one; of many, one search reads the forms of all articles once, and counts FORMS_AT_ONCE.
    """
    if len(forms) > FEW_FORMS:
        counts: dict[str, int] = {}
        for start in range(0, len(forms), FORMS_AT_ONCE):
            by_token = {token(form): form for form in forms[start : start + FORMS_AT_ONCE]}
            counted: Json = {"terms": {"field": ALL_FORMS, "include": list(by_token), "size": len(by_token)}}
            answer = cluster.search(articles, {"size": 0, "aggs": {"forms": counted}})
            found = {one["key"]: one["doc_count"] for one in answer["aggregations"]["forms"]["buckets"]}
            counts |= {form: found.get(one, 0) for one, form in by_token.items()}
        return counts
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


def merge_segments(cluster: Cluster, index: str, articles: int) -> None:
    """Merge the segments of an index of some articles, most of which were just written, and show the new ones.

    A search looks up each of its terms in each segment: a page of 16,000 articles takes the nodes about half as long
    after a merge. A cluster that does not merge, or not in time, keeps the segments, and a warning is logged.
    """
    if articles < WORTH_MERGING:
        return
    try:
        stores = cluster.request("GET", f"/{index}/_stats/store", params={"level": "shards"})["indices"][index]
        largest = max(copy["store"]["size_in_bytes"] for copies in stores["shards"].values() for copy in copies)
        params = {"max_num_segments": 1 + largest // SEGMENT_BYTES}
        cluster.request_whole("POST", f"/{index}/_forcemerge", params=params)
        refresh(cluster, [index])
    except EngineError as error:
        _log.warning("the segments of %s are not merged, so searches take longer than they need: %s", index, error)
