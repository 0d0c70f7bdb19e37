"""Matching documents → counts of the values of their facets; spellings with the same key are one value."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np

from searchsvc.analysis.keys import is_full_name
from searchsvc.engines.ranking_rules import shown_spelling, wanted_words
from searchsvc.engines.whoosh.array_ops import DocIds
from searchsvc.engines.whoosh.codec.container import Indices
from searchsvc.engines.whoosh.codec.field_arrays import NO_DAY, UNDATED, Ordinals
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.copy_groups import DocsBySegment, GroupedDocs
from searchsvc.engines.whoosh.date_counts import days, months
from searchsvc.engines.whoosh.segment_reader import REMEMBERED, SegmentReader, count_values, values_of
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import MONTH, FacetField, FacetRow
from searchsvc.model.query import FacetSelection
from searchsvc.model.result import Facets, FacetValue, SpeakerHit, SpeakerRanking

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: What minima and maxima of dates and days begin with; the earliest are UNDATED and NO_DAY.
_LATEST, _EARLIEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min
_LATEST_DAY, _EARLIEST_DAY = np.iinfo(np.int32).max, np.iinfo(np.int32).min
#: Quotes of a segment → the articles that they stand in, by their numbers among the articles of all segments.
OwnersOf = Callable[[SegmentReader, DocIds], DocIds]


class FacetCounter:
    """Counts one facet of the articles, or of the quotes, of a commit.

    Its values are numbered in the order of their keys, over all segments.
    """

    def __init__(self, documents: CompositeReader, field: FacetField) -> None:
        self._documents, self._field = documents, field
        #: The only spelling of values by number, or "" where there are several; of the first REMEMBERED ones.
        self._only: dict[int, str] = {}

    @cached_property
    def _keys(self) -> list[bytes]:
        """The keys of all values, in byte order; without that of none."""
        tables = [reader.arrays.facets[self._field].keys.all()[1:] for reader in self._documents.readers]
        return tables[0] if len(tables) == 1 else sorted(set().union(*tables))

    @cached_property
    def _numbers(self) -> list[Indices]:
        """For each segment (spellings,) the number of the value that each spelling is of; -1 for the one of none."""
        columns = [reader.arrays.facets[self._field] for reader in self._documents.readers]
        if len(columns) == 1:
            return [columns[0].key.astype(np.intp) - 1]
        number_of = {key: number for number, key in enumerate(self._keys)} | {b"": -1}
        return [np.array([number_of[key] for key in column.keys.all()], np.intp).take(column.key) for column in columns]

    @cached_property
    def _full_names(self) -> list[Indices]:
        """The same, with -1 also for spellings that are no full names."""
        by_segment = []
        for reader, numbers in zip(self._documents.readers, self._numbers, strict=True):
            values = (
                value.decode("utf-8", "surrogatepass") for value in reader.arrays.facets[self._field].values.all()
            )
            full = np.fromiter(map(is_full_name, values), np.bool_, len(numbers))
            by_segment.append(np.where(full, numbers, -1))
        return by_segment

    @cached_property
    def _spellings(self) -> list[tuple[Indices, Indices]]:
        """For each segment: its spellings ordered by value, and (values + 1,) where those of each value begin."""
        by_segment = []
        for numbers in self._numbers:
            order = numbers.argsort(kind="stable")
            by_segment.append((order, numbers.take(order).searchsorted(np.arange(len(self._keys) + 1))))
        return by_segment

    def count(self, matches: GroupedDocs, selection: FacetSelection) -> tuple[tuple[FacetValue, ...], int]:
        """Return the most frequent values with their counts, ties by key; and how many values are wanted in all."""
        spelled = [(reader, count_values(reader.arrays.facets[self._field], docs)) for reader, docs in matches.loose]
        if len(matches.members):
            self._add_members(spelled, matches)
        counts = self._by_value(spelled)
        found = _most(counts)
        words = [word.encode("utf-8", "surrogatepass") for word in wanted_words(selection, self._field)]
        if words:
            keys = self._keys
            found = found[[all(word in keys[number] for word in words) for number in found.tolist()]]
        best = found[: selection.limit]
        return tuple(
            FacetValue(self._only.get(number) or self._shown(number, spelled), count)
            for number, count in zip(best.tolist(), counts.take(best).tolist(), strict=True)
        ), len(found)

    def _add_members(self, spelled: Sequence[tuple[SegmentReader, Indices]], matches: GroupedDocs) -> None:
        """Add to the counts of spellings those of groups of which several documents match, each value once a group."""
        rows, ordinals = [], []
        for reader, which, docs in matches.by_segment():
            check_deadline()
            found, sizes = values_of(reader.arrays.facets[self._field], docs)
            rows.append(which.repeat(sizes))
            ordinals.append(found)
        numbers = [self._numbers[reader.number].take(own) for (reader, _), own in zip(spelled, ordinals, strict=True)]
        # The value of none is 0 here.
        counted = np.split(
            matches.counted(np.concatenate(rows), np.concatenate(numbers) + 1), np.cumsum(list(map(len, rows)))[:-1]
        )
        for (_, counts), own, kept in zip(spelled, ordinals, counted, strict=True):
            np.add.at(counts, own[kept], 1)
            counts[0] = 0

    def _by_value(self, spelled: Sequence[tuple[SegmentReader, Indices]]) -> Indices:
        """Return (values,) how many documents have each value; `spelled` as `_shown`."""
        if len(self._documents.readers) == len(spelled) == 1 and self._keys:
            # Each value has a spelling in the only segment: no stretch of `order` is empty.
            order, starts = self._spellings[0]
            summed: Indices = np.add.reduceat(spelled[0][1].take(order), starts[:-1])
            return summed
        counts = np.zeros(len(self._keys), np.int64)
        for reader, by_spelling in spelled:
            check_deadline()
            having = by_spelling.nonzero()[0]
            np.add.at(counts, self._numbers[reader.number].take(having), by_spelling.take(having))
        return counts

    def _shown(self, number: int, spelled: Sequence[tuple[SegmentReader, Indices]]) -> str:
        """Return the spelling of a value as `shown_spelling` chooses it.

        Args:
            number: The value.
            spelled: For each segment (spellings,) how many documents have each.

        """
        only = self._only.get(number)
        if only is None:
            texts = {
                reader.value(self._field, ordinal)
                for reader, (order, starts) in zip(self._documents.readers, self._spellings, strict=True)
                for ordinal in order[starts[number] : starts[number + 1]].tolist()
            }
            only = texts.pop() if len(texts) == 1 else ""
            if len(self._only) < REMEMBERED:
                self._only[number] = only
        if only:
            return only
        counted: dict[str, int] = {}
        for reader, by_spelling in spelled:
            order, starts = self._spellings[reader.number]
            for ordinal in order[starts[number] : starts[number + 1]].tolist():
                if count := int(by_spelling[ordinal]):
                    text = reader.value(self._field, ordinal)
                    counted[text] = counted.get(text, 0) + count
        return shown_spelling(counted)

    def ranking(self, matches: GroupedDocs, owners_of: OwnersOf, limit: int, offset: int) -> SpeakerRanking:
        """Return who said some quotes, under full names only: most quotes first, ties by name.

        Args:
            matches: The quotes.
            owners_of: Gives the articles of quotes.
            limit: Names at most.
            offset: Names that are passed over.

        """
        quotes = self._counted(matches)
        counts = np.zeros(len(self._keys), np.int64)
        for reader, docs in quotes:
            check_deadline()
            said = self._full_names[reader.number].take(self._ordinals(reader, docs))
            counts += np.bincount(said[said >= 0], minlength=len(counts))
        order = _most(counts)
        page = order[offset : offset + limit]
        return SpeakerRanking(tuple(self._hits(quotes, owners_of, page, counts)), len(order))

    def _counted(self, matches: GroupedDocs) -> DocsBySegment:
        """Return the quotes that count: those of the same words that copies have under the same name once."""
        names = matches.of_members(
            lambda reader, docs: self._full_names[reader.number].take(self._ordinals(reader, docs)) + 1
        )
        counted = matches.counted(np.arange(len(names)), names)
        return [
            (reader, np.concatenate([docs, own[counted[which]]]))
            for (reader, docs), (_, which, own) in zip(matches.loose, matches.by_segment(), strict=True)
        ]

    def _ordinals(self, reader: SegmentReader, docs: DocIds) -> Ordinals:
        """Return (quotes,) the number of each quote's value in the column, 0 for none; a quote has one at most."""
        return reader.arrays.facets[self._field].ordinal.take(docs)

    def _hits(self, quotes: DocsBySegment, owners_of: OwnersOf, page: Indices, counts: Indices) -> Iterator[SpeakerHit]:
        """Yield a hit for each name of a page. Pairs of article and name are numbered article × size + line."""
        size = len(page)
        #: Line of each name on the page, -1 for names that are not on it.
        line_of = np.full(len(self._keys), -1, np.intp)
        line_of[page] = np.arange(size)
        first, last = np.full(size, _LATEST, np.int64), np.full(size, _EARLIEST, np.int64)
        first_day, last_day = np.full(size, _LATEST_DAY, np.int32), np.full(size, _EARLIEST_DAY, np.int32)
        pairs: list[Indices] = [np.empty(0, np.intp)]
        spelled = []
        for reader, docs in quotes:
            check_deadline()
            ordinals = self._ordinals(reader, docs)
            said = self._full_names[reader.number].take(ordinals)
            lines = np.where(said >= 0, line_of.take(said), -1)
            spelled.append((reader, np.bincount(ordinals[lines >= 0], minlength=len(self._numbers[reader.number]))))
            on_page, lines = docs[lines >= 0], lines[lines >= 0]
            dates, days = reader.arrays.dates.take(on_page), reader.arrays.days.take(on_page)
            np.minimum.at(first, lines, np.where(dates == UNDATED, _LATEST, dates))
            np.maximum.at(last, lines, dates)
            np.minimum.at(first_day, lines, np.where(days == NO_DAY, _LATEST_DAY, days))
            np.maximum.at(last_day, lines, days)
            pairs.append(owners_of(reader, on_page) * size + lines)
        articles = np.bincount(np.unique(np.concatenate(pairs)) % max(size, 1), minlength=size)
        for i, number in enumerate(page.tolist()):
            dated = last[i] != UNDATED
            yield SpeakerHit(
                self._shown(number, spelled),
                int(counts[number]),
                int(articles[i]),
                _moment(int(first[i])) if dated else None,
                _moment(int(last[i])) if dated else None,
                _calendar_day(int(first_day[i])) if dated else None,
                _calendar_day(int(last_day[i])) if dated else None,
            )


def count_facets(
    counters: Mapping[FacetField, FacetCounter],
    rows: Sequence[FacetRow],
    matches: GroupedDocs,
    without: Mapping[FacetField, GroupedDocs],
    selection: FacetSelection,
) -> Facets:
    """Return the facets of articles or quotes.

    Args:
        counters: What counts each facet.
        rows: The facets.
        matches: The documents that match the query.
        without: Facet of each `DrillSidewaysFilter` → the documents that match without it, over which it is counted.
        selection: Which values are returned.

    """
    dated = without.get(MONTH, matches)
    counted = {row.name: counters[row.name].count(without.get(row.name, matches), selection) for row in rows}
    return Facets(
        {name: values for name, (values, _) in counted.items()},
        {name: total for name, (_, total) in counted.items()},
        months(dated),
        days(dated, selection.days_of) if selection.days_of else (),
    )


def _most(counts: Indices) -> Indices:
    """Return the numbers of the values that documents have, most frequent first, ties by number, which is by key."""
    having = np.flatnonzero(counts)
    return having[np.argsort(-counts[having], kind="stable")]


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _calendar_day(days: int) -> date:
    return _EPOCH.date() + timedelta(days=days)
