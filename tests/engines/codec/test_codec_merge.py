"""Segments joined hold the bytes that one bulk load writes, whatever was deleted in between."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.commit import SegmentInfo
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
from searchsvc.engines.whoosh.codec.pending_segments import choose
from searchsvc.engines.whoosh.codec.segment import SegmentArrays
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.model.document import ArticleDocument
from tests.engines.codec.codec_stories import make_stories
from tests.narrowing import of_type

Fill = Callable[..., Path]


def contents(folder: Path) -> dict[str, dict[str, bytes]]:
    """Every array of every family, with its type."""
    found: dict[str, dict[str, bytes]] = {}
    for segment in open_snapshot(folder).segments:
        file = segment.arrays.file
        assert segment.arrays.document_type.name not in found
        found[segment.arrays.document_type.name] = {
            name: file.array(name).dtype.str.encode() + file.array(name).tobytes() for name in file.names()
        }
    return found


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("every", [0, 1, 3, 7], ids=["nothing deleted", "all", "a third", "a seventh"])
def test_merged_segments_are_a_bulk_load(fill: Fill, every: int) -> None:
    stories = make_stories(50)
    left = [documents for i, documents in enumerate(stories) if not every or i % every]
    many = fill(stories[:3], stories[3:20], stories[20:21], stories[21:])
    with IndexWriter(many, optimize=True) as writer:
        for i, documents in enumerate(stories):
            if every and i % every == 0:
                writer.delete(documents[0].id)
    assert verify(many) == []
    assert contents(many) == contents(fill(left, name="bulk") if left else fill(name="bulk"))


def test_a_thousand_small_changes_end_in_what_is_left(fill: Fill) -> None:
    random, stories = Random(8), make_stories(40)  # noqa: S311  # nothing secret
    folder, wanted = fill(), {}
    for _ in range(60):
        with IndexWriter(folder) as writer:
            for _ in range(random.randrange(4)):
                documents = random.choice(stories)
                if random.random() < 0.7:
                    writer.put(documents)
                    wanted[documents[0].id] = documents
                else:
                    writer.delete(documents[0].id)
                    wanted.pop(documents[0].id, None)
    snapshot = open_snapshot(folder)
    found = {}
    for segment in snapshot.articles:
        alive = range(segment.arrays.count) if segment.alive is None else segment.alive.nonzero()[0].tolist()
        found.update({segment.arrays.id(doc): segment.arrays.article(doc) for doc in alive})
    assert found == {key: of_type(ArticleDocument, documents[0]).article for key, documents in wanted.items()}
    assert len(snapshot.articles) < 12
    assert sum(segment.count for segment in snapshot.quotes) == sum(
        "#q" in document.id for documents in wanted.values() for document in documents[1:]
    )
    assert verify(folder) == []


def sizes(*alive: int, dead: int = 0, slots: int = 10) -> list[SegmentInfo]:
    return [SegmentInfo(str(i), "article", n + dead, slots, n) for i, n in enumerate(alive)]


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        pytest.param(sizes(1, 1, 1, 1), [], id="a few small ones stay"),
        pytest.param(sizes(1, 1, 1, 1, 1), [["0", "1", "2", "3", "4"]], id="a crowd is joined"),
        pytest.param(sizes(9999, 1, 1, 1, 1, 1), [["1", "2", "3", "4", "5"]], id="a large one is left alone"),
        pytest.param(sizes(700, 700, 700, 700, 700, 3), [["0", "1", "2", "3", "4", "5"]], id="smaller ones go along"),
        pytest.param(sizes(100, dead=60), [["0"]], id="many deletions are swept out"),
        pytest.param(sizes(100, dead=10), [], id="few deletions wait"),
        pytest.param(sizes(1, 1, 1, 1, 1, slots=40), [["0", "1"], ["2", "3"]], id="no more slots than fit"),
    ],
)
def test_choose_keeps_segments_few(given: list[SegmentInfo], groups: list[list[str]]) -> None:
    assert choose(given, 100) == groups


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        pytest.param(sizes(9999, 1), [["0", "1"]], id="all are joined"),
        pytest.param(sizes(5), [], id="one is whole already"),
        pytest.param(sizes(5, dead=1), [["0"]], id="one with deletions is rewritten"),
        pytest.param([], [], id="none"),
    ],
)
def test_choose_everything(given: list[SegmentInfo], groups: list[list[str]]) -> None:
    assert choose(given, 100, everything=True) == groups


def test_a_joined_segment_keeps_the_facets(fill: Fill) -> None:
    stories = make_stories(30)
    folder = fill(stories[:10], stories[10:])
    with IndexWriter(folder, optimize=True) as writer:
        writer.delete("story-0")
    (segment,) = open_snapshot(folder).articles
    heads = [of_type(ArticleDocument, documents[0]).article.head for documents in stories[1:]]
    assert sections(segment.arrays) == [head.section or "" for head in heads]


def sections(arrays: SegmentArrays) -> list[str]:
    column = arrays.facets["section"]
    return [column.values[i].decode() for i in column.ordinal.tolist()]
