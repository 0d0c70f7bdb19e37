"""What matches of groups of copies → what stands for them, what is hidden, and what is counted more than once."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from searchsvc.engines.opensearch.indexed_documents import BEFORE_SPELLING
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import FacetField

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Member:
    """An article, or a quote, that matches and is in a group."""

    #: Id of its document, and of its article.
    key: str
    article: str
    dated: int | None
    #: What those have in common that stand for each other.
    group: Hashable
    #: Values of fields.
    fields: Mapping[str, Sequence[str | int]]

    @property
    def printed(self) -> tuple[bool, int, str]:
        """The sort key of the order in which articles were printed; undated ones are last."""
        return self.dated is None, self.dated or 0, self.article


class MatchingCopies:
    """The members of groups among what matches a query.

    Args:
        members: They.

    """

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self._members = tuple(members)

    def __len__(self) -> int:
        """How many documents are hidden."""
        return len(self.hidden)

    @cached_property
    def _groups(self) -> Mapping[Hashable, Sequence[Member]]:
        return _grouped(self._members, lambda one: one.group)

    @cached_property
    def hidden(self) -> Sequence[str]:
        """Ids of the documents that are not shown: those of all articles of a group but the first printed one."""
        return sorted(one.key for group in self._groups.values() for one in group if one.article != group[0].article)

    def shown(self, matching: Json) -> Json:
        """Return the query of those documents which a query matches that are shown."""
        return (
            {"bool": {"filter": [matching], "must_not": [{"ids": {"values": self.hidden}}]}} if len(self) else matching
        )

    @cached_property
    def _others(self) -> Mapping[str, Sequence[str]]:
        return {
            one.key: list(dict.fromkeys(other.article for other in group if other.article != one.article))
            for group in self._groups.values()
            for one in group
            if one.article == group[0].article
        }

    def others(self, key: str) -> Sequence[str]:
        """Return the ids of the articles for which a document that is shown stands beside its own, as printed."""
        return self._others.get(key, ())

    def repeated(self, name: str) -> Counter[Any]:
        """Return the values of a field that documents have in vain, and how many do.

        Those that stand for each other count once for each of their values. Spellings of one key are one value.
        """
        return self._repeated(lambda one: one.fields.get(name, ()))

    def repeated_by(self, value: Callable[[Member], T]) -> Counter[T]:
        """Return of values that each member has one of those that they have in vain, as `repeated`."""
        return self._repeated(lambda one: (value(one),))

    def _repeated(self, values: Callable[[Member], Iterable[T]]) -> Counter[T]:
        """Return the values of which another article of the group, printed before, has one of the same key."""
        check_deadline()
        found: Counter[T] = Counter()
        for group in self._groups.values():
            first: dict[Hashable, str] = {}
            for one in group:
                for value in values(one):
                    key = value.partition(BEFORE_SPELLING)[0] if isinstance(value, str) else value
                    if first.setdefault(key, one.article) != one.article:
                        found[value] += 1
        return found

    def by(self, own: Callable[[Member], Hashable]) -> "MatchingCopies":
        """Return the members of which only those stand for each other that have a name in common, too."""
        return MatchingCopies(
            Member(one.key, one.article, one.dated, (one.group, own(one)), one.fields) for one in self._members
        )


NO_COPIES = MatchingCopies()


@dataclass(frozen=True, slots=True)
class Sideways:
    """The members of groups among what matches under all choices of facets, and without the choice of each."""

    every: MatchingCopies = NO_COPIES
    by_facet: Mapping[FacetField, MatchingCopies] = field(default_factory=dict)

    def without(self, facet: FacetField) -> MatchingCopies:
        """Return those over which a facet is counted."""
        return self.by_facet.get(facet, self.every)


#: Where each document stands for itself.
NONE_GROUPED = Sideways()


def _grouped(members: Iterable[Member], key: Callable[[Member], Hashable]) -> dict[Hashable, list[Member]]:
    """Return members by a key, the first printed first."""
    check_deadline()
    found: dict[Hashable, list[Member]] = {}
    for one in members:
        found.setdefault(key(one), []).append(one)
    return {name: sorted(group, key=lambda one: one.printed) for name, group in found.items() if len(group) > 1}
