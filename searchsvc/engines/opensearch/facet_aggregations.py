"""Facets of a query → aggregations, drill-sideways choices among them; and the answers → Facets.

A document has for each of its values of a facet the key, which all spellings share, and the key with the spelling, one
for each key. The keys with spellings are listed, the most frequent first: where these are all, they tell the keys, too.
Of a facet that has more, the keys are asked for beside, and then the commonest spelling of a key is nearly always
clear; which it is of the others is asked in one more request.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from searchsvc.engines.opensearch.commit_state import LISTED, Statistics
from searchsvc.engines.opensearch.indexed_documents import BEFORE_SPELLING
from searchsvc.engines.opensearch.matching_copies import NONE_GROUPED, Sideways
from searchsvc.engines.opensearch.query_dsl import Kind, QueryBuilder, all_of
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.ranking_rules import shown_spelling, wanted_words
from searchsvc.errors import EngineError
from searchsvc.model.fields import MONTH, FacetField, FacetRow
from searchsvc.model.query import MAX_FACET_LIMIT, DrillSidewaysFilter, FacetSelection, Filter
from searchsvc.model.result import Facets, FacetValue

#: Values that each of several shards lists: what is counted together is exact if no shard leaves out a value.
SHARD_VALUES = 65_000
#: The number of more keys than LISTED is estimated by HyperLogLog++, which keeps a hash of each of so many of them, at
#: most, and of so many a document: room for them takes longer than counting a few.
COUNTED_EXACTLY, COUNTED_PER_DOCUMENT = 40_000, 10
#: Months of a timeline at most.
MONTHS = 60_000
#: Days of a month at most.
DAYS = 31
#: Signs of a key in a regular expression, at most: a cluster takes 1,000, and each may be escaped.
LONGEST_PATTERN = 450
#: Spellings that are listed to find the first of one key: others begin like it only if its pattern was cut.
SPELLINGS = 100
_NO_DAYS: Json = {"days": {"buckets": ()}}
_BY_COUNT: list[Json] = [{"_count": "desc"}, {"_key": "asc"}]
#: Asks the same query for aggregations.
Ask = Callable[[Json], Json]
#: For each facet some keys, and for each a spelling.
Spelled = Mapping[FacetField, Mapping[str, str]]


@dataclass(frozen=True)
class Narrowing:
    """The filters of a query: those that hold for all facets, and choices, without which their own facet is counted."""

    builder: QueryBuilder
    kind: Kind
    filters: tuple[Filter, ...]
    statistics: Statistics

    @property
    def choices(self) -> tuple[DrillSidewaysFilter, ...]:
        """The filters that are choices of a facet."""
        return tuple(one for one in self.filters if isinstance(one, DrillSidewaysFilter))

    @property
    def fixed(self) -> tuple[Filter, ...]:
        """The other filters."""
        return tuple(one for one in self.filters if not isinstance(one, DrillSidewaysFilter))

    def chosen(self, without: DrillSidewaysFilter | None = None) -> Json:
        """Return the query of what all choices but one match."""
        return all_of([self.builder.node(one.node, self.kind) for one in self.choices if one is not without])

    def aggregations(self, rows: Sequence[FacetRow], facets: FacetSelection | None, *, documents: int = 0) -> Json:
        """Return aggregations of what root and fixed filters match, for `facets` and `totals_of`.

        Args:
            rows: The facets.
            facets: Which of their values are wanted; None: only the totals are counted.
            documents: How many match, if that is known. Many have more values of some facets than are listed, as a
                rule: then what `more` would ask for is asked at once.

        """
        if facets is None:
            return self._grouped({})
        counted = {row.name: self._counted(row.name, facets) for row in rows}
        if documents > LISTED:
            many = self.statistics.with_many_values
            counted = {
                name: self._keys(name, facets, documents) | own if many is None or name in many else own
                for name, own in counted.items()
            }
        return self._grouped({MONTH: _dates(facets), **counted})

    def more(self, found: Json, rows: Sequence[FacetRow], selection: FacetSelection) -> Json | None:
        """Return the aggregations of the keys of facets that have more spellings than are listed; None: none has.

        They take as long as all others, so they are asked for where they are needed only.
        """
        cut = [row.name for row in rows if not _lists_all(_group(found, row.name), row.name)]
        return self._grouped({name: self._keys(name, selection) for name in cut}) if cut else None

    def facets(
        self,
        found: Json,
        rows: Sequence[FacetRow],
        selection: FacetSelection,
        ask: Ask,
        copies: Sideways = NONE_GROUPED,
    ) -> Facets:
        """Return the facets of aggregations.

        Args:
            found: The answer to `aggregations`.
            rows: The facets.
            selection: Which of their values are wanted.
            ask: Asks the same query for more aggregations.
            copies: What matches of groups of copies, under all choices and without each.

        Raises:
            EngineError: A shard has more values than are counted, so that the counts might be wrong.

        """
        more_keys = self.more(found, rows, selection)
        if more_keys:
            found = self._listed_again(found, ask(more_keys))
        less = {row.name: copies.without(row.name).repeated(f"spelled.{row.name}") for row in rows}
        unsure = [row.name for row in rows if _is_unsure(_group(found, row.name), row.name, selection, less[row.name])]
        if unsure:
            found = self._listed_again(found, ask(self._grouped({name: self._every_key(name) for name in unsure})))
        counted = {row.name: _keys_of(_group(found, row.name), row.name, selection, less[row.name]) for row in rows}
        spelled = {
            name: _clear_spellings(_group(found, name)[f"spelled {name}"], keys, less[name])
            for name, (keys, _) in counted.items()
        }
        unclear = {name: [key for key, _ in keys if key not in spelled[name]] for name, (keys, _) in counted.items()}
        more: Spelled = {}
        if any(unclear.values()):
            by_facet = {name: self._spellings(name, keys) for name, keys in unclear.items() if keys}
            answer = ask(self._grouped(by_facet))
            more = {name: _spellings_in(_group(answer, name), name, unclear[name], less[name]) for name in by_facet}
        values = {
            name: tuple(FacetValue(spelled[name].get(key) or more[name][key], count) for key, count in keys)
            for name, (keys, _) in counted.items()
        }
        dated, of_dates = _group(found, MONTH), copies.without(MONTH)
        twice = of_dates.repeated("month"), of_dates.repeated("day")
        months = tuple(
            FacetValue(one["key"], one["doc_count"] - twice[0][one["key"]]) for one in exact(dated["months"])
        )
        days = sorted(
            (int(one["key"]), one["doc_count"] - twice[1][int(one["key"])])
            for one in dated.get("days", _NO_DAYS)["days"]["buckets"]
        )
        return Facets(
            values,
            {name: total for name, (_, total) in counted.items()},
            months,
            tuple(FacetValue(date.fromordinal(day).isoformat(), count) for day, count in days),
        )

    @staticmethod
    def _listed_again(found: Json, answer: Json) -> Json:
        """Return aggregations with those that were asked for later, beside or in the place of the first ones."""
        return {name: group | answer.get(name, {}) | {"doc_count": group["doc_count"]} for name, group in found.items()}

    def _grouped(self, by_facet: Mapping[FacetField, Json]) -> Json:
        """Return each facet's aggregations under all choices, or without its own."""
        without: dict[FacetField, DrillSidewaysFilter] = {choice.field: choice for choice in self.choices}
        plain = {name: one for facet, inner in by_facet.items() if facet not in without for name, one in inner.items()}
        found: Json = {"all": _filtered(self.chosen(), plain)}
        for facet, choice in without.items():
            found[f"without {facet}"] = _filtered(self.chosen(choice), by_facet.get(facet, {}))
        return found

    def _counted(self, facet: FacetField, selection: FacetSelection) -> Json:
        """Return the aggregations that list spellings of a facet; where keys with some words are wanted, keys, too."""
        if not wanted_words(selection, facet):
            return {f"spelled {facet}": {"terms": self._listing(f"spelled.{facet}", max(selection.limit, LISTED))}}
        include = {"include": f".*{_pattern(max(wanted_words(selection, facet), key=len))}.*"}
        return {
            f"{listed} {facet}": {"terms": self._listing(f"{field}.{facet}", MAX_FACET_LIMIT) | include}
            for listed, field in (("keys", "key"), ("spelled", "spelled"))
        }

    def _keys(self, facet: FacetField, selection: FacetSelection, documents: int = COUNTED_EXACTLY) -> Json:
        """Return the aggregations that list the most frequent keys of a facet, and count all, of so many documents."""
        hashes = min(COUNTED_EXACTLY, COUNTED_PER_DOCUMENT * documents)
        return {
            f"keys {facet}": {"terms": self._listing(f"key.{facet}", max(selection.limit, LISTED))},
            f"number {facet}": {"cardinality": {"field": f"key.{facet}", "precision_threshold": hashes}},
        }

    def _listing(self, name: str, size: int) -> Json:
        """Return what lists the most frequent values of a field; a single shard lists no more of them than are read."""
        listed = size if self.statistics.shards == 1 else SHARD_VALUES
        return {"field": name, "size": size, "shard_size": listed, "order": _BY_COUNT}

    def _every_key(self, facet: FacetField) -> Json:
        """Return the aggregations that list all keys of a facet."""
        return {f"keys {facet}": {"terms": self._listing(f"key.{facet}", SHARD_VALUES)}}

    def _spellings(self, facet: FacetField, keys: Sequence[str]) -> Json:
        """Return the aggregations that list the spellings of some keys."""
        listing = self._listing(f"spelled.{facet}", SPELLINGS)
        return {
            f"spelled {facet} {i}": {"terms": listing | {"include": _pattern(key + BEFORE_SPELLING) + ".*"}}
            for i, key in enumerate(keys)
        }


