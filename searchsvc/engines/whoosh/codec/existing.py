"""Segment of the last commit → what is left of it after a writer's deletions."""

from functools import cached_property
from pathlib import Path

from searchsvc.engines.takedowns import Takedowns
from searchsvc.engines.whoosh.codec.commit import SegmentEntry
from searchsvc.engines.whoosh.codec.container import Container, missing
from searchsvc.engines.whoosh.codec.family import FAMILIES
from searchsvc.engines.whoosh.codec.frames import DICTIONARY
from searchsvc.engines.whoosh.codec.parts import Key
from searchsvc.engines.whoosh.codec.snapshot import segment_path


class Existing:
    """A segment as a writer sees it: which articles its documents belong to, and which were deleted."""

    def __init__(self, folder: Path, entry: SegmentEntry) -> None:
        self.entry = entry
        self._folder = folder
        self._dead: set[int] = set()

    @cached_property
    def _file(self) -> Container:
        path = segment_path(self._folder, self.entry.id)
        try:
            return Container(path)
        except FileNotFoundError as error:
            raise missing(path) from error

    @cached_property
    def _key(self) -> Key:
        """Article ids, checked: they say what is deleted. A writer that deletes nothing opens no file."""
        return Key(self._file, FAMILIES[self.entry.family].keys[0], self.entry.documents)

    @property
    def has_dictionary(self) -> bool:
        """Whether its stored texts are compressed with a dictionary, which is made of stretches of texts."""
        return DICTIONARY in self._file and bool(self._file.where(DICTIONARY)[1])

    def delete(self, article_id: str) -> bool:
        """Delete an article's documents; return whether there were any."""
        docs = self._key.documents(article_id).tolist()
        self._dead.update(docs)
        return bool(docs)

    def held(self, takedowns: Takedowns) -> list[str]:
        """Return the articles taken down that its files hold something of, whether or not they were deleted."""
        return [article_id for article_id in self._key.values() if article_id in takedowns]

    def left(self) -> SegmentEntry | None:
        """Return the segment without the deleted documents; None if nothing is left."""
        return self.entry.without(self._dead)
