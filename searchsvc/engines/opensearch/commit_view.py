"""The last commit as one request sees it: each search is made once, and what was asked ahead goes with the next one.

A request begins with the commit that its process knows last, without asking. The first answer of the cluster tells
whether it still is: if not, the request is answered anew from the newer one. Answers change with commits only, so a
process keeps the last ones that the last commit gave, for all its requests: the next page of a result, and the same in
another order, ask for their articles alone.

Each search has a price of its own, for each shard: numbers of one request are counted by one search.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from threading import Lock

from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.commit_state import CommitReader, CommitState
from searchsvc.engines.opensearch.wire_format import Json, search_line
from searchsvc.errors import EngineError, IndexMissingError
from searchsvc.model.query import Node

#: Numbers that a process keeps, and bytes of other answers, about; of one answer an eighth of them at most.
REMEMBERED, REMEMBERED_BYTES = 20_000, 16 * 1024**2
_LARGEST = REMEMBERED_BYTES // 8
#: Bytes of a hit without its texts, and of a bucket, about.
_HIT, _BUCKET = 600, 400
#: Articles of an index in which several numbers are counted by one search, at most: it looks at each document that any
#: of them counts once for each, which is less than a search costs, but not where they are many. Signs of their queries,
#: at most: a cluster allows only so many clauses in one.
FEW_ARTICLES, SIGNS_TOGETHER = 100_000, 10_000
_COUNTING = {"size": 0, "track_total_hits": True}


class NewerCommitError(EngineError):
    """A commit came between two requests for one answer: it is asked for again."""


def counting(query: Json) -> Json:
    """Return the search that counts the documents that match a query."""
    return {"query": query, **_COUNTING}


def counting_each(queries: Sequence[Json]) -> Json:
    """Return the search that counts the documents that match each of several queries."""
    queries = list(queries)
    aggregations = {"each": {"filters": {"filters": queries}}}
    return {"query": {"bool": {"should": queries}}, "size": 0, "track_total_hits": False, "aggs": aggregations}


def counts_of(answer: Json) -> list[Json]:
    """Return the answer to `counting_each` as those to a search by `counting` for each query."""
    return [
        {"hits": {"total": bucket["doc_count"], "hits": []}} for bucket in answer["aggregations"]["each"]["buckets"]
    ]


def _is_counting(body: Json) -> bool:
    return body.keys() == {"query", *_COUNTING} and body["size"] == 0


class AnswerCache:
    """Answers to searches of one commit: numbers of those that only count, else the last used. Threads may share it.

    Nobody changes an answer that was kept.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._begin("")

    def _begin(self, commit: str) -> None:
        self._commit = commit
        #: By the digests of the searches.
        self._numbers: dict[bytes, int] = {}
        self._answers: OrderedDict[bytes, tuple[Json, int]] = OrderedDict()
        self._bytes = 0

    def get(self, commit: str, line: str) -> Json | None:
        """Return the answer to a search in a commit; None if it is not known."""
        key = _digest(line)
        with self._lock:
            if self._commit != commit:
                return None
            if key in self._numbers:
                return {"hits": {"total": self._numbers[key], "hits": []}}
            if key not in self._answers:
                return None
            self._answers.move_to_end(key)
            return self._answers[key][0]

    def put(self, commit: str, line: str, answer: Json, *, counts: bool) -> None:
        """Keep an answer, of one that only counts the number; those of another commit are dropped."""
        key, size = _digest(line), 0 if counts else _size_of(answer)
        with self._lock:
            if self._commit != commit:
                self._begin(commit)
            if counts:
                if len(self._numbers) >= REMEMBERED:
                    self._numbers.clear()
                self._numbers[key] = answer["hits"]["total"]
            elif size <= _LARGEST and key not in self._answers:
                self._answers[key] = answer, size
                self._bytes += size
                while self._bytes > REMEMBERED_BYTES:
                    self._bytes -= self._answers.popitem(last=False)[1][1]


def _size_of(answer: Json) -> int:
    """Return about how many bytes an answer takes."""
    hits = answer["hits"]["hits"]
    texts = sum(len(text) for hit in hits for text in hit.get("_source", {}).values() if isinstance(text, str))
    return _HIT * (1 + len(hits)) + texts + _BUCKET * _buckets(answer.get("aggregations", {}))


def _buckets(found: Json) -> int:
    return sum(
        len(inner["buckets"]) if "buckets" in inner else _buckets(inner)
        for inner in found.values()
        if isinstance(inner, dict)
    )


def _digest(line: str) -> bytes:
    return blake2b(line.encode(), digest_size=16).digest()


