import gzip
import random
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import Source
from searchsvc.sources import read_sources
from searchsvc.sources.files import MAX_PAGE_BYTES
from tests.narrowing import all_of_type, of_type

PAGE = b"<html><p>Gulls over the harbour</p>"
CHUNKED = b"6\r\n<html>\r\n1d\r\n" + PAGE[6:] + b"\r\n0\r\n\r\n"


def record(kind: str, url: str, content_type: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2009-07-15T10:21:00Z\r\n"
        f"WARC-Record-ID: <urn:own:{kind}>\r\nContent-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def crawl(
    file: Path,
    *responses: tuple[bytes, dict[str, str]],
    packed: bool = True,
    kind: str = "response",
    status: str = "200 OK",
) -> Path:
    """Write a crawl of one page a response, at http://skerran.example/1 and so on."""
    records = [record("warcinfo", "about:own", "application/warc-fields", b"software: own\r\n")]
    for number, (body, headers) in enumerate(responses, start=1):
        sent = f"HTTP/1.1 {status}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in ({"Content-Type": "text/html"} | headers).items()
        )
        url = f"http://skerran.example/{number}"
        if kind == "response":
            records.append(record(kind, url, "application/http; msgtype=response", sent.encode() + b"\r\n" + body))
        else:
            records.append(record(kind, url, "text/html", body))
    file.write_bytes(b"".join(gzip.compress(each) if packed else each for each in records))
    return file


def read(file: Path) -> list[Source | SourceError]:
    return list(read_sources([str(file)]))


def pages(file: Path) -> list[Source]:
    return all_of_type(Source, read(file))


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_read_sources_gives_the_pages_of_a_crawl(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / ("crawl.warc.gz" if packed else "crawl.warc")
    crawl(file, (PAGE, {"Content-Type": "text/html; charset=windows-1252"}), (PAGE + b"2", {}), packed=packed)
    first, second = pages(file)
    assert first.data == PAGE
    assert first.url == "http://skerran.example/1"
    assert first.charset == "windows-1252"
    assert first.media_type == "text/html"
    assert first.captured == datetime(2009, 7, 15, 10, 21, tzinfo=UTC)
    assert first.name.startswith(f"{file.name}#")
    assert int(second.name.partition("#")[2]) > int(first.name.partition("#")[2]) > 0


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(PAGE), {"Content-Encoding": "gzip"}),
        (zlib.compress(PAGE), {"Content-Encoding": "deflate"}),
        (zlib.compress(PAGE)[2:-4], {"Content-Encoding": "deflate"}),
        (zstandard.compress(PAGE), {"Content-Encoding": "zstd"}),
        (CHUNKED, {"Transfer-Encoding": "chunked"}),
        (PAGE, {"Content-Encoding": "gzip"}),
        (PAGE, {"Content-Encoding": "identity"}),
    ],
    ids=["gzip", "deflate", "bare deflate", "zstd", "chunked", "says gzip but is not", "identity"],
)
def test_read_sources_undoes_the_encodings_of_a_response(tmp_path: Path, body: bytes, headers: dict[str, str]) -> None:
    (page,) = pages(crawl(tmp_path / "crawl.warc.gz", (body, headers)))
    assert isinstance(page, Source)
    assert page.data == PAGE


def test_read_sources_passes_over_what_is_no_page(tmp_path: Path) -> None:
    picture = (b"\x89PNG", {"Content-Type": "image/png"})
    assert len(read(crawl(tmp_path / "a.warc.gz", picture, (PAGE, {})))) == 1
    (error,) = read(crawl(tmp_path / "b.warc.gz", (PAGE, {}), status="404 Not Found"))
    assert of_type(SourceError, error).reason == "no page in it: 1 × record of type warcinfo, 1 × status 404"


def test_read_sources_gives_pages_stored_without_a_response(tmp_path: Path) -> None:
    (page,) = pages(crawl(tmp_path / "a.warc.gz", (PAGE, {}), kind="resource"))
    assert page.data == PAGE


@pytest.mark.parametrize(
    ("body", "headers", "kind", "reason"),
    [
        (b"x" * (MAX_PAGE_BYTES + 1), {}, RefusedError, "larger than 5 MB"),
        (gzip.compress(b"x" * (MAX_PAGE_BYTES + 1)), {"Content-Encoding": "gzip"}, RefusedError, "larger than 5 MB"),
        (
            zstandard.compress(b"x" * (MAX_PAGE_BYTES + 1)),
            {"Content-Encoding": "zstd"},
            RefusedError,
            "larger than 5 MB",
        ),
        (b"\0\1\2", {"Content-Encoding": "compress"}, SourceError, "content encoding is compress"),
        (b"\0\1\2", {"Content-Encoding": "gzip"}, SourceError, "gzip content is damaged"),
    ],
    ids=["too large", "gzip bomb", "zstd bomb", "unknown encoding", "damaged"],
)
def test_read_sources_names_a_response_it_cannot_read_and_goes_on(
    tmp_path: Path, body: bytes, headers: dict[str, str], kind: type[SourceError], reason: str
) -> None:
    first, second = read(crawl(tmp_path / "crawl.warc.gz", (body, headers), (PAGE, {})))
    assert type(first) is kind
    assert reason in first.reason
    assert "#" in first.path
    assert of_type(Source, second).data == PAGE


