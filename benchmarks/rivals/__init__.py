"""One file an engine, all with the same functions: taken, build, open, update."""

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol

from searchsvc.model.article import Article
from searchsvc.model.document import ArticleDocument, chunk
from searchsvc.model.fields import BODY, LEAD, RELATED, TITLE, TextField

#: (kind, words) → ids of the ten best. `kind` is or, and, phrase.
Search = Callable[[object], list[str]]

FIELDS = (TITLE, LEAD, BODY, TextField("crossheads"), TextField("captions"), RELATED)


class Searcher(NamedTuple):
    """An open index."""

    #: Prepares a query outside the clock.
    query: Callable[[str, list[str]], object]
    #: Answers it: the ids of the ten best.
    search: Search
    #: Lets go of what `open` took.
    close: Callable[[], object] = lambda: None


class Texts(NamedTuple):
    """An article as the rivals take it: its id, and its texts by field."""

    id: str
    fields: dict[TextField, str]


class Rival(Protocol):
    """What each module of this folder offers."""

    def taken(self, article: Article) -> object:
        """Return what it takes of an article; made outside the clock."""

    def build(self, given: Iterable[object], place: Path) -> None:
        """Index articles."""

    def open(self, place: Path) -> Searcher:
        """Open the index to search all text fields."""

    def update(self, place: Path, given: object) -> None:
        """Replace one article and commit."""


def rival(name: str) -> Rival:
    """Return the module of an engine."""
    return import_module(f"benchmarks.rivals.{name}")


def taken(article: Article) -> Texts:
    """Return the article's texts by field, the same for every rival: what `chunk` makes of it."""
    (document,) = (one for one in chunk(article) if isinstance(one, ArticleDocument))
    return Texts(article.head.id, {name: document.texts[name] for name in FIELDS})
