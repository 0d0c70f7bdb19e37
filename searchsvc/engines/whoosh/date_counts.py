"""Matching documents → counts of their months, of the days of a month, or of periods of any length."""

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta

import numpy as np

from searchsvc.engines.whoosh.codec.field_arrays import NO_DAY
from searchsvc.engines.whoosh.codec.schema import days_since_epoch
from searchsvc.engines.whoosh.copy_groups import GroupedDocs
from searchsvc.engines.whoosh.segment_reader import count_values
from searchsvc.model.date_histogram import DateHistogram, Interval, PeriodCount, first_day
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import MONTH
from searchsvc.model.result import FacetValue

_EPOCH = date(1970, 1, 1)


def months(matches: GroupedDocs) -> tuple[FacetValue, ...]:
    """Return all months of the documents in order with their counts."""
    total: Counter[str] = Counter()
    for reader, docs in matches.loose:
        check_deadline()
        counts = count_values(reader.arrays.facets[MONTH], docs)
        for number in counts.nonzero()[0].tolist():
            total[reader.value(MONTH, number)] += int(counts[number])
    for first, count in _periods_of_members(matches, "month").items():
        if first:
            total[first.isoformat()[:7]] += count
    return tuple(FacetValue(value, count) for value, count in sorted(total.items()))


def days(matches: GroupedDocs, month: str) -> tuple[FacetValue, ...]:
    """Return the days of a month (`2009-07`) that documents have, in order with their counts."""
    first = date.fromisoformat(f"{month}-01")
    begin = days_since_epoch(first)
    counts = np.zeros(monthrange(first.year, first.month)[1], np.int64)
    for reader, docs in matches.loose:
        check_deadline()
        numbers = reader.arrays.days.take(docs).astype(np.int64) - begin
        inside = numbers[(numbers >= 0) & (numbers < len(counts))]
        counts += np.bincount(inside, minlength=len(counts))
    for day, count in _periods_of_members(matches, "day").items():
        if day and 0 <= days_since_epoch(day) - begin < len(counts):
            counts[days_since_epoch(day) - begin] += count
    found = counts.nonzero()[0].tolist()
    return tuple(FacetValue((first + timedelta(days=day)).isoformat(), int(counts[day])) for day in found)


def histogram(matches: GroupedDocs, interval: Interval) -> DateHistogram:
    """Return how many of the documents are dated within each period."""
    counts = _periods_of_members(matches, interval)
    again = counts.total() - len(np.unique(matches.number))
    for reader, docs in matches.loose:
        check_deadline()
        numbers = reader.arrays.days.take(docs)
        dated = numbers[numbers != NO_DAY]
        counts[None] += len(docs) - len(dated)
        begin = int(dated.min()) if len(dated) else 0
        having = np.bincount(dated.astype(np.int64) - begin)
        for number in having.nonzero()[0].tolist():
            counts[first_day(_day(begin + number), interval)] += int(having[number])
    undated = counts.pop(None, 0)
    periods = sorted((first, count) for first, count in counts.items() if first)
    return DateHistogram(tuple(PeriodCount(*item) for item in periods), undated, again)


def _periods_of_members(matches: GroupedDocs, interval: Interval) -> Counter[date | None]:
    """Return how many groups of which several documents match have one that is dated in a period; None: undated."""
    different, day_of = np.unique(
        matches.of_members(lambda reader, docs: reader.arrays.days[docs]), return_inverse=True
    )
    firsts = [None if day == NO_DAY else first_day(_day(day), interval) for day in different.tolist()]
    periods = list(dict.fromkeys(firsts))
    number_of = {first: number for number, first in enumerate(periods)}
    values = np.array([number_of[first] for first in firsts], np.intp)[day_of]
    counted = values[matches.counted(np.arange(len(values)), values)]
    return Counter(dict(zip(periods, np.bincount(counted, minlength=len(periods)).tolist(), strict=True)))


def _day(number: int) -> date:
    return _EPOCH + timedelta(days=number)
