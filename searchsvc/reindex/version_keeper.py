"""Captures of an article → its newest version and the older ones that are kept, written together.

An article of one capture is written at once. Where there are several, the pages are held until the batch ends, and
then each article is settled once, however many of its captures the batch had: the rows of all of its captures say
which texts followed each other, and the texts come from the pages held, from what the index has, or from the saved
page, which is read again. So the index holds the same after many runs as after a single one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from searchsvc.engines.base import Writer
from searchsvc.model.article import Article, History
from searchsvc.model.document import ArticleVersions, chunk, whole_document
from searchsvc.reindex.arrivals import Arrivals
from searchsvc.reindex.captures import Captures, read_pages
from searchsvc.reindex.catalogue import PageRow
from searchsvc.reindex.worker_process import decode_article
from searchsvc.sources.container_process import encode
from searchsvc.versions import Capture, TextStates, changed_parts, text_states, version_ids

#: Older versions of an article that are kept unless the run says otherwise, and at most.
KEPT_VERSIONS, MOST_VERSIONS = 10, 50
#: Bytes of held pages after which the articles are settled before the batch ends.
MOST_HELD = 32 << 20
#: Articles that are settled together: what the index has of them is in memory.
SETTLED_TOGETHER = 50

#: Path and SHA-256 of a page.
_PageId = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an article that was settled."""

    article: str
    #: Row of the capture that the newest version is read from; None: no capture can be read, and it was deleted.
    newest: PageRow | None


class VersionKeeper:
    """Holds the pages of articles that have several captures, and settles the articles.

    Args:
        captures: The captures of the articles.
        arrivals: Tells when an article came in.
        keep: Older versions that are kept of an article, at most.

    """

    def __init__(self, captures: Captures, arrivals: Arrivals, keep: int) -> None:
        self._captures, self._arrivals, self._keep = captures, arrivals, keep
        self._held: dict[str, dict[_PageId, bytes]] = {}
        self._bytes = 0
        #: Older versions that are kept more than before this run; and that are left out more than before.
        self.kept = self.left_out = 0

    @property
    def is_full(self) -> bool:
        """Whether so much is held that the articles have to be settled now."""
        return self._bytes > MOST_HELD

    @property
    def waiting(self) -> Sequence[str]:
        """The articles that are to be settled."""
        return tuple(self._held)

    def hold(self, row: PageRow, article: Article) -> None:
        """Hold the page of an article that has other captures."""
        data = encode(article)
        self._held.setdefault(article.head.id, {})[row.path, row.sha256] = data
        self._bytes += len(data)

    def touch(self, article_id: str) -> None:
        """Note that an article has other captures than before."""
        self._held.setdefault(article_id, {})

    def settle(self, writer: Writer, others: Iterable[str] = (), *, dry_run: bool = False) -> Iterator[Settled]:
        """Write each article that waits, and some others, with their older versions; yield what became of each.

        Without any capture that can be read an article is deleted. A dry run reads and writes nothing.
        """
        ids = iter(sorted({*self._held, *others}))
        while together := list(islice(ids, SETTLED_TOGETHER)):
            states = [self._states(article_id) for article_id in together]
            if dry_run:
                yield from map(_unread, together, states)
                continue
            stored = writer.stored(together)
            texts = list(map(self._texts, together, states, stored))
            self._read_missing(states, texts)
            for article_id, found, there, text in zip(together, states, stored, texts, strict=True):
                yield self._settle(writer, article_id, found, there, text)
        self._held.clear()
        self._bytes = 0

    def _states(self, article_id: str) -> TextStates[PageRow]:
        every = self._captures.every(article_id)
        return text_states((Capture(row.text, row) for row in every), self._keep)

    def _texts(self, article_id: str, states: TextStates[PageRow], stored: ArticleVersions) -> dict[_PageId, Article]:
        """Return the texts of an article that are known, by their pages; of those held the ones that are wanted."""
        wanted = {(state.last.path, state.last.sha256) for state in states.kept}
        known = [one for one in (stored.newest, *stored.older) if one is not None]
        texts = {(one.provenance.path, one.provenance.sha256): _plain(one, article_id) for one in known}
        held = self._held.get(article_id, {})
        return texts | {page: decode_article(held[page]) for page in wanted if page in held}

    @staticmethod
    def _read_missing(states: Sequence[TextStates[PageRow]], texts: Sequence[dict[_PageId, Article]]) -> None:
        """Read the pages again whose texts are wanted and not known; each file once."""
        missing: dict[PageRow, dict[_PageId, Article]] = {}
        for found, known in zip(states, texts, strict=True):
            wanted = (state.last for state in found.kept)
            missing |= {row: known for row in wanted if (row.path, row.sha256) not in known}
        for row, article in read_pages(list(missing)):
            missing[row][row.path, row.sha256] = article

    def _settle(
        self,
        writer: Writer,
        article_id: str,
        states: TextStates[PageRow],
        stored: ArticleVersions,
        texts: Mapping[_PageId, Article],
    ) -> Settled:
        newest = states.kept[0] if states.kept else None
        text = texts.get((newest.last.path, newest.last.sha256)) if newest else None
        if newest is None or text is None or text.head.id != article_id:
            writer.delete(article_id)
            self._arrivals.end(article_id)
            return Settled(article_id, None)
        readable = [
            (state, found)
            for state in states.kept[1:]
            if (found := texts.get((state.last.path, state.last.sha256))) is not None and found.head.id == article_id
        ]
        left_out = states.left_out + len(states.kept) - 1 - len(readable)
        current = self._arrivals.stamped(text)
        older: list[Article] = []
        before: Article | None = None
        since = [_moment(state.first.version) for state, _ in readable[::-1]]
        for id_, at, (state, found) in zip(version_ids(article_id, since), since, readable[::-1], strict=True):
            changed = changed_parts(before, found) if before else ()
            history = History(article_id, at, state.captures, changed=changed)
            older.append(replace(found, head=replace(found.head, id=id_, history=history, added=current.head.added)))
            before = found
        if newest.captures > 1 or older or left_out:
            changed = changed_parts(before, text) if before else ()
            at = _moment(newest.first.version)
            history = History(article_id, at, newest.captures, len(older), left_out, changed)
            current = replace(current, head=replace(current.head, history=history))
        if current != stored.newest:
            writer.put(chunk(current))
        if tuple(older[::-1]) != stored.older:
            writer.put_versions(article_id, list(map(whole_document, older)))
        past = stored.newest.head.history if stored.newest else None
        self.kept += len(older) - len(stored.older)
        self.left_out += left_out - (past.left_out if past else 0)
        return Settled(article_id, newest.last)


def _unread(article_id: str, states: TextStates[PageRow]) -> Settled:
    return Settled(article_id, states.kept[0].last if states.kept else None)


def _plain(version: Article, article_id: str) -> Article:
    """Return a version as it was read from its page."""
    return replace(version, head=replace(version.head, id=article_id, history=None, added=None))


def _moment(version: str) -> datetime | None:
    """Return the time of a `capture_version`; None if it is not known."""
    return datetime.fromisoformat(version) if version else None
