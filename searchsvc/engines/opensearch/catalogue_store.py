"""The catalogue of pages in the cluster: its file in pieces, each named by its digest, and a list of the pieces.

A new state of the file sends only the pieces that it has changed; then the list is replaced, provided that nobody else
has replaced it, and pieces that no list names are deleted. So a run that dies at any point leaves a whole catalogue.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from searchsvc.engines.opensearch.cluster import Cluster, ConflictError
from searchsvc.engines.opensearch.index_session import refresh
from searchsvc.engines.opensearch.lease import REINDEXING, Lease, held, make_index
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.errors import CorruptIndexError, EngineError, IndexBusyError, IndexMissingError

#: Bytes of a piece.
PIECE = 1 << 17
#: Document that lists the pieces; document of the index of states that has the runs of `reindex`.
LIST, RUNS = "list", "runs"
#: Pieces that are read in one request.
READ_AT_ONCE = 40


class StoredCatalogue:
    """The catalogue of one index, as one process loads and saves it.

    Args:
        cluster: The cluster.
        states: Index of states, with the lock of runs.
        index: Index of the pieces; None: that of the catalogue itself.
        prefix: Begins the names of its documents, where several catalogues share an index.

    """

    def __init__(self, cluster: Cluster, states: str, index: str | None = None, prefix: str = "") -> None:
        self._cluster = cluster
        self._states = states
        self._index = index or f"{cluster.access.name}-catalogue"
        self._prefix = prefix
        self._lease: Lease | None = None
        #: Names of the pieces of the last state, and what its list was when it was read or written.
        self._pieces: list[str] = []
        self._seen: dict[str, Any] = {"op_type": "create"}
        self._deleted = False

    @contextmanager
    def reindexing(self) -> Iterator[None]:
        """Hold the lock of runs that change index and catalogue; errors as `CatalogueStore.reindexing`."""
        with held(self._cluster, self._states, REINDEXING, "reindex") as lease:
            self._lease = lease
            try:
                yield
            finally:
                self._lease = None
                self._expunge()

    def load(self, path: Path) -> bool:
        """Write the last state to a file; return whether there is one."""
        found = self._cluster.find(self._index, f"{self._prefix}{LIST}")
        self._pieces, self._seen = [], {"op_type": "create"}
        if found is None:
            return False
        self._pieces = found["_source"]["pieces"]
        self._seen = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        with path.open("wb") as file:
            for start in range(0, len(self._pieces), READ_AT_ONCE):
                file.writelines(self._read(self._pieces[start : start + READ_AT_ONCE]))
        return True

    def _read(self, names: list[str]) -> Iterator[bytes]:
        docs = self._cluster.request("POST", f"/{self._index}/_mget", {"ids": names})["docs"]
        for name, doc in zip(names, docs, strict=True):
            data = base64.b64decode(doc["_source"]["data"]) if doc.get("found") else b""
            if self._name(data) != name:
                raise CorruptIndexError(
                    f"{self._cluster.access.where}: a piece of the catalogue in {self._index} is missing or damaged: "
                    f"delete that index and run `searchsvc reindex --full` with all places"
                )
            yield data

    def save(self, path: Path) -> None:
        """Keep the state that a file has; errors as `CatalogueStore.save_catalogue`."""
        if self._lease is not None:
            self._lease.check()
        make_index(self._cluster, self._index)
        known: set[str] = set(self._pieces)
        names: list[str] = []
        with path.open("rb") as file:
            self._cluster.bulk(self._new_pieces(iter(lambda: file.read(PIECE), b""), known, names))
        try:
            listed = f"/{self._index}/_doc/{self._prefix}{LIST}"
            done = self._cluster.request("PUT", listed, {"pieces": names}, params=self._seen)
        except ConflictError as error:
            raise IndexBusyError(
                f"{self._cluster.access.where}: another run has changed the catalogue: this one has stopped"
            ) from error
        self._seen = {"if_seq_no": done["_seq_no"], "if_primary_term": done["_primary_term"]}
        gone = set(self._pieces).difference(names)
        self._cluster.bulk({"_op_type": "delete", "_index": self._index, "_id": name} for name in sorted(gone))
        self._deleted = self._deleted or bool(gone)
        self._pieces = names

    def load_runs(self) -> bytes:
        """Return the text about runs that was last kept; b"" if there is none."""
        found = self._cluster.find(self._states, RUNS)
        return b"" if found is None else str(found["_source"]["runs"]).encode()

    def save_runs(self, text: bytes) -> None:
        """Keep a text about runs."""
        self._cluster.request("PUT", f"/{self._states}/_doc/{RUNS}", {"runs": text.decode()})

    def _new_pieces(self, pieces: Iterator[bytes], known: set[str], names: list[str]) -> Iterator[Json]:
        """Yield the actions that store the pieces which are not known, and add the names of all to a list."""
        for data in pieces:
            name = self._name(data)
            names.append(name)
            if name not in known:
                known.add(name)
                source = {"data": base64.b64encode(data).decode()}
                yield {"_op_type": "index", "_index": self._index, "_id": name, "_source": source, "bytes": len(data)}

    def _name(self, data: bytes) -> str:
        return f"{self._prefix}{hashlib.sha256(data).hexdigest()}"

    def _expunge(self) -> None:
        """Rewrite the segments that hold deleted pieces: they may name articles that were taken down since."""
        if self._deleted:
            with suppress(IndexMissingError, EngineError):
                refresh(self._cluster, [self._index])
                params = {"only_expunge_deletes": "true"}
                self._cluster.request_whole("POST", f"/{self._index}/_forcemerge", params=params)
