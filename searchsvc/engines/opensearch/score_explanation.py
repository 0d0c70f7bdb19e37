"""Leaves of a query and the articles of a page → searches, a leaf each, whose scores are the parts of the articles'.

They score with the same scripts as the page itself, so that the parts add up to its scores. The best passage of an
article is known by its number from the page; the searches score the passages with such numbers, as inner hits.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from searchsvc.engines.opensearch.mapping import ARTICLE, PASSAGES
from searchsvc.engines.opensearch.query_dsl import all_of, of_kind
from searchsvc.engines.opensearch.scripted_scores import Scorer
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.ranking_rules import PASSAGE_FIELDS, PASSAGE_WEIGHT
from searchsvc.model.query import Leaf
from searchsvc.model.result import ScoredPlace, ScorePart

#: Inner hits of an article, at most: a cluster gives no more unless it is set so.
MAX_INNER = 100


@dataclass(frozen=True, slots=True)
class LeafSearch:
    """A search that scores what one leaf adds in one place."""

    leaf: Leaf
    place: ScoredPlace
    body: Json


def leaf_searches(scorer: Scorer, best: Mapping[str, int | None]) -> Iterator[LeafSearch]:
    """Yield a search for each leaf in the articles, and one for each leaf that looks into their best passages.

    Args:
        scorer: Scores the query.
        best: Id of each article of a page → number of the passage that has raised its score; None: none has.

    """
    articles = all_of([of_kind(ARTICLE), {"terms": {"id": sorted(best)}}])
    numbers = sorted({number for number in best.values() if number is not None})[:MAX_INNER]
    for leaf, times in Counter(scorer.leaves).items():
        alone = replace(scorer, leaves=[leaf] * times)
        yield LeafSearch(leaf, "article", _scoring(articles, alone.articles(), len(best)))
        if numbers and leaf.field in PASSAGE_FIELDS:
            among = {"terms": {f"{PASSAGES}.number": numbers}}
            query = {"bool": {"filter": [among], "must": alone.passages()}}
            inner = {"size": MAX_INNER, "_source": False, "docvalue_fields": [f"{PASSAGES}.number"]}
            nested = {"nested": {"path": PASSAGES, "score_mode": "max", "query": query, "inner_hits": inner}}
            yield LeafSearch(leaf, "passage", _scoring(articles, [nested], len(best)))


def score_parts_of(
    searches: Sequence[LeafSearch], answers: Sequence[Json], best: Mapping[str, int | None]
) -> dict[str, tuple[ScorePart, ...]]:
    """Return by id the parts of the scores of some articles, without those that add nothing.

    Args:
        searches: Those of `leaf_searches`.
        answers: The answer to each.
        best: As of `leaf_searches`.

    """
    parts: dict[str, list[ScorePart]] = {article_id: [] for article_id in best}
    # What leaves add in articles comes first, as in the other engines.
    ordered = sorted(zip(searches, answers, strict=True), key=lambda one: one[0].place)
    for search, answer in ordered:
        for hit in answer["hits"]["hits"]:
            article_id = hit["sort"][0]
            score = float(hit["_score"]) if search.place == "article" else _of_passage(hit, best[article_id])
            if score:
                parts[article_id].append(ScorePart(search.leaf, search.place, score))
    return {article_id: tuple(own) for article_id, own in parts.items()}


def _scoring(articles: Json, scores: Sequence[Json], count: int) -> Json:
    """Return a search for some articles, each with the sum of some scores, and its id as the value it is sorted by."""
    return {
        "query": {"bool": {"filter": [articles], "should": list(scores)}},
        "sort": [{"id": "asc"}],
        "track_scores": True,
        "size": count,
        "_source": False,
    }


def _of_passage(hit: Json, number: int | None) -> float:
    """Return what the passage with a number adds to an article's score; 0 if it has no match."""
    inner = hit.get("inner_hits", {}).get(PASSAGES, {}).get("hits", {}).get("hits", ())
    scores = {int(one["fields"][f"{PASSAGES}.number"][0]): float(one["_score"]) for one in inner}
    return PASSAGE_WEIGHT * scores.get(number, 0.0) if number is not None else 0.0
