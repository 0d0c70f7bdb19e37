"""One commit that goes on answering while others are made: its indices at a point in time, and where reading has come.

A whole result is read slice by slice. A cursor for each search goes on behind the last hit that was read, so that a
slice costs as much at the end of a result as at its beginning; places of articles, which are small, are read
RESULT_WINDOW at a time and kept until they are asked for.
"""

from collections.abc import Sequence

from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.commit_state import ATTEMPTS, CommitReader, CommitState
from searchsvc.engines.opensearch.matching_copies import MatchingCopies
from searchsvc.engines.opensearch.wire_format import RESULT_WINDOW, Json, at_point, index_of, search_line
from searchsvc.errors import EngineError
from searchsvc.model.deadline import check_deadline

#: How long a point in time is kept between two requests: files are taken slowly, and alerts are sent in between.
KEPT_ALIVE = "10m"
#: Searches whose cursors are kept, the last ones.
CURSORS = 4


def open_point(cluster: Cluster, index: str) -> str:
    """Return the id of a point in time of an index, or of several, kept for KEPT_ALIVE between two requests."""
    params = {"keep_alive": KEPT_ALIVE, "allow_partial_pit_creation": "false"}
    point: str = cluster.request("POST", f"/{index}/_search/point_in_time", params=params)["pit_id"]
    return point


def close_points(cluster: Cluster, points: Sequence[str]) -> None:
    """Let go of points in time."""
    cluster.request("DELETE", "/_search/point_in_time", {"pit_id": list(points)})


class PinnedCommit(CommitReader):
    """Answers from the last commit at the time when it is made, until `release`. Only one thread uses it."""

    def __init__(self, cluster: Cluster, reader: CommitReader) -> None:
        super().__init__(cluster)
        self._points: dict[str, str] = {}
        self._state = self._opened(reader)
        self._cursors: dict[str, _Cursor] = {}
        #: Members of groups among what matches, by the line of the search for them.
        self.copies: dict[str, MatchingCopies] = {}

    def now(self) -> CommitState:
        """Return the commit."""
        return self._state

    @property
    def last(self) -> CommitState:
        """The commit."""
        return self._state

    def ask_once(self, lines: Sequence[str]) -> tuple[CommitState, list[Json]]:
        """Return the commit, and the answers to searches in it, each given by its `search_line`, in one request."""
        at_points = [at_point(line, self._points[index_of(line)], KEPT_ALIVE) for line in lines]
        return self._state, self._cluster.search_lines(at_points)

    def hits(self, index: str, body: Json, offset: int, limit: int) -> list[Json]:
        """Return hits of a sorted search, read on from where it was read to before."""
        if not limit:
            return []
        key = search_line(index, body)
        cursor = self._cursors.pop(key, None)
        if cursor is None or offset < cursor.start:
            cursor = _Cursor()
        self._cursors[key] = cursor
        if len(self._cursors) > CURSORS:
            del self._cursors[next(iter(self._cursors))]
        found: list[Json] = []
        while len(found) < limit:
            found += cursor.held[offset + len(found) - cursor.start :][: limit - len(found)]
            if len(found) == limit or cursor.ended:
                break
            size = RESULT_WINDOW if body.get("_source") is False or cursor.end < offset else min(limit, RESULT_WINDOW)
            check_deadline()
            _, (answer,) = self.ask_once([search_line(index, body | {"size": size} | cursor.after)])
            cursor.go_on(answer["hits"]["hits"], size)
        return found

    def release(self) -> None:
        """Let go of the commit; a second time is a no-op."""
        points, self._points = list(self._points.values()), {}
        if points:
            close_points(self._cluster, points)

    def _opened(self, reader: CommitReader) -> CommitState:
        """Open the points in time of the last commit, and return it."""
        state = reader.now()
        for _ in range(ATTEMPTS):
            both = state.asked(versions=True).articles
            for index in dict.fromkeys((state.articles, both, state.words)):
                self._points[index] = open_point(self._cluster, index)
            newest = reader.now()
            if newest.id == state.id:
                return state
            self.release()
            state = newest
        raise EngineError(f"{self._cluster.access.where}: commits come faster than one can be kept: ask again")


class _Cursor:
    """Where a search was read to."""

    def __init__(self) -> None:
        #: Number of hits before those that were read last, and these.
        self.start, self.held = 0, list[Json]()
        #: What the next search begins behind.
        self.after: Json = {}
        self.ended = False

    @property
    def end(self) -> int:
        """Number of hits that were read."""
        return self.start + len(self.held)

    def go_on(self, hits: list[Json], size: int) -> None:
        """Take the next hits, of which at most `size` were asked for."""
        self.start, self.held, self.ended = self.end, hits, len(hits) < size
        if hits:
            self.after = {"search_after": hits[-1]["sort"]}
