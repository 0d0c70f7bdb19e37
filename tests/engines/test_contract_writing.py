"""What every engine does alike: commits, as several handles see them."""

from collections.abc import Callable, Sequence

import pytest

from searchsvc.engines.base import Engine
from searchsvc.errors import EngineError, IndexBusyError
from searchsvc.model.document import Document
from searchsvc.model.query import MatchAll, Query, Word
from tests.engines.engine_articles import documents

Opener = Callable[[], Engine]


def ids(engine: Engine, word: str | None = None) -> list[str]:
    root = Word(word) if word else MatchAll()
    return [hit.head.id for hit in engine.search(Query(root), limit=50).hits]


def put(engine: Engine, *articles: Sequence[Document]) -> None:
    with engine.writer() as writer:
        for one in articles:
            writer.put(one)


class CutShortError(Exception):
    """Raised inside a writer's block."""


def test_an_open_reader_sees_additions_updates_and_deletions_after_the_commit(opener: Opener) -> None:
    writing, reading = opener(), opener()
    put(writing, documents("a", "Old tide"), documents("b", "Tide"))
    assert ids(reading, "tide") == ["a", "b"] or ids(reading, "tide") == ["b", "a"]
    put(writing, documents("a", "New anchor"))
    assert (ids(reading, "tide"), ids(reading, "anchor"), reading.count()) == (["b"], ["a"], 2)
    with writing.writer() as writer:
        writer.delete("b")
        assert ids(reading, "tide") == ["b"]
    assert (ids(reading, "tide"), reading.count(), reading.article("b")) == ([], 1, None)


def test_the_last_version_counts_where_one_writer_puts_an_article_twice(opener: Opener) -> None:
    engine = opener()
    put(engine, documents("a", "First tide"), documents("a", "Second anchor"))
    assert (ids(engine, "tide"), ids(engine, "anchor"), engine.count()) == ([], ["a"], 1)
    with engine.writer() as writer:
        writer.put(documents("b", "Tide"))
        writer.delete("b")
        writer.delete("nobody")
        writer.delete("a")
        writer.put(documents("a", "Third quern"))
    assert (ids(engine), ids(engine, "quern")) == (["a"], ["a"])


def test_quotes_and_headlines_go_with_their_article(opener: Opener) -> None:
    engine = opener()
    put(engine, documents("a", "Tide", "Text.", quotes=(("we row", "Ann Oar"),), related=("Anchor lost",)))
    put(engine, documents("a", "Tide", "Text.", quotes=(("we sail", "Ann Oar"),)))
    assert engine.search_quotes(Word("row"), (), limit=5).total == 0
    assert engine.search_quotes(Word("sail"), (), limit=5).total == 1
    assert engine.search_headlines(Word("anchor"), (), limit=5).total == 0
    with engine.writer() as writer:
        writer.delete("a")
    assert engine.search_quotes(MatchAll(), (), limit=5).total == 0


def test_a_block_that_raises_changes_nothing(opener: Opener) -> None:
    engine = opener()
    put(engine, documents("a", "Tide"))
    before = engine.info()
    with pytest.raises(CutShortError), engine.writer() as writer:  # noqa: PT012 - the block is what is tested
        writer.put(documents("b", "Tide"))
        writer.delete("a")
        raise CutShortError
    assert (ids(engine), engine.info()) == (["a"], before)
    put(engine, documents("b", "Tide"))
    assert ids(engine) == ["a", "b"]


def test_a_fresh_writer_replaces_everything_at_its_commit(opener: Opener) -> None:
    writing, reading = opener(), opener()
    put(writing, documents("a", "Tide"), documents("b", "Tide"))
    with writing.writer(fresh=True) as writer:
        writer.put(documents("c", "Tide"))
        assert ids(reading, "tide") == ["a", "b"]
    assert (ids(reading, "tide"), ids(writing, "tide")) == (["c"], ["c"])


def test_a_fresh_block_that_raises_leaves_the_old_articles(opener: Opener) -> None:
    writing, reading = opener(), opener()
    put(writing, documents("a", "Tide"))
    with pytest.raises(CutShortError), writing.writer(fresh=True) as writer:  # noqa: PT012 - the block is what is tested
        writer.put(documents("c", "Tide"))
        raise CutShortError
    assert ids(reading) == ["a"]
    put(writing, documents("b", "Tide"))
    assert ids(reading) == ["a", "b"]


def test_only_one_writer_is_open_at_a_time(opener: Opener) -> None:
    first, second = opener(), opener()
    with first.writer() as writer:
        writer.put(documents("a", "Tide"))
        with pytest.raises(IndexBusyError, match="writer"), second.writer():
            pass
        with pytest.raises(IndexBusyError), second.writer(fresh=True):
            pass
    put(second, documents("b", "Tide"))
    assert ids(first) == ["a", "b"]


def test_info_names_another_generation_after_every_commit(opener: Opener) -> None:
    engine, other = opener(), opener()
    seen = []
    for fresh in (False, False, True, False):
        with engine.writer(fresh=fresh) as writer:
            writer.put(documents("a", "Tide"))
        assert engine.info() == other.info()
        seen.append(engine.info().generation)
    assert len(set(seen)) == 4
    assert engine.info().articles == 1
    assert engine.info().updated is not None


def test_many_small_commits_add_up(opener: Opener) -> None:
    engine = opener()
    for i in range(25):
        put(engine, documents(f"a{i:02}", "Tide", f"Boat number n{i}."))
    with engine.writer() as writer:
        for i in range(0, 25, 2):
            writer.delete(f"a{i:02}")
    assert ids(engine, "tide") == [f"a{i:02}" for i in range(1, 25, 2)]
    assert ids(engine, "n7") == ["a07"]
    assert ids(engine, "n8") == []


def test_put_refuses_documents_without_their_article(opener: Opener) -> None:
    engine = opener()
    with pytest.raises(EngineError, match="begin"):
        put(engine, ())
    with pytest.raises(EngineError, match="begin"):
        put(engine, documents("a", "Tide", "x", related=("Anchor",))[1:])
