"""What every engine does alike with older versions of articles: kept beside them, and searched where that is asked."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from searchsvc.engines.base import Engine
from searchsvc.errors import EngineError
from searchsvc.model.article import Article, ArticleHead, Block, History, Provenance, Quote
from searchsvc.model.document import ArticleDocument, ArticleVersions, chunk, whole_document
from searchsvc.model.fields import TITLE, FacetField
from searchsvc.model.query import And, FacetFilter, Fuzzy, MatchAll, Node, Phrase, Query, Url, Word

Opener = Callable[[], Engine]


def an_article(id_: str, title: str, *texts: str, of: str | None = None, day: int = 1) -> Article:
    since = datetime(2026, 6, day, 10, tzinfo=UTC)
    history = History(of or id_, since, 1, older=0 if of else 1)
    head = ArticleHead(id_, title, f"https://post.example/{of or id_}", "Post", language="en", history=history)
    return Article(head, tuple(Block("paragraph", text) for text in texts), Provenance("test", f"{id_}.html", "0"))


def older(*articles: Article) -> list[ArticleDocument]:
    return list(map(whole_document, articles))


FIRST = an_article("a@20260601100000", "Harbour wall may close", "The council doubts the masonry.", of="a", day=1)
SECOND = an_article("a@20260602100000", "Harbour wall shut", "The council shut the wall for repair.", of="a", day=2)
NEWEST = an_article("a", "Harbour wall closed", "The council closed the wall on Monday.", day=3)
OTHER = an_article("b", "Ferry runs late", "The ferry missed the tide.")


def filled(engine: Engine, versions: Sequence[Article] = (FIRST, SECOND)) -> Engine:
    with engine.writer() as writer:
        writer.put(chunk(NEWEST))
        writer.put(chunk(OTHER))
        writer.put_versions("a", older(*versions))
    return engine


def found(engine: Engine, root: Node, *, versions: bool = False) -> list[str]:
    query = Query(root, versions=versions)
    ranking = engine.search(query, limit=50)
    assert ranking.total == len(ranking.hits) == engine.totals([query])[0]
    return sorted(hit.head.id for hit in ranking.hits)


def test_older_versions_are_found_only_where_they_are_asked_for(engine: Engine) -> None:
    filled(engine)
    assert found(engine, Word("masonry")) == []
    assert found(engine, Word("masonry"), versions=True) == [FIRST.head.id]
    assert found(engine, Word("wall")) == ["a"]
    assert found(engine, Word("wall"), versions=True) == ["a", FIRST.head.id, SECOND.head.id]
    assert found(engine, MatchAll(), versions=True) == ["a", FIRST.head.id, SECOND.head.id, "b"]
    assert found(engine, Phrase(("shut", "the", "wall")), versions=True) == [SECOND.head.id]
    assert found(engine, Word("shut", TITLE), versions=True) == [SECOND.head.id]
    assert found(engine, Fuzzy("masonri"), versions=True) == []
    assert found(engine, Url("https://post.example/a"), versions=True) == ["a", FIRST.head.id, SECOND.head.id]


def test_counts_words_languages_and_ids_are_those_of_the_articles(engine: Engine) -> None:
    filled(engine)
    assert (engine.count(), sorted(engine.ids()), list(engine.languages())) == (2, ["a", "b"], ["en"])
    assert (engine.words("mason", limit=5), engine.frequencies([Word("masonry"), Word("wall")])) == ([], [0, 1])
    assert engine.totals([Query(Word("wall")), Query(Word("wall"), versions=True), Query(MatchAll())]) == [1, 3, 2]


def test_facets_count_what_is_searched(engine: Engine) -> None:
    filled(engine)
    outlet = FacetField("outlet")
    for versions, count in ((False, 2), (True, 4)):
        ranking = engine.search(Query(MatchAll(), versions=versions), limit=1)
        assert [(value.value, value.count) for value in ranking.facets[outlet]] == [("Post", count)]
    both = And((Word("wall"), FacetFilter(outlet, "post")))
    assert found(engine, both, versions=True) == ["a", FIRST.head.id, SECOND.head.id]


def test_they_are_read_newest_first_and_by_their_own_ids(engine: Engine) -> None:
    filled(engine)
    assert engine.versions("a") == (SECOND, FIRST)
    assert engine.versions("b") == engine.versions("nobody") == engine.versions(FIRST.head.id) == ()
    assert engine.article(FIRST.head.id) == FIRST
    assert engine.articles(["a", SECOND.head.id, "a@2"]) == [NEWEST, SECOND, None]


def test_put_leaves_them_put_versions_replaces_them_and_delete_takes_them_along(opener: Opener) -> None:
    engine, reading = filled(opener()), opener()
    newer = replace(NEWEST, head=replace(NEWEST.head, title="Harbour wall opened"))
    with engine.writer() as writer:
        writer.put(chunk(newer))
    assert (reading.article("a"), reading.versions("a")) == (newer, (SECOND, FIRST))
    with engine.writer() as writer:
        writer.put_versions("a", older(SECOND))
    assert (reading.versions("a"), reading.article(FIRST.head.id)) == ((SECOND,), None)
    assert found(reading, Word("masonry"), versions=True) == []
    with engine.writer() as writer:
        writer.delete("a")
    assert (reading.versions("a"), reading.article(SECOND.head.id), reading.count()) == ((), None, 1)
    assert found(reading, MatchAll(), versions=True) == ["b"]


def test_a_writer_reads_what_its_commit_will_have(engine: Engine) -> None:
    filled(engine)
    newer = replace(NEWEST, head=replace(NEWEST.head, title="Harbour wall opened"))
    for fresh in (False, True):
        with engine.writer(fresh=fresh) as writer:
            if not fresh:
                assert writer.stored(["a"]) == [ArticleVersions(NEWEST, (SECOND, FIRST))]
            assert writer.stored(["nobody"]) == [ArticleVersions(None, ())]
            writer.put(chunk(newer))
            writer.put(chunk(OTHER))
            writer.put_versions("a", older(NEWEST_AS_OLD, SECOND))
            assert writer.stored(["a"]) == [ArticleVersions(newer, (NEWEST_AS_OLD, SECOND))]
            writer.put_versions("a", [])
            assert writer.stored(["a"]) == [ArticleVersions(newer, ())]
            writer.put_versions("a", older(SECOND))
            writer.put_versions("b", older(OLD_OTHER))
            writer.delete("b")
            assert writer.stored(["b"]) == [ArticleVersions(None, ())]
            writer.put_versions("a", older(NEWEST_AS_OLD, SECOND))
        assert (engine.article("a"), engine.versions("a")) == (newer, (NEWEST_AS_OLD, SECOND))
        assert (engine.count(), engine.versions("b")) == (1, ())


NEWEST_AS_OLD = an_article("a@20260603100000", "Harbour wall closed", "It closed on Monday.", of="a", day=3)
OLD_OTHER = an_article("b@20260601100000", "Ferry is late", "The ferry waits.", of="b")


def test_a_cancelled_writer_changes_none(engine: Engine) -> None:
    filled(engine)
    with suppress(KeyboardInterrupt), engine.writer() as writer:
        writer.put_versions("a", [])
        raise KeyboardInterrupt
    assert engine.versions("a") == (SECOND, FIRST)


@pytest.mark.parametrize("wrong", [[NEWEST], [OLD_OTHER], [FIRST, FIRST]])
def test_what_is_no_older_version_of_the_article_is_refused(engine: Engine, wrong: list[Article]) -> None:
    with engine.writer() as writer:
        writer.put(chunk(NEWEST))
        with pytest.raises(EngineError):
            writer.put_versions("a", older(*wrong))


def test_quotes_of_an_older_version_are_read_with_it_and_found_by_no_search_for_quotes(engine: Engine) -> None:
    quoted = replace(SECOND, quotes=(Quote("for repair", "partial", speaker="Ann Oar", block=0, start=26, end=36),))
    filled(engine, [quoted])
    assert engine.versions("a") == (quoted,)
    assert engine.search_quotes(MatchAll(), (), limit=5).total == 0
    assert engine.annotations([quoted.head.id])[0].quotes == quoted.quotes
    assert found(engine, Word("repair", field="quotes"), versions=True) == [quoted.head.id]  # type: ignore[arg-type]


def test_many_versions_survive_many_commits_and_merges(opener: Opener) -> None:
    engine = opener()
    for round_ in range(12):
        with engine.writer() as writer:
            for i in range(30):
                id_, text = f"n{i}", f"Text {round_} of {i}."
                writer.put(chunk(an_article(id_, f"Title {round_}", text, day=round_ + 2)))
                kept = writer.stored([id_])[0].older[:2]
                new = an_article(f"{id_}@{round_}", f"Older {round_}", text, of=id_, day=round_ + 1)
                writer.put_versions(id_, older(new, *kept))
    reading = opener()
    assert reading.count() == 30
    assert all(
        [one.head.title for one in reading.versions(f"n{i}")] == ["Older 11", "Older 10", "Older 9"] for i in range(30)
    )
    assert reading.totals([Query(MatchAll(), versions=True), Query(Phrase(("older", "10")), versions=True)]) == [
        120,
        30,
    ]
