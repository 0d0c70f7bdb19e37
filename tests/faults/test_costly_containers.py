"""Files of many pages that are made to cost: what they may take, what is told of the rest, and that a run goes on."""

import gzip
import os
import signal
import subprocess
import sys
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Article, ArticleHead, Provenance
from searchsvc.model.source import PageContainer, PassedOver, Source
from searchsvc.reindex import reindex_places
from searchsvc.reindex.worker_pool import BATCH_PAGES, read_articles
from searchsvc.sources import READERS, container_process, files, read_sources, web_archives
from searchsvc.sources.container_process import (
    SOURCE,
    ContainerReader,
    KnownPage,
    page_digest,
    read_changed,
    read_guarded,
)
from searchsvc.sources.files import MAX_NAMED_ERRORS, SourceFile, regular_file
from searchsvc.sources.media_types import suffix_of
from tests.narrowing import all_of_type, of_type

STORY = b"<html><title>Harbour wall</title><h1>Harbour wall</h1><p>The council closed the harbour wall on Monday.</p>"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def warc(block: bytes, number: int = 0, kind: bytes = b"response") -> bytes:
    head = b"WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: https://post.example/%d\r\nContent-Length: %d\r\n\r\n"
    return head % (kind, number, len(block)) + block + b"\r\n\r\n"


