"""Words within some edits: what looking at every word by itself would find, also where words stand close."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.analysis import edit_distance
from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.engines.whoosh.term_dictionary import FORMS_READ
from tests.engines.engine_articles import documents

#: Words of few letters, so that each has many neighbours; one letter takes two bytes, one three.
PLAIN = ["".join(letters) for size in (1, 3, 5) for letters in product("ab", repeat=size)]
FOREIGN = ["".join(letters) for size in (2, 4) for letters in product("aжひ", repeat=size)]
LONG = ["a" * size for size in (7, 8, 30, 31, 120)]
#: Words asked for.
SHOWN = 500
#: More words of one first letter than are read at a time.
MANY = ["a" + "".join(letters) for size in (5, 6) for letters in product("abcdж", repeat=size)]


@pytest.fixture(scope="module", params=[PLAIN, PLAIN + FOREIGN + LONG, MANY], ids=["ascii", "all", "many"])
def collection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[WhooshEngine, list[str]]:
    """A collection of these words: each in one article, in two languages."""
    words = [word for word in request.param if len(word) > 1]
    engine = WhooshEngine(tmp_path_factory.mktemp("spelling"))
    with engine.writer(fresh=True) as writer:
        writer.put(documents("one", " ".join(words[: len(words) // 2])))
        writer.put(documents("two", " ".join(words[len(words) // 2 :]), language="de"))
    return engine, words


@given(st.text("abжひ", min_size=1, max_size=9), st.integers(1, 2))
def test_similar_words_are_all_and_only_those_within_some_edits(
    collection: tuple[WhooshEngine, list[str]], word: str, edits: int
) -> None:
    engine, words = collection
    found = [(edit_distance(word, other, edits), other) for other in words]
    near = sorted((distance, other) for distance, other in found if distance is not None)
    similar = engine.similar_words(word, edits=edits, limit=SHOWN)
    assert [other for other, _ in similar] == [other for _, other in near[:SHOWN]]


def test_similar_words_are_found_wherever_in_the_dictionary_they_stand(
    collection: tuple[WhooshEngine, list[str]],
) -> None:
    engine, words = collection
    for word in (words[0], words[len(words) // 2], words[-1]):
        assert engine.similar_words(word, edits=1, limit=SHOWN)[0][0] == word


def test_many_words_are_more_than_are_read_at_a_time() -> None:
    assert len(MANY) > FORMS_READ
