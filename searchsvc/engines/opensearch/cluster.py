"""Requests → answers of an OpenSearch cluster. Every call of `opensearch-py` is in this module.

An answer that is not whole (a shard failed, the time ran out) is an error, and so is every error of the library. One
client, with its pool of connections, serves all threads of a process.
"""

import logging
import os
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock, local
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy import exceptions as faults
from opensearchpy.serializer import JSONSerializer

from searchsvc.engines.opensearch.access import Access
from searchsvc.engines.opensearch.wire_format import (
    Json,
    action_lines,
    decoded_json,
    encoded_json,
    is_closed,
    reason_of,
    search_line,
)
from searchsvc.errors import EngineError, IndexMissingError, IndexRightsError, NoRoomError, QueryError, ScarceError
from searchsvc.model.deadline import check_deadline

#: Connections to each node that a process keeps.
CONNECTIONS = 16
#: Seconds that requests of writers may take: merges, refreshes and statistics; and bulk requests.
PATIENCE, BULK_SECONDS = 600, 60
#: Statuses that mean "not now": the request, or the item of a bulk request, is sent again.
NOT_NOW = frozenset({429, 502, 503, 504})
#: Times that a bulk request's items are sent again, and seconds before the first and between the last of these times.
BULK_RETRIES, FIRST_PAUSE, LONGEST_PAUSE = 8, 0.2, 10.0
#: Documents and bytes of one bulk request.
BULK_DOCUMENTS, BULK_BYTES = 500, 5_000_000
#: Failed items that a message names.
NAMED = 5
#: Seconds for which a wait in vain may be the reason that an answer takes too long.
LONGEST_ANSWER = 60.0
#: Times that a request to a shard that is being started is made again, and seconds in between.
STARTING_TIMES, STARTING_PAUSE = 100, 0.1
_RECOVERING = "CurrentState[RECOVERING]"
#: Searches that are sent in one request.
SEARCHES_AT_ONCE = 500
_DONE = range(200, 300)
_NOT_FOUND, _CONFLICT, _RIGHTS = 404, 409, frozenset({401, 403})

# It would log the requests of failed calls, and with them the text of articles.
logging.getLogger("opensearch").setLevel(logging.CRITICAL)


class StartingError(EngineError):
    """A shard is just being started, as after another process has made its index."""


class ConflictError(EngineError):
    """Another process has changed the document since it was read."""


