"""An index follows its pages: added, changed, gone, broken, captured twice, taken down."""

import contextlib
import errno
import gzip
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.whoosh.codec import commit
from searchsvc.errors import CorruptIndexError, IndexBusyError, NotFoundError, OutdatedIndexError, UsageError
from searchsvc.reindex import catalogue_faults, forget, pipeline, reindex_places, rollback
from searchsvc.reindex.catalogue import Catalogue
from searchsvc.reindex.pipeline import IngestPipeline
from searchsvc.search import SearchRequest, search_articles

CAPTURE = """<html><head><link rel="canonical" href="https://quay.example/a"><title>{title}</title>
<meta property="og:title" content="{title}"><meta property="og:type" content="article">
<meta property="article:modified_time" content="2024-01-0{day}T10:00:00Z"></head>
<body><article><h1>{title}</h1>
<p>The ferry between Port Aldous and Lowmere sails again from Monday.</p></article></body>
"""
CUT_OFF = "gzip ends early: the records after the cut are missing"
RECORD = '{{"id": "{id}", "title": "{title}", "body": "{body}", "updated": "{updated}"}}\n'


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    write(folder / "ferry.txt", "Ferry stays in port", "Fog kept the morning ferry in port.")
    write(folder / "museum.txt", "Museum finds its clock", "The stolen clock stood in a barn near Oster.")
    return folder


def write(path: Path, title: str, text: str) -> None:
    path.write_text(f"{title}\n\n{text}\n\nNobody was hurt, the harbour office of {title.lower()} said.\n")


def index_of(tmp_path: Path) -> str:
    return str(tmp_path / "index")


def titles(index: str, text: str = "") -> set[str]:
    engine = open_engine(f"whoosh:{index}")
    found = {result.head.title for result in search_articles(engine, SearchRequest(text)).results}
    engine.close()
    return found


def test_reindex_finds_what_it_read(pages: Path, tmp_path: Path) -> None:
    report = reindex_places([str(pages)], index=index_of(tmp_path))
    assert (report.count("added"), list(report.failures)) == (2, [])
    assert titles(index_of(tmp_path), "fog") == {"Ferry stays in port"}


def test_reindex_reads_only_what_changed(pages: Path, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index_of(tmp_path))
    write(pages / "ferry.txt", "Ferry sails again", "The fog has lifted over the sound.")
    report = reindex_places([str(pages)], index=index_of(tmp_path))
    assert (report.count("changed"), report.unchanged) == (1, 1)
    assert titles(index_of(tmp_path)) == {"Ferry sails again", "Museum finds its clock"}


def test_reindex_without_places_repeats_the_last(pages: Path, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index_of(tmp_path))
    assert reindex_places(index=index_of(tmp_path)).unchanged == 2


def test_reindex_follows_deletions(pages: Path, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index_of(tmp_path))
    (pages / "museum.txt").unlink()
    assert reindex_places([str(pages)], index=index_of(tmp_path)).count("deleted") == 1
    assert titles(index_of(tmp_path)) == {"Ferry stays in port"}


def test_reindex_names_what_failed_and_goes_on(pages: Path, tmp_path: Path) -> None:
    (pages / "broken.html.gz").write_bytes(b"\x1f\x8b\x08 not really")
    report = reindex_places([str(pages)], index=index_of(tmp_path))
    assert [Path(failure.path).name for failure in report.failures] == ["broken.html.gz"]
    assert report.count("added") == 2
    again = reindex_places([str(pages)], index=index_of(tmp_path))
    assert [Path(failure.path).name for failure in again.failures] == ["broken.html.gz"]


def test_reindex_goes_on_past_a_link_that_goes_round(pages: Path, tmp_path: Path) -> None:
    (pages / "round.html").symlink_to("round.html")
    report = reindex_places([str(pages)], index=index_of(tmp_path))
    assert [Path(failure.path).name for failure in report.failures] == ["round.html"]
    assert report.count("added") == 2


