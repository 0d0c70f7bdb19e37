"""Media types: what a suffix, a Content-Type header, or the first bytes of a file say that it is.

What bytes are is told by their signature (WHATWG MIME Sniffing Standard §7.1 for HTML). A header is believed where it
names a type that no page has; servers also send pages as text, as unknown bytes, or as a type of their own making.
"""

import codecs
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Literal

from searchsvc.sources.content_codings import DICTIONARY_MAGIC, SUFFIXES, coding_of_bytes

#: What a file is by its first bytes; "packed" is compressed by gzip or zstd, "binary" is named by `binary_format`.
Signature = Literal["html", "warc", "arc", "mhtml", "zip", "webarchive", "packed", "binary"]

HTML, TEXT, RECORD = "text/html", "text/plain", "application/json"
#: Bytes from which the type of a file is told. Comments and scripts of savers stand before the first element.
SNIFF_BYTES = 4096

#: Suffix of a page → its media type.
PAGE_TYPES = {
    **dict.fromkeys((".html", ".htm", ".stm", ".xhtml", ".xht", ".shtml", ".shtm"), HTML),
    ".txt": TEXT,
}
#: Suffixes of files that no page has: they are not opened in a folder.
OTHER_SUFFIXES = frozenset(
    re.findall(
        r"\S+",
        ".7z .aac .apng .avi .avif .bmp .bz2 .cdx .cdxj .class .css .csv .doc .docx .eot .epub .exe .flac .flv .gif"
        " .heic .ico .jar .jpeg .jpg .js .json .jxl .less .log .m4a .m4v .map .md .mkv .mjs .mov .mp3 .mp4 .mpeg .mpg"
        " .odt .ogg .opus .otf .pdf .png .ppt .pptx .ps .psd .py .rar .rss .rtf .scss .sh .so .sql .sqlite .svg .swf"
        " .tar .tgz .tif .tiff .toml .tsv .ttf .wasm .wav .webm .webmanifest .webp .wmv .woff .woff2 .xls .xlsx"
        " .xz .yaml .yml",
    )
)

_HTML_TYPES = frozenset({HTML, "application/xhtml+xml"})
#: Types that no page has, whatever a server makes of its files; all of these kinds, too.
_OTHER_TYPES = frozenset(
    re.findall(
        r"\S+",
        "application/javascript application/x-javascript application/ecmascript application/json application/ld+json"
        " application/manifest+json application/pdf application/zip application/rss+xml application/atom+xml text/css"
        " text/javascript text/ecmascript text/csv text/dns text/calendar text/vcard application/font-woff"
        " application/x-shockwave-flash application/wasm application/warc-fields application/http",
    )
)
_OTHER_KINDS = ("image/", "audio/", "video/", "font/", "model/", "message/")
_MEDIA_TYPE = re.compile(r"[\w.+*-]+/[\w.+*-]+")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]{2,40})", re.IGNORECASE)

#: Tags with which a page begins, after comments, declarations and white space.
_ELEMENT = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|link|base|script|style|iframe|frameset|center|font|table|div|span|"
    rb"article|section|main|header|nav|h[1-6]|p|a|b|br|hr|ul|ol|img|form|noscript)(?=[\s>/])",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rb"\s+|<!--.*?(?:-->|\Z)|<\?xml\b[^>]*(?:>|\Z)|<\?php\b.*?(?:\?>|\Z)|<!doctype\s+(?!html)[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_XML_PAGE = re.compile(rb"<(?:!doctype\s+html|html)(?=[\s>])", re.IGNORECASE)
