"""The first places are those of a full sort, however many are asked for and however many are equal."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from searchsvc.engines.whoosh.array_ops import Scored, by_date, contenders, newest_of_the_best, padded
from searchsvc.engines.whoosh.codec.field_arrays import UNDATED
from searchsvc.model.query import Sort

COUNTS = (1, 3, 20, 400)


@pytest.fixture(params=[0, 1, 2])
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    return np.random.default_rng(request.param)


@pytest.fixture
def found(rng: np.random.Generator) -> Scored:
    """Two thousand documents of three thousand, in any order, many with equal scores."""
    docs = rng.permutation(3000)[:2000]
    return Scored(docs, rng.integers(1, 60, len(docs)).astype(np.float32))


@pytest.fixture
def rank(rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(3000).astype(np.uint32)


@pytest.fixture
def dates(rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(3000) < 0.1, UNDATED, rng.integers(0, 90, 3000))


@pytest.mark.parametrize("count", COUNTS)
def test_best_is_by_score_then_rank(found: Scored, rank: np.ndarray, count: int) -> None:
    expected = sorted(range(2000), key=lambda i: (-found.scores[i], rank[found.docs[i]]))[:count]
    assert found.best(count, rank).tolist() == expected
    assert sorted(found.window(count, rank).tolist()) == sorted(expected)


def test_a_higher_tier_stands_before_any_score(found: Scored, rank: np.ndarray, rng: np.random.Generator) -> None:
    tiers = rng.integers(1, 4, 2000).astype(np.uint16)
    tiered = found._replace(tiers=tiers)
    expected = sorted(range(2000), key=lambda i: (-int(tiers[i]), -found.scores[i], rank[found.docs[i]]))
    assert tiered.order(rank).tolist() == expected
    standing = tiered.standing(tiered.scores)
    assert all(standing[one] >= standing[other] for one, other in pairwise(expected))


@pytest.mark.parametrize("count", COUNTS)
def test_by_date_leaves_the_undated_to_the_end(found: Scored, dates: np.ndarray, rank: np.ndarray, count: int) -> None:
    def key(sign: int, i: int) -> tuple[bool, int, int]:
        when = int(dates[found.docs[i]])
        return when == UNDATED, sign * when, int(rank[found.docs[i]])

    signs: dict[Sort, int] = {"newest": -1, "oldest": 1}
    for sort, sign in signs.items():
        expected = sorted(range(2000), key=partial(key, sign))[:count]
        assert by_date(found.docs, dates, rank, sort, count).tolist() == expected


@pytest.mark.parametrize("count", COUNTS)
def test_equal_scores_are_newest_first(found: Scored, dates: np.ndarray, rank: np.ndarray, count: int) -> None:
    expected = sorted(
        range(2000), key=lambda i: (-found.scores[i], -int(dates[found.docs[i]]), int(rank[found.docs[i]]))
    )
    assert newest_of_the_best(found, dates, rank, count).tolist() == expected[:count]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 1.0])
@pytest.mark.parametrize("count", COUNTS)
def test_contenders_hold_the_best_of_a_dense_vector(rng: np.random.Generator, share: float, count: int) -> None:
    scores = np.zeros(padded(5000), np.float32)
    some = rng.permutation(5000)[: int(share * 5000)]
    scores[some] = rng.random(len(some), np.float32) + 1
    places = contenders(scores, count).tolist()
    best = np.argsort(-scores, kind="stable")[:count]
    assert set(best[scores[best] > 0].tolist()) <= set(places)
    assert len(set(places)) == len(places)
    assert (scores[places] > 0).all()
