"""What saves work is sound: bounds of passages, and the table that finds documents."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines.ranking_rules import K1
from searchsvc.engines.whoosh.array_ops import COLUMN, SPARSE, contenders
from searchsvc.engines.whoosh.bm25f import _find
from searchsvc.engines.whoosh.codec.field_arrays import ROW_TOP
from searchsvc.engines.whoosh.composite_reader import CompositeReader
from searchsvc.engines.whoosh.passages import ROUNDING, bound_of_one_word, bound_of_words

IDF = np.float32(3.5)
#: How often a word may stand in an article, across the largest count of a dense row.
COUNTS = np.unique(np.round(np.geomspace(1, 40 * ROW_TOP, 400)))
#: Normed boosts and norms far beyond those of real articles: lengths of a hundredth to a hundred times the average.
BOOSTS, NORMS = np.geomspace(0.005, 3, 25), np.geomspace(0.3, 80, 25)


def grid() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return every combination of a count, a boost and a norm, end to end."""
    counts, boosts, norms = (part.reshape(-1).astype(np.float32) for part in np.meshgrid(COUNTS, BOOSTS, NORMS))
    return counts, boosts, norms


def article_score(counts: npt.NDArray[np.float32], boosts: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return what a word adds at least to an article in which it stands so often: a row counts up to ROW_TOP."""
    weights = np.minimum(counts, np.float32(ROW_TOP)) * boosts
    return IDF * (weights / (weights + np.float32(K1)))


def passage_score(counts: npt.NDArray[np.float32], norms: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return what a word adds at most to a passage: all its places are in one passage, of the smallest norm."""
    return IDF * (counts / (counts + norms))


def test_no_passage_of_a_word_is_worth_more_than_its_bound() -> None:
    counts, boosts, norms = grid()
    bounds = bound_of_one_word(article_score(counts, boosts), IDF, norms, boosts)
    assert (passage_score(counts, norms) <= bounds * (1 + ROUNDING)).all()
    tight = (counts < ROW_TOP) & (counts * boosts < 1)
    assert np.allclose(passage_score(counts, norms)[tight], bounds[tight], rtol=1e-3)


def test_no_passage_of_several_words_is_worth_more_than_its_bound() -> None:
    """Each word alone keeps to the bound; then sums do, for the bound is the article's score times one factor."""
    counts, boosts, norms = grid()
    scores = article_score(counts, boosts)
    assert (passage_score(counts, norms) <= bound_of_words(scores, norms, boosts) * (1 + ROUNDING)).all()
    once = counts == 1
    reached = passage_score(counts, norms) / bound_of_words(scores, norms, boosts)
    assert reached[once].max() > 0.999


@given(st.lists(st.tuples(st.sets(st.integers(0, 199), min_size=1), st.sets(st.integers(0, 199))), max_size=8))
def test_a_table_that_is_never_cleared_finds_who_is_there(asked: list[tuple[set[int], set[int]]]) -> None:
    """What an earlier list left in the table points to a document that is not the one asked for."""
    collection = CompositeReader(())
    collection.scratch.slot = np.zeros(200, np.uint32)
    collection.numbers = np.arange(200, dtype=np.uint32)
    for present, wanted in asked:
        ids, docs = np.array(sorted(present), np.uint16), np.array(sorted(wanted), np.intp)
        found = ids.take(_find(collection, ids, docs), mode="clip") == docs
        assert set(docs[found].tolist()) == present & wanted


def test_few_documents_are_found_by_bisection() -> None:
    ids = np.arange(0, 2 * (3 * SPARSE + 1), 2, dtype=np.uint16)
    docs = np.array([4, 5, 9999], np.intp)
    assert (ids.take(_find(CompositeReader(()), ids, docs), mode="clip") == docs).tolist() == [True, False, False]


def test_a_dense_vector_has_whole_columns() -> None:
    with pytest.raises(AssertionError, match="whole columns"):
        contenders(np.ones(COLUMN + 1, np.float32), 1)