def _filtered(query: Json, inner: Json) -> Json:
    return {"filter": query, **({"aggs": inner} if inner else {})}


def _group(found: Json, facet: FacetField) -> Json:
    """Return the answers to a facet's aggregations, those without its choice if it has one."""
    name = f"without {facet}"
    group: Json = found[name if name in found else "all"]
    return group


def _dates(selection: FacetSelection) -> Json:
    """Return the aggregations that count months, and the days of the selection's month."""
    months: Json = {"months": {"terms": {"field": "month", "size": MONTHS, "order": {"_key": "asc"}}}}
    if selection.days_of is None:
        return months
    days = {"days": {"terms": {"field": "day", "size": DAYS}}}
    return months | {"days": _filtered({"term": {"month": selection.days_of}}, days)}


def _lists_all(group: Json, facet: FacetField) -> bool:
    """Return whether all keys of a facet are known that are wanted."""
    return f"keys {facet}" in group or not group[f"spelled {facet}"]["sum_other_doc_count"]


def _pattern(text: str) -> str:
    """Return a regular expression of Lucene for the beginning of a text."""
    return "".join(sign if sign.isalnum() else f"\\{sign}" for sign in text[:LONGEST_PATTERN])


def _by_key(spelled: Mapping[str, int]) -> Counter[str]:
    """Return the counts of keys, given those of spellings."""
    found: Counter[str] = Counter()
    for text, count in spelled.items():
        found[text.partition(BEFORE_SPELLING)[0]] += count
    return found