class Cluster:
    """The requests that this engine makes of a cluster.

    Every method raises QueryError where the time for an answer is over, and else EngineError: IndexMissingError for an
    index that is not there, ConflictError where another process was first, IndexRightsError, NoRoomError, ScarceError.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self._lock = Lock()
        self._client: OpenSearch | None = None
        self._process = 0
        #: For each thread when it has last waited for a node in vain.
        self._waited = local()

    def request(
        self, method: str, path: str, body: Json | None = None, *, params: Mapping[str, object] | None = None
    ) -> Json:
        """Return the answer to one request.

        Args:
            method: `GET`, `PUT`, `POST` or `DELETE`.
            path: Path from the root of the cluster.
            body: Body.
            params: Parameters of the URL.

        """
        text = None if body is None else encoded_json(body)
        for _ in range(STARTING_TIMES):
            try:
                return self._perform(method, path, text, params)
            except StartingError:
                time.sleep(STARTING_PAUSE)
        return self._perform(method, path, text, params)

    def find(self, index: str, document: str) -> Json | None:
        """Return a document with `_source`, `_seq_no` and `_primary_term`, current at once; None if there is none."""
        try:
            return self.request("GET", f"/{index}/_doc/{document}")
        except IndexMissingError:
            return None

    def read_now(self, documents: Sequence[tuple[str, str]]) -> list[Json]:
        """Return what is kept of documents, given as index and id, as it was last written; of missing ones nothing."""
        asked = [{"_index": index, "_id": key, "routing": key} for index, key in documents]
        found = self.request("POST", "/_mget", {"docs": asked})["docs"] if asked else ()
        return [one["_source"] for one in found if one.get("found")]

    def search(self, index: str, body: Json) -> Json:
        """Return the whole answer to one search, which may take PATIENCE seconds: for writers."""
        params = {"request_timeout": PATIENCE, "rest_total_hits_as_int": "true"}
        return self._whole(self.request("POST", f"/{index}/_search", body, params=params))

    def searches(self, asked: Sequence[tuple[str, Json]]) -> list[Json]:
        """Return the whole answers to several searches, given as index and body, in one request for each 500."""
        return self.search_lines([search_line(*one) for one in asked])

    def search_lines(self, asked: Sequence[str]) -> list[Json]:
        """Return the whole answers to several searches, each given by its `search_line`, as `searches`."""
        answers: list[Json] = []
        for start in range(0, len(asked), SEARCHES_AT_ONCE):
            text = "\n".join([*asked[start : start + SEARCHES_AT_ONCE], ""])
            got = self._perform("POST", "/_msearch", text, {"rest_total_hits_as_int": "true"})
            answers += [self._whole(answer) for answer in got["responses"]]
        return answers

    def search_at(self, body: Json) -> Json:
        """Return the whole answer to a search whose body names a point in time."""
        return self._whole(self.request("POST", "/_search", body, params={"rest_total_hits_as_int": "true"}))

    def exists(self, index: str) -> bool:
        """Return whether there is an index, or an alias, of a name."""
        try:
            return bool(self.request("HEAD", f"/{index}")["found"])
        except IndexMissingError:
            return False

    def request_whole(self, method: str, path: str, *, params: Mapping[str, object] | None = None) -> Json:
        """Return the answer to a request that every shard must carry out; it may take PATIENCE seconds."""
        return self._whole(self.request(method, path, params={**(params or {}), "request_timeout": PATIENCE}))

    def bulk(self, actions: Iterable[Json]) -> None:
        """Carry out actions of `_bulk` (`_op_type`, `_index`, `_id`, `routing`, `_source`), in order for each document.

        Actions with a `version` do nothing where the document has a higher one. Items that are refused for want of
        resources are sent again, after pauses that grow and vary.

        Raises:
            NoRoomError: An index is closed to writing.
            EngineError: Some failed for good; the message names them. All others are carried out.

        """
        failed: list[str] = []
        batch: list[Json] = []
        size = 0
        for action in actions:
            batch.append(action)
            size += action.get("bytes", 0)
            if len(batch) >= BULK_DOCUMENTS or size >= BULK_BYTES:
                failed += self._carry_out(batch)
                batch, size = [], 0
        failed += self._carry_out(batch)
        if failed:
            more = f" and {len(failed) - NAMED} more" if len(failed) > NAMED else ""
            raise EngineError(
                f"{self.access.where}: {len(failed)} document{'s were' * (len(failed) > 1) or ' was'} not stored: "
                f"{'; '.join(failed[:NAMED])}{more}"
            )

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _carry_out(self, batch: list[Json]) -> list[str]:
        """Carry out the actions of one request; return a text for each that failed."""
        failed: list[str] = []
        for attempt in range(BULK_RETRIES + 1):
            again: list[Json] = []
            failed = []
            for action, result in zip(batch, self._bulk_items(batch), strict=True):
                status = result.get("status")
                done = isinstance(status, int) and status in _DONE
                if done or (action["_op_type"] == "delete" and status == _NOT_FOUND):
                    continue
                if status == _CONFLICT and "version" in action:
                    continue  # a higher version is there
                if is_closed(result.get("error")):
                    raise self._refused(int(status or 403), result["error"])
                if status in NOT_NOW or not isinstance(status, int):
                    again.append(action)
                failed.append(f"{_title(action)}: {reason_of(result.get('error'))}")
            if not again:
                return failed
            if attempt < BULK_RETRIES:
                batch = again
                pause = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - a pause, nothing secret
        return failed

    def _bulk_items(self, batch: list[Json]) -> list[Json]:
        """Return what became of each action; a request that failed as a whole has failed for each."""
        text = "\n".join([*map(action_lines, batch), ""])
        try:
            answer = self._open().transport.perform_request(
                "POST", "/_bulk", params={"request_timeout": BULK_SECONDS}, body=text
            )
        except faults.TransportError as error:
            return [{"status": error.status_code, "error": str(error)}] * len(batch)
        return [result for item in answer["items"] for result in item.values()]

    def _whole(self, answer: Json) -> Json:
        """Return the answer of a search; raise EngineError if it is an error, or lacks a part of the result."""
        error = answer.get("error")
        if error is not None:
            raise self._refused(int(answer.get("status", 500)), error)
        shards = answer.get("_shards", {})
        if answer.get("timed_out"):
            raise EngineError(f"{self.access.where}: a search took too long and was given up: its result is not whole")
        if shards.get("failed"):
            reasons = [reason_of(failure.get("reason")) for failure in shards.get("failures", ())]
            raise EngineError(
                f"{self.access.where}: {shards['failed']} of {shards['total']} shards did not answer, the result is "
                f"not whole: {'; '.join(dict.fromkeys(reasons)) or 'the cluster does not say why'}"
            )
        return answer

    def _perform(self, method: str, path: str, body: str | None, params: Mapping[str, object] | None) -> Json:
        self._check_time()
        begun = time.monotonic()
        try:
            answer = self._open().transport.perform_request(method, path, params=dict(params or {}), body=body)
        except faults.ConnectionTimeout as error:
            raise EngineError(
                f"{self.access.where}: no answer within {self.access.timeout:g} s from any node"
            ) from error
        except faults.SSLError as error:
            raise EngineError(f"{self.access.where}: no encrypted connection: {error.info}") from error
        except faults.ConnectionError as error:
            raise EngineError(f"{self.access.where}: no node can be reached: is the cluster up?") from error
        except faults.TransportError as error:
            status = error.status_code if isinstance(error.status_code, int) else 500
            given = error.info.get("error") if isinstance(error.info, dict) else None
            raise self._refused(status, given or error.error) from error
        except faults.OpenSearchException as error:
            raise EngineError(f"{self.access.where}: {type(error).__name__}") from error
        if time.monotonic() - begun >= self.access.timeout:
            self._waited.last = time.monotonic()
        # An answer that comes too late is dropped.
        self._check_time()
        return answer if isinstance(answer, dict) else {"found": answer}

    def _check_time(self) -> None:
        """Raise the error of a query that takes too long; another one if this thread has waited for a node in vain."""
        try:
            check_deadline()
        except QueryError as error:
            if time.monotonic() - getattr(self._waited, "last", -LONGEST_ANSWER) >= LONGEST_ANSWER:
                raise
            raise EngineError(f"{self.access.where}: a node did not answer within {self.access.timeout:g} s") from error

    def _refused(self, status: int, error: object) -> EngineError:  # noqa: PLR0911 - one return a kind of error
        """Return the error to raise for a request that was answered with an error."""
        reason, where = reason_of(error), self.access.where
        kind = str(error.get("type", "")) if isinstance(error, dict) else str(error)
        if "index_shard_state" in kind or _RECOVERING in reason:
            return StartingError(f"{where}: {reason}")
        if status == _CONFLICT:
            return ConflictError(f"{where}: {reason}")
        if is_closed(error):
            return NoRoomError(
                f"{where}: the cluster has closed an index to writing, as it does where a disk is nearly full "
                f"({reason}): make room there, or raise cluster.routing.allocation.disk.watermark.flood_stage"
            )
        if status == _NOT_FOUND:
            return IndexMissingError(f"{where}: {reason}")
        if status in _RIGHTS:
            return IndexRightsError(f"{where}: the cluster refuses: {reason}")
        many = "too_many" in reason or "maxClauseCount" in reason
        if many or "circuit_breaking" in kind:
            what = "the query needs more than the cluster allows" if many else "a node has too little memory"
            way_out = "raise indices.query.bool.max_clause_count to 65536" if many else "ask again, or enlarge its heap"
            return ScarceError(f"{where}: {what} ({reason}): {way_out}")
        return EngineError(f"{where}: {reason}")

    def _open(self) -> OpenSearch:
        """Return the client of this process."""
        with self._lock:
            if self._client is None or self._process != os.getpid():
                self._client, self._process = _client(self.access), os.getpid()
            return self._client


class _Serializer(JSONSerializer):
    """The library's, faster."""

    def loads(self, s: str) -> Any:
        try:
            return decoded_json(s)
        except ValueError as error:
            raise faults.SerializationError(s, error) from error

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, str) else encoded_json(data)


def _client(access: Access) -> OpenSearch:
    secure: Json = {"use_ssl": True, "verify_certs": True, "ca_certs": access.ca} if access.tls else {}
    if access.user:
        secure["http_auth"] = (access.user, access.password)
    if access.api_key:
        secure["headers"] = {"authorization": f"ApiKey {access.api_key}"}
    return OpenSearch(
        [{"host": host, "port": port} for host, port in access.hosts],
        timeout=access.timeout,
        # Each node is asked once; a single one twice, but not after it was waited for in vain.
        max_retries=max(1, len(access.hosts) - 1),
        retry_on_timeout=len(access.hosts) > 1,
        retry_on_status=sorted(NOT_NOW - {429}),
        maxsize=CONNECTIONS,
        http_compress=False,
        serializer=_Serializer(),
        **secure,
    )


def _title(action: Json) -> str:
    """Return how a message names the document of an action."""
    source = action.get("_source") or {}
    return str(source.get("id") or action["_id"])
