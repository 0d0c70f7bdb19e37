"""What every engine does alike: all that a request asks is answered from one commit."""

from collections.abc import Callable

import pytest

from searchsvc.engines.base import Engine, Expected
from searchsvc.errors import QueryError
from searchsvc.model.query import And, Leaf, Phrase, Prefix, Query, Word
from searchsvc.search import SearchRequest, search_articles
from tests.engines.engine_articles import documents

Opener = Callable[[], Engine]


def put(engine: Engine, *ids: str) -> None:
    with engine.writer() as writer:
        for one in ids:
            writer.put(documents(one, "Tide tables", f"High tide at the {one} quay."))


def test_a_request_is_answered_from_one_commit(opener: Opener) -> None:
    engine, other = opener(), opener()
    put(engine, "a", "b")
    begun: list[str] = []

    def answer(held: Engine) -> list[int]:
        info = held.info()
        begun.append(info.commit)
        if len(begun) == 1:
            put(other, "c")
        found = held.search(Query(Word("tide")), limit=10)
        return [info.articles, held.count(), found.total, len(found.hits), *held.frequencies([Word("tide")])]

    assert engine.at_one_commit(answer) in ([2] * 5, [3] * 5)
    assert engine.at_one_commit(answer) == [3] * 5
    assert begun[-1] == engine.info().commit


def test_an_answer_that_asks_for_the_state_alone_is_of_the_last_commit(opener: Opener) -> None:
    engine, other = opener(), opener()
    put(engine, "a")
    assert engine.info().articles == 1
    put(other, "b", "c")
    assert engine.at_one_commit(lambda held: (held.info().articles, list(held.languages()))) == (3, ["en"])


def test_an_error_of_the_function_comes_through(harbour: Engine) -> None:
    def refuse(held: Engine) -> int:
        raise QueryError(f"{held.count()} are too many")

    with pytest.raises(QueryError, match="4 are too many"):
        harbour.at_one_commit(refuse)


LEAVES: tuple[Leaf, ...] = (
    Word("harbour"), Word("zeppelin"), Phrase(("harbour",)), Phrase(("high", "tide")), Phrase(("ti", "de")),
    Phrase(("ferry", "between")), Phrase(("between", "ferry")), Prefix("harb"), Word("tide", field="title"),  # type: ignore[arg-type]
)  # fmt: skip


def test_what_is_fetched_ahead_changes_no_answer(harbour: Engine) -> None:
    put(harbour, "neap", "spring")
    both = Query(And((Word("high"), Word("tide"))))
    phrases = [leaf for leaf in LEAVES if isinstance(leaf, Phrase)]
    expected = Expected(LEAVES[:4], (phrases[:3], phrases[3:]), (both,), (("tidde", 2, 20), ("tide", 1, 5)))

    def answer(held: Engine) -> tuple[object, ...]:
        return (
            list(held.frequencies(LEAVES)),
            held.search(both, limit=5, least=1).hits,
            held.search(both, limit=5, least=10).total,
            list(held.similar_words("tidde", edits=2, limit=20)),
            list(held.similar_words("tide", edits=1, limit=5)),
            list(held.totals([both])),
        )

    def ahead(held: Engine) -> tuple[object, ...]:
        held.prefetch(lambda: expected)
        return answer(held)

    assert harbour.at_one_commit(ahead) == harbour.at_one_commit(answer) == answer(harbour)
    assert harbour.at_one_commit(answer)[0] == [2, 0, 2, 2, 0, 1, 0, 2, 2]


@pytest.mark.parametrize("text", ["ferry storm", "harbor", "tide", '"the ferr*"', "zeppelin mooring", "lowmere jetty~"])
def test_a_page_is_the_same_each_time(harbour: Engine, text: str) -> None:
    """The first one is asked of a new state, the others of one whose numbers are known."""
    pages = [search_articles(harbour, SearchRequest(text), offers=True) for _ in range(3)]
    assert pages[0] == pages[1] == pages[2]
