"""When did an article come in? The moment of the commit that brings it first, which its later versions keep.

The articles of one commit have one moment, which is later than that of every commit before: so who has seen all that
came in up to a moment misses nothing by asking for what came in later, even if the clock is put back. It is the time
at which the first new article of the commit is written, to the second; of a rebuild, all are of one commit.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from searchsvc.model.article import Article
from searchsvc.reindex.arrival_table import ArrivalTable
from searchsvc.reindex.catalogue_file import BUILD_PREFIX

_SECOND = timedelta(seconds=1)


class Arrivals:
    """The arrivals of one run: those that the catalogue knows, and those of the articles that are written."""

    def __init__(
        self,
        catalogue: ArrivalTable,
        generation: str,
        previous: str | None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the generation that is written, and the one that was current before; they may be the same.

        Args:
            catalogue: The catalogue.
            generation: Name of the generation that is written, in the catalogue.
            previous: Name of the generation before.
            clock: Returns the time.

        """
        self._catalogue, self._generation, self._clock = catalogue, generation, clock
        self._known = tuple(dict.fromkeys(name for name in (generation, previous) if name is not None))
        #: The catalogue of the index, where the run has one of its own: `Arrivals.also_know`.
        self._others: tuple[ArrivalTable, str] | None = None
        self._moment: datetime | None = None
        self._last: datetime | None = None
        self._new: dict[str, datetime] = {}
        self._ended: list[str] = []

    def also_know(self, catalogue: ArrivalTable, generation: str) -> None:
        """Look up articles in a generation of another catalogue, too."""
        self._others = catalogue, generation

    def stamped(self, article: Article) -> Article:
        """Return an article that is about to be written, with the moment at which it came in."""
        head = article.head
        at = self._new.get(head.id) or self._arrival(head.id) or self._now()
        self._new[head.id] = at
        return replace(article, head=replace(head, added=at))

    def end(self, article_id: str) -> None:
        """Note that an article is deleted: should it come back, it comes in anew."""
        self._new.pop(article_id, None)
        self._ended.append(article_id)

    def write(self, *, dry_run: bool) -> None:
        """Write the arrivals to the catalogue; the next commit has another moment, unless a generation is built.

        Args:
            dry_run: Forget them instead.

        """
        if not dry_run and (self._new or self._ended):
            self._catalogue.write_arrivals(self._generation, self._new.items(), self._ended)
        self._new.clear()
        self._ended.clear()
        if not self._generation.startswith(BUILD_PREFIX):
            self._moment = None

    def _arrival(self, article_id: str) -> datetime | None:
        if article_id in self._ended:
            return None
        known = self._catalogue.arrival(article_id, *self._known)
        if known is None and self._others is not None:
            catalogue, generation = self._others
            known = catalogue.arrival(article_id, generation)
        return known

    def _now(self) -> datetime:
        """Return the moment of the commit."""
        if self._moment is None:
            now = self._clock().replace(microsecond=0)
            before = self._last or self._newest()
            self._moment = self._last = now if before is None or now > before else before + _SECOND
        return self._moment

    def _newest(self) -> datetime | None:
        known = [self._catalogue.newest_arrival(*self._known)]
        if self._others is not None:
            catalogue, generation = self._others
            known.append(catalogue.newest_arrival(generation))
        return max((at for at in known if at is not None), default=None)
