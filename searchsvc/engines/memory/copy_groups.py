"""Articles → groups of copies; and of what matches, that which stands for its group."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from math import floor
from typing import TypeVar

import numpy as np

from searchsvc.analysis.keys import value_key
from searchsvc.copies import NO_LINKS, compared_text, stacked, update_links
from searchsvc.engines.memory.index import ArticleIndex, IndexedArticle
from searchsvc.model.article import ArticleHead

T = TypeVar("T")
V = TypeVar("V")


def latest_first(at: datetime | None, *, oldest: bool = False) -> tuple[bool, int]:
    """Return the sort key of an instant, or, the other way round, one by which the oldest is first; unknown is last."""
    if at is None:
        return True, 0
    seconds = floor(at.timestamp())
    return False, seconds if oldest else -seconds


def _value_key(value: object) -> object:
    return value_key(value) if isinstance(value, str) else value


def _printed(entry: IndexedArticle) -> tuple[bool, int, str]:
    """Return the sort key of the order in which articles were printed."""
    return (*latest_first(entry.article.head.dated, oldest=True), entry.id)


@lru_cache(maxsize=8)
def groups_of(collection: ArticleIndex) -> "CopyGroups":
    """Return the groups of copies among the articles of a commit; those of the last few commits are remembered."""
    return CopyGroups(collection)


class CopyGroups:
    """The groups of copies among the articles of one commit."""

    def __init__(self, collection: ArticleIndex) -> None:
        by_text: dict[int, list[IndexedArticle]] = {}
        for entry in collection.entries:
            if entry.fingerprint.text:
                by_text.setdefault(entry.fingerprint.text, []).append(entry)
        first = [by_text[digest][0] for digest in by_text]
        prints = stacked([entry.fingerprint for entry in first])
        links = update_links(
            NO_LINKS, prints, np.ones(len(first), np.bool_), lambda row: compared_text(first[row].article)
        )
        groups: dict[int, list[IndexedArticle]] = {}
        for group, entries in zip(links.groups_of(prints.text).tolist(), by_text.values(), strict=True):
            groups.setdefault(group, []).extend(entries)
        #: Id of each article that has copies → the articles of its group, the first printed first.
        self._members: Mapping[str, Sequence[IndexedArticle]] = {
            entry.id: sorted(members, key=_printed)
            for members in groups.values()
            if len(members) > 1
            for entry in members
        }

    def others(self, article_id: str) -> list[ArticleHead]:
        """Return the heads of the other articles of an article's group."""
        return [one.article.head for one in self._members.get(article_id, ()) if one.id != article_id]

    def name(self, entry: IndexedArticle) -> str:
        """Return the name of an article's group: the id of its first printed article."""
        return self._members[entry.id][0].id if entry.id in self._members else entry.id

    def grouped(
        self, matching: Iterable[T], article: Callable[[T], IndexedArticle], key: Callable[[T], Hashable]
    ) -> dict[Hashable, list[list[T]]]:
        """Return what matches by the key of its group: a list for each article, the first printed first.

        Args:
            matching: Articles, or parts of articles.
            article: Gives the article of one.
            key: Gives what those have in common that stand for each other.

        """
        found: dict[Hashable, dict[str, list[T]]] = {}
        for one in matching:
            found.setdefault(key(one), {}).setdefault(article(one).id, []).append(one)
        return {
            name: sorted(by_article.values(), key=lambda parts: _printed(article(parts[0])))
            for name, by_article in found.items()
        }

    def once(
        self,
        rows: Sequence[tuple[T, V]],
        article: Callable[[T], IndexedArticle],
        key: Callable[[T], Hashable],
    ) -> list[V]:
        """Return the values of what matches: of those that stand for each other the first printed one's.

        Args:
            rows: What matches, with a value each; spellings with the same key are one value.
            article: As in `grouped`.
            key: As in `grouped`.

        """
        found = self.grouped(rows, lambda row: article(row[0]), lambda row: (key(row[0]), _value_key(row[1])))
        return [value for first, *_ in found.values() for _, value in first]

    def leading(self, matching: Sequence[IndexedArticle]) -> list[IndexedArticle]:
        """Return those of some articles that stand for their groups, in the order given."""
        shown = {parts[0][0].id for parts in self.grouped(matching, lambda entry: entry, self.name).values()}
        return [entry for entry in matching if entry.id in shown]
