"""Documents and deletions → one commit: new segments, deletions and merges become visible together, or not at all."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from searchsvc.engines.takedowns import Takedowns
from searchsvc.engines.whoosh.codec.commit import (
    MOST_SLOTS,
    SegmentInfo,
    latest_commit,
    make_commit,
    new_commit_id,
    read_commit,
    write_commit,
)
from searchsvc.engines.whoosh.codec.committed_segment import CommittedSegment
from searchsvc.engines.whoosh.codec.copy_links import linked
from searchsvc.engines.whoosh.codec.pending_segments import PendingSegments, choose
from searchsvc.engines.whoosh.codec.schema import (
    DOCUMENT_TYPES,
    DocumentTypeName,
    FieldedDocument,
    UrlKey,
    fielded_document,
)
from searchsvc.engines.whoosh.codec.snapshot import clean, open_segment
from searchsvc.engines.whoosh.codec.whoosh_api import index_lock, toc_name
from searchsvc.errors import CorruptIndexError, EngineError, IndexBusyError, error_from
from searchsvc.model.article import Article, newest_first
from searchsvc.model.document import ArticleDocument, ArticleVersions, Document, check_versions


def _versions_of(article_id: str) -> str:
    """Return the name under which the older versions of an article are put; no article has it as its id."""
    return f"\0{article_id}"


#: Message where a commit failed before readers could see it.
CANNOT_COMMIT = "the changes cannot be written, so this commit was undone"

#: The empty list: no article was taken down.
NOTHING = Takedowns()


def create(folder: Path) -> None:
    """Make an empty index in a folder, unless there is one already.

    Raises:
        EngineError: The folder cannot be made or written.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if latest_commit(folder) < 0:
            write_commit(folder, make_commit(0, new_commit_id()))
    except OSError as error:
        raise error_from(error, folder, "an index cannot be made here", writing=True) from error


