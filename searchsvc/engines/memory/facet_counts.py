"""Articles, quotes or headlines that match → counts of the values of their facets."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from searchsvc.analysis.keys import value_key
from searchsvc.engines.ranking_rules import shown_spelling, wanted_words
from searchsvc.model.article import ArticleHead
from searchsvc.model.fields import MONTH, FacetField, FacetRow
from searchsvc.model.query import FacetSelection
from searchsvc.model.result import Facets, FacetValue

T = TypeVar("T")
#: Matching ones with a value each → the values that are counted: those that copies share once.
CountedOnce = Callable[[Sequence[tuple[T, str]]], Iterable[str]]


@dataclass(frozen=True)
class FacetCounts(Generic[T]):
    """Counts the facets of what matches.

    The count of a value is how many are listed where it is chosen: of copies that have it one counts.
    """

    #: All that match; and by facet of each `DrillSidewaysFilter`, all that match without it.
    matching: Sequence[T]
    without: Mapping[FacetField, Sequence[T]]
    #: Gives the head of one, and its values of a facet.
    head: Callable[[T], ArticleHead]
    values: Callable[[T, FacetField], Iterable[str]]
    once: CountedOnce[T]

    def facets(self, rows: Sequence[FacetRow], selection: FacetSelection) -> Facets:
        """Return the facets of some rows, the months, and the days of the selection's month."""
        counted = {row.name: self._most_frequent(row.name, selection) for row in rows}
        matching = self.without.get(MONTH, self.matching)
        dated = [(one, day.isoformat()) for one in matching if (day := self.head(one).dated_day)]
        months = [(one, day[:7]) for one, day in dated]
        days = [(one, day) for one, day in dated if day[:7] == selection.days_of]
        return Facets(
            {name: values for name, (values, _) in counted.items()},
            {name: total for name, (_, total) in counted.items()},
            self._in_order(months),
            self._in_order(days),
        )

    def _most_frequent(self, field: FacetField, selection: FacetSelection) -> tuple[tuple[FacetValue, ...], int]:
        """Return a facet's most frequent values with their counts, ties by key; and how many are wanted in all."""
        matching = self.without.get(field, self.matching)
        spellings: dict[str, Counter[str]] = {}
        for value in self.once([(one, value) for one in matching for value in self.values(one, field)]):
            spellings.setdefault(value_key(value), Counter())[value] += 1
        words = wanted_words(selection, field)
        wanted = (key for key in spellings if all(word in key for word in words))
        order = sorted(wanted, key=lambda key: (-spellings[key].total(), key))
        return tuple(
            FacetValue(shown_spelling(spellings[key]), spellings[key].total()) for key in order[: selection.limit]
        ), len(order)

    def _in_order(self, rows: Sequence[tuple[T, str]]) -> tuple[FacetValue, ...]:
        return tuple(FacetValue(*item) for item in sorted(Counter(self.once(rows)).items()))
