"""What commits in a cluster are beside the contract: locks that end, generations, the way back, other versions."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest

from searchsvc.analysis import tokenize
from searchsvc.engines import open_engine
from searchsvc.engines.base import GenerationStore
from searchsvc.engines.opensearch import (
    OpenSearchEngine,
    commit_state,
    generation_builder,
    incremental_commit,
    index_session,
    lease,
)
from searchsvc.engines.opensearch.commit_state import CURRENT, CommitStatistics, Statistics, encoded_commit
from searchsvc.engines.opensearch.generation_builder import generation_indices
from searchsvc.engines.opensearch.incremental_commit import write_commit
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.errors import EngineError, IndexBusyError, IndexMissingError, OutdatedIndexError
from searchsvc.model.query import MatchAll, Query, Word
from tests.engines.clusters import cluster_index
from tests.engines.engine_articles import documents
from tests.narrowing import of_type

pytestmark = pytest.mark.cluster


@pytest.fixture
def url() -> Iterator[str]:
    with cluster_index() as made:
        yield made


@pytest.fixture
def engine(url: str) -> Iterator[OpenSearchEngine]:
    with closing(of_type(OpenSearchEngine, open_engine(url))) as opened:
        yield opened


def put(engine: OpenSearchEngine, *ids: str, fresh: bool = False) -> None:
    with engine.writer(fresh=fresh) as writer:
        for one in ids:
            writer.put(documents(one, f"Tide of {one}"))


def ids(engine: OpenSearchEngine) -> list[str]:
    return [hit.head.id for hit in engine.search(Query(Word("tide")), limit=50).hits]


def test_a_name_without_an_index_says_what_to_do(engine: OpenSearchEngine) -> None:
    for ask in (engine.info, engine.count, engine.ids, lambda: ids(engine)):
        with pytest.raises(IndexMissingError, match="searchsvc reindex"):
            ask()


def test_generations_follow_each_other_and_the_last_two_are_kept(engine: OpenSearchEngine) -> None:
    for one in "abc":
        put(engine, one, fresh=True)
        alias = engine.session.cluster.request("GET", f"/_alias/{engine.session.cluster.access.name}")
        assert list(alias) == [engine.session.commits.now().articles]
    assert sorted(set(generation_indices(engine.session.cluster).values())) == [2, 3]
    assert (engine.generation(), ids(engine), list(engine.verify())) == ("3", ["c"], [])
    assert isinstance(engine, GenerationStore)


def test_a_rollback_brings_back_the_generation_before_and_its_commit(engine: OpenSearchEngine, url: str) -> None:
    put(engine, "a", "b", fresh=True)
    before = engine.info()
    with closing(open_engine(url)) as reader:
        assert reader.search(Query(MatchAll()), limit=9).total == 2
        put(engine, "c", fresh=True)
        assert engine.rollback() == before
        assert (ids(engine), reader.info()) == (["a", "b"], before)
        put(engine, "d", fresh=True)
        put(engine, "e", fresh=True)
        assert reader.search(Query(Word("tide")), limit=9).hits[0].head.id == "e", "its indices were removed meanwhile"


def test_there_is_no_way_back_from_the_first_generation(engine: OpenSearchEngine) -> None:
    put(engine, "a")
    with pytest.raises(EngineError, match="no generation before"):
        engine.rollback()
    assert ids(engine) == ["a"]


def test_a_new_generation_that_lacks_articles_is_not_used(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, "a")
    monkeypatch.setattr(generation_builder, "count_both", lambda *_: CommitStatistics(Statistics(articles=1), None))
    with pytest.raises(EngineError, match="holds 1 articles where 2 were written"):
        put(engine, "b", "c", fresh=True)
    assert ids(engine) == ["a"]
    assert set(generation_indices(engine.session.cluster).values()) == {1}


def test_a_new_generation_that_does_not_find_a_title_is_not_used(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, "a")
    monkeypatch.setattr(generation_builder, "TITLE_WORDS", 2)
    monkeypatch.setattr(generation_builder, "tokenize", lambda *_: tokenize("no such title"))
    with pytest.raises(EngineError, match="b is not found by its title 'Tide of b'"):
        put(engine, "b", fresh=True)
    assert ids(engine) == ["a"]


def test_an_article_that_is_put_twice_into_a_new_generation_counts_once(engine: OpenSearchEngine) -> None:
    with engine.writer(fresh=True) as writer:
        quotes = (("we row", "Ann Oar"), ("we sail", "Ann Oar"))
        writer.put(documents("a", "Tide and quern", "x", quotes=quotes))
        writer.put(documents("b", "Tide", "x"))
        writer.put(documents("a", "Tide", "x", quotes=quotes[:1]))
        writer.delete("b")
    assert engine.search_quotes(MatchAll(), (), limit=9).total == 1
    assert list(engine.words("", limit=9)) == [("tide", 1), ("x", 1)]


def test_the_lock_of_a_writer_that_died_ends_by_itself(
    engine: OpenSearchEngine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, "a")
    monkeypatch.setattr(lease, "LASTS", 1.0)
    monkeypatch.setattr(lease, "RENEWED", 60.0)
    dead = lease.Lease(engine.session.cluster, engine.session.commits.index, lease.WRITING)
    dead.take("writer")
    with closing(open_engine(url)) as other:
        with (
            pytest.raises(IndexBusyError, match=r"another writer is open, in process \d+ on .*if it was killed"),
            other.writer(),
        ):
            pass
        time.sleep(1.1)
        put(of_type(OpenSearchEngine, other), "b")
    assert ids(engine) == ["a", "b"]


def test_a_writer_that_was_away_too_long_writes_nothing_more(
    engine: OpenSearchEngine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, "a")
    monkeypatch.setattr(lease, "LASTS", 0.5)
    monkeypatch.setattr(lease, "RENEWED", 60.0)
    with pytest.raises(IndexBusyError, match="away so long"), engine.writer() as writer:  # noqa: PT012
        writer.put(documents("lost", "Tide of the lost"))
        time.sleep(0.6)
        with closing(open_engine(url)) as other:
            put(of_type(OpenSearchEngine, other), "b")
    assert ids(engine) == ["a", "b"]


def test_the_lock_is_renewed_while_a_writer_works(
    engine: OpenSearchEngine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, "a")
    monkeypatch.setattr(lease, "LASTS", 1.5)
    monkeypatch.setattr(lease, "RENEWED", 0.3)
    with engine.writer() as writer:
        writer.put(documents("b", "Tide of b"))
        time.sleep(2.5)
        with closing(open_engine(url)) as other, pytest.raises(IndexBusyError), other.writer():
            pass
    assert ids(engine) == ["a", "b"]


def test_an_index_of_another_version_is_named_and_built_anew(
    engine: OpenSearchEngine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(commit_state, "fingerprint", lambda: "of another version")
        put(engine, "a")
    with closing(open_engine(url)) as reader:
        for ask in (reader.info, lambda: ids(of_type(OpenSearchEngine, reader))):
            with pytest.raises(OutdatedIndexError, match="searchsvc reindex"):
                ask()
        with pytest.raises(OutdatedIndexError), reader.writer():
            pass
    put(engine, "b", fresh=True)
    assert ids(engine) == ["b"]
    with pytest.raises(EngineError, match="another version"):
        engine.rollback()


def test_searches_go_on_while_commits_are_made(engine: OpenSearchEngine, url: str) -> None:
    put(engine, *(f"a{i}" for i in range(5)))
    ended = threading.Event()
    failures: list[str] = []

    def search() -> None:
        with closing(open_engine(url)) as reader:
            while not ended.is_set():
                ranking = reader.search(Query(Word("tide")), limit=50)
                if ranking.total not in {5, 6} or len(ranking.hits) not in {5, 6}:
                    failures.append(f"{len(ranking.hits)} hits of {ranking.total}")

    thread = threading.Thread(target=search)
    thread.start()
    try:
        for _ in range(5):
            put(engine, "a5")
            with engine.writer() as writer:
                writer.delete("a5")
    finally:
        ended.set()
        thread.join()
    assert failures == []


def test_a_commit_that_cannot_be_read_is_damage_with_a_way_out(engine: OpenSearchEngine) -> None:
    put(engine, "a")
    session = engine.session
    write_commit(session, CURRENT, session.commits.now())
    body = encoded_commit(session.commits.now()) | {"commit": "{"}
    session.cluster.request("PUT", f"/{session.commits.index}/_doc/{CURRENT}", body, params={"refresh": "true"})
    with pytest.raises(EngineError, match="reindex --full"):
        engine.info()


def segments(engine: OpenSearchEngine) -> int:
    index = engine.session.commits.now().articles
    found = engine.session.cluster.request("GET", f"/{index}/_stats/segments")
    return int(found["_all"]["primaries"]["segments"]["count"])


def test_what_a_build_or_a_large_commit_has_written_is_merged(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_session, "WORTH_MERGING", 4)
    monkeypatch.setattr(generation_builder, "SENT_AT_ONCE", 1)
    put(engine, "a", "b", "c")
    put(engine, "d", "e")
    assert segments(engine) > 1, "a small commit leaves segments to the cluster"
    put(engine, "f", "g", "h", "i", "j", "k")
    assert segments(engine) == 1
    put(engine, "l")
    assert segments(engine) == 2
    put(engine, *"mnopq", fresh=True)
    assert segments(engine) == 1
    assert sorted(ids(engine)) == list("mnopq")


def test_a_cluster_that_does_not_merge_keeps_the_commit(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(index_session, "WORTH_MERGING", 1)
    whole = engine.session.cluster.request_whole

    def refused(method: str, path: str, *, params: Mapping[str, object] | None = None) -> Json:
        if path.endswith("_forcemerge"):
            raise EngineError("no answer within 600 s")
        return whole(method, path, params=params)

    monkeypatch.setattr(engine.session.cluster, "request_whole", refused)
    put(engine, "a", "b", fresh=True)
    assert sorted(ids(engine)) == ["a", "b"]
    assert "are not merged, so searches take longer than they need: no answer within 600 s" in caplog.text


def test_nothing_is_sent_before_the_block_ends(engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    put(engine, "a")
    sent: list[Json] = []
    monkeypatch.setattr(engine.session.cluster, "bulk", sent.extend)
    with engine.writer() as writer:
        for i in range(2 * incremental_commit.LOOKED_UP):
            writer.put(documents(f"b{i}", "Tide"))
        assert sent == []
    assert sent
