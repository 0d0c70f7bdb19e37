"""Stand-ins for an engine's writer: one that writes nothing, one that is not there before it is needed."""

from collections.abc import Callable, Sequence

from searchsvc.engines.base import Writer
from searchsvc.model.document import Document


class NullWriter:
    """Stands for the writer in a dry run."""

    commit_id = ""

    def put(self, documents: object, /) -> None:
        """Keep nothing."""

    def delete(self, article_id: str, /) -> None:
        """Keep nothing."""


class LazyWriter:
    """A writer that is opened when there is something to write: what changes nothing is no commit."""

    def __init__(self, open_: Callable[[], Writer]) -> None:
        self._open = open_
        self._writer: Writer | None = None

    @property
    def commit_id(self) -> str:
        """Identity that the index has after the commit; nothing where none is to come."""
        return self._writer.commit_id if self._writer is not None else ""

    def put(self, documents: Sequence[Document], /) -> None:
        """Replace an article."""
        self._opened().put(documents)

    def delete(self, article_id: str, /) -> None:
        """Remove an article."""
        self._opened().delete(article_id)

    def _opened(self) -> Writer:
        if self._writer is None:
            self._writer = self._open()
        return self._writer