def test_reindex_keeps_the_articles_of_what_cannot_be_looked_into(tmp_path: Path) -> None:
    """A container that is cut off; named in another way than before."""
    folder, index = tmp_path / "pages", index_of(tmp_path)
    folder.mkdir()
    lines = [RECORD.format(id=id_, title=id_, body="Words.", updated="2024-01-01T10:00:00Z") for id_ in "abc"]
    (folder / "c.jsonl.gz").write_bytes(b"".join(gzip.compress(line.encode()) for line in lines))
    with contextlib.chdir(tmp_path):
        reindex_places(["pages"], index=index)
    (folder / "c.jsonl.gz").write_bytes(gzip.compress(lines[0].encode())[:-6])
    for _ in range(2):
        report = reindex_places(index=index)
        assert ([failure.reason for failure in report.failures], report.changes) == ([CUT_OFF], ())
        assert titles(index) == {"a", "b", "c"}
    (folder / "c.jsonl.gz").write_bytes(gzip.compress(lines[0].encode()))
    assert reindex_places(index=index).count("deleted") == 2


def test_reindex_keeps_the_articles_of_a_folder_that_cannot_be_read(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of(tmp_path)
    (pages / "deep/er").mkdir(parents=True)
    write(pages / "deep/er/wall.txt", "Harbour wall leaks", "Water stood a foot deep in Quay Street.")
    write(pages / "deep.txt", "Deep water", "The channel is dredged.")
    reindex_places([str(pages)], index=index)
    with monkeypatch.context() as patch:
        iterdir = Path.iterdir
        # Whoever runs the tests may be allowed to read everything.
        patch.setattr(Path, "iterdir", lambda path: iterdir(path) if path.name != "deep" else refuse())
        report = reindex_places(index=index)
    assert ([failure.reason for failure in report.failures], report.changes) == (["permission denied"], ())
    assert reindex_places(index=index).unchanged == 4
    (pages / "deep/er/wall.txt").unlink()
    assert reindex_places(index=index).count("deleted") == 1


def refuse() -> Iterator[Path]:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_reindex_follows_a_page_that_could_not_be_read_and_is_gone(pages: Path, tmp_path: Path) -> None:
    index = index_of(tmp_path)
    reindex_places([str(pages)], index=index)
    (pages / "ferry.txt").unlink()
    (pages / "ferry.txt").symlink_to("ferry.txt")
    assert len(reindex_places([str(pages)], index=index).failures) == 1
    assert titles(index) == {"Ferry stays in port", "Museum finds its clock"}
    (pages / "ferry.txt").unlink()
    assert reindex_places([str(pages)], index=index).count("deleted") == 1
    assert titles(index) == {"Museum finds its clock"}


@pytest.mark.parametrize("dry_run", [True, False])
def test_reindex_does_not_take_a_place_without_pages_for_deletions(
    pages: Path, tmp_path: Path, *, dry_run: bool
) -> None:
    index, other = index_of(tmp_path), tmp_path / "other"
    other.mkdir()
    write(other / "wall.txt", "Harbour wall leaks", "Water stood a foot deep in Quay Street.")
    reindex_places([str(pages), str(other)], index=index)
    (other / "wall.txt").rename(tmp_path / "wall.txt")
    report = reindex_places(index=index, dry_run=dry_run)
    assert [(failure.path, "--drop" in failure.reason) for failure in report.failures] == [(str(other), True)]
    assert (report.unchanged, report.changes) == (2, ())
    with pytest.raises(UsageError, match="not mounted"):
        reindex_places([], index=index, full=True, dry_run=dry_run)
    assert "Harbour wall leaks" in titles(index)
    (tmp_path / "wall.txt").rename(other / "wall.txt")
    assert reindex_places(index=index).unchanged == 3


def test_reindex_keeps_the_articles_of_a_place_that_goes_while_it_reads(pages: Path, tmp_path: Path) -> None:
    index, other = index_of(tmp_path), tmp_path / "other"
    other.mkdir()
    write(other / "wall.txt", "Harbour wall leaks", "Water stood a foot deep in Quay Street.")
    reindex_places([str(pages), str(other)], index=index)
    for number in range(99):  # more than are read ahead
        write(pages / f"{number}.txt", f"Tide {number}", f"The tide stood at {number} feet.")

    def unmount(_done: int, _path: str) -> None:
        if other.exists():
            other.rename(tmp_path / "unmounted")

    report = reindex_places([str(pages), str(other)], index=index, progress=unmount)
    assert report.count("deleted") == 0
    assert "Harbour wall leaks" in titles(index, "wall")


@pytest.mark.parametrize("left", ["a link that leads out", "a broken record", "a file instead of the folder"])
def test_reindex_does_not_take_what_is_left_of_a_place_for_all_of_it(pages: Path, tmp_path: Path, left: str) -> None:
    index, other = index_of(tmp_path), tmp_path / "other"
    other.mkdir()
    record = RECORD.format(id="w", title="Harbour wall leaks", body="Water.", updated="2024-01-01T10:00:00Z")
    (other / "r.jsonl").write_text(record)
    reindex_places([str(pages), str(other)], index=index)
    if left == "a broken record":
        (other / "r.jsonl").write_text("{bad")
    else:
        (other / "r.jsonl").unlink()
    if left == "a link that leads out":
        (other / "out.html").symlink_to(pages / "ferry.txt")
    if left == "a file instead of the folder":
        other.rmdir()
        write(other, "Not mounted", "This folder is not mounted.")
    report = reindex_places(index=index)
    assert any("not mounted?" in failure.reason for failure in report.failures)
    assert (report.changes, "Harbour wall leaks" in titles(index)) == ((), True)


@pytest.mark.parametrize("there", [True, False], ids=["there", "gone"])
@pytest.mark.parametrize("full", [True, False], ids=["full", "incremental"])
def test_reindex_drops_a_place(pages: Path, tmp_path: Path, *, there: bool, full: bool) -> None:
    index, other = index_of(tmp_path), tmp_path / "other"
    other.mkdir()
    write(other / "wall.txt", "Harbour wall leaks", "Water stood a foot deep in Quay Street.")
    reindex_places([str(pages), str(other)], index=index)
    if not there:
        shutil.rmtree(other)
        with pytest.raises(UsageError, match="--drop"):
            reindex_places(index=index)
    assert reindex_places(index=index, drop=[str(other)], dry_run=True).left == (str(other),)
    report = reindex_places(index=index, drop=[str(other)], full=full)
    assert (report.left, list(report.failures)) == ((str(other),), [])
    assert titles(index) == {"Ferry stays in port", "Museum finds its clock"}
    assert reindex_places(index=index).unchanged == 2
    with pytest.raises(UsageError, match="none of the places"):
        reindex_places(index=index, drop=[str(other)])
    with pytest.raises(UsageError, match="both"):
        reindex_places([str(pages)], index=index, drop=[str(pages)])


def test_reindex_drops_the_last_place(pages: Path, tmp_path: Path) -> None:
    index = index_of(tmp_path)
    reindex_places([str(pages)], index=index)
    assert reindex_places(index=index, drop=[str(pages)]).count("deleted") == 2
    assert titles(index) == set()


def test_reindex_full_says_which_places_it_leaves(pages: Path, tmp_path: Path) -> None:
    index, other = index_of(tmp_path), tmp_path / "wall.txt"
    write(other, "Harbour wall leaks", "Water stood a foot deep in Quay Street.")
    reindex_places([str(pages)], index=index)
    assert reindex_places([str(other)], index=index).left == ()
    assert reindex_places([str(other)], index=index, full=True).left == (str(pages),)


class Killed(BaseException):
    """The process ends here."""


def kill(*_: object, **__: object) -> None:
    raise Killed


def test_a_kill_after_a_commit_leaves_no_article_without_a_page(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of(tmp_path)
    reindex_places([str(pages)], index=index)
    write(pages / "wall.txt", "Harbour wall leaks", "Water stood a foot deep in Quay Street.")
    write(pages / "ferry.txt", "Ferry sails again", "The fog has lifted over the sound.")
    with monkeypatch.context() as patch:
        patch.setattr(IngestPipeline, "_write_catalogue", kill)
        with pytest.raises(Killed):
            reindex_places([str(pages)], index=index)
    assert titles(index) == {"Ferry sails again", "Harbour wall leaks", "Museum finds its clock"}
    (pages / "wall.txt").unlink()
    reindex_places([str(pages)], index=index)
    assert titles(index) == {"Ferry sails again", "Museum finds its clock"}
    assert reindex_places([str(pages)], index=index).unchanged == 2


@pytest.mark.parametrize("first", [True, False], ids=["first run", "full run"])
def test_a_kill_after_the_switch_forgets_no_place(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, first: bool
) -> None:
    index = index_of(tmp_path)
    if not first:
        reindex_places([str(pages)], index=index)
    with monkeypatch.context() as patch:
        patch.setattr(IngestPipeline, "_adopt_generation", kill)
        with pytest.raises(Killed):
            reindex_places([str(pages)], index=index, full=True)
    assert reindex_places([], index=index, dry_run=False).unchanged == 2


def test_a_page_that_comes_back_after_a_kill_is_read_again(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of(tmp_path)
    reindex_places([str(pages)], index=index)
    (pages / "ferry.txt").rename(tmp_path / "ferry.txt")
    with monkeypatch.context() as patch:
        patch.setattr(IngestPipeline, "_write_catalogue", kill)
        with pytest.raises(Killed):
            reindex_places([str(pages)], index=index)
    assert titles(index) == {"Museum finds its clock"}
    (tmp_path / "ferry.txt").rename(pages / "ferry.txt")
    reindex_places([str(pages)], index=index)
    assert titles(index) == {"Ferry stays in port", "Museum finds its clock"}


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(24))
def test_a_kill_anywhere_is_set_right_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Pages come, change, become other articles and go; a run ends at any write to the catalogue."""
    chance = random.Random(seed)  # noqa: S311  no secret
    monkeypatch.setattr(pipeline, "BATCH_ARTICLES", 2)
    index, folders = index_of(tmp_path), [tmp_path / "p", tmp_path / "q"]
    for folder in folders:
        folder.mkdir()
        (folder / "stays.html").write_text(CAPTURE.format(title=f"Stays in {folder.name}", day=1))
    places = list(map(str, folders))
    reindex_places(places, index=index, jobs=0)
    for _ in range(6):
        for _ in range(chance.randrange(4)):
            page = chance.choice(folders) / f"{chance.randrange(4)}.html"
            if page.exists() and chance.random() < 0.4:
                page.unlink()
            else:
                text = CAPTURE.format(title=f"Telling {chance.randrange(99)}", day=chance.randrange(1, 8))
                page.write_text(text.replace("example/a", f"example/{chance.randrange(3)}"))
        with monkeypatch.context() as patch, contextlib.suppress(Killed):
            kill_at_a_write(patch, chance)
            reindex_places(places, index=index, jobs=0)
        if chance.random() < 0.3:
            reindex_places(places, index=index, jobs=0)
    reindex_places(places, index=index, jobs=0)
    reindex_places(places, index=str(tmp_path / "clean"), jobs=0)
    assert titles(index) == titles(str(tmp_path / "clean"))
    assert reindex_places(places, index=index, jobs=0).changes == ()


def kill_at_a_write(patch: pytest.MonkeyPatch, chance: random.Random) -> None:
    left = [chance.randrange(6)]

    def dying(method: Callable[..., None], *, after: bool) -> Callable[..., None]:
        def call(*args: object, **kwargs: object) -> None:
            left[0] -= 1
            if left[0] < 0 and not after:
                raise Killed
            method(*args, **kwargs)
            if left[0] < 0:
                raise Killed

        return call

    for name in ("write", "announce_commit"):
        patch.setattr(Catalogue, name, dying(getattr(Catalogue, name), after=chance.random() < 0.5))


def test_a_kill_before_the_switch_changes_nothing(pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of(tmp_path)
    reindex_places([str(pages)], index=index)
    before = state(index)
    (pages / "museum.txt").unlink()
    with monkeypatch.context() as patch:
        announce = IngestPipeline._announce_commit

        def announce_and_die(pipeline: IngestPipeline, *given: Any, **named: Any) -> None:
            announce(pipeline, *given, **named)
            kill()

        patch.setattr(IngestPipeline, "_announce_commit", announce_and_die)
        with pytest.raises(Killed):
            reindex_places([], index=index, full=True)
    assert state(index) == before
    assert reindex_places([], index=index).count("deleted") == 1


def test_reindex_reads_a_place_once_and_goes_on_where_names_look_alike(pages: Path, tmp_path: Path) -> None:
    index = index_of(tmp_path)
    write(pages / "a\udcff.txt", "One", "Water stood a foot deep in Quay Street.")
    write(pages / "a\\xff.txt", "Two", "The channel is dredged.")
    report = reindex_places([str(pages), f"{pages}/"], index=index)
    assert (report.pages, list(report.failures)) == (4, [])
    assert {"Ferry stays in port", "Museum finds its clock"} < titles(index)


def test_a_damaged_catalogue_is_named_with_the_way_out(pages: Path, tmp_path: Path) -> None:
    index = index_of(tmp_path)
    for number in range(200):
        write(pages / f"{number}.txt", f"Tide {number}", f"The tide stood at {number} feet.")
    reindex_places([str(pages)], index=index)
    file = Path(index) / "catalogue.sqlite"
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    for full in (False, True):
        with pytest.raises(CorruptIndexError, match=r"catalogue.sqlite: .*move it away"):
            reindex_places([str(pages)], index=index, full=full)
    assert "move it away" in catalogue_faults(index)[0]
    file.unlink()
    with pytest.raises(CorruptIndexError, match=r"missing or empty, but the index has 202 articles: .*--full"):
        reindex_places([str(pages)], index=index)
    assert reindex_places([str(pages)], index=index, full=True).count("added") == 202


def test_reindex_commits_nothing_where_nothing_changes(pages: Path, tmp_path: Path) -> None:
    index = index_of(tmp_path)
    (pages / "broken.html.gz").write_bytes(b"\x1f\x8b\x08 not really")
    reindex_places([str(pages)], index=index)
    before = state(index)
    (pages / "broken.html.gz").write_bytes(b"\x1f\x8b\x08 nor now")
    assert len(reindex_places([str(pages)], index=index).failures) == 1
    assert state(index) == before


def test_reindex_keeps_an_article_whose_page_broke(pages: Path, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index_of(tmp_path))
    (pages / "ferry.txt").write_bytes(b"")
    report = reindex_places([str(pages)], index=index_of(tmp_path))
    assert len(report.failures) == 1
    assert "Ferry stays in port" in titles(index_of(tmp_path))


def test_reindex_dry_run_changes_nothing(pages: Path, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index_of(tmp_path))
    before = state(index_of(tmp_path))
    write(pages / "new.txt", "Harbour wall leaks", "Water stood a foot deep in Quay Street.")
    report = reindex_places([str(pages)], index=index_of(tmp_path), dry_run=True)
    assert (report.count("added"), report.dry_run) == (1, True)
    assert state(index_of(tmp_path)) == before


def test_reindex_dry_run_without_an_index_makes_none(pages: Path, tmp_path: Path) -> None:
    assert reindex_places([str(pages)], index=index_of(tmp_path), dry_run=True).count("added") == 2
    assert not Path(index_of(tmp_path)).exists()


def state(index: str) -> str:
    engine = open_engine(f"whoosh:{index}")
    info = engine.info()
    engine.close()
    return info.generation


@pytest.mark.parametrize("full", [False, True], ids=["incremental", "full"])
def test_reindex_searches_the_newest_capture(tmp_path: Path, *, full: bool) -> None:
    records = tmp_path / "crawl.jsonl"
    old = RECORD.format(id="a", title="Old headline", body="One.", updated="2024-01-01T10:00:00Z")
    new = RECORD.format(id="a", title="New headline", body="Two.", updated="2024-01-02T10:00:00Z")
    records.write_text(new + old)
    report = reindex_places([str(records)], index=index_of(tmp_path))
    assert report.superseded == 1
    assert titles(index_of(tmp_path)) == {"New headline"}
    records.write_text(old)
    reindex_places([str(records)], index=index_of(tmp_path), full=full)
    assert titles(index_of(tmp_path)) == {"Old headline"}


def test_reindex_promotes_the_older_capture_when_the_newer_page_goes(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, title, day in (("1", "First telling", "01"), ("2", "Second telling", "02")):
        text = RECORD.format(id="a", title=title, body="Words.", updated=f"2024-01-{day}T10:00:00Z")
        (folder / f"{name}.jsonl").write_text(text)
    reindex_places([str(folder)], index=index_of(tmp_path))
    assert titles(index_of(tmp_path)) == {"Second telling"}
    (folder / "2.jsonl").unlink()
    reindex_places([str(folder)], index=index_of(tmp_path))
    assert titles(index_of(tmp_path)) == {"First telling"}


@pytest.mark.parametrize("old", ["v#1.html", "a/v#1#2.html", "v\udcff.html"])
def test_reindex_promotes_the_older_capture_whatever_its_name(tmp_path: Path, old: str) -> None:
    folder, index = tmp_path / "pages", index_of(tmp_path)
    (folder / "a").mkdir(parents=True)
    for name, title, day in ((old, "First telling", 1), ("z.html", "Second telling", 2)):
        (folder / name).write_text(CAPTURE.format(title=title, day=day))
    with contextlib.chdir(tmp_path):
        reindex_places(["pages"], index=index)
    assert titles(index) == {"Second telling"}
    (folder / "z.html").unlink()
    reindex_places(index=index)
    assert titles(index) == {"First telling"}


def test_forget_takes_down_for_good(pages: Path, tmp_path: Path) -> None:
    index = index_of(tmp_path)
    reindex_places([str(pages)], index=index)
    engine = open_engine(f"whoosh:{index}")
    gone = id_of(engine, "fog")
    forget(gone, index=index)
    assert engine.article(gone) is None
    engine.close()
    for full in (False, True):
        write(pages / "ferry.txt", "Ferry stays in port", f"Fog kept the ferry in port, {full}.")
        assert reindex_places([str(pages)], index=index, full=full).forgotten == 1
        assert titles(index) == {"Museum finds its clock"}
    assert rollback(index=index).articles == 1


def id_of(engine: Engine, text: str) -> str:
    return search_articles(engine, SearchRequest(text)).results[0].head.id


def test_forget_says_when_there_is_no_such_article(pages: Path, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index_of(tmp_path))
    with pytest.raises(NotFoundError, match="nowhere"):
        forget("nowhere", index=index_of(tmp_path))


def test_rollback_answers_from_the_generation_before(pages: Path, tmp_path: Path) -> None:
    index = index_of(tmp_path)
    reindex_places([str(pages)], index=index)
    write(pages / "ferry.txt", "Ferry sails again", "The fog has lifted.")
    reindex_places([str(pages)], index=index, full=True)
    rollback(index=index)
    assert "Ferry stays in port" in titles(index)
    assert reindex_places([str(pages)], index=index).count("changed") == 1
    assert "Ferry sails again" in titles(index)


def test_reindex_rebuilds_an_index_of_another_version(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of(tmp_path)
    reindex_places([str(pages)], index=index)
    monkeypatch.setattr(commit, "LAYOUT", commit.LAYOUT + 1)
    with pytest.raises(OutdatedIndexError, match="another version"):
        titles(index)
    assert reindex_places([], index=index, dry_run=True).count("added") == 2
    report = reindex_places([], index=index)
    assert (report.outdated, report.count("added"), len(titles(index))) == (True, 2, 2)
    assert not reindex_places([], index=index).outdated
    with pytest.raises(OutdatedIndexError):
        rollback(index=index)
    assert len(titles(index)) == 2, "what cannot be read is not gone back to"


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("damaged", [f"current-{commit.LAYOUT}", "generation-1/_MAIN_1.toc"])
def test_reindex_mends_a_damaged_index(pages: Path, tmp_path: Path, damaged: str, *, full: bool) -> None:
    index = index_of(tmp_path)
    reindex_places([str(pages)], index=index)
    file = Path(index) / damaged
    assert file.exists()
    file.write_bytes(b"\x00nonsense\x00")
    with pytest.raises(CorruptIndexError):
        titles(index)
    report = reindex_places(index=index, full=full)
    assert report.mended is not None
    assert Path(damaged).name in report.mended
    assert len(titles(index)) == 2


def test_reindex_refuses_a_place_that_is_not_there(pages: Path, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index_of(tmp_path))
    with pytest.raises(UsageError, match="elsewhere"):
        reindex_places([str(tmp_path / "elsewhere")], index=index_of(tmp_path))
    assert len(titles(index_of(tmp_path))) == 2


def test_reindex_full_of_nothing_leaves_the_index(pages: Path, tmp_path: Path) -> None:
    reindex_places([str(pages)], index=index_of(tmp_path))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UsageError, match="stays as it was"):
        reindex_places([str(empty)], index=index_of(tmp_path), full=True)
    assert len(titles(index_of(tmp_path))) == 2


def test_reindex_refuses_to_run_twice_at_once(pages: Path, tmp_path: Path) -> None:
    def inner(_done: int, _path: str) -> None:
        with pytest.raises(IndexBusyError, match="another reindex"):
            reindex_places([str(pages)], index=index_of(tmp_path))

    reindex_places([str(pages)], index=index_of(tmp_path), progress=inner)
    assert len(titles(index_of(tmp_path))) == 2


def test_reindex_without_any_place_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name a folder"):
        reindex_places(index=index_of(tmp_path))
