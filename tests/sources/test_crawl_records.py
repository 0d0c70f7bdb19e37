"""A record of a crawl is read from its place, without all that stands before it."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from searchsvc.model.source import Source
from searchsvc.sources import crawl_records, read_sources
from searchsvc.sources.crawl_records import CrawlRecords, RecordPlace, address_key, opened_crawl
from searchsvc.sources.files import SourceFile, regular_file
from tests.narrowing import all_of_type, of_type

#: Packing of a crawl → what packs one record of it.
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    ".warc": bytes,
    ".warc.gz": gzip.compress,
    ".warc.zst": zstandard.ZstdCompressor().compress,
}


def record(number: int) -> bytes:
    page = b"<html><title>Story %d</title><p>%s" % (number, bytes(range(97, 123)) * 40 * number)
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://post.example/%d\r\nContent-Length: %d\r\n\r\n"
    return head % (number, len(http)) + http + b"\r\n\r\n"


def crawl(folder: Path, ending: str, count: int = 12) -> SourceFile:
    path = folder / f"crawl{ending}"
    path.write_bytes(b"".join(PACKINGS[ending](record(number)) for number in range(1, count)))
    return of_type(SourceFile, regular_file(path, str(path), path.name))


@pytest.mark.parametrize("ending", PACKINGS)
def test_each_page_is_read_again_from_its_place(ending: str, tmp_path: Path) -> None:
    file = crawl(tmp_path, ending)
    pages = all_of_type(Source, read_sources([file.path]))
    assert len(pages) == 11
    with opened_crawl(file, ()) as found:
        for page in reversed(pages):
            place = RecordPlace.of(page.path.removeprefix(file.path))
            assert place is not None
            again = found.page_at(place.offset)
            assert again is not None
            assert (again.sha256, again.url, again.data) == (page.sha256, page.url, page.data)
            assert found.page_at(place.offset + 1) is None


@pytest.mark.parametrize("ending", PACKINGS)
def test_what_was_recorded_near_a_page_is_found_from_the_middle_of_the_crawl(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = crawl(tmp_path, ending)
    pages = all_of_type(Source, read_sources([file.path]))
    offsets = [int(page.path.rpartition("#")[2]) for page in pages]
    middle = offsets[6]
    monkeypatch.setattr(crawl_records, "BYTES_BEFORE", middle - offsets[4] + 3)
    monkeypatch.setattr(crawl_records, "BYTES_AFTER", offsets[8] - middle)
    with opened_crawl(file, ()) as found:
        near = found.near(middle)
        assert near == {
            address_key(page.url or ""): offset for page, offset in zip(pages[4:9], offsets[4:9], strict=True)
        }
        body = found.body_at(near["//post.example/8"])
    assert body is not None
    assert b"Story 8" in body.data


def test_of_one_address_the_capture_after_the_page_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(b"".join(map(gzip.compress, [record(1), record(2), record(1)])))
    file = of_type(SourceFile, regular_file(path, str(path), path.name))
    pages = all_of_type(Source, read_sources([file.path]))
    offsets = [int(page.path.rpartition("#")[2]) for page in pages]
    with opened_crawl(file, ()) as found:
        assert found.near(offsets[1])["//post.example/1"] == offsets[2]
        assert found.near(offsets[2])["//post.example/1"] == offsets[2]
        assert isinstance(found, CrawlRecords)


@pytest.mark.parametrize(
    ("fragment", "place"),
    [
        ("#1234", RecordPlace((), 1234)),
        ("#archive/data.warc.gz#12", RecordPlace(("archive/data.warc.gz",), 12)),
        ("#a.wacz#archive/b.warc#0", RecordPlace(("a.wacz", "archive/b.warc"), 0)),
        ("", None),
        ("#", None),
        ("#x", None),
        ("#\u0661", None),
        ("#a#b#c#d#1", None),
    ],
)
def test_the_place_that_a_path_names(fragment: str, place: RecordPlace | None) -> None:
    assert RecordPlace.of(fragment) == place