def repeated(unit: bytes, size: int, head: bytes = b"", tail: bytes = b"") -> bytes:
    """Compress `head`, about `size` bytes of `unit`, and `tail`."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(head) + packer.compress(unit * (size // len(unit))) + packer.compress(tail) + packer.flush()


def archive(file: Path, name: str, data: bytes) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, data)


def write(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


def names(size: int) -> bytes:
    """Return about so many bytes of header lines, each with a name of its own."""
    return b"".join(b"%d:b\r\n" % number for number in range(size // 9))


RECORD = b"WARC/1.0\r\nWARC-Type: response\r\n"
#: Suffix → writes a file with a line, head or list of about so many bytes.
GROWING: dict[str, Callable[[Path, int], object]] = {
    "head-lines.warc.gz": lambda file, size: file.write_bytes(repeated(b"a:b\r\n", size, RECORD, b"\r\n")),
    "head-names.warc": lambda file, size: file.write_bytes(
        RECORD + b"".join(b"%d:b\r\n" % n for n in range(size // 9))
    ),
    "head-line.warc.gz": lambda file, size: file.write_bytes(repeated(b"x", size, RECORD + b"X: ", b"\r\n\r\n")),
    "continued-line.warc.gz": lambda file, size: file.write_bytes(repeated(b" b\r\n", size, RECORD + b"X: a\r\n")),
    "first-line.warc": lambda file, size: file.write_bytes(b"WARC/1.0 " + b"x" * size),
    "head-line.wacz": lambda file, size: archive(file, "archive/a.warc", RECORD + b"X: " + b"x" * size),
    "http-names.warc": lambda file, size: file.write_bytes(warc(HTTP[:-2] + names(size) + b"\r\n" + STORY)),
    "one-line.jsonl.gz": lambda file, size: file.write_bytes(repeated(b"x", files.MAX_PAGE_BYTES + size)),
}


@pytest.mark.parametrize("name", GROWING)
def test_read_sources_takes_the_same_memory_for_a_line_head_or_list_of_any_length(name: str, tmp_path: Path) -> None:
    peaks = []
    for size in (200_000, 2_000_000):
        place = tmp_path / f"{size}-{name}"
        GROWING[name](place, size)
        tracemalloc.start()
        found = sum(1 for item in read_sources([str(place)]) if isinstance(item, SourceError))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found
    # A plain record is kept whole while it is looked at: it is bounded by the size of a page.
    kept = 3 * 2_000_000 if name.startswith("http") else 500_000
    assert peaks[1] < peaks[0] + kept


def test_read_sources_names_a_thousand_errors_of_a_file_and_counts_the_others(tmp_path: Path) -> None:
    lines = b"x\n" * 1000 + b'{"title": "Low tide"}\n' + b"x\n" * 1000
    *errors, counted = read_sources([str(write(tmp_path / "a.jsonl", lines))])
    named = [error for error in errors if isinstance(error, SourceError)]
    assert len(named) == MAX_NAMED_ERRORS
    assert [item.name for item in errors if isinstance(item, Source)] == ["a.jsonl#1001"]
    assert isinstance(counted, SourceError)
    assert (counted.path, counted.count) == (str(tmp_path / "a.jsonl"), 2000 - MAX_NAMED_ERRORS)
    assert counted.reason == named[0].reason


def test_a_run_tells_of_each_of_400_000_bad_lines_in_bounded_memory(tmp_path: Path) -> None:
    place = write(tmp_path / "a.jsonl.gz", gzip.compress(b"x\n" * 400_000 + b'{"title": "Tide", "body": "It came."}\n'))
    report = reindex_places([str(place)], index=str(tmp_path / "index"))
    assert (report.count("added"), report.pages, report.failures.pages) == (1, 400_001, 400_000)
    assert len(report.failures) <= MAX_NAMED_ERRORS + 1
    (kind,) = report.failures.kinds
    assert str(kind).startswith("400,000 pages: not a JSON object")
    assert str(kind).endswith("#1, " + f"{place}#2, {place}#3 and 399,997 more")


def count(index: str) -> int:
    with closing(open_engine(f"whoosh:{index}")) as engine:
        return engine.count()


def test_an_article_stays_whose_record_is_among_the_counted_errors(tmp_path: Path) -> None:
    index = str(tmp_path / "index")
    place = write(tmp_path / "a.jsonl", b"\n" * 2000 + b'{"title": "Tide", "body": "It came at noon."}\n')
    reindex_places([str(place)], index=index)
    write(place, b"x\n" * 2001)
    report = reindex_places([str(place)], index=index)
    assert (report.changes, report.failures.pages) == ((), 2001)
    assert count(index) == 1


def test_read_sources_reads_the_first_crawls_of_very_many_and_counts_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_archives, "MAX_MEMBERS", 30)
    place = tmp_path / "a.wacz"
    with zipfile.ZipFile(place, "w") as packed:
        for number in range(50):
            packed.writestr(f"archive/{number:03}.warc", warc(HTTP + STORY, number))
    *pages, error = read_sources([str(place)])
    assert len(all_of_type(Source, pages)) == 30
    assert str(error).startswith(f"{place}: 20 of its crawls were not read, 30 are the most")
    monkeypatch.setattr(web_archives, "MAX_DIRECTORY_BYTES", 2_000)
    (error,) = read_sources([str(place)])
    assert isinstance(error, RefusedError)
    assert "its list of members has" in error.reason


def test_60_000_members_are_told_in_a_thousand_lines(tmp_path: Path) -> None:
    """Zip's list of members is written by hand: to pack so many would take longer than to read them."""
    names = [b"archive/%05d.warc" % number for number in range(60_000)]
    fixed = b"PK\1\2" + bytes(24) + (18).to_bytes(2, "little") + bytes(16)
    entries = b"".join(fixed + name for name in names)
    local = b"PK\3\4" + bytes(22) + (18).to_bytes(2, "little") + bytes(2) + names[0]
    end = b"PK\5\6" + bytes(4) + (60_000).to_bytes(2, "little") * 2 + len(entries).to_bytes(4, "little")
    place = write(tmp_path / "a.wacz", local + entries + end + len(local).to_bytes(4, "little") + bytes(2))
    errors = all_of_type(SourceError, read_guarded([str(place)]))
    assert len(errors) == MAX_NAMED_ERRORS + 2
    assert sum(error.count for error in errors) == web_archives.MAX_MEMBERS + 1
    assert any("50,000 of its crawls were not read" in error.reason for error in errors)


def test_pages_packed_twice_are_stopped_and_the_next_run_says_so_again(tmp_path: Path) -> None:
    page = gzip.compress(STORY + b"<!--" + b"x" * 2_000_000 + b"-->")
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + page
    folder = tmp_path / "pages"
    folder.mkdir()
    place = write(folder / "a.warc.gz", gzip.compress(b"".join(warc(http, number) for number in range(12))))
    write(folder / "b.jsonl", b'{"title": "Tide", "body": "It came at noon."}\n')
    told = []
    for _ in range(2):
        report = reindex_places([str(folder)], index=str(tmp_path / "index"))
        told.append([str(failure) for failure in report.failures])
        assert count(str(tmp_path / "index")) == 7
    assert told[0] == told[1]
    assert told[0][0].startswith(
        f"{place}: its pages unpack to more than 12 MB and 100 times its {place.stat().st_size:,}"
    )
    assert "the first 6 were read" in told[0][0]
    assert report.unchanged == 7


