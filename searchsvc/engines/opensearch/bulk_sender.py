"""Actions of bulk requests → the cluster, in a thread beside: while it stores some, the next ones are made here.

Requests are sent one after the other, so that the actions of a document keep their order, and at most one waits for
the one under way: memory is bounded, and the cluster is not asked for more than it can do.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.errors import EngineError


class BulkSender:
    """Sends actions while its `with` block runs; when it ends all are carried out.

    Raises:
        EngineError: As `Cluster.bulk`, for actions that were given before; later than these, at the end at last.

    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._thread = ThreadPoolExecutor(1, "bulk")
        self._under_way: Future[None] | None = None

    def __enter__(self) -> Self:
        """Return this sender."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the last request; its error is dropped if the block has raised one."""
        try:
            if kind is None:
                self.wait()
            else:
                with suppress(EngineError):
                    self.wait()
        finally:
            self._thread.shutdown()

    def send(self, actions: Sequence[Json]) -> None:
        """Send actions as soon as those before are carried out, and return then."""
        self.wait()
        if actions:
            self._under_way = self._thread.submit(self.cluster.bulk, actions)

    def wait(self) -> None:
        """Wait until everything is carried out."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()
