"""Decoding and cleaning of an HTML page: bytes to text, without scripts, styles, drawings and long comments."""

import codecs
import re
from dataclasses import dataclass

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Source
from searchsvc.parsing.detection import BYTE_ORDER_MARKS, guess_encoding, refuse_binary

#: Most bytes of a page; larger ones are dumps or attacks. The largest page of `make quality` has 2.2 million bytes.
MAX_BYTES = 5_000_000

#: Most start tags of a page; the page of `make quality` with most has 4,525.
MAX_TAGS = 200_000
_TAG = re.compile("<[A-Za-z]")

#: Bytes in which `<meta charset>` is searched. The HTML standard wants it in the first 1,024; archives insert scripts
#: before it.
_META_WINDOW = 32_768
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,30})", re.IGNORECASE)
#: Declared encoding → the Windows superset that is used instead, as browsers do (WHATWG Encoding Standard).
_WINDOWS = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "gb2312": "gb18030"}

#: Least number of non-ASCII bytes for a guess; with fewer, cp1252 is used.
_EVIDENCE = 40
_NOT_ASCII = bytes(range(128, 256))

#: Start of an element without text of the page, or of a comment, in which such tags do not count.
_BALLAST = re.compile(r"<!--|<(script|style|svg)\b([^>]{0,2000})>?", re.IGNORECASE)
_ENDS = {name: re.compile(rf"</{name}\b[^>]{{0,200}}>", re.IGNORECASE) for name in ("script", "style", "svg")}
_COMMENT_END = re.compile("-->")
#: Most characters of a comment that is kept: longer ones are disabled code, not the zone marks of a layout.
_MARK_LENGTH = 120
_TITLE = re.compile(r"<title\b[^>]{0,200}>", re.IGNORECASE)
_TITLE_END = re.compile(r"</title\b", re.IGNORECASE)
_TITLE_LENGTH = 3_000
_XML_DECLARATION = re.compile(r"<\?xml\b[^>]{0,200}>", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class DecodedMarkup:
    """The text of a page, its encoding, and the rule that gave the encoding."""

    text: str
    encoding: str
    rule: str


def decode_markup(source: Source) -> DecodedMarkup:
    """Return the text of a page.

    The encoding is that of a byte order mark; else a declared 7-bit one; else UTF-8 if the bytes are valid UTF-8,
    because text in other encodings hardly ever is while the declaration of a saved page is often stale; else the
    one that the page declares, else the container, else the detected one.

    Raises:
        RefusedError: The page is larger than MAX_BYTES.

    """
    data = source.data
    if len(data) > MAX_BYTES:
        raise RefusedError(source.path, f"{len(data):,} bytes; pages of up to {MAX_BYTES:,} are read")
    for bom, encoding in BYTE_ORDER_MARKS:
        if data.startswith(bom):
            return DecodedMarkup(data[len(bom) :].decode(encoding, "replace"), encoding, "byte order mark")
    meta = _META.search(data[:_META_WINDOW]) or _XML.search(data)
    declared = [(_known(name), rule) for name, rule in ((meta and meta[1], "meta"), (source.charset, "header")) if name]
    for encoding_name, rule in declared:
        if encoding_name and encoding_name.startswith(("iso2022", "hz")):  # 7-bit encodings: always valid UTF-8 too
            return DecodedMarkup(data.decode(encoding_name, "replace"), encoding_name, rule)
    try:
        return DecodedMarkup(data.decode("utf-8"), "utf-8", "valid UTF-8")
    except UnicodeDecodeError:
        pass
    for encoding_name, rule in declared:
        if encoding_name == "utf-8":
            return DecodedMarkup(data.decode("utf-8", _STRAY_BYTES), "utf-8", f"{rule}, stray bytes as cp1252")
        if encoding_name:
            return DecodedMarkup(data.decode(encoding_name, "replace"), encoding_name, rule)
    return _detected(data)


def cleaned(text: str, source: Source) -> str:
    """Return markup without scripts (JSON-LD aside), styles, drawings, long comments and control characters.

    A start tag of such an element, or a `<title>`, that is never closed is cut or closed: parsers would take the rest
    of the page for its text.

    Raises:
        RefusedError: The page has more start tags than MAX_TAGS.
        SourceError: The text has no markup, or is binary data.

    """
    tags = sum(1 for _ in _TAG.finditer(text))
    if tags > MAX_TAGS:
        raise RefusedError(source.path, f"{tags:,} elements; pages of up to {MAX_TAGS:,} are read")
    if "<" not in text:
        raise SourceError(source.path, "no markup: save plain text as .txt")
    refuse_binary(text, source.path)
    return _CONTROL.sub("", _XML_DECLARATION.sub("", _with_closed_title(_without_ballast(text))))


def _known(name: bytes | str) -> str | None:
    """Return Python's name of a declared encoding, mapped by `_WINDOWS`; None if it is unknown."""
    try:
        encoding = codecs.lookup(name.decode("ascii") if isinstance(name, bytes) else name).name
    except (LookupError, ValueError):
        return None
    if encoding.startswith(("utf-16", "utf-32")):  # cannot be true: the declaration was found in ASCII bytes
        return "utf-8"
    return _WINDOWS.get(encoding, encoding)


def _detected(data: bytes) -> DecodedMarkup:
    if len(data) - len(data.translate(None, _NOT_ASCII)) < _EVIDENCE:
        return DecodedMarkup(data.decode("cp1252", "replace"), "cp1252", "too little to detect")
    guess = guess_encoding(data[:_META_WINDOW])
    encoding = _known(guess) if guess else None
    if encoding is None or encoding == "utf-8":
        return DecodedMarkup(data.decode("utf-8", _STRAY_BYTES), "utf-8", "detected, stray bytes as cp1252")
    return DecodedMarkup(data.decode(encoding, "replace"), encoding, "detected")


def _stray_bytes(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: decode bytes that are not UTF-8 as cp1252, as in an agency text pasted into a newer page."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_STRAY_BYTES = "searchsvc-stray-bytes"
codecs.register_error(_STRAY_BYTES, _stray_bytes)


def _without_ballast(text: str) -> str:
    """Return the text without scripts (JSON-LD aside), styles, drawings and long comments.

    Linear time: once the end of one kind of element was not found, it is not searched again for that kind.
    """
    kept: list[str] = []
    unclosed: set[str] = set()
    at = 0
    match = _BALLAST.search(text)
    while match:
        name = (match[1] or "").lower()
        end = None if name in unclosed else (_ENDS[name] if name else _COMMENT_END).search(text, match.end())
        if end is None:
            unclosed.add(name)
            if name:  # cut the start tag alone: parsers would take the rest of the page for its text
                kept.append(text[at : match.start()])
                at = text.find("<", match.end())
                at = len(text) if at < 0 else at
            match = _BALLAST.search(text, max(at, match.end()))
            continue
        keep = "json" in match[2].lower() if name else end.end() - match.start() <= _MARK_LENGTH
        if not keep:
            kept.append(text[at : match.start()])
            at = end.end()
        match = _BALLAST.search(text, end.end())
    kept.append(text[at:])
    return "".join(kept)


def _with_closed_title(text: str) -> str:
    """Return the text with an unclosed `<title>` closed before the next tag."""
    start = _TITLE.search(text)
    if start is None or _TITLE_END.search(text, start.end(), start.end() + _TITLE_LENGTH):
        return text
    end = text.find("<", start.end())
    return text if end < 0 else f"{text[:end]}</title>{text[end:]}"
