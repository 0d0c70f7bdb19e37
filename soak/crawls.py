"""Damaged crawls: WARC, ARC, WACZ, gzip, zstd, JSONL with flipped bits, cuts, wrong lengths; what is read of each."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random

import zstandard

from searchsvc.errors import SourceError
from searchsvc.sources import read_sources
from soak.archive import record

#: Records of a crawl.
RECORDS = 13


@dataclass(frozen=True, slots=True)
class Crawl:
    """A damaged crawl, and what was in it."""

    #: Ending of the file's name.
    ending: str
    data: bytes
    #: Digests of the pages that were in it, in order.
    pages: tuple[str, ...]
    #: Numbers of the records that the damage lies in.
    touched: frozenset[int]
    #: Whether any damage can be told: the format has sums, and the file does not just end sooner between two records.
    tells: bool
    #: Kind of the damage, for messages.
    damage: str

    def wrong(self, read: list[str], errors: list[str]) -> str:
        """Return what is wrong with what was read of it; "" if nothing is.

        Args:
            read: Digests of the pages that were read.
            errors: What was told.

        """
        lost = {number for number, page in enumerate(self.pages) if page not in read}
        if not lost or errors:
            return ""
        if untouched := lost - self.touched:
            return f"records {sorted(untouched)}, which the damage does not touch, are lost without a word"
        # Without sums a page with damage in it is read as it is.
        return f"records {sorted(lost)} are lost without a word" if self.tells else ""


#: Endings of the files; what is most usual more than once.
FORMS = (".warc", ".warc.gz", ".warc.gz", ".warc.zst", ".arc", ".arc.gz", ".wacz", ".many.wacz", ".jsonl", ".jsonl.gz")
#: Last suffix of a file → how each of its records is packed.
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    **dict.fromkeys(("gz", "wacz"), lambda data: gzip.compress(data, mtime=0)),
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}
Damage = Callable[[bytearray, Random], tuple[int, int]]


def _flip(data: bytearray, rng: Random) -> tuple[int, int]:
    at = rng.randrange(len(data))
    data[at] ^= 1 << rng.randrange(8)
    return at, at + 1


def _overwrite(data: bytearray, rng: Random) -> tuple[int, int]:
    at = rng.randrange(len(data))
    size = min(rng.randrange(1, 60), len(data) - at)
    data[at : at + size] = rng.choice((rng.randbytes(size), bytes(size), b"\n" * size))
    return at, at + size


def _remove(data: bytearray, rng: Random) -> tuple[int, int]:
    at = rng.randrange(len(data))
    size = min(rng.randrange(1, 300), len(data) - at)
    del data[at : at + size]
    return at, at + size


def _cut(data: bytearray, rng: Random) -> tuple[int, int]:
    at, end = rng.randrange(1, len(data)), len(data)
    del data[at:]
    return at, end


def _insert(data: bytearray, rng: Random) -> tuple[int, int]:
    at = rng.randrange(len(data))
    data[at:at] = rng.choice(
        (rng.randbytes(rng.randrange(1, 5000)), bytes(5000), b"WARC/1.0\r\n", b"\x1f\x8b\x08\0", b"\r\n" * 99)
    )
    return at, at + 1


def _length(data: bytearray, rng: Random) -> tuple[int, int]:
    """Write another length into a record's head; a flip where there is none that can be read."""
    starts = [at for at in range(len(data)) if data.startswith(b"Content-Length: ", at)]
    if not starts:
        return _flip(data, rng)
    at = rng.choice(starts) + len(b"Content-Length: ")
    end = data.index(b"\r", at)
    data[at:end] = rng.choice((b"1", b"0", b"-5", b"", b"x", b"99999", b"9" * 15, b"9" * 5000))
    return at, end


#: Damage that leaves sums behind which tell it, and other.
DAMAGES: tuple[Damage, ...] = (_flip, _flip, _overwrite, _remove, _cut, _insert, _length)


def crawl(rng: Random) -> Crawl:
    """Return a crawl with one place damaged."""
    form = rng.choice(FORMS)
    records, pages = _records(
        rng, "jsonl" if form.startswith(".jsonl") else "arc" if form.startswith(".arc") else "warc"
    )
    damage = rng.choice(DAMAGES)
    name = damage.__name__.strip("_")
    if damage is _length and form not in {".warc", ".arc"}:  # the length is damaged before it is packed
        number = rng.randrange(len(records))
        inner = bytearray(records[number])
        _length(inner, rng)
        packed, _ = _packed(form, [*records[:number], bytes(inner), *records[number + 1 :]])
        # No sum is wrong then: a page of another length is read as what it says.
        return Crawl(form, packed, pages, frozenset({number}), tells=False, damage=name)
    packed, bounds = _packed(form, records)
    data = bytearray(packed)
    start, end = damage(data, rng)
    touched = {number for number, (a, b) in enumerate(bounds) if a < end and start < b} or {0}
    # What stands right behind the damage may belong to it: the end of a line, the mark of the next record.
    touched |= {number + 1 for number in touched}
    at_end = damage is _cut and any(start in bound for bound in bounds)
    return Crawl(
        form,
        bytes(data),
        pages,
        frozenset(touched),
        tells=form.endswith(("gz", "zst")) and not at_end,
        damage=f"{name} at {start}",
    )


def _records(rng: Random, kind: str) -> tuple[list[bytes], tuple[str, ...]]:
    bodies = []
    for number in range(RECORDS):
        words = " ".join(f"w{rng.randrange(10**9)}" for _ in range(40))
        bodies.append(f"<html><h1>Story {number}</h1>\r\n\r\n<p>{words}</p></html>".encode())
    if kind == "jsonl":
        bodies = [json.dumps(record(number, rng.randrange(99))).encode() for number in range(RECORDS)]
        return [body + b"\n" for body in bodies], tuple(sha256(body).hexdigest() for body in bodies)
    records = []
    for number, body in enumerate(bodies):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
        if kind == "arc":
            head = f"http://skerran.example/{number} 10.0.0.1 20090715102100 text/html {len(block)}\n"
            records.append(head.encode() + block + b"\n")
            continue
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://skerran.example/{number}\r\n"
            f"WARC-Date: 2009-07-15T10:21:00Z\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        records.append(head.encode() + block + b"\r\n\r\n")
    return records, tuple(sha256(body).hexdigest() for body in bodies)


def _packed(form: str, records: list[bytes]) -> tuple[bytes, list[tuple[int, int]]]:
    """Return a file of the records, and where in it each begins and ends."""
    pack = PACKINGS.get(form.rpartition(".")[2], bytes)
    parts = [pack(one) for one in records]
    bounds, at = [], 0
    for part in parts:
        bounds.append((at, at + len(part)))
        at += len(part)
    data = b"".join(parts)
    whole = data
    for member in {".wacz": ("archive/data.warc.gz",), ".many.wacz": ("archive/data.warc.gz", "one.wacz")}.get(
        form, ()
    ):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr(member, whole)
        whole = file.getvalue()
    start = whole.index(data)
    return whole, [(start + a, start + b) for a, b in bounds]


def read_crawl(path: str) -> None:
    """Print what is read of a crawl, as JSON: called in a process of its own."""
    read, errors = [], []
    for item in read_sources([path]):
        if isinstance(item, SourceError):
            errors.append(str(item))
        else:
            read.append(sha256(item.data).hexdigest())
            errors += item.warnings
    print(json.dumps({"read": read, "errors": errors}))
