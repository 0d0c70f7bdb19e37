"""Crawls in every form: ARC and WARC, plain, gzip and zstd, with a dictionary, in collections and in others of them."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import zstandard

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import Source
from searchsvc.sources import read_sources, web_archives
from searchsvc.sources.container_process import read_guarded
from searchsvc.sources.files import MAX_PAGE_BYTES
from tests.narrowing import all_of_type, of_type

PAGE = b"<html><h1>Tide %d</h1><p>It came over the wall at noon.</p></html>"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def pages_of(count: int) -> list[bytes]:
    return [PAGE % number for number in range(count)]


def warc(block: bytes, number: int = 0, kind: bytes = b"response") -> bytes:
    head = b"WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: http://skerran.example/%d\r\nContent-Length: %d\r\n\r\n"
    return head % (kind, number, len(block)) + block + b"\r\n\r\n"


def arc(block: bytes, number: int = 0, version: int = 1, url: bytes = b"http://skerran.example/%d") -> bytes:
    more = b"" if version == 1 else b" 200 3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ - 1234 crawl.arc"
    head = b"%s 10.0.0.1 20010503120000 text/html%s %d\n" % (url % number if b"%d" in url else url, more, len(block))
    return head + block + b"\n"


def arc_crawl(version: int = 1) -> list[bytes]:
    fields = b"URL IP-address Archive-date Content-type Archive-length"
    if version == 2:
        fields = (
            b"URL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length"
        )
    block = b"%d 0 Skerran\n%s\n\n" % (version, fields)
    first = b"filedesc://crawl.arc 0.0.0.0 20010503120000 text/plain %d\n" % len(block) + block + b"\n"
    return [first, *(arc(HTTP + page, number, version) for number, page in enumerate(pages_of(5)))]


def warc_crawl() -> list[bytes]:
    return [warc(HTTP + page, number) for number, page in enumerate(pages_of(5))]


def whole(records: list[bytes]) -> bytes:
    return b"".join(records)


def gzip_each(records: list[bytes]) -> bytes:
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def gzip_whole(records: list[bytes]) -> bytes:
    return gzip.compress(b"".join(records), mtime=0)


def zstd_each(records: list[bytes]) -> bytes:
    packer = zstandard.ZstdCompressor(write_checksum=True)
    return b"".join(packer.compress(one) for one in records)


def zstd_streamed(records: list[bytes]) -> bytes:
    file = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as stream:
        stream.write(b"".join(records))
    return file.getvalue()


def zstd_with_dictionary(records: list[bytes], *, packed: bool = False) -> bytes:
    samples: list[bytes | bytearray | memoryview[int]] = [
        record + b"%d" % number for number in range(40) for record in records
    ]
    dictionary = zstandard.train_dictionary(2_000, samples)
    packer = zstandard.ZstdCompressor(dict_data=dictionary, write_checksum=True)
    stored = zstandard.compress(dictionary.as_bytes()) if packed else dictionary.as_bytes()
    head = b"\x5d\x2a\x4d\x18" + len(stored).to_bytes(4, "little") + stored
    return head + b"".join(packer.compress(one) for one in records)


def zstd_with_packed_dictionary(records: list[bytes]) -> bytes:
    return zstd_with_dictionary(records, packed=True)


Packing = Callable[[list[bytes]], bytes]
PACKINGS: tuple[Packing, ...] = (
    whole,
    gzip_each,
    gzip_whole,
    zstd_each,
    zstd_streamed,
    zstd_with_dictionary,
    zstd_with_packed_dictionary,
)


def read(place: Path) -> list[Source | SourceError]:
    """Return what is read of a place, by both ways, which must be the same."""
    alone, guarded = list(read_sources([str(place)])), list(read_guarded([str(place)]))
    assert [str(item) for item in alone] == [str(item) for item in guarded]
    return alone


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("records", [warc_crawl(), arc_crawl(1), arc_crawl(2)], ids=["warc", "arc 1", "arc 2"])
@pytest.mark.parametrize("name", ["crawl.warc", "crawl.arc.gz", "crawl", "part-00001"])
def test_a_crawl_is_read_in_every_packing_and_under_every_name(
    tmp_path: Path, packing: Packing, records: list[bytes], name: str
) -> None:
    (tmp_path / name).write_bytes(packing(records))
    found = all_of_type(Source, read(tmp_path / name))
    assert [page.data for page in found] == pages_of(5)
    assert [page.url for page in found] == [f"http://skerran.example/{number}" for number in range(5)]
    assert [page.name for page in all_of_type(Source, read(tmp_path))] == [page.name for page in found]
    assert len({page.name for page in found}) == 5


def test_a_record_of_an_arc_says_when_it_was_captured_and_what_it_is(tmp_path: Path) -> None:
    records = arc_crawl()
    records.insert(1, b"dns:skerran.example 10.0.0.1 20010503120000 text/dns 9\n10.0.0.1\n\n")
    records.append(b"http://skerran.example/old page 10.0.0.1 20010503120001 text/html %d\n" % len(PAGE) + PAGE + b"\n")
    file = tmp_path / "a.arc"
    file.write_bytes(whole(records))
    *_, before, last = all_of_type(Source, read(file))
    assert str(before.captured) == "2001-05-03 12:00:00+00:00"
    assert (last.url, last.data) == ("http://skerran.example/old page", PAGE)


@pytest.mark.parametrize("packing", [gzip_each, zstd_each])
@pytest.mark.parametrize("records", [warc_crawl(), arc_crawl()], ids=["warc", "arc"])
def test_damage_in_one_record_costs_that_record_alone(tmp_path: Path, packing: Packing, records: list[bytes]) -> None:
    for number in range(1, len(records) - 1):
        parts = [bytearray(packing([one])) for one in records]
        parts[number][len(parts[number]) // 2] ^= 0x55
        file = tmp_path / f"{number}.warc.gz"
        file.write_bytes(b"".join(parts))
        found = read(file)
        kept = [page.data for page in found if isinstance(page, Source)]
        lost = [page for page in pages_of(5) if page not in kept]
        assert len(lost) <= 1
        assert bool(lost) == any(isinstance(item, SourceError) for item in found)


@pytest.mark.parametrize("records", [warc_crawl(), arc_crawl()], ids=["warc", "arc"])
def test_a_wrong_length_costs_that_record_alone(tmp_path: Path, records: list[bytes]) -> None:
    changed = list(records)
    length = str(len(HTTP + pages_of(5)[2])).encode()
    place = next(number for number, one in enumerate(records) if pages_of(5)[2] in one)
    changed[place] = records[place].replace(length, b"17", 1)
    assert changed != records
    file = tmp_path / "a.warc"
    file.write_bytes(whole(changed))
    found = read(file)
    kept = [page.data for page in found if isinstance(page, Source)]
    assert [page for page in pages_of(5) if page not in kept] == [pages_of(5)[2]]
    assert any(isinstance(item, SourceError) for item in found)


def collection(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize(
    "name",
    ["archive/a.warc.gz", "archive/a.warc.zst", "my crawl/archive/a.warc", "a.arc.gz", "archive/A.WARC.GZ"],
)
def test_a_collection_is_read_wherever_its_crawls_lie(tmp_path: Path, name: str, method: int) -> None:
    packing = zstd_each if name.endswith("zst") else gzip_each if name.lower().endswith("gz") else whole
    crawl = packing(arc_crawl() if ".arc" in name else warc_crawl())
    inner = collection(("datapackage.json", b"{}"), (name, crawl), method=method)
    outer = collection(("one.wacz", inner), ("datapackage.json", b"{}"), method=method)
    (tmp_path / "a.wacz").write_bytes(inner)
    (tmp_path / "many.wacz").write_bytes(outer)
    (tmp_path / "prefixed.wacz").write_bytes(b"#!/bin/sh\nexit\n" + inner)
    for file, prefix in (("a", ""), ("many", "#one.wacz"), ("prefixed", "")):
        found = all_of_type(Source, read(tmp_path / f"{file}.wacz"))
        assert [page.data for page in found] == pages_of(5)
        assert found[0].name.startswith(f"{file}.wacz{prefix}#{name}#")


def test_a_collection_without_crawl_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.wacz").write_bytes(collection(("datapackage.json", b"{}"), ("archive/a.cdx", b"x")))
    (error,) = read(tmp_path / "a.wacz")
    assert "no crawl in it: none of its 2 members" in of_type(SourceError, error).reason
    (tmp_path / "a.wacz").unlink()
    (tmp_path / "b.zip").write_bytes(collection(("notes.txt", b"x")))
    (error,) = read(tmp_path)
    assert "no page in it" in of_type(SourceError, error).reason


def test_collections_in_each_other_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = collection(("archive/a.warc", whole(warc_crawl())))
    for _ in range(web_archives.MOST_NESTED):
        data = collection(("inner.wacz", data))
    (tmp_path / "a.wacz").write_bytes(data)
    (error,) = read(tmp_path / "a.wacz")
    assert isinstance(error, RefusedError)
    assert "collections lie in each other" in error.reason
    monkeypatch.setattr(web_archives, "MAX_NESTED_BYTES", 1_000)
    inner = collection(("archive/a.warc", whole(warc_crawl()) + b" " * 5_000))
    (tmp_path / "b.wacz").write_bytes(collection(("inner.wacz", inner), method=zipfile.ZIP_DEFLATED))
    (error,) = read_sources([str(tmp_path / "b.wacz")])
    assert isinstance(error, RefusedError)
    assert "a compressed collection of more than" in error.reason


@pytest.mark.parametrize("name", ["page.html.zst", "page.html.br", "a.jsonl.zst", "a.warc.zst", "p.mhtml.gz"])
def test_a_bomb_is_refused_by_name(tmp_path: Path, name: str) -> None:
    zeros = bytes(300_000_000)
    pack = {".zst": zstandard.compress, ".br": lambda data: brotli.compress(data, quality=1), ".gz": gzip.compress}
    (tmp_path / name).write_bytes(pack[Path(name).suffix](zeros))
    found = list(read_guarded([str(tmp_path / name)]))
    assert found
    assert all(str(tmp_path / name) in of_type(SourceError, item).path for item in found)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_a_response_that_is_a_bomb_is_refused_and_the_next_page_read(tmp_path: Path, coding: str) -> None:
    zeros = b"<p>" + b"x" * (MAX_PAGE_BYTES * 8)
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "br": lambda data: brotli.compress(data, quality=1),
        "zstd": zstandard.compress,
        "deflate": zlib.compress,
    }
    head = HTTP.replace(b"\r\n\r\n", b"\r\nContent-Encoding: %s\r\n\r\n" % coding.encode())
    file = tmp_path / "a.warc"
    file.write_bytes(warc(head + pack[coding](zeros)) + warc(HTTP + PAGE, 1))
    first, second = read(file)
    assert isinstance(first, RefusedError)
    assert "larger than 5 MB" in first.reason
    assert of_type(Source, second).data == PAGE