#: A line of a MIME header; names of those that tell a page saved as one file; most lines before them.
_HEADER_LINE = re.compile(rb"[A-Za-z][\w-]{0,60}:")
_MHTML_NAMES = (b"mime-version:", b"snapshot-content-location:")
_MHTML_LINES = 40
_ARC = re.compile(rb"filedesc:(?://)?\S{1,300} \S+ \d{8,14} ")
_WARC = re.compile(rb"WARC/\d\.\d")
#: Signature of a format that is no page → its name.
_BINARY = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"RIFF", "a picture or sound (RIFF)"),
    (b"\0\0\1\0", "a picture (ICO)"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\xfd7zXZ\0", "compressed by xz"),
    (b"BZh", "compressed by bzip2"),
    (b"\x1f\x9d", "compressed by compress"),
    (b"bplist", "a property list"),
    (b"\x7fELF", "a program"),
    (b"OggS", "sound or video (Ogg)"),
    (b"ID3", "sound (MP3)"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"{\\rtf", "a text in RTF"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
)


def suffix_of(name: str) -> str:
    """Return the suffix of a file name in lower case, without that of a compression and what follows a `?`.

    `page.html.gz` → `.html`, `story.php?id=12` → `.php`, `a.asp?p=b.htm` → `.htm`.
    """
    pure = PurePosixPath(name.lower())
    if pure.suffix in SUFFIXES:
        pure = PurePosixPath(pure.stem)
    if "?" in pure.name and pure.suffix not in PAGE_TYPES:
        pure = PurePosixPath(pure.name.partition("?")[0])
    return pure.suffix


def is_packed_name(name: str) -> bool:
    """Return whether a file name ends like that of a compressed file."""
    return PurePosixPath(name.lower()).suffix in SUFFIXES


def media_type_of(content_type: str | None) -> str:
    """Return the first media type in a Content-Type header, in lower case and without parameters; empty for none."""
    match = _MEDIA_TYPE.search((content_type or "").partition(";")[0])
    return match[0].lower() if match else ""


def charset_of(content_type: str | None) -> str | None:
    """Return the character encoding that a Content-Type header names."""
    match = _CHARSET.search(content_type or "")
    return match[1] if match else None


def is_html_type(media_type: str) -> bool:
    """Return whether a media type is that of pages."""
    return media_type in _HTML_TYPES


def may_be_page(media_type: str) -> bool:
    """Return whether the bytes of a media type may be a page: a type that says nothing, or that servers mistake."""
    return media_type not in _OTHER_TYPES and not media_type.startswith(_OTHER_KINDS)


def is_html(data: bytes) -> bool:
    """Return whether bytes begin like an HTML page."""
    start = _as_ascii(data[:SNIFF_BYTES])
    at, is_xml = 0, False
    while match := _BEFORE.match(start, at):
        is_xml = is_xml or match[0][:5].lower() == b"<?xml"
        at = match.end()
    if at == len(start):  # only a comment so long that it does not end here
        return start.lstrip().startswith(b"<!--")
    return bool((_XML_PAGE if is_xml else _ELEMENT).match(start, at))


def is_document(data: bytes) -> bool:
    """Return whether bytes begin with the declaration or root of a page: then a text file is one, too."""
    return _XML_PAGE.match(_as_ascii(data).lstrip()) is not None


def signature_of(data: bytes) -> Signature | None:
    """Return what the first SNIFF_BYTES of a file say that it is; None: text, or nothing that is known."""
    start = _as_ascii(data).lstrip()
    return next((name for name, is_such in _SIGNATURES if is_such(data, start)), None)


def _is_mhtml(start: bytes) -> bool:
    """Return whether bytes begin with a MIME header of a page: of several parts, or of HTML."""
    for line in start.split(b"\n", _MHTML_LINES)[:_MHTML_LINES]:
        if line.lower().startswith(_MHTML_NAMES) or re.match(rb"(?i)content-type:\s*multipart/", line):
            return b"multipart/" in start or b"text/html" in start
        if line[:1] not in {b" ", b"\t"} and not _HEADER_LINE.match(line):
            return False
    return False


def binary_format(data: bytes) -> str | None:
    """Return the name of a format that is no page, by its signature; None if it is none of them."""
    if data[257:262] == b"ustar":
        return "a tar archive"
    if data[4:8] == b"ftyp":
        return "a picture or video (MP4, HEIC)"
    return next((name for magic, name in _BINARY if data.startswith(magic)), None)


def is_text(data: bytes) -> bool:
    """Return whether bytes may be text: they have the mark of UTF-16, or no NUL."""
    return data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" not in data[:SNIFF_BYTES]


def _as_ascii(data: bytes) -> bytes:
    """Return bytes without byte order mark, and of UTF-16 or UTF-32 without the NUL of ASCII letters."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF32_LE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if data.startswith(mark):
            return data[len(mark) :].replace(b"\0", b"")
    return data.replace(b"\0", b"") if data[:2] in {b"<\0", b"\0<"} else data


#: Signature → whether bytes are such, of the bytes and of the same as ASCII without white space before them.
_SIGNATURES: tuple[tuple[Signature, Callable[[bytes, bytes], object]], ...] = (
    ("warc", lambda data, _: data.startswith(DICTIONARY_MAGIC)),
    ("packed", lambda data, _: coding_of_bytes(data)),
    ("zip", lambda data, _: data.startswith(b"PK\3\4")),
    ("webarchive", lambda data, _: data.startswith(b"bplist") and b"WebMainResource" in data),
    ("binary", lambda data, _: binary_format(data)),
    ("warc", lambda _, start: _WARC.match(start)),
    ("arc", lambda _, start: _ARC.match(start)),
    ("mhtml", lambda _, start: _is_mhtml(start)),
    ("html", lambda data, _: is_html(data)),
)
