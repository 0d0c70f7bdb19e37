"""Facets of a query → aggregations, drill-sideways choices among them; and the answers → Facets.

A document has for each of its values of a facet the key, which all spellings share, and the key with the spelling.
Both are listed, the most frequent first, so that the commonest spelling of a key is nearly always clear; which it is of
the others is asked in one more request.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from searchsvc.engines.opensearch.cluster import Json
from searchsvc.engines.opensearch.indexed_documents import BEFORE_SPELLING
from searchsvc.engines.opensearch.query_dsl import Kind, QueryBuilder, all_of
from searchsvc.engines.ranking_rules import shown_spelling, wanted_words
from searchsvc.errors import EngineError
from searchsvc.model.fields import FacetField, FacetRow
from searchsvc.model.query import MAX_FACET_LIMIT, DrillSidewaysFilter, FacetSelection, Filter
from searchsvc.model.result import Facets, FacetValue

#: Values that each shard counts: what is counted together is exact if no shard leaves out a value.
SHARD_VALUES = 65_000
#: Keys of a facet that are listed at least: so many are counted exactly. The number of more is estimated by
#: HyperLogLog++, which keeps a hash of each of COUNTED_EXACTLY keys.
LISTED, COUNTED_EXACTLY = 500, 40_000
#: Months of a timeline at most.
MONTHS = 60_000
#: Signs of a key in a regular expression, at most: a cluster takes 1,000, and each may be escaped.
LONGEST_PATTERN = 450
#: Spellings that are listed to find the first of one key: others begin like it only if its pattern was cut.
SPELLINGS = 100
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

    def aggregations(self, rows: Sequence[FacetRow], facets: FacetSelection | None) -> Json:
        """Return aggregations of what root and fixed filters match, for `facets` and `totals_of`.

        Args:
            rows: The facets.
            facets: Which of their values are wanted; None: only the totals are counted.

        """
        if facets is None:
            return self._grouped({}, {})
        months = {"months": {"terms": {"field": "month", "size": MONTHS, "order": {"_key": "asc"}}}}
        return self._grouped({row.name: _counted(row.name, facets) for row in rows}, months)

    def facets(self, found: Json, rows: Sequence[FacetRow], selection: FacetSelection, ask: Ask) -> Facets:
        """Return the facets of aggregations.

        Args:
            found: The answer to `aggregations`.
            rows: The facets.
            selection: Which of their values are wanted.
            ask: Asks the same query for more aggregations.

        Raises:
            EngineError: A shard has more values than are counted, so that the counts might be wrong.

        """
        counted = {row.name: _keys_of(_group(found, row.name), row.name, selection) for row in rows}
        spelled = {
            name: _clear_spellings(_group(found, name)[f"spelled {name}"], keys) for name, (keys, _) in counted.items()
        }
        unclear = {name: [key for key, _ in keys if key not in spelled[name]] for name, (keys, _) in counted.items()}
        more: Spelled = {}
        if any(unclear.values()):
            by_facet = {name: _spellings(name, keys) for name, keys in unclear.items() if keys}
            answer = ask(self._grouped(by_facet, {}))
            more = {name: _spellings_in(_group(answer, name), name, unclear[name]) for name in by_facet}
        values = {
            name: tuple(FacetValue(spelled[name].get(key) or more[name][key], count) for key, count in keys)
            for name, (keys, _) in counted.items()
        }
        months = tuple(FacetValue(one["key"], one["doc_count"]) for one in exact(found["all"]["months"]))
        return Facets(values, {name: total for name, (_, total) in counted.items()}, months)

    def _grouped(self, by_facet: Mapping[FacetField, Json], others: Json) -> Json:
        """Return each facet's aggregations under all choices, or without its own; and the others under all."""
        without: dict[FacetField, DrillSidewaysFilter] = {choice.field: choice for choice in self.choices}
        plain = {name: one for facet, inner in by_facet.items() if facet not in without for name, one in inner.items()}
        found: Json = {"all": _filtered(self.chosen(), plain | others)}
        for facet, choice in without.items():
            found[f"without {facet}"] = _filtered(self.chosen(choice), by_facet.get(facet, {}))
        return found


