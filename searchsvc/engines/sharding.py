"""The interface of engines in which several runs, on as many machines, build one generation together.

Each run is a shard: it reads its share of the pages and writes their articles. When all are done, one of them merges
their catalogues, completes what they have written, and makes it the current generation.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from searchsvc.engines.base import Writer
from searchsvc.model.document import Document


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several runs that build a generation together, each from its share of the pages."""

    #: From 1.
    number: int
    of: int

    def __str__(self) -> str:
        """Say it as `2/3`."""
        return f"{self.number}/{self.of}"

    def has(self, name: str) -> bool:
        """Return whether a name, of a file or a page, belongs to its share: the same on every machine."""
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "little") % self.of == self.number - 1


@dataclass(frozen=True, slots=True)
class ShardState:
    """How far one run of several is."""

    shard: Shard
    state: Literal["done", "at work", "stopped", "not begun"]
    #: Process and machine of its last run; empty if there was none.
    owner: str = ""

    def __str__(self) -> str:
        """Say it in words."""
        way_out = {
            "stopped": f": it ended before it was done: run --shard {self.shard} again",
            "not begun": f": run --shard {self.shard}",
        }
        return f"shard {self.shard} is {self.state}{self.owner and f' ({self.owner})'}{way_out.get(self.state, '')}"


class ShardWriter(Writer, Protocol):
    """Writer of one of several runs: what it writes can be searched when all runs are done and merged."""

    def put_version(self, documents: Sequence[Document], version: int, /) -> None:
        """Store one article, unless a higher version of it is there, whichever run has written that."""

    def finish(self, catalogue: Path, /) -> None:
        """Send what was not sent yet, keep the catalogue of the run's pages, and note that the run is done."""


class ShardMerger(Writer, Protocol):
    """Writer that completes what several runs have written, before it becomes the current generation."""

    def ids(self) -> Sequence[str]:
        """Return the ids of all articles that the runs have written."""

    def prune(self, article_ids: Sequence[str], /) -> None:
        """Delete quotes and headlines that older versions of some articles have left."""


@runtime_checkable
class ShardedBuildStore(Protocol):
    """An engine in which several runs, on as many machines, can build one generation together."""

    def shards(self) -> Sequence[ShardState]:
        """Return how far each run is, in order; nothing if no generation is being built so."""

    def shard_writer(self, shard: Shard, places: Sequence[str], /) -> AbstractContextManager[ShardWriter]:
        """Join the runs that build a generation, or begin; what was written stays if the block raises.

        Raises:
            UsageError: Runs of another number, or over other places, are building one.
            IndexBusyError: Another process is this very run.

        """

    def shard_catalogues(self, folder: Path, /) -> Sequence[Path]:
        """Write the catalogues of the runs that are done to files in a folder; return these, in order of the runs."""

    def merge_shards(self) -> AbstractContextManager[ShardMerger]:
        """Open the writer that completes the generation; it becomes the current one when the block ends.

        Raises:
            IndexBusyError: Another writer is open.
            EngineError: A run is not done.

        """
