"""A segment of the last commit as the next one sees it: what is deleted in it, and what its living documents are."""

from functools import cached_property
from pathlib import Path

from searchsvc.engines.takedowns import Takedowns
from searchsvc.engines.whoosh.codec.commit import SegmentInfo
from searchsvc.engines.whoosh.codec.container import Container, Mask, missing
from searchsvc.engines.whoosh.codec.field_arrays import KeyIndex
from searchsvc.engines.whoosh.codec.schema import DOCUMENT_TYPES
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.snapshot import segment_path
from searchsvc.engines.whoosh.codec.stored_fields import DICTIONARY
from searchsvc.model.article import Article


class CommittedSegment:
    """A segment of the last commit, and the numbers of its documents that this writer has deleted."""

    def __init__(self, folder: Path, entry: SegmentInfo) -> None:
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
    def _key(self) -> KeyIndex:
        """Documents by article id. The file is opened here, so that a writer which deletes nothing opens none."""
        return KeyIndex(self._file, DOCUMENT_TYPES[self.entry.document_type].keys[0], self.entry.documents)

    @property
    def has_dictionary(self) -> bool:
        """Whether its stored texts are compressed with a zstd dictionary, which contains parts of texts."""
        return DICTIONARY in self._file and bool(self._file.where(DICTIONARY)[1])

    @cached_property
    def _alive(self) -> Mask | None:
        return self.entry.alive()

    @cached_property
    def _arrays(self) -> SegmentArrays:
        return SegmentArrays(segment_path(self._folder, self.entry.id))

    def articles(self, article_id: str) -> list[Article]:
        """Return the living documents of an article, where they are whole ones: itself, or its older versions."""
        docs = self._key.documents(article_id).tolist()
        alive = self._alive if docs else None
        return [
            self._arrays.article(doc) for doc in docs if doc not in self._dead and (alive is None or bool(alive[doc]))
        ]

    def delete(self, article_id: str) -> bool:
        """Delete an article's documents; return whether there were any."""
        docs = self._key.documents(article_id).tolist()
        self._dead.update(docs)
        return bool(docs)

    def held(self, takedowns: Takedowns) -> list[str]:
        """Return the ids of articles taken down whose documents the file holds, whether or not they are deleted."""
        return [article_id for article_id in self._key.values() if article_id in takedowns]

    def left(self) -> SegmentInfo | None:
        """Return the segment's entry after this writer's deletions; None if no document is left."""
        return self.entry.without(self._dead)
