"""Leaves of a query → queries that score: BM25F of articles, BM25 of passages and records, as `ranking_rules` says.

The similarity of every field of tokens is the frequency itself, so the score of a leaf in a field is how often it
stands there. A script divides that by the exact length norm and multiplies it with the field's weight; a `bool` sums
the fields; another script saturates the sum and multiplies it with the idf; a `bool` sums the leaves. Scripts have no
numbers in their texts, only parameters, so that the cluster compiles each once for each field.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from searchsvc.engines.opensearch.commit_state import Statistics
from searchsvc.engines.opensearch.mapping import PASSAGES, length_field
from searchsvc.engines.opensearch.query_dsl import OWN_FIELDS, Kind, QueryBuilder, any_of, scripted, token_fields
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.ranking_rules import (
    K1,
    OWN_WEIGHT,
    PASSAGE_FIELDS,
    PASSAGE_WEIGHT,
    RECORD_LENGTH_NORM,
    WEIGHTS,
    scored_words,
)
from searchsvc.model.fields import BODY, TEXT, TextField
from searchsvc.model.query import Leaf, Phrase

#: Score of a query: the frequency of a leaf in a field → its weighted and normed frequency.
_WEIGHTED = "weight * _score / (base + slope * doc['{length}'].value)"
#: The sum of these over the fields → what the leaf adds to the score of an article.
_SATURATED = "idf * _score / (_score + k1)"
#: The frequency of a leaf in a passage or record → what the leaf adds to its score.
_BM25 = "idf * _score / (_score + k1 * (base + slope * doc['{length}'].value))"
#: The score of the best passage → what it adds to the score of its article.
_SHARE = "share * _score"


def idf(documents: int, having: int) -> float:
    """Return the idf of BM25 as Lucene computes it, ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative.

    Where `having` is more than `documents`, because a commit is just being shown, all have it.
    """
    having = min(having, documents)
    return log(1 + (documents - having + 0.5) / (having + 0.5))


def counted_leaves(leaves: Sequence[Leaf]) -> tuple[Leaf, ...]:
    """Return the leaves whose numbers of documents the scores of some leaves need: of a phrase its words, each once."""
    return tuple(
        dict.fromkeys(one for leaf in leaves for one in (scored_words(leaf) if isinstance(leaf, Phrase) else (leaf,)))
    )


@dataclass(frozen=True)
class Scorer:
    """Makes the scoring queries of some leaves."""

    builder: QueryBuilder
    statistics: Statistics
    leaves: Sequence[Leaf]
    #: Number of documents that have each of `counted_leaves`.
    having: Mapping[Leaf, int]

    def articles(self, *, told: bool = False) -> list[Json]:
        """Return the queries whose scores add up to the BM25F score of an article.

        Args:
            told: Whether the answer tells for each hit in which fields a leaf matches, for `matched_fields`.

        """
        total = self.statistics.articles
        return [
            scripted(self._weighted(leaf, i if told else None), _SATURATED, idf=times * self._idf(leaf, total), k1=K1)
            for i, (leaf, times) in enumerate(Counter(self.leaves).items())
        ]

    def _weighted(self, leaf: Leaf, number: int | None) -> Json:
        names = WEIGHTS if leaf.field is None else {leaf.field: OWN_WEIGHT}
        queries = []
        for name, weight in names.items():
            query = scripted(
                self.builder.in_field(leaf, name),
                _WEIGHTED.format(length=length_field(name)),
                weight=weight,
                **_norm(TEXT[name].length_norm, self.statistics.average[name]),
            )
            if number is not None:
                query["script_score"]["_name"] = f"{name} {number}"
            queries.append(query)
        return any_of(queries)

    def highest(self) -> float:
        """Return a number that is higher than the BM25F score of any article."""
        return 2 * sum(self._idf(leaf, self.statistics.articles) for leaf in self.leaves) + 1

    def passages(self) -> list[Json]:
        """Return the queries whose scores add up to the BM25 score of a passage."""
        leaves = Counter(leaf for leaf in self.leaves if leaf.field in PASSAGE_FIELDS)
        total, norm = self.statistics.articles, _norm(TEXT[BODY].length_norm, self.statistics.average_passage)
        fields, source = token_fields(PASSAGES), _BM25.format(length=f"{PASSAGES}.length")
        return [
            scripted(self.builder.occurrences(leaf, fields), source, idf=n * self._idf(leaf, total), k1=K1, **norm)
            for leaf, n in leaves.items()
        ]

    def best_passage(self, *, raising: bool, shown: bool) -> Json | None:
        """Return the query whose score is what the best passage adds to its article's; None if no leaf looks into one.

        Args:
            raising: Whether it adds anything.
            shown: Whether the answer has the number of the best passage, for `best_of`.

        """
        queries = self.passages()
        if not queries:
            return None
        nested: Json = {"path": PASSAGES, "score_mode": "max", "query": any_of(queries)}
        if shown:
            # Of equals the first: passages are in the index in their order.
            nested["inner_hits"] = {"size": 1, "_source": False}
        return scripted({"nested": nested}, _SHARE, share=PASSAGE_WEIGHT if raising else 0)

    def records(self, kind: Kind) -> list[Json]:
        """Return the queries whose scores add up to the BM25 score of a quote or headline."""
        total, average = self.statistics.records(kind)
        own = OWN_FIELDS[kind]
        return [
            scripted(
                self.builder.occurrences(leaf, token_fields(own[leaf.field])),
                _BM25.format(length=f"{own[leaf.field]}.length"),
                idf=times * self._idf(leaf, total),
                k1=K1,
                **_norm(RECORD_LENGTH_NORM, average[own[leaf.field]]),
            )
            for leaf, times in Counter(self.leaves).items()
            if leaf.field in own
        ]

    def _idf(self, leaf: Leaf, documents: int) -> float:
        """Return the idf of a leaf; that of a phrase is the sum over its words."""
        words = scored_words(leaf) if isinstance(leaf, Phrase) else (leaf,)
        return sum(idf(documents, self.having.get(word, 0)) for word in words)


def _norm(strength: float, average: float) -> Json:
    """Return the parameters of a length norm: 1 - strength + strength × length ÷ average length."""
    return {"base": 1 - strength, "slope": strength / average}


def matched_fields(hit: Json) -> tuple[TextField, ...]:
    """Return the text fields in which a leaf matches a hit, in the order of the table."""
    names = {name.partition(" ")[0] for name in hit.get("matched_queries", ())}
    return tuple(name for name in TEXT if name in names)


def best_of(hit: Json) -> int | None:
    """Return the number of a hit's best passage; None if no passage matches."""
    inner = hit.get("inner_hits", {}).get(PASSAGES, {}).get("hits", {}).get("hits", ())
    return int(inner[0]["_nested"]["offset"]) if inner else None