class IndexWriter:
    """The only writer of an index: `commit` publishes all changes at once, `cancel` undoes them.

    As a context manager it commits when the block ends and cancels when the block raises.
    """

    def __init__(
        self,
        folder: Path,
        *,
        url_key: UrlKey = str,
        optimize: bool = False,
        takedowns: Takedowns = NOTHING,
    ) -> None:
        """Take the lock.

        Args:
            folder: The index.
            url_key: Gives the form of an address under which its article is found.
            optimize: Merge all segments at the commit.
            takedowns: The commit must hold none of these articles, and its files no text of those that are due.

        Raises:
            IndexBusyError: Another writer is open.
            EngineError: The index is missing, damaged, of another version, or cannot be written.

        """
        self.folder, self._url_key, self._optimize = folder, url_key, optimize
        #: Identity that the index has after the commit.
        self.commit_id = new_commit_id()
        self._failed = False
        self._takedowns = takedowns
        #: Ids of the segments that have to be rewritten because their files hold articles to be erased.
        self._purged: set[str] = set()
        #: Whether the writing of the table of contents has begun; whether it has its name, so that readers see it.
        self._listing = self._made = False
        #: The damage because of which this writer could not find what it had to delete; it commits nothing then.
        self._unreadable: CorruptIndexError | None = None
        #: Damage that merges met: the damaged segments were not merged and stay as they are.
        self.damage: list[CorruptIndexError] = []
        self._lock: Any = None
        try:
            self._take_lock()
            last = read_commit(folder)
            self._number, self._forgotten, self._copies = last.number + 1, last.forgotten, last.copies
            self._old = [CommittedSegment(folder, entry) for entry in last.segments]
            self._new = PendingSegments(folder)
            if last.forgotten != takedowns.mark:
                self._take_down()
        except OSError as error:
            self._release()
            raise error_from(error, folder, "the index cannot be written to", writing=True) from error
        except BaseException:
            self._release()
            raise

    def _take_lock(self) -> None:
        """Take Whoosh's lock of the index, if there is an index."""
        if latest_commit(self.folder) < 0:
            return
        lock = index_lock(self.folder)
        if not lock.acquire(blocking=False):
            msg = f"{self.folder}: another process is writing to this index: wait until it is done"
            raise IndexBusyError(msg)
        self._lock = lock

    def put(self, documents: Sequence[Document]) -> None:
        """Store one article: all of its documents, the article first. An older version is replaced.

        Raises:
            EngineError: The documents are of several articles, or cannot be stored; nothing of them is kept.

        """
        first = documents[0] if documents else None
        if not isinstance(first, ArticleDocument):
            msg = "an article's documents begin with the article itself"
            raise EngineError(msg)
        if any(isinstance(d, ArticleDocument) or d.head.id != first.id for d in documents[1:]):
            msg = f"article {first.id!r}: the documents put with it belong to another one"
            raise EngineError(msg)
        records = [fielded_document(document, self._url_key) for document in documents]
        self._delete(first.id, whole=False)
        self._add(first.id, first.id, records)

    def put_versions(self, article_id: str, versions: Sequence[ArticleDocument]) -> None:
        """Replace the older versions of an article.

        Raises:
            EngineError: One is no older version of this article, or cannot be stored.

        """
        check_versions(article_id, versions)
        records = [fielded_document(document, self._url_key) for document in versions]
        self._delete_versions(article_id)
        self._add(_versions_of(article_id), article_id, records)

    def _add(self, name: str, article_id: str, records: Sequence[FieldedDocument]) -> None:
        """Add documents of an article under a name, by which they are found again."""
        try:
            self._new.add(name, records)
        except BaseException as error:
            # Some fields may hold the article and others not: this writer must not commit.
            self._failed = True
            if isinstance(error, OSError):
                raise error_from(
                    error, self.folder, f"article {article_id!r} cannot be written", writing=True
                ) from error
            raise

    def stored(self, article_ids: Sequence[str]) -> Sequence[ArticleVersions]:
        """Return each article as the commit will have it."""
        return list(map(self._stored, article_ids))

    def _stored(self, article_id: str) -> ArticleVersions:
        found = self._new.articles(article_id, "article")
        older = self._new.articles(_versions_of(article_id), "version")
        found = self._committed(article_id, "article") if found is None else found
        older = self._committed(article_id, "version") if older is None else older
        return ArticleVersions(found[0] if found else None, newest_first(older))

    def _committed(self, article_id: str, document_type: DocumentTypeName) -> list[Article]:
        segments = (segment for segment in self._old if segment.entry.document_type == document_type)
        return [article for segment in segments for article in segment.articles(article_id)]

    def delete(self, article_id: str) -> None:
        """Forget one article, its documents and older versions. A no-op if it is not there.

        Raises:
            CorruptIndexError: The table of article ids is damaged; this writer commits nothing any more.

        """
        self._delete(article_id, whole=True)

    def _delete(self, article_id: str, *, whole: bool) -> None:
        self._new.delete(article_id)
        try:
            deleted = [segment.delete(article_id) for segment in self._old if segment.entry.document_type == "article"]
            if any(deleted):
                for segment in self._old:
                    if segment.entry.document_type != "version":
                        segment.delete(article_id)
        except CorruptIndexError as error:
            self._unreadable = error
            raise
        if whole:
            self._delete_versions(article_id)

    def _delete_versions(self, article_id: str) -> None:
        self._new.delete(_versions_of(article_id))
        try:
            for segment in self._old:
                if segment.entry.document_type == "version":
                    segment.delete(article_id)
        except CorruptIndexError as error:
            self._unreadable = error
            raise

    def _take_down(self) -> None:
        """Delete the articles taken down; mark the segments whose files hold text of those that are due.

        Marked segments are rewritten. If there are any, those with a zstd dictionary are marked too, which may contain
        parts of the text.
        """
        for segment in self._old:
            held = segment.held(self._takedowns)
            for article_id in held:
                segment.delete(article_id)
            if any(map(self._takedowns.is_due, held)):
                self._purged.add(segment.entry.id)
        if self._purged:
            self._purged.update(segment.entry.id for segment in self._old if segment.has_dictionary)

    def commit(self) -> None:
        """Make all changes visible at once, synced to the disk, and release the lock.

        Raises:
            EngineError: The commit cannot be written; the message says whether it was undone or made.
            CorruptIndexError: A deletion failed for damage; the index is as it was.

        """
        try:
            if self._unreadable is not None:
                raise self._unreadable
            if self._failed:
                msg = f"{self.folder}: this commit was undone, because an article could not be written"
                raise EngineError(msg)
            self._commit()
        except (OSError, MemoryError) as error:
            what = "this commit was made, but a loss of power may undo it" if self._made else CANNOT_COMMIT
            raise error_from(error, self.folder, what, writing=True) from error
        finally:
            self.cancel()

    def _commit(self) -> None:
        entries = [left for segment in self._old if (left := segment.left()) is not None]
        made = self._new.finish()
        entries = self._joined([*entries, *made])
        copies = linked(self.folder, entries, made, self._copies)
        try:
            # A marked segment that is damaged was not rewritten: the old mark makes the next writer try again.
            forgotten = (
                self._forgotten if self._purged.intersection(entry.id for entry in entries) else self._takedowns.mark
            )
            contents = make_commit(self._number, self.commit_id, entries, forgotten=forgotten, copies=copies)
            self._listing = True
            write_commit(self.folder, contents)
        finally:
            self._made = self._in_place()
        clean(self.folder, self._number, entries)

    def _in_place(self) -> bool:
        """Return whether readers see the commit; True if that is unknown, so that its files are kept."""
        try:
            (self.folder / toc_name(self._number)).stat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    def _joined(self, entries: Sequence[SegmentInfo]) -> list[SegmentInfo]:
        """Return the entries after merges by `choose`; a merged segment takes the place of the first of its group.

        A group with a damaged segment is not merged: the copy of the damage would get a checksum that is right.
        """
        by_id = {entry.id: entry for entry in entries}
        replaced: dict[str, SegmentInfo | None] = {}
        for document_type in DOCUMENT_TYPES:
            of_type = [entry for entry in entries if entry.document_type == document_type]
            for group in choose(of_type, MOST_SLOTS, everything=self._optimize, purged=self._purged):
                try:
                    segments = [open_segment(self.folder, by_id[id_], {}) for id_ in group]
                    joined = self._new.join(segments, purge=not self._purged.isdisjoint(group))
                except CorruptIndexError as error:
                    self.damage.append(error)
                    continue
                self._purged.difference_update(group)
                replaced.update(dict.fromkeys(group), **{group[0]: joined})
        merged = [replaced.get(entry.id, entry) for entry in entries]
        return [entry for entry in merged if entry is not None]

    def cancel(self) -> None:
        """Undo all changes and release the lock. A no-op after a commit."""
        # Once readers see the table of contents its segments must stay, wherever `commit` was interrupted.
        if self._listing and self._in_place():
            self._new.keep()
        self._new.close()
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self.cancel()
