"""A commit is seen whole or not at all, and what goes wrong leaves nothing behind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from searchsvc.engines.whoosh.codec import index_writer as writing
from searchsvc.engines.whoosh.codec import pending_segments, segment_writer, spool
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.commit import latest_commit
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter, create
from searchsvc.engines.whoosh.codec.snapshot import Snapshot, open_snapshot
from searchsvc.errors import CorruptIndexError, EngineError, IndexBusyError, IndexMissingError
from searchsvc.model.document import ArticleDocument, Document
from searchsvc.model.fields import BODY, TITLE
from tests.engines.codec.codec_stories import make_stories
from tests.narrowing import of_type

Fill = Callable[..., Path]


def titles(snapshot: Snapshot) -> dict[str, str]:
    return {
        segment.arrays.id(doc): segment.arrays.display_fields(doc).head.title
        for segment in snapshot.articles
        for doc in range(segment.arrays.count)
        if segment.alive is None or segment.alive[doc]
    }


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def dated(documents: tuple[Document, ...], moment: datetime) -> tuple[Document, ...]:
    first = of_type(ArticleDocument, documents[0])
    head = replace(first.article.head, published=moment)
    return (replace(first, article=replace(first.article, head=head)), *documents[1:])


def fail_late(writer: IndexWriter) -> None:
    writer.put(make_stories(9)[8])
    writer.delete("story-1")
    writer.put(())


def retitled(documents: tuple[Document, ...], title: str) -> tuple[Document, ...]:
    first = of_type(ArticleDocument, documents[0])
    head = replace(first.article.head, title=title)
    return (
        replace(first, texts={**first.texts, TITLE: title}, article=replace(first.article, head=head)),
        *documents[1:],
    )


def test_a_newer_version_replaces_the_older_within_and_between_commits(fill: Fill) -> None:
    one, two = make_stories(2)
    folder = fill([retitled(one, "First"), two, retitled(one, "Second")])
    assert titles(open_snapshot(folder))["story-0"] == "Second"
    with IndexWriter(folder) as writer:
        writer.put(retitled(one, "Third"))
        writer.put(retitled(two, "Gone"))
        writer.delete("story-1")
        writer.delete("never there")
    assert titles(open_snapshot(folder)) == {"story-0": "Third"}
    assert verify(folder) == []


def test_an_open_snapshot_stays_as_it_was(fill: Fill) -> None:
    stories = make_stories(12)
    folder = fill(stories)
    before = open_snapshot(folder)
    display_fields = titles(before)
    for documents in stories:
        with IndexWriter(folder) as writer:
            writer.put(retitled(documents, "New"))
    assert titles(before) == display_fields
    after = open_snapshot(folder, before)
    assert after.number == before.number + len(stories) == latest_commit(folder)
    assert set(titles(after).values()) == {"New"}


def test_a_reopened_snapshot_keeps_the_open_segments(fill: Fill) -> None:
    stories = make_stories(30)
    folder = fill(stories)
    before = open_snapshot(folder)
    with IndexWriter(folder) as writer:
        writer.delete("story-3")
    after = open_snapshot(folder, before)
    assert after.articles[0].arrays is before.articles[0].arrays
    assert after.articles[0].alive is not None
    assert (after.articles[0].count, before.articles[0].alive) == (29, None)


def test_an_error_in_the_block_undoes_everything(fill: Fill) -> None:
    folder = fill(make_stories(5))
    files, display_fields = names(folder), titles(open_snapshot(folder))
    with pytest.raises(EngineError, match="begin with"), IndexWriter(folder) as writer:
        fail_late(writer)
    assert names(folder) == files
    assert titles(open_snapshot(folder)) == display_fields


@pytest.mark.parametrize("step", ["finish", "join", "contents"])
def test_a_full_disk_at_the_commit_leaves_the_index_as_it_was(
    fill: Fill, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    stories = make_stories(20)
    folder = fill(stories[:6], stories[6:12])
    files, display_fields = names(folder), titles(open_snapshot(folder))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    target = {
        "finish": (segment_writer, "write_dense"),
        "join": (pending_segments.PendingSegments, "join"),
        "contents": (writing, "write_commit"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*target[step], full)
        with (
            pytest.raises(EngineError, match=r"this commit was undone.*No space left"),
            IndexWriter(folder, optimize=True) as writer,
        ):
            writer.put(stories[15])
    assert names(folder) == files
    assert titles(open_snapshot(folder)) == display_fields
    with IndexWriter(folder, optimize=True) as writer:
        writer.put(stories[15])
    assert len(titles(open_snapshot(folder))) == 13


def test_a_full_disk_while_putting_spoils_the_writer_not_the_index(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    stories = make_stories(12)
    folder = fill(stories[:6])
    files, display_fields = names(folder), titles(open_snapshot(folder))
    monkeypatch.setattr(segment_writer, "ANALYSED_TOGETHER", 4)
    writer = IndexWriter(folder)
    for documents in stories[6:9]:
        writer.put(documents)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(spool.Spool, "append", full)
        with pytest.raises(EngineError, match=r"story-9.*No space left"):
            writer.put(stories[9])
    writer.put(stories[10])
    with pytest.raises(EngineError, match="this commit was undone"):
        writer.commit()
    assert (names(folder), titles(open_snapshot(folder))) == (files, display_fields)
    with IndexWriter(folder) as again:
        again.put(stories[11])


def test_a_writer_names_a_missing_file(fill: Fill) -> None:
    folder = fill(make_stories(3))
    gone = next(path for path in folder.glob("*.arrays"))
    for path in folder.glob("*.arrays"):
        path.unlink()
    with pytest.raises(CorruptIndexError, match=gone.suffix), IndexWriter(folder) as writer:
        writer.delete("story-1")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(lambda d: (replace(d[0], body_blocks=(0,) * 9), *d[1:]), "paragraphs of body", id="blocks"),
        pytest.param(
            lambda d: (replace(d[0], texts={**d[0].texts, "captions": "One\n" * 9}), *d[1:]),
            "paragraphs of captions",
            id="captions",
        ),
        pytest.param(lambda d: retitled(d, "half \ud800"), "cannot be stored", id="half a surrogate pair"),
        pytest.param(lambda d: dated(d, datetime(2009, 7, 15)), "no time zone", id="no time zone"),  # noqa: DTZ001
        pytest.param(lambda d: d[1:], "begin with the article", id="no article"),
        pytest.param(lambda _: (), "begin with the article", id="nothing"),
        pytest.param(lambda d: (d[0], d[0]), "belong to another", id="two articles"),
    ],
)
def test_a_bad_document_is_refused_and_the_writer_goes_on(
    fill: Fill, spoil: Callable[[tuple[Document, ...]], tuple[Document, ...]], words: str
) -> None:
    stories = []
    for story in make_stories(40):
        first = of_type(ArticleDocument, story[0])
        if len(story) > 1 and len(first.article.blocks) > 1 and first.texts[BODY]:
            stories.append(story)
    bad = retitled(stories[0], "A bad one")
    with IndexWriter(fill([stories[0]])) as writer:
        with pytest.raises(EngineError, match=words):
            writer.put(spoil(bad))
        writer.put(stories[1])
        folder = writer.folder
    assert titles(open_snapshot(folder)) == {d[0].id: of_type(ArticleDocument, d[0]).texts[TITLE] for d in stories[:2]}
    assert verify(folder) == []


def test_only_one_writer_at_a_time(fill: Fill) -> None:
    folder = fill()
    with IndexWriter(folder), pytest.raises(IndexBusyError, match="another process"):
        IndexWriter(folder)
    with IndexWriter(folder):
        pass


@pytest.mark.parametrize("make", [lambda path: path, lambda path: path.mkdir() or path], ids=["no folder", "empty"])
def test_a_missing_index_is_said_to_be_missing(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    folder = make(tmp_path / "none")
    with pytest.raises(IndexMissingError, match="reindex"):
        open_snapshot(folder)
    with pytest.raises(IndexMissingError, match="reindex"):
        IndexWriter(folder)


def test_create_leaves_an_index_alone(fill: Fill) -> None:
    folder = fill(make_stories(3))
    create(folder)
    assert len(titles(open_snapshot(folder))) == 3


def test_create_says_why_it_cannot(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EngineError, match="cannot be made"):
        create(tmp_path / "file")


@pytest.mark.parametrize(("limit", "value"), [("MOST_WORDS", 120), ("MOST_DOCUMENTS", 30)], ids=["words", "documents"])
def test_segments_roll_over_before_they_are_too_large(
    fill: Fill, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(pending_segments, limit, value)
    monkeypatch.setattr(segment_writer, "ANALYSED_TOGETHER", 1)
    stories = make_stories(40)
    folder = fill([*stories, retitled(stories[1], "Put twice")])
    assert 1 < len(open_snapshot(folder).articles) < 5
    assert len(titles(open_snapshot(folder))) == 40
    assert titles(open_snapshot(folder))["story-1"] == "Put twice"
    assert verify(folder) == []


def test_what_was_put_and_deleted_again_leaves_no_segment(fill: Fill) -> None:
    folder = fill()
    with IndexWriter(folder) as writer:
        writer.put(make_stories(1)[0])
        writer.delete("story-0")
    assert open_snapshot(folder).segments == ()
    assert not list(folder.glob("*.arrays"))


def test_addresses_are_found_by_their_key(fill: Fill) -> None:
    folder = fill()
    with IndexWriter(folder, url_key=lambda url: url.removeprefix("https://")) as writer:
        writer.put(make_stories(2)[1])
    arrays = open_snapshot(folder).articles[0].arrays
    assert arrays.keys["url"].documents("bell.example/1").tolist() == [0]


def test_leftovers_of_a_killed_writer_go_at_the_next_commit(fill: Fill) -> None:
    folder = fill(make_stories(3))
    for name in ("MAIN_0123456789abcdef.arrays", "_MAIN_99.unfinished"):
        (folder / name).write_bytes(b"half")
    with IndexWriter(folder):
        pass
    assert not {"MAIN_0123456789abcdef.arrays", "_MAIN_99.unfinished"} & set(names(folder))