class CommitView(CommitReader):
    """The last commit, for one request; only one thread uses it.

    Its methods raise NewerCommitError if another commit was made meanwhile.
    """

    def __init__(self, cluster: Cluster, reader: CommitReader, kept: AnswerCache) -> None:
        super().__init__(cluster)
        self._reader = reader
        self._kept = kept
        last = reader.last
        #: The commit, and whether the cluster said since this was made that it is the last one.
        self._state, self._confirmed = last or reader.now(), last is None
        self._answers: dict[str, Json] = {}
        #: Leaves that are nowhere, as a rule, and the line of the search that finds any of their group.
        self._seldom: dict[Node, str] = {}
        #: Searches that go with the next request, and those of all that only count.
        self._ahead: dict[str, None] = {}
        self._countable: dict[str, tuple[str, Json]] = {}

    def now(self) -> CommitState:
        """Return the commit that this request sees."""
        return self._state

    def known(self, search: tuple[str, Json]) -> Json | None:
        """Return the answer to a search, if it is known without asking."""
        return self._known(self._line(search))

    def ahead(self, searches: Iterable[tuple[str, Json]]) -> None:
        """Send searches along with the next request."""
        for line in map(self._line, searches):
            if self._known(line) is None:
                self._ahead[line] = None

    def seldom(self, leaves: Iterable[Node], search: tuple[str, Json]) -> None:
        """Send along a search that finds an article if any has one of some leaves."""
        line = self._line(search)
        self._seldom.update(dict.fromkeys(leaves, line))
        if self._known(line) is None:
            self._ahead[line] = None

    def is_nowhere(self, node: Node) -> bool:
        """Return whether a search that was sent along says that no article has a leaf."""
        line = self._seldom.get(node)
        answer = self._known(line) if line is not None else None
        return answer is not None and not answer["hits"]["total"]

    def ask(self, question: Callable[[CommitState], Sequence[tuple[str, Json]]]) -> tuple[CommitState, list[Json]]:
        """Return the answers to searches, as `CommitReader.ask`; those that are known are not asked again."""
        lines = list(map(self._line, question(self._state)))
        missing = [line for line in dict.fromkeys(lines) if self._known(line) is None]
        if missing:
            self._fetch([*missing, *(line for line in self._ahead if line not in missing)])
        return self._state, [self._answers[line] for line in lines]

    def confirm(self) -> None:
        """Ask whether the commit still is the last one, if no answer has told so."""
        if not self._confirmed and self._reader.now().id != self._state.id:
            raise self._newer()

    def _line(self, search: tuple[str, Json]) -> str:
        line = search_line(*search)
        if _is_counting(search[1]):
            self._countable[line] = search[0], search[1]["query"]
        return line

    def _known(self, line: str) -> Json | None:
        answer = self._answers.get(line)
        if answer is None:
            answer = self._kept.get(self._state.id, line)
            if answer is not None:
                self._answers[line] = answer
        return answer

    def _fetch(self, lines: Sequence[str]) -> None:
        together = self._counted_together(lines)
        alone = [line for line in lines if not any(line in own for own in together)]
        joint = [search_line(self._countable[own[0]][0], self._counting_each(own)) for own in together]
        try:
            newest, answers = self._reader.ask_once([*alone, *joint])
        except IndexMissingError:
            # The indices of a commit that was replaced twice are gone.
            if self._reader.now().id == self._state.id:
                raise
            raise self._newer() from None
        if newest.id != self._state.id:
            raise self._newer()
        self._confirmed = True
        self._ahead.clear()
        counted = [one for answer in answers[len(alone) :] for one in counts_of(answer)]
        answered = [*alone, *(line for own in together for line in own)]
        for line, answer in zip(answered, [*answers[: len(alone)], *counted], strict=True):
            self._answers[line] = answer
            self._kept.put(self._state.id, line, answer, counts=line in self._countable)

    def _counted_together(self, lines: Sequence[str]) -> list[Sequence[str]]:
        """Return groups of searches, each of one index, that one search can count; none where articles are many."""
        if self._state.statistics.articles > FEW_ARTICLES:
            return []
        groups: dict[tuple[str, int], list[str]] = {}
        signs = 0
        for line in lines:
            if line in self._countable and len(line) <= SIGNS_TOGETHER:
                signs += len(line)
                groups.setdefault((self._countable[line][0], signs // SIGNS_TOGETHER), []).append(line)
        return [own for own in groups.values() if len(own) > 1]

    def _counting_each(self, lines: Sequence[str]) -> Json:
        return counting_each([self._countable[line][1] for line in lines])

    def _newer(self) -> NewerCommitError:
        return NewerCommitError(f"{self._cluster.access.where}: a commit came in between")
