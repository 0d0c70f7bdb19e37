"""The locks of an index: documents with an owner and an end, changed only by who has seen them last.

A lease is renewed while its process works. If the process dies the lease ends by itself, and another one takes it.
Clocks of the machines that write to one index must agree within a few seconds.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from searchsvc.engines.opensearch.cluster import Cluster, ConflictError
from searchsvc.engines.opensearch.mapping import records_body
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.errors import EngineError, IndexBusyError

#: Seconds until a lease that is not renewed ends, and between two renewals.
LASTS, RENEWED = 45.0, 10.0
#: Names of the leases: of a writer of the index, and of a run that changes index and catalogue.
WRITING, REINDEXING = "writer", "reindex"


class Lease:
    """A lease that this process has; `check` before anything that only its owner may do."""

    def __init__(self, cluster: Cluster, index: str, name: str) -> None:
        self._cluster = cluster
        self._path = f"/{index}/_doc/lease-{name}"
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._seen: Mapping[str, object] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._lost: EngineError | None = None

    def take(self, what: str) -> None:
        """Take the lease; raise IndexBusyError, which says `what` is at work and where, if another process has it."""
        found = self._get()
        condition: dict[str, object] = {"op_type": "create"}
        if found is not None:
            held = found["_source"]
            left = held["until"] - time.time()
            if left > 0:
                host, process, _ = held["owner"].rsplit(":", 2)
                raise IndexBusyError(
                    f"{self._cluster.access.where}: another {what} is open, in process {process} on {host}: wait until "
                    f"it has ended (if it was killed, {left:.0f} s)"
                )
            condition = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        try:
            self._write(condition)
        except ConflictError as error:
            raise IndexBusyError(f"{self._cluster.access.where}: another {what} has just begun: wait") from error
        threading.Thread(target=self._renew, name="lease", daemon=True).start()

    def check(self) -> None:
        """Renew the lease now; raise EngineError if another process has it, or it cannot be renewed."""
        if self._lost is not None:
            raise self._lost
        try:
            self._write()
        except ConflictError as error:
            self._lost = IndexBusyError(
                f"{self._cluster.access.where}: this process was away so long that another one has the lease: "
                "nothing more is written"
            )
            raise self._lost from error

    def release(self) -> None:
        """Give the lease back; where that fails it ends by itself."""
        self._ended.set()
        with self._lock, suppress(EngineError):
            if self._lost is None:
                self._cluster.request("DELETE", self._path, params=self._seen)

    def _get(self) -> dict[str, Any] | None:
        _, index, _, document = self._path.split("/")
        return self._cluster.find(index, document)

    def _write(self, condition: Mapping[str, object] | None = None) -> None:
        """Write owner and end, on a condition, by default that nobody has written since this process did."""
        with self._lock:
            body = {"owner": self._owner, "until": time.time() + LASTS}
            done = self._cluster.request("PUT", self._path, body, params=condition or self._seen)
            self._seen = {"if_seq_no": done["_seq_no"], "if_primary_term": done["_primary_term"]}

    def _renew(self) -> None:
        while not self._ended.wait(RENEWED):
            # What fails here is met again by the next `check`.
            with suppress(EngineError):
                self.check()


def is_held(cluster: Cluster, index: str, name: str) -> bool:
    """Return whether a process has a lease."""
    found = cluster.find(index, f"lease-{name}")
    return found is not None and bool(found["_source"]["until"] > time.time())


@contextmanager
def held(cluster: Cluster, index: str, name: str, what: str) -> Iterator[Lease]:
    """Hold a lease while the block runs; the index of states is made if it is missing.

    Raises:
        IndexBusyError: Another process has it.

    """
    make_index(cluster, index)
    lease = Lease(cluster, index, name)
    lease.take(what)
    try:
        yield lease
    finally:
        lease.release()


def make_index(cluster: Cluster, index: str, body: Json | None = None) -> None:
    """Make an index if it is missing, by default one of records."""
    if cluster.exists(index):
        return
    try:
        body = body or records_body(cluster.access)
        cluster.request("PUT", f"/{index}", body, params={"wait_for_active_shards": 1})
    except EngineError:
        # Another process may have been quicker.
        if not cluster.exists(index):
            raise
