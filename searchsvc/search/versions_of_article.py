"""Id → the article; all of its versions that are kept, and the comparison of any two of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.engines.base import Engine
from searchsvc.errors import NotFoundError, QueryError
from searchsvc.model.article import Article
from searchsvc.model.message import Message, shortened
from searchsvc.model.result import IndexInfo
from searchsvc.versions import VersionComparison, article_of, compare


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """The versions of an article."""

    #: Id of the article.
    id: str
    #: The newest first.
    versions: tuple[Article, ...]
    index: IndexInfo

    @property
    def left_out(self) -> int:
        """Number of older versions that are not kept."""
        history = self.versions[0].head.history
        return history.left_out if history else 0


@dataclass(frozen=True, slots=True)
class ComparedVersions:
    """Two versions of an article, and what differs."""

    page: VersionsPage
    older: Article
    newer: Article
    comparison: VersionComparison


def find_article(engine: Engine, article_id: str) -> Article:
    """Return the article, or the older version of one, that has an id.

    Raises:
        NotFoundError: There is none.

    """
    article = engine.article(article_id)
    if article is None:
        raise no_article(article_id)
    return article


def no_article(article_id: str) -> NotFoundError:
    """Return the error that no article has an id."""
    name = repr(shortened(article_id))
    return NotFoundError(Message("No article has the id %(name)s: it may have been taken out, or renamed", name=name))


def find_versions(engine: Engine, article_id: str) -> VersionsPage:
    """Return the versions of an article, given by its id or that of any of its versions.

    Raises:
        NotFoundError: There is no such article.

    """

    def answer(held: Engine) -> VersionsPage:
        newest = held.article(article_id)
        if newest is None and (parent := article_of(article_id)) is not None:
            newest = held.article(parent)
        if newest is not None and newest.head.is_old:
            newest = held.article(newest.head.article)
        if newest is None:
            raise no_article(article_id)
        history = newest.head.history
        older = held.versions(newest.head.id) if history and history.older else ()
        return VersionsPage(newest.head.id, (newest, *older), held.info())

    return engine.at_one_commit(answer)


def compare_versions(page: VersionsPage, older: str | None = None, newer: str | None = None) -> ComparedVersions:
    """Return what differs between two versions of an article.

    Args:
        page: Its versions.
        older: Id of a version, or the time in it; None: the version before the other.
        newer: The same; None: the newest.

    Raises:
        QueryError: A version is not kept, or there is only one.

    """
    versions = page.versions
    if len(versions) == 1:
        raise QueryError(Message("No older version of this article is kept: there is nothing to compare it with"))
    to = _place(versions, newer, page.id) if newer else 0
    before = _place(versions, older, page.id) if older else min(to + 1, len(versions) - 1)
    one, other = versions[max(before, to)], versions[min(before, to)]
    return ComparedVersions(page, one, other, compare(one, other))


def _place(versions: Sequence[Article], wanted: str, article_id: str) -> int:
    """Return the place of a version that its id or the time in it names; the newest has the article's id."""
    names = {one.head.id: place for place, one in enumerate(versions)}
    found = names.get(wanted, names.get(f"{article_id}@{wanted}"))
    if found is None:
        raise QueryError(Message("No version %(name)s of this article is kept", name=repr(shortened(wanted))))
    return found