def _once(group: Json, facet: FacetField, less: Counter[str]) -> list[tuple[str, int]]:
    """Return keys with their counts without what copies repeat, most frequent first, ties by key."""
    name = f"keys {facet}" if f"keys {facet}" in group else f"spelled {facet}"
    listed = {one["key"]: one["doc_count"] for one in exact(group[name])}
    counts, repeated = (listed if name.startswith("keys") else _by_key(listed)), _by_key(less)
    return sorted(((key, count - repeated[key]) for key, count in counts.items()), key=lambda row: (-row[1], row[0]))


def _is_unsure(group: Json, facet: FacetField, selection: FacetSelection, less: Counter[str]) -> bool:
    """Return whether a key that is not listed may be among the most frequent when copies count once."""
    answer = group.get(f"keys {facet}")
    if not less or answer is None or not answer["sum_other_doc_count"]:
        return False
    if wanted_words(selection, facet):
        return True
    # Those that are not listed come behind the last one that is, and copies only take from their counts.
    last = answer["buckets"][-1]
    shown = _once(group, facet, less)[: selection.limit]
    return bool(shown) and (-shown[-1][1], shown[-1][0]) > (-last["doc_count"], last["key"])


def _keys_of(
    group: Json, facet: FacetField, selection: FacetSelection, less: Counter[str]
) -> tuple[list[tuple[str, int]], int]:
    """Return the wanted keys of a facet with their counts, and how many there are beyond the limit, too.

    Args:
        group: The facet's aggregations.
        facet: The facet.
        selection: Which keys are wanted.
        less: How often copies repeat a spelling, behind its key.

    """
    words, answer = wanted_words(selection, facet), group.get(f"keys {facet}")
    wanted = [one for one in _once(group, facet, less) if all(word in one[0] for word in words)]
    total = len(wanted)
    if answer and answer["sum_other_doc_count"] and not words:
        total = max(total, group[f"number {facet}"]["value"])
    return wanted[: selection.limit], total