def open_file(place: Path) -> SourceFile:
    return of_type(SourceFile, regular_file(place, str(place), place.name))


def read_by(reader: ContainerReader, place: Path) -> Iterator[Source | SourceError]:
    for item in reader.read(open_file(place), READERS[suffix_of(place.name)]):
        assert not isinstance(item, KnownPage | PassedOver)
        yield item


@pytest.fixture
def reader(request: pytest.FixtureRequest) -> Iterator[ContainerReader]:
    with closing(ContainerReader(**getattr(request, "param", {}))) as reader:
        yield reader


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good.warc", warc(HTTP + STORY))


def test_a_killed_process_costs_the_rest_of_one_file(tmp_path: Path, reader: ContainerReader, good: Path) -> None:
    long = write(tmp_path / "long.warc", b"".join(warc(HTTP + b"x" * 1_000_000, number) for number in range(8)))
    found = read_by(reader, long)
    assert isinstance(next(found), Source)
    assert reader.process is not None
    os.kill(reader.process.pid, signal.SIGKILL)
    *_, error = found
    assert isinstance(error, RefusedError)
    assert error.path == str(long)
    assert "brought its reader down (SIGKILL)" in error.reason
    assert "of its pages were read, the others were not" in error.reason
    assert [type(item) for item in read_by(reader, good)] == [Source]
    reader.process.kill()
    reader.process.wait()
    assert [type(item) for item in read_by(reader, good)] == [Source]


@pytest.mark.parametrize("reader", [{"seconds": 0.25, "stall_ratio": 2}], indirect=True)
def test_a_file_that_hangs_is_stopped(tmp_path: Path, reader: ContainerReader, good: Path) -> None:
    """A pipe took the place of the file after it was looked at: to open it waits for ever."""
    place = write(tmp_path / "a.warc", warc(HTTP + STORY))
    file = open_file(place)
    place.unlink()
    os.mkfifo(place)
    (error,) = reader.read(file, READERS[".warc"])
    assert isinstance(error, RefusedError)
    assert "gave no page for 0.5" in error.reason
    assert "none of its pages was read" in error.reason
    assert [type(item) for item in read_by(reader, good)] == [Source]


@pytest.mark.parametrize("reader", [{"seconds": 0.1, "stall_ratio": 1000}], indirect=True)
def test_a_file_that_takes_its_processor_time_is_stopped_and_its_pages_are_kept(
    tmp_path: Path, reader: ContainerReader, good: Path
) -> None:
    empty = warc(b"", kind=b"metadata")
    place = write(tmp_path / "a.warc.gz", repeated(empty, len(empty) * 100_000, warc(HTTP + STORY)))
    page, error = read_by(reader, place)
    assert isinstance(page, Source)
    assert isinstance(error, RefusedError)
    assert "s of processor time that a file of its size may have" in error.reason
    assert "the first 1 of its pages were read" in error.reason
    process = reader.process
    assert [type(item) for item in read_by(reader, good)] == [Source]
    assert reader.process is process


def slow(source: Source) -> Article:
    """Use processor time for a page that asks for it."""
    end = time.process_time() + float(source.data or b"0")
    while time.process_time() < end:
        pass
    return Article(ArticleHead(source.name, "T"), (), Provenance("own", source.path, ""))


def test_slow_pages_of_one_crawl_are_stopped_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BASE_PAGE_SECONDS", 0.3)

    def pages(container: PageContainer | None, text: bytes, count: int) -> list[Source]:
        return [Source(f"{text!r}#{n}", "", text, "text/html", "", container=container) for n in range(count)]

    crawl, other = PageContainer("a.warc.gz", 1_000), PageContainer("b.warc.gz", 1_000)
    items = [*pages(crawl, b"0.2", 3 * BATCH_PAGES), *pages(other, b"", 5), *pages(None, b"0.1", 2)]
    found = list(read_articles(items, slow, jobs=2, timeout=60, memory=1 << 30))
    refused = all_of_type(RefusedError, [item for item in found if isinstance(item, SourceError)])
    assert 2 <= 3 * BATCH_PAGES - len(refused) <= 4
    assert all("split it into smaller files" in error.reason for error in refused)
    assert all(isinstance(item, Article) for item in found[3 * BATCH_PAGES :])


