"""Leaves of a query × some articles → what each leaf adds to their scores, in the article and in its best passage.

Computed again for the few articles of a page whose scores are to be explained: the search itself adds leaf to leaf, and
keeps no parts.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from searchsvc.engines.ranking_rules import K1, PASSAGE_WEIGHT
from searchsvc.engines.whoosh.array_ops import DocIds, Scores
from searchsvc.engines.whoosh.bm25f import term_weights
from searchsvc.engines.whoosh.passages import PassageScorer
from searchsvc.engines.whoosh.segment_reader import SegmentReader
from searchsvc.engines.whoosh.weight import QueryWeight
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import Leaf, Word
from searchsvc.model.result import ScorePart


def score_parts(
    leaves: QueryWeight,
    reader: SegmentReader,
    nodes: Sequence[Leaf],
    docs: Sequence[int],
    passages: PassageScorer | None,
) -> Mapping[int, tuple[ScorePart, ...]]:
    """Return for each of some articles the parts of its score, without those that add nothing.

    Args:
        leaves: The weights of the query.
        reader: The segment of the articles.
        nodes: The leaves of the query, each once.
        docs: The articles, by their numbers in the segment.
        passages: Scores their passages; None: no leaf looks into passages.

    """
    ascending = np.array(sorted(docs), np.intp)
    parts: dict[int, list[ScorePart]] = {doc: [] for doc in ascending.tolist()}
    for leaf in nodes:
        check_deadline()
        for doc, score in zip(ascending.tolist(), _in_articles(leaves, reader, leaf, ascending).tolist(), strict=True):
            if score:
                parts[doc].append(ScorePart(leaf, "article", score))
    for leaf, scores in _in_passages(passages, ascending):
        for doc, score in zip(ascending.tolist(), scores.tolist(), strict=True):
            if score:
                parts[doc].append(ScorePart(leaf, "passage", PASSAGE_WEIGHT * score))
    return {doc: tuple(own) for doc, own in parts.items()}


def _in_articles(leaves: QueryWeight, reader: SegmentReader, leaf: Leaf, docs: DocIds) -> Scores:
    """Return (documents,) what a leaf adds to the BM25F score of each of some articles."""
    weights = np.zeros(len(docs), np.float32)
    statistics = leaves.statistics(leaf)
    if statistics is not None and isinstance(leaf, Word):
        for term in leaves.terms(leaf, reader):
            having, own = term_weights(reader, term)
            np.add(weights, _of(docs, having, own), out=weights)
    else:
        postings = leaves.weighted(leaf, reader)
        weights = _of(docs, postings.docs, postings.weights)
    scores: Scores = np.float32(leaves.weight(leaf)) * weights / (weights + np.float32(K1))
    return scores


def _of(docs: DocIds, having: DocIds, weights: Scores) -> Scores:
    """Return (documents,) the weights of some documents, 0 for those that have none; `having` may be in any order."""
    order = having.argsort(kind="stable")
    at = having.searchsorted(docs, sorter=order)
    found = np.zeros(len(docs), np.float32)
    inside = (at < len(having)).nonzero()[0]
    places = order.take(at.take(inside))
    same = having.take(places) == docs.take(inside)
    found[inside[same]] = weights.take(places[same])
    return found


def _in_passages(passages: PassageScorer | None, docs: DocIds) -> Iterator[tuple[Leaf, Scores]]:
    """Yield for each leaf (documents,) what it adds to the score of the best passage of each article."""
    if passages is not None and len(docs):
        yield from passages.shares(docs)