def _clear_spellings(answer: Json, keys: Sequence[tuple[str, int]], less: Counter[str]) -> dict[str, str]:
    """Return the most frequent spelling of each of some keys, with their counts, for which that is clear.

    A spelling that is not listed has at most the count of the last one that is, and at most what is left of its key's.
    What copies repeat is taken from the counts of spellings; it was from those of keys.
    """
    buckets = exact(answer)
    listed: dict[str, dict[str, int]] = {}
    for bucket in buckets:
        key, _, text = bucket["key"].partition(BEFORE_SPELLING)
        listed.setdefault(key, {})[text] = bucket["doc_count"] - less[bucket["key"]]
    last = buckets[-1]["doc_count"] if buckets and answer["sum_other_doc_count"] else 0
    clear = {}
    for key, count in keys:
        counts = {text: times for text, times in listed.get(key, {}).items() if times}
        if counts and (max(counts.values()) > min(last, count - sum(counts.values())) or not last):
            clear[key] = shown_spelling(counts)
    return clear


def _spellings_in(group: Json, facet: FacetField, keys: Sequence[str], less: Counter[str]) -> Mapping[str, str]:
    """Return the most frequent spelling of each of some keys, without what copies repeat."""
    found = {}
    for i, key in enumerate(keys):
        listed = [
            (*bucket["key"].partition(BEFORE_SPELLING), bucket["doc_count"] - less[bucket["key"]])
            for bucket in exact(group[f"spelled {facet} {i}"])
        ]
        found[key] = shown_spelling({text: count for other, _, text, count in listed if other == key} or {key: 0})
    return found


def totals_of(found: Json) -> tuple[int, dict[FacetField, int]]:
    """Return the number of documents that match, and for each choice the number without it."""
    without = {FacetField(name.removeprefix("without ")): found[name]["doc_count"] for name in found if name != "all"}
    return found["all"]["doc_count"], without


def exact(counted: Json) -> Sequence[Json]:
    """Return the buckets of a terms aggregation; raise EngineError if a shard may have left one out."""
    if counted.get("doc_count_error_upper_bound", 0) > 0:
        raise EngineError(
            f"a facet has more than {SHARD_VALUES} values on a shard, so that they cannot be counted exactly: "
            "make an index with more shards (SEARCHSVC_OPENSEARCH_SHARDS, then searchsvc reindex --full)"
        )
    buckets: Sequence[Json] = counted["buckets"]
    return buckets