def test_the_process_that_reads_files_loads_no_engine() -> None:
    code = "import sys, searchsvc.sources.container_process; print('numpy' in sys.modules, 'lxml' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"]


def test_read_guarded_yields_what_read_sources_yields(tmp_path: Path, good: Path) -> None:
    write(tmp_path / "page.html.gz", gzip.compress(STORY))
    write(tmp_path / "page.html", STORY)
    write(tmp_path / "a.jsonl", b'{"title": "Tide"}\nx\n')
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jsonl")), b'{"title": "Ebb"}\n')
    archive(tmp_path / "a.wacz", "archive/a.warc", good.read_bytes())
    alone, guarded = (list(read([str(tmp_path)])) for read in (read_sources, read_guarded))
    assert [item for item in guarded if isinstance(item, Source)] == [
        item for item in alone if isinstance(item, Source)
    ]
    assert [str(item) for item in guarded] == [str(item) for item in alone]
    assert len(guarded) == 7


def test_of_pages_that_are_known_only_the_names_come_back(tmp_path: Path) -> None:
    place = write(tmp_path / "a.jsonl", b'{"title": "Tide"}\n{"title": "Ebb"}\nx\n{"title": "Flow"}\n')
    write(tmp_path / "b.html.gz", gzip.compress(STORY))
    first = all_of_type(Source, (item for item in read_guarded([str(tmp_path)]) if isinstance(item, Source)))
    tide, ebb, flow, page = first
    asked: list[str] = []

    def known(name: str) -> bytes:
        asked.append(name)
        pages = [tide, page] if name != "a.jsonl" else [tide, flow]
        # The content of another page is no reason to think that this one is known.
        return b"".join([*(page_digest(each.name, each.sha256) for each in pages), page_digest(ebb.name, tide.sha256)])

    found = list(read_changed([str(tmp_path)], known))
    assert asked == ["a.jsonl", "b.html.gz"]
    assert [item if isinstance(item, KnownPage) else type(item) for item in found] == [
        KnownPage(tide.name),
        Source,
        SourceError,
        KnownPage(flow.name),
        KnownPage(page.name),
    ]
    assert found[1] == ebb
    place.unlink()
    assert list(read_changed([str(tmp_path)], known)) == [KnownPage(page.name)]


def test_an_unchanged_crawl_comes_back_as_names_and_what_changes_in_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(number: int, word: str = "wall") -> bytes:
        return warc(HTTP + STORY.replace(b"wall", b"%s %d" % (word.encode(), number)), number)

    pages = [page(number) for number in range(12)]
    place, index = write(tmp_path / "a.warc", b"".join(pages)), str(tmp_path / "index")
    write(tmp_path / "a.warc.html", STORY)
    reindex_places([str(tmp_path)], index=index)
    came: list[bytes] = []
    decode = container_process.decode_source

    def count(body: bytes) -> Source:
        came.append(body)
        return decode(body)

    monkeypatch.setitem(container_process._DECODERS, SOURCE, count)
    report = reindex_places([str(tmp_path)], index=index)
    assert (report.pages, report.unchanged, came) == (13, 13, [])
    # One changes, one goes, one comes.
    pages[10] = page(10, "pier")
    write(place, b"".join([*pages[:11], page(40)]))
    report = reindex_places([str(tmp_path)], index=index)
    assert (report.pages, report.unchanged, len(came)) == (13, 11, 2)
    # What follows a page that goes stands elsewhere, so it has another name.
    write(place, b"".join([*pages[1:11], page(40)]))
    report = reindex_places([str(tmp_path)], index=index)
    assert (report.pages, report.unchanged) == (12, 1)
    assert open_engine(f"whoosh:{index}").info().articles == 12


def test_a_page_of_a_file_that_failed_is_told_by_each_run(tmp_path: Path) -> None:
    place, index = write(tmp_path / "a.warc", warc(HTTP + STORY) + warc(HTTP + b"<p>", 1)), str(tmp_path / "index")
    for _ in range(2):
        report = reindex_places([str(place)], index=index)
        assert [failure.path for failure in report.failures] == [f"{place}#{len(warc(HTTP + STORY))}"]
