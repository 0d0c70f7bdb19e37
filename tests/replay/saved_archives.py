"""One story, saved in each way in which pages are saved, with its picture and its style."""

import base64
import gzip
import io
import json
import plistlib
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import zstandard

URL = "https://post.example/2024/wall.html"
PICTURE_URL, STYLE_URL = (
    "https://post.example/2024/wall_files/wall.png",
    "https://post.example/2024/wall_files/wall.css",
)


def png(red: int = 200) -> bytes:
    """Return a picture of one dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (1).to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    body = zlib.compress(bytes((0, red, 20, 20)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


PNG = png()
STYLE = b"h1 { color: rgb(1, 2, 3); background: url(wall.png) }"
STORY = """<!doctype html><html lang="en"><head><title>Harbour wall holds</title>
<link rel="stylesheet" href="{style}"></head><body>
<h1>Harbour wall holds</h1><p>The council closed the harbour wall on Monday, and it held all through the night.</p>
<p>Nobody was hurt, said the harbour master, who had been up since four in the morning.</p>
<img src="{picture}" alt="The wall"><p><a href="/2024/gate.html">The gate</a> <a href="https://other.example/">Others</a></p>
</body></html>"""
PAGE = STORY.format(style="wall_files/wall.css", picture="wall_files/wall.png").encode()


def http(body: bytes, media_type: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n" % media_type.encode() + body


def record(url: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-03T10:00:00Z\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def records(page: bytes = PAGE) -> list[bytes]:
    return [
        record(STYLE_URL, http(STYLE, "text/css")),
        record(f"{URL}?other", http(b"<html><title>Other</title><p>Another story altogether.", "text/html")),
        record(URL, http(page, "text/html; charset=utf-8")),
        record(PICTURE_URL, http(PNG, "image/png")),
    ]


def in_folder(folder: Path) -> Path:
    (folder / "2024" / "wall_files").mkdir(parents=True)
    (folder / "2024" / "wall.html").write_bytes(PAGE)
    (folder / "2024" / "wall_files" / "wall.png").write_bytes(PNG)
    (folder / "2024" / "wall_files" / "wall.css").write_bytes(STYLE)
    return folder / "2024" / "wall.html"


def packed_page(folder: Path) -> Path:
    plain = in_folder(folder)
    packed = plain.with_name("wall.html.gz")
    packed.write_bytes(gzip.compress(PAGE))
    plain.unlink()
    return packed


def plain_warc(folder: Path) -> Path:
    path = folder / "crawl.warc"
    path.write_bytes(b"".join(records()))
    return path


def gzip_warc(folder: Path) -> Path:
    path = folder / "crawl.warc.gz"
    path.write_bytes(b"".join(map(gzip.compress, records())))
    return path


def zstd_warc(folder: Path) -> Path:
    path = folder / "crawl.warc.zst"
    path.write_bytes(b"".join(map(zstandard.ZstdCompressor().compress, records())))
    return path


def arc(folder: Path) -> Path:
    said = b"1 0 Post\nURL IP-address Archive-date Content-type Archive-length\n"
    lines = [b"filedesc://crawl.arc 0.0.0.0 20240503100000 text/plain %d\n" % len(said) + said]
    for url, kind, body in (
        (URL, "text/html", PAGE),
        (STYLE_URL, "text/css", STYLE),
        (PICTURE_URL, "image/png", PNG),
    ):
        block = http(body, kind)
        lines.append(f"{url} 192.0.2.1 20240503100000 {kind} {len(block)}\n".encode() + block)
    path = folder / "crawl.arc"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def wacz(folder: Path, *, packing: int = zipfile.ZIP_STORED) -> Path:
    path = folder / "crawl.wacz"
    with zipfile.ZipFile(path, "w", packing) as packed:
        packed.writestr("datapackage.json", json.dumps({"profile": "data-package"}))
        packed.writestr("archive/data.warc.gz", b"".join(map(gzip.compress, records())))
    return path


def deflated_wacz(folder: Path) -> Path:
    return wacz(folder, packing=zipfile.ZIP_DEFLATED)


def nested_wacz(folder: Path) -> Path:
    inner = wacz(folder).read_bytes()
    outer = folder / "all.wacz"
    with zipfile.ZipFile(outer, "w") as packed:
        packed.writestr("one.wacz", inner)
    (folder / "crawl.wacz").unlink()
    return outer


def mhtml(folder: Path) -> Path:
    page = STORY.format(style="cid:style@mhtml", picture=PICTURE_URL).encode()
    parts = [
        b"Content-Type: text/html\r\nContent-Location: " + URL.encode() + b"\r\n\r\n" + page,
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Location: "
        + PICTURE_URL.encode()
        + b"\r\n\r\n"
        + base64.encodebytes(PNG),
        b"Content-Type: text/css\r\nContent-ID: <style@mhtml>\r\nContent-Location: cid:style@mhtml\r\n\r\n"
        + STYLE.replace(b"wall.png", PICTURE_URL.encode()),
    ]
    head = (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {URL}\r\nDate: Fri, 3 May 2024 10:00:00 +0000\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="----X"\r\n\r\n'
    )
    path = folder / "wall.mhtml"
    path.write_bytes(head.encode() + b"".join(b"------X\r\n" + part + b"\r\n" for part in parts) + b"------X--\r\n")
    return path


def webarchive(folder: Path) -> Path:
    sub = [
        {"WebResourceURL": PICTURE_URL, "WebResourceMIMEType": "image/png", "WebResourceData": PNG},
        {"WebResourceURL": STYLE_URL, "WebResourceMIMEType": "text/css", "WebResourceData": STYLE},
    ]
    main = {"WebResourceURL": URL, "WebResourceData": PAGE, "WebResourceTextEncodingName": "UTF-8"}
    path = folder / "wall.webarchive"
    out = io.BytesIO()
    plistlib.dump({"WebMainResource": main, "WebSubresources": sub}, out, fmt=plistlib.FMT_BINARY)
    path.write_bytes(out.getvalue())
    return path


#: Way of saving → what writes it into a folder and returns what is to be read.
WAYS: Mapping[str, Callable[[Path], Path]] = {
    "folder": in_folder,
    "packed page": packed_page,
    "WARC": plain_warc,
    "WARC, gzip": gzip_warc,
    "WARC, zstd": zstd_warc,
    "ARC": arc,
    "WACZ": wacz,
    "WACZ, deflated": deflated_wacz,
    "WACZ in a WACZ": nested_wacz,
    "MHTML": mhtml,
    "web archive": webarchive,
}