def test_read_sources_gives_the_pages_before_a_cut(tmp_path: Path) -> None:
    file = crawl(tmp_path / "crawl.warc.gz", (PAGE, {}), (PAGE, {}))
    file.write_bytes(file.read_bytes()[:-40])
    first, *errors = read(file)
    assert of_type(Source, first).data == PAGE
    assert errors
    assert all(isinstance(error, SourceError) for error in errors)


def test_read_sources_names_a_record_that_ends_early(tmp_path: Path) -> None:
    file = crawl(tmp_path / "crawl.warc", (PAGE, {}), (PAGE, {}), packed=False)
    file.write_bytes(file.read_bytes()[:-20])
    first, second = read(file)
    assert of_type(Source, first).data == PAGE
    assert "ends early" in of_type(SourceError, second).reason


def test_read_sources_reads_a_crawl_that_was_packed_in_one_piece(tmp_path: Path) -> None:
    plain = crawl(tmp_path / "crawl.warc", (PAGE, {}), (PAGE + b"2", {}), packed=False)
    file = tmp_path / "crawl.warc.gz"
    file.write_bytes(gzip.compress(plain.read_bytes()))
    assert [page.data for page in pages(file)] == [PAGE, PAGE + b"2"]


def test_read_sources_gives_the_pages_before_a_cut_of_a_crawl_in_one_piece(tmp_path: Path) -> None:
    noise = random.Random(7).randbytes(900).hex().encode()  # noqa: S311  no secret
    bodies = [PAGE + noise[:600], PAGE + noise[600:1200], PAGE + noise[1200:]]
    plain = crawl(tmp_path / "crawl.warc", *((body, {}) for body in bodies), packed=False)
    file = tmp_path / "crawl.warc.gz"
    whole = gzip.compress(plain.read_bytes())
    file.write_bytes(whole + bytes(100))
    assert len(read(file)) == 3
    file.write_bytes(whole[:-60])
    *found, cut = read(file)
    assert [item.data for item in found if isinstance(item, Source)] == bodies[:2]
    assert (cut.path, "ends early" in of_type(SourceError, cut).reason) == (str(file), True)


def test_read_sources_names_the_crawl_and_not_a_record_where_the_rest_is_lost(tmp_path: Path) -> None:
    file = crawl(tmp_path / "crawl.warc.gz", (PAGE, {}), (PAGE, {}))
    data = bytearray(file.read_bytes())
    data[-120:-100] = b"\xff" * 20
    file.write_bytes(data)
    assert str(file) in [item.path for item in read(file) if isinstance(item, SourceError)]


def test_read_sources_names_a_collection_whose_member_is_damaged(tmp_path: Path) -> None:
    inner = crawl(tmp_path / "crawl.warc", (PAGE * 50, {}), packed=False)
    file = tmp_path / "crawl.wacz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as packed:
        packed.write(inner, "archive/data.warc")
    data = bytearray(file.read_bytes())
    data[90:150] = b"\xff" * 60
    file.write_bytes(data)
    assert all(isinstance(item, SourceError) for item in read(file))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_read_sources_reads_a_member_once_that_a_collection_names_twice(tmp_path: Path) -> None:
    inner = crawl(tmp_path / "crawl.warc.gz", (PAGE, {}))
    file = tmp_path / "crawl.wacz"
    with zipfile.ZipFile(file, "w") as packed:
        packed.write(inner, "archive/data.warc.gz")
        packed.write(inner, "archive/data.warc.gz")
    assert len(read(file)) == 1


def test_read_sources_gives_the_pages_of_a_collection(tmp_path: Path) -> None:
    inner = crawl(tmp_path / "crawl.warc.gz", (PAGE, {}))
    file = tmp_path / "crawl.wacz"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("datapackage.json", "{}")
        packed.write(inner, "archive/data.warc.gz")
    (page,) = pages(file)
    assert page.data == PAGE
    assert page.name.startswith("crawl.wacz#archive/data.warc.gz#")


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.wacz"])
@pytest.mark.parametrize("data", [b"no crawl at all\n" * 9, b""], ids=["garbage", "empty"])
def test_read_sources_names_a_file_that_is_no_crawl(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    found = read(tmp_path / name)
    assert found
    assert all(isinstance(item, SourceError) for item in found)
