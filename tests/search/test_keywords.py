"""Words that stand out in a result: more of its articles have them than of the rest, and the query does not."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import QueryError
from searchsvc.model.article import Article, ArticleHead, Block, History, Provenance
from searchsvc.model.deadline import time_limit
from searchsvc.model.document import whole_document
from searchsvc.search import Keyword, SearchRequest, keywords, search_articles, search_keywords
from searchsvc.search.telling_words import is_telling, log_likelihood
from tests.engines.engine_articles import documents
from tests.engines.test_contract_copies import STORY

#: Articles of ferries speak of Lowmere and jetties, others of the council; all of the harbour.
FERRIES = [
    "The ferry to Lowmere left the harbour. Jetties are mended each year.",
    "A ferry waits at the jetty in Lowmere, near the harbour.",
    "Both ferries to Lowmere wait at jetties of the harbour.",
]
SUBJECTS = [
    "schools",
    "roads",
    "budgets",
    "bins",
    "parks",
    "trees",
    "lamps",
    "dogs",
    "rents",
    "buses",
    "noise",
    "bells",
]
OTHERS = [f"The council of the harbour met about {word} last year." for word in SUBJECTS]


@pytest.fixture(params=["memory", "whoosh"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = (
        MemoryEngine() if request.param == "memory" else open_engine(f"whoosh:{tmp_path_factory.mktemp('words') / 'i'}")
    )
    with found.writer() as writer:
        for i, text in enumerate((*FERRIES, *OTHERS)):
            writer.put(documents(f"a{i}", f"Number {i}", text))
    yield found
    found.close()


def words(engine: Engine, text: str) -> dict[str, Keyword]:
    return {one.word: one for one in search_keywords(engine, SearchRequest(text, match="all")).words}


def test_what_stands_out_is_shown_as_printed_with_its_articles_in_any_form(engine: Engine) -> None:
    found = words(engine, "ferry")
    assert set(found) == {"Lowmere", "jetties"}
    assert (found["jetties"].articles, found["jetties"].all_articles) == (3, 3)
    assert found["Lowmere"].form == "lowmere"


def test_words_that_all_articles_have_words_of_the_query_and_of_time_do_not_stand_out(engine: Engine) -> None:
    for text in ("ferry", "ferr*", "ferri~", '"ferry to lowmere" OR ferry'):
        found = {one.form for one in search_keywords(engine, SearchRequest(text, match="all")).words}
        assert not found & {"ferry", "ferries", "harbour", "year", "the"}, text


def test_nothing_stands_out_of_the_whole_collection_or_of_nothing(engine: Engine) -> None:
    assert search_keywords(engine, SearchRequest("")).words == ()
    assert search_keywords(engine, SearchRequest("harbour")).words == ()
    page = search_keywords(engine, SearchRequest("zzqqx"))
    assert (page.words, page.articles, page.read) == ((), 0, 0)


def test_only_the_first_articles_are_read_and_it_is_said(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keywords, "MAX_READ", 2)
    page = search_keywords(engine, SearchRequest("ferry", match="all"))
    assert (page.articles, page.read) == (3, 2)
    assert all(one.articles <= 2 for one in page.words)


def test_the_order_is_that_of_the_log_likelihood(engine: Engine) -> None:
    scores = [one.log_likelihood for one in search_keywords(engine, SearchRequest("ferry")).words]
    assert scores == sorted(scores, reverse=True)
    assert all(score >= keywords.MIN_LOG_LIKELIHOOD for score in scores)


def test_older_versions_and_copies_are_counted_alike_in_the_result_and_in_the_rest(tmp_path: Path) -> None:
    """Of every word of the result: articles of it, and articles of the collection, are what a search lists."""
    for engine in (MemoryEngine(), open_engine(f"whoosh:{tmp_path / 'i'}")):
        with engine.writer() as writer:
            for i, text in enumerate((*FERRIES, STORY, STORY, *OTHERS)):
                writer.put(documents(f"a{i}", f"Number {i}", text))
            for i in range(3):
                old = [whole_document(an_old_article(f"a{i}", hour, f"{FERRIES[i]} Tolls rose.")) for hour in (11, 12)]
                writer.put_versions(f"a{i}", old)
            writer.put_versions("a9", [whole_document(an_old_article("a9", 11, "The council saw jetties."))])
        totals = []
        for usual in (SearchRequest("ferry", match="all"), SearchRequest("ferry", match="all", show_copies=True)):
            for asked in (usual, replace(usual, versions=True)):
                page = search_keywords(engine, asked)
                assert page.words
                totals.append(page.articles)
                assert page.read == page.articles == search_articles(engine, asked).total
                for one in page.words:
                    assert one.articles == search_articles(engine, replace(asked, text=f"ferry {one.form}")).total
                    assert one.all_articles == search_articles(engine, replace(asked, text=one.form)).total, one
        versions = {one.form: one for one in search_keywords(engine, replace(usual, versions=True)).words}
        assert (versions["tolls"].articles, versions["tolls"].all_articles) == (6, 6)
        assert totals == [4, 11, 5, 11]  # with older versions nothing is grouped
        engine.close()


def an_old_article(of: str, hour: int, text: str) -> Article:
    since = datetime(2026, 6, 1, hour, tzinfo=UTC)
    head = ArticleHead(f"{of}@{since:%Y%m%d%H%M%S}", "Old", language="en", history=History(of, since, 1))
    return Article(head, (Block("paragraph", text),), Provenance("test", f"{of}.html", "0"))


def test_the_time_of_an_answer_bounds_it(engine: Engine) -> None:
    with pytest.raises(QueryError) as refused, time_limit(0):
        search_keywords(engine, SearchRequest("ferry"))
    assert refused.value.too_costly


def dunning(having: int, size: int, others_having: int, others: int) -> float:
    """The ratio as Dunning writes it, by the likelihoods of binomials."""

    def likelihood(rate: float, k: int, n: int) -> float:
        return (k * math.log(rate) if k else 0) + ((n - k) * math.log(1 - rate) if n > k else 0)

    one, other, both = having / size, others_having / others, (having + others_having) / (size + others)
    return 2 * (
        likelihood(one, having, size)
        + likelihood(other, others_having, others)
        - likelihood(both, having, size)
        - likelihood(both, others_having, others)
    )


@given(st.integers(1, 500), st.integers(1, 100_000), st.data())
def test_the_score_is_dunnings_ratio_of_what_is_more_frequent(size: int, others: int, data: st.DataObject) -> None:
    having = data.draw(st.integers(0, size))
    others_having = data.draw(st.integers(0, others))
    score = log_likelihood(having, size, others_having, others)
    if having * others > others_having * size:
        assert score == pytest.approx(dunning(having, size, others_having, others), abs=1e-6)
    else:
        assert score == 0


def test_words_that_tell_nothing() -> None:
    assert [is_telling(one, "en") for one in ("harbour", "the", "year", "2009", "uk", "said")] == [True, *[False] * 5]
    assert not is_telling("und", "de")
    assert not any(is_telling(one, "en") for one in ("fourteen", "ninety", "seventh", "monday", "october"))
    assert [is_telling(one, "de") for one in ("donnerstag", "oktober", "monday")] == [False, False, True]
    assert is_telling("march", "en")
