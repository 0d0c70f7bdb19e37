"""Facets of a query → aggregations, drill-sideways choices among them; and the answers → Facets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from searchsvc.engines.opensearch.cluster import Json
from searchsvc.engines.opensearch.query_dsl import Kind, QueryBuilder, all_of
from searchsvc.engines.ranking_rules import FACET_VALUES
from searchsvc.errors import EngineError
from searchsvc.model.fields import FacetField, FacetRow
from searchsvc.model.query import DrillSidewaysFilter, Filter
from searchsvc.model.result import Facets, FacetValue

#: Values that each shard counts: what is counted together is exact if no shard leaves out a value.
SHARD_VALUES = 65_000
#: Months of a timeline at most.
MONTHS = 60_000
_BY_COUNT: list[Json] = [{"_count": "desc"}, {"_key": "asc"}]


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

    def aggregations(self, rows: Sequence[FacetRow], *, facets: bool, joining: bool) -> Json:
        """Return aggregations of what root and fixed filters match, for `facets_of` and `totals_of`.

        Args:
            rows: The facets.
            facets: Whether to count them; else only the totals are counted.
            joining: Whether spellings of names are counted together.

        """
        without: dict[FacetField, DrillSidewaysFilter] = {choice.field: choice for choice in self.choices}
        plain = (
            {f"facet {row.name}": _counted(row, joining=joining) for row in rows if row.name not in without}
            if facets
            else {}
        )
        if facets:
            plain["months"] = {"terms": {"field": "month", "size": MONTHS, "order": {"_key": "asc"}}}
        found: Json = {"all": {"filter": self.chosen(), **({"aggs": plain} if plain else {})}}
        by_name = {row.name: row for row in rows}
        for name, choice in without.items():
            inner = {f"facet {name}": _counted(by_name[name], joining=joining)} if facets and name in by_name else {}
            found[f"without {name}"] = {"filter": self.chosen(choice), **({"aggs": inner} if inner else {})}
        return found


def _counted(row: FacetRow, *, joining: bool) -> Json:
    """Return the aggregation of a facet; if spellings are joined by key, with the most frequent spelling of each."""
    limits = {"size": FACET_VALUES, "shard_size": SHARD_VALUES, "order": _BY_COUNT}
    if not (joining and row.joins_spellings):
        return {"terms": {"field": f"facet.{row.name}", **limits}}
    spelling = {"terms": {"field": f"facet.{row.name}", "size": 1, "shard_size": SHARD_VALUES, "order": _BY_COUNT}}
    return {"terms": {"field": f"key.{row.name}", **limits}, "aggs": {"spelling": spelling}}


def totals_of(found: Json) -> tuple[int, dict[FacetField, int]]:
    """Return the number of documents that match, and for each choice the number without it."""
    without = {FacetField(name.removeprefix("without ")): found[name]["doc_count"] for name in found if name != "all"}
    return found["all"]["doc_count"], without


def facets_of(found: Json, rows: Iterable[FacetRow], *, joining: bool) -> Facets:
    """Return the facets of aggregations.

    Args:
        found: The answer to `Narrowing.aggregations`.
        rows: The facets.
        joining: Whether facets whose spellings are joined were counted so.

    Raises:
        EngineError: A shard has more values than are counted, so that the counts might be wrong.

    """
    values: dict[FacetField, tuple[FacetValue, ...]] = {}
    for row in rows:
        name = f"without {row.name}"
        group: Json = found[name if name in found else "all"]
        counted = group.get(f"facet {row.name}", {"buckets": ()})
        values[row.name] = tuple(_value(bucket, joined=joining and row.joins_spellings) for bucket in exact(counted))
    return Facets(values, tuple(FacetValue(one["key"], one["doc_count"]) for one in exact(found["all"]["months"])))


def exact(counted: Json) -> Sequence[Json]:
    """Return the buckets of a terms aggregation; raise EngineError if a shard may have left one out."""
    if counted.get("doc_count_error_upper_bound", 0) > 0:
        raise EngineError(
            f"a facet has more than {SHARD_VALUES} values on a shard, so that they cannot be counted exactly: "
            "make an index with more shards (SEARCHSVC_OPENSEARCH_SHARDS, then searchsvc reindex --full)"
        )
    buckets: Sequence[Json] = counted["buckets"]
    return buckets


def _value(bucket: Json, *, joined: bool) -> FacetValue:
    name = bucket["spelling"]["buckets"][0]["key"] if joined else bucket["key"]
    return FacetValue(name, bucket["doc_count"])
