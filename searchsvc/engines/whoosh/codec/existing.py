"""Segment of the last commit → what is left of it after a writer's deletions."""

from functools import cached_property
from pathlib import Path

from searchsvc.engines.whoosh.codec.container import Container
from searchsvc.engines.whoosh.codec.family import FAMILIES
from searchsvc.engines.whoosh.codec.parts import Key
from searchsvc.engines.whoosh.codec.snapshot import segment_path
from searchsvc.engines.whoosh.codec.toc import SegmentEntry
from searchsvc.errors import CorruptIndexError


class Existing:
    """A segment as a writer sees it: which articles its documents belong to, and which were deleted."""

    def __init__(self, folder: Path, entry: SegmentEntry) -> None:
        self.entry = entry
        self._folder = folder
        self._dead: set[int] = set()

    @cached_property
    def _key(self) -> Key:
        """Article ids, checked: they say what is deleted. A writer that deletes nothing opens no file."""
        path = segment_path(self._folder, self.entry.id)
        try:
            file = Container(path)
        except FileNotFoundError as error:
            msg = f"{path}: this file of the index is missing; rebuild with `searchsvc reindex --full`"
            raise CorruptIndexError(msg) from error
        return Key(file, FAMILIES[self.entry.family].keys[0], self.entry.documents)

    def delete(self, article_id: str) -> bool:
        """Delete an article's documents; return whether there were any."""
        docs = self._key.documents(article_id).tolist()
        self._dead.update(docs)
        return bool(docs)

    def left(self) -> SegmentEntry | None:
        """Return the segment without the deleted documents; None if nothing is left."""
        return self.entry.without(self._dead)
