"""Entries that several engines share, as files are shared by processes."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from searchsvc.engines.memory.index import Collection, Entry, entry
from searchsvc.errors import IndexBusyError
from searchsvc.model.document import Document


def new_id() -> str:
    """Return the identity of a commit to come."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Commit:
    """One state of the store."""

    collection: Collection
    generation: int = 1
    number: int = 0
    updated: datetime | None = None
    #: Identity.
    id: str = field(default_factory=new_id)


@dataclass(slots=True)
class Store:
    """Where the last commit lies. Only one writer at a time may replace it."""

    commit: Commit = field(default_factory=lambda: Commit(Collection(())))
    writing: Lock = field(default_factory=Lock)


class MemoryWriter:
    """Gathers changes to a copy of the entries."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = dict(entries)
        #: Identity that the store has after the commit.
        self.commit_id = new_id()

    def put(self, documents: Sequence[Document], /) -> None:
        """Store one article in place of an older version."""
        new = entry(documents)
        self.entries[new.id] = new

    def delete(self, article_id: str, /) -> None:
        """Forget one article, if it is there."""
        self.entries.pop(article_id, None)


@contextmanager
def write(store: Store, *, fresh: bool) -> Iterator[MemoryWriter]:
    """Open the only writer of a store; its changes become one commit if the block ends well."""
    if not store.writing.acquire(blocking=False):
        raise IndexBusyError("another writer of this store is open: wait until its block ends")
    try:
        old = store.commit
        writer = MemoryWriter({} if fresh else {entry.id: entry for entry in old.collection.entries})
        yield writer
        store.commit = Commit(
            Collection(tuple(writer.entries.values())),
            generation=old.generation + fresh,
            number=old.number + 1,
            updated=datetime.now(UTC),
            id=writer.commit_id,
        )
    finally:
        store.writing.release()