def _filtered(query: Json, inner: Json) -> Json:
    return {"filter": query, **({"aggs": inner} if inner else {})}


def _group(found: Json, facet: FacetField) -> Json:
    """Return the answers to a facet's aggregations, those without its choice if it has one."""
    name = f"without {facet}"
    group: Json = found[name if name in found else "all"]
    return group


def _counted(facet: FacetField, selection: FacetSelection) -> Json:
    """Return the aggregations that list keys and spellings of a facet, and count its keys."""
    words = wanted_words(selection, facet)
    limits: Json = {"shard_size": SHARD_VALUES, "order": _BY_COUNT}
    if words:
        limits["include"] = f".*{_pattern(max(words, key=len))}.*"
    keys = MAX_FACET_LIMIT if words else max(selection.limit, LISTED)
    spelled = MAX_FACET_LIMIT if words else selection.limit
    return {
        f"keys {facet}": {"terms": {"field": f"key.{facet}", "size": keys, **limits}},
        f"spelled {facet}": {"terms": {"field": f"spelled.{facet}", "size": spelled, **limits}},
        f"number {facet}": {"cardinality": {"field": f"key.{facet}", "precision_threshold": COUNTED_EXACTLY}},
    }


def _pattern(text: str) -> str:
    """Return a regular expression of Lucene for the beginning of a text."""
    return "".join(sign if sign.isalnum() else f"\\{sign}" for sign in text[:LONGEST_PATTERN])


def _keys_of(group: Json, facet: FacetField, selection: FacetSelection) -> tuple[list[tuple[str, int]], int]:
    """Return the wanted keys of a facet with their counts, and how many there are beyond the limit, too."""
    words, answer = wanted_words(selection, facet), group[f"keys {facet}"]
    buckets = exact(answer)
    wanted = [(one["key"], one["doc_count"]) for one in buckets if all(word in one["key"] for word in words)]
    total = len(wanted)
    if answer["sum_other_doc_count"] and not words:
        total = max(total, group[f"number {facet}"]["value"])
    return wanted[: selection.limit], total


def _clear_spellings(answer: Json, keys: Sequence[tuple[str, int]]) -> dict[str, str]:
    """Return the most frequent spelling of each of some keys, with their counts, for which that is clear.

    A spelling that is not listed has at most the count of the last one that is, and at most what is left of its key's.
    """
    buckets = exact(answer)
    listed: dict[str, dict[str, int]] = {}
    for bucket in buckets:
        key, _, text = bucket["key"].partition(BEFORE_SPELLING)
        listed.setdefault(key, {})[text] = bucket["doc_count"]
    last = buckets[-1]["doc_count"] if buckets and answer["sum_other_doc_count"] else 0
    clear = {}
    for key, count in keys:
        counts = listed.get(key, {})
        if counts and (max(counts.values()) > min(last, count - sum(counts.values())) or not last):
            clear[key] = shown_spelling(counts)
    return clear


def _spellings(facet: FacetField, keys: Sequence[str]) -> Json:
    """Return the aggregations that list the spellings of some keys."""
    field = f"spelled.{facet}"
    limits: Json = {"size": SPELLINGS, "shard_size": SHARD_VALUES, "order": _BY_COUNT}
    return {
        f"spelled {facet} {i}": {"terms": {"field": field, "include": _pattern(key + BEFORE_SPELLING) + ".*", **limits}}
        for i, key in enumerate(keys)
    }


def _spellings_in(group: Json, facet: FacetField, keys: Sequence[str]) -> Mapping[str, str]:
    """Return the most frequent spelling of each of some keys."""
    found = {}
    for i, key in enumerate(keys):
        listed = [
            (*bucket["key"].partition(BEFORE_SPELLING), bucket["doc_count"])
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
