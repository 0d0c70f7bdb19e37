"""One damaged record of a crawl costs that record: those behind it are read, and the loss is told."""

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from searchsvc.errors import SourceError
from searchsvc.model.source import Source
from searchsvc.sources import read_sources
from tests.narrowing import all_of_type

PAGES = 13
Damage = Callable[[bytes, Random], bytes]


def page(number: int) -> bytes:
    words = " ".join(f"word{Random(number).randrange(10**9) + n}" for n in range(60))  # noqa: S311  no secret
    return f"<html><h1>Story {number}</h1>\r\n\r\n<p>{words}</p></html>".encode()


def record(number: int) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(number)
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://skerran.example/{number}\r\n"
        f"WARC-Date: 2009-07-15T10:21:00Z\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def flip(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def overwrite(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) - 30)
    return data[:at] + random.randbytes(30) + data[at + 30 :]


def remove(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) - 1)
    return data[:at] + data[at + random.randrange(1, 200) :]


def cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(1, len(data))]


def length(text: bytes) -> Damage:
    def change(data: bytes, _: Random) -> bytes:
        begin = data.index(b"Content-Length: ") + 16
        return data[:begin] + text + data[data.index(b"\r", begin) :]

    return change


def read(file: Path) -> tuple[list[bytes], list[SourceError]]:
    found = list(read_sources([str(file)]))
    pages = [item.data for item in found if isinstance(item, Source)]
    return pages, [item for item in found if isinstance(item, SourceError)]


def crawl(file: Path, which: int, *, packed: bool, before: Damage | None = None, after: Damage | None = None) -> Path:
    """Write a crawl of which one record is damaged before it is packed, or after."""
    random, parts = Random(which), []  # noqa: S311  no secret
    for number in range(PAGES):
        data = record(number)
        if before and number == which % PAGES:
            data = before(data, random)
        if packed:
            data = gzip.compress(data, mtime=0)
        if after and number == which % PAGES:
            data = after(data, random)
        parts.append(data)
    file.write_bytes(b"".join(parts))
    return file


def check(file: Path, which: int, *, summed: bool) -> None:
    """All other pages must be there; what is lost is told where the file has a sum that tells it."""
    pages, errors = read(file)
    lost = [number for number in range(PAGES) if page(number) not in pages]
    assert lost in ([], [which % PAGES]), (which, errors)
    assert len(pages) <= PAGES
    assert errors or not (summed and lost), which


@pytest.mark.parametrize("damage", [flip, overwrite, remove, cut])
def test_read_sources_loses_only_the_damaged_member(damage: Damage, tmp_path: Path) -> None:
    for which in range(150):
        check(crawl(tmp_path / "crawl.warc.gz", which, packed=True, after=damage), which, summed=True)


@pytest.mark.parametrize("damage", [flip, overwrite, remove])
def test_read_sources_loses_only_the_damaged_record(damage: Damage, tmp_path: Path) -> None:
    for which in range(150):
        check(crawl(tmp_path / "crawl.warc", which, packed=False, before=damage), which, summed=False)


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("text", [b"1", b"99999", b"9999999999999", b"-5", b"", b"x", b"9" * 5000])
def test_read_sources_goes_on_after_a_wrong_length(text: bytes, packed: bool, tmp_path: Path) -> None:
    file = crawl(tmp_path / ("a.warc.gz" if packed else "a.warc"), 4, packed=packed, before=length(text))
    pages, errors = read(file)
    assert pages == [page(number) for number in range(PAGES) if number != 4]
    (error,) = errors
    assert error.path == str(file)
    assert "damaged in 1 place" in error.reason


def test_read_sources_says_how_much_is_lost_in_one_line(tmp_path: Path) -> None:
    parts = [gzip.compress(record(number)) for number in range(PAGES)]
    for number in (2, 3, 5, 7, 11):
        parts[number] = parts[number][:40] + bytes(20) + parts[number][60:]
    (tmp_path / "a.warc.gz").write_bytes(b"".join(parts))  # two of them lie together: four places
    pages, (error,) = read(tmp_path / "a.warc.gz")
    lost = sum(len(parts[number]) for number in (2, 3, 5, 7, 11))
    assert len(pages) == PAGES - 5
    assert f"in 4 places, {lost:,} bytes are lost" in error.reason
    assert "and 1 more" in error.reason
    assert f"#{sum(map(len, parts[:2]))}: gzip is damaged" in error.reason


@pytest.mark.parametrize("size", [700, 1 << 20], ids=["cut anywhere", "one piece"])
def test_read_sources_reads_what_stands_before_damage_in_one_piece(size: int, tmp_path: Path) -> None:
    plain = b"".join(map(record, range(PAGES)))
    members = [gzip.compress(plain[at : at + size]) for at in range(0, len(plain), size)]
    file = tmp_path / "a.warc.gz"
    file.write_bytes(b"".join(members))
    assert read(file) == ([page(number) for number in range(PAGES)], [])
    data = bytearray(b"".join(members))
    data[len(data) * 2 // 3] ^= 0xFF
    file.write_bytes(data)
    pages, errors = read(file)
    assert len(pages) >= PAGES // 2
    assert len(errors) == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_read_sources_goes_on_in_a_damaged_collection(method: int, tmp_path: Path) -> None:
    parts = [gzip.compress(record(number)) for number in range(PAGES)]
    with zipfile.ZipFile(tmp_path / "a.wacz", "w", method) as packed:
        packed.writestr("archive/data.warc.gz", b"".join([*parts[:6], parts[6][:100], *parts[7:]]))
    if method == zipfile.ZIP_STORED:
        data = bytearray((tmp_path / "a.wacz").read_bytes())
        data[data.index(parts[2]) + 200] ^= 1
        (tmp_path / "a.wacz").write_bytes(data)
    pages, (error,) = read(tmp_path / "a.wacz")
    assert len(pages) == PAGES - (2 if method == zipfile.ZIP_STORED else 1)
    assert error.path.endswith("a.wacz#archive/data.warc.gz")


def test_read_sources_keeps_the_addresses_of_pages_behind_damage(tmp_path: Path) -> None:
    for name in ("a.warc", "a.warc.gz"):
        packed = name.endswith("gz")
        whole = {s.name for s in all_of_type(Source, read_sources([str(crawl(tmp_path / name, 0, packed=packed))]))}
        hurt = {
            s.name
            for s in read_sources([str(crawl(tmp_path / name, 5, packed=packed, before=length(b"77")))])
            if isinstance(s, Source)
        }
        assert len(hurt) == PAGES - 1
        assert len(hurt & whole) >= 5


@pytest.mark.parametrize(
    "data",
    [
        b"WARC/1.0\r\nX:" * 300_000,
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5000000\r\n\r\n" * 50_000,
        gzip.compress(b"WARC/1.0\r\n" + b"a: b\r\n" * 3_000_000),
        b"".join(b"\x1f\x8b\x08\0\0\0\0\0\0\0\0\x20\0\xdf\xffWARC/1.0" + bytes(9) for _ in range(60_000)),
    ],
    ids=["heads", "lengths", "a long head", "members in members"],
)
def test_read_sources_ends_soon_on_a_crawl_that_is_made_to_cost(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(data)
    pages, errors = read(tmp_path / "a.warc.gz")
    assert (pages, len(errors)) == ([], 1)
