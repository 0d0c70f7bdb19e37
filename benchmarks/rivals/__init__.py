"""One file an engine, all with the same two functions: build and open."""

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol

from searchsvc.model.document import ArticleDocument

#: (kind, words) → ids of the ten best. `kind` is or, and, phrase.
Search = Callable[[object], list[str]]

FIELDS = ("title", "lead", "body", "crossheads", "captions", "related")


class Searcher(NamedTuple):
    """An open index."""

    #: Prepares a query outside the clock.
    query: Callable[[str, list[str]], object]
    #: Answers it: the ids of the ten best.
    search: Search
    #: Lets go of what `open` took.
    close: Callable[[], object] = lambda: None


class Rival(Protocol):
    """What each module of this folder offers."""

    def build(self, documents: Iterable[ArticleDocument], place: Path) -> None:
        """Index the documents."""

    def open(self, place: Path) -> Searcher:
        """Open the index to search all text fields."""

    def update(self, place: Path, document: ArticleDocument) -> None:
        """Replace one document and commit."""


def rival(name: str) -> Rival:
    """Return the module of an engine."""
    return import_module(f"benchmarks.rivals.{name}")  # type: ignore[return-value]


def texts(document: ArticleDocument) -> dict[str, str]:
    """Return the document's texts by field, the same for every engine."""
    return {name: getattr(document, name) for name in FIELDS}
