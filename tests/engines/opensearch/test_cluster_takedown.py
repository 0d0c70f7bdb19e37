"""Articles taken down from a cluster: in no search at once, in neither generation, and in no file of a node."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.opensearch import OpenSearchEngine, erasure
from searchsvc.engines.takedowns import Takedown, Takedowns, digest_of
from searchsvc.errors import EngineError
from searchsvc.model.query import MatchAll, Query, Word
from tests.engines.clusters import cluster_index
from tests.engines.engine_articles import documents
from tests.narrowing import of_type

pytestmark = pytest.mark.cluster
#: A word that no other text has.
RARE = "zyxommaphyllus"
FILES = os.environ.get("SEARCHSVC_TEST_CLUSTER_FOLDER", "")


@pytest.fixture
def engine() -> Iterator[OpenSearchEngine]:
    """Two generations that both hold the article with the rare word."""
    with cluster_index() as url, closing(of_type(OpenSearchEngine, open_engine(url))) as opened:
        for _ in range(2):
            with opened.writer(fresh=True) as writer:
                writer.put(documents("kept", "Tide", "The ferry stays."))
                quotes = ((f"we saw {RARE}", "Ann Oar"),)
                writer.put(
                    documents("gone", f"Tide and {RARE}", f"The {RARE}.", quotes=quotes, related=(f"{RARE} lost",))
                )
        yield opened


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait until the shards let go of deleted documents, which is half a minute."""
    monkeypatch.setattr(erasure, "_expunge", lambda *_: 1)


def takedown(article_id: str, *, later: bool = False) -> Takedowns:
    return Takedowns((Takedown(digest_of(article_id), "2026-01-01T00:00:00+00:00", later),))


def assert_gone(engine: OpenSearchEngine) -> None:
    assert [hit.head.id for hit in engine.search(Query(Word("tide")), limit=9).hits] == ["kept"]
    assert (engine.count(), engine.article("gone"), list(engine.ids())) == (1, None, ["kept"])
    assert engine.search_quotes(MatchAll(), (), limit=9).total == 0
    assert engine.search_headlines(MatchAll(), (), limit=9).total == 0
    assert list(engine.words(RARE[:4], limit=9)) == []


@pytest.mark.usefixtures("at_once")
def test_it_is_in_no_search_and_in_neither_generation(engine: OpenSearchEngine) -> None:
    before = engine.info()
    done = engine.forget(takedown("gone"))
    assert_gone(engine)
    assert [(step.generation, step.before, step.after) for step in done.steps[:1]] == [
        ("2", before.commit, engine.info().commit)
    ]
    engine.rollback()
    assert_gone(engine)
    assert "gone" in engine.forgotten()
    assert engine.erase().steps == ()


@pytest.mark.usefixtures("at_once")
def test_later_writers_keep_it_out(engine: OpenSearchEngine) -> None:
    engine.forget(takedown("gone"))
    for fresh in (False, True):
        with engine.writer(fresh=fresh) as writer:
            writer.put(documents("kept", "Tide", "The ferry stays."))
            writer.put(documents("gone", "Tide"))
        assert_gone(engine)


def test_a_forget_that_was_killed_is_finished_by_the_next_run(
    engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        """The process ends."""

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "_expunge", killed)
        with pytest.raises(KilledError):
            engine.forget(takedown("gone"))
    assert_gone(engine)
    monkeypatch.setattr(erasure, "_expunge", lambda *_: 1)
    assert engine.erase().bytes == 1
    assert engine.erase().bytes == 0


def test_documents_that_a_shard_keeps_are_said(engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """For half a minute a shard keeps what was deleted, lest a copy of it needs it."""
    monkeypatch.setattr(erasure, "MERGES", 1)
    with pytest.raises(EngineError, match="deleted documents are still in files"):
        engine.forget(takedown("gone"))
    assert_gone(engine)
    monkeypatch.setattr(erasure, "_expunge", lambda *_: 1)
    assert engine.erase().bytes == 1, "the next run tries again"


@pytest.mark.skipif(not FILES, reason="the folder of the cluster is not known")
def test_no_file_of_a_node_has_its_words(engine: OpenSearchEngine) -> None:
    states = engine.session.cluster
    states.request("POST", f"/{states.access.name}-*/_flush", params={"force": "true"})
    assert files_with(RARE), "before, its tokens stand in a dictionary of terms, or in the log of changes"
    engine.forget(takedown("gone"))
    assert files_with(RARE) == []


def files_with(word: str) -> list[Path]:
    return [path for path in Path(FILES).rglob("*") if path.is_file() and word.encode() in path.read_bytes()]
