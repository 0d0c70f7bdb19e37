"""Source → clean markup: bytes decoded as they were meant, ballast cut."""

import codecs
import re
from dataclasses import dataclass

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Source
from searchsvc.parsing.detection import BYTE_ORDER_MARKS, guess_encoding, refuse_binary

#: Larger pages are dumps or attacks; the largest news page of our samples has 2.6 million bytes.
MAX_BYTES = 5_000_000

#: The fullest page of our samples has 4,525 elements.
MAX_TAGS = 200_000
_TAG = re.compile("<[A-Za-z]")

#: The standard wants `<meta charset>` in the first 1,024 bytes; archives put their scripts before it.
_META_WINDOW = 32_768
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,30})", re.IGNORECASE)
#: What says latin-1 is written in its Windows neighbour: browsers read it so too.
_WINDOWS = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "gb2312": "gb18030"}

#: Bytes beyond ASCII that a guess needs; with fewer, the commonest encoding is the best one.
_EVIDENCE = 40
_NOT_ASCII = bytes(range(128, 256))

#: Elements that hold no text of the page, and comments, which may hide their tags.
_BALLAST = re.compile(r"<!--|<(script|style|svg)\b([^>]{0,2000})>?", re.IGNORECASE)
_ENDS = {name: re.compile(rf"</{name}\b[^>]{{0,200}}>", re.IGNORECASE) for name in ("script", "style", "svg")}
_COMMENT_END = re.compile("-->")
#: Longer comments are code that was switched off, never the marks of a layout.
_MARK_LENGTH = 120
_TITLE = re.compile(r"<title\b[^>]{0,200}>", re.IGNORECASE)
_TITLE_END = re.compile(r"</title\b", re.IGNORECASE)
_TITLE_LENGTH = 3_000
_XML_DECLARATION = re.compile(r"<\?xml\b[^>]{0,200}>", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class DecodedMarkup:
    """The text of a page and why it was read so."""

    text: str
    encoding: str
    rule: str


def decode_markup(source: Source) -> DecodedMarkup:
    """Return the page's text.

    A byte order mark wins; then valid UTF-8, because other encodings hit its patterns hardly
    ever while saved pages often keep a stale declaration; then the page's own word, the
    container's, and detection.

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
    for found, rule in declared:
        if found and found.startswith(("iso2022", "hz")):  # seven bits: valid UTF-8, but not meant so
            return DecodedMarkup(data.decode(found, "replace"), found, rule)
    try:
        return DecodedMarkup(data.decode("utf-8"), "utf-8", "valid UTF-8")
    except UnicodeDecodeError:
        pass
    for found, rule in declared:
        if found == "utf-8":
            return DecodedMarkup(data.decode(found, _STRAY_BYTES), found, f"{rule}, stray bytes as cp1252")
        if found:
            return DecodedMarkup(data.decode(found, "replace"), found, rule)
    return _detected(data)


def cleaned(text: str, source: Source) -> str:
    """Return a page's text without what holds no text, and mended where it would swallow the page.

    Raises:
        RefusedError: It has more elements than MAX_TAGS.
        SourceError: There is no markup in it, or no text.

    """
    tags = sum(1 for _ in _TAG.finditer(text))
    if tags > MAX_TAGS:
        raise RefusedError(source.path, f"{tags:,} elements; pages of up to {MAX_TAGS:,} are read")
    if "<" not in text:
        raise SourceError(source.path, "no markup: save plain text as .txt")
    refuse_binary(text, source.path)
    return _CONTROL.sub("", _XML_DECLARATION.sub("", _with_closed_title(_without_ballast(text))))


def _known(name: bytes | str) -> str | None:
    """Python's name of an encoding; None if there is no such thing."""
    try:
        found = codecs.lookup(name.decode("ascii") if isinstance(name, bytes) else name).name
    except (LookupError, ValueError):
        return None
    if found.startswith(("utf-16", "utf-32")):  # the declaration itself was read as ASCII
        return "utf-8"
    return _WINDOWS.get(found, found)


def _detected(data: bytes) -> DecodedMarkup:
    if len(data) - len(data.translate(None, _NOT_ASCII)) < _EVIDENCE:
        return DecodedMarkup(data.decode("cp1252", "replace"), "cp1252", "too little to detect")
    guess = guess_encoding(data[:_META_WINDOW])
    found = _known(guess) if guess else None
    if found in {None, "utf-8"}:
        return DecodedMarkup(data.decode("utf-8", _STRAY_BYTES), "utf-8", "detected, stray bytes as cp1252")
    return DecodedMarkup(data.decode(found or "cp1252", "replace"), found or "cp1252", "detected")


def _stray_bytes(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as cp1252: a wire story pasted into a newer page."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_STRAY_BYTES = "searchsvc-stray-bytes"
codecs.register_error(_STRAY_BYTES, _stray_bytes)


def _without_ballast(text: str) -> str:
    """Cut scripts (JSON-LD aside), styles, drawings and long comments: a fifth of the work of the parser.

    One pass: the end of an element that is never closed is not looked for again.
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
            if name:  # cut its beginning: it would swallow the page
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
    """Close a `<title>` that is never closed: it would swallow the page."""
    start = _TITLE.search(text)
    if start is None or _TITLE_END.search(text, start.end(), start.end() + _TITLE_LENGTH):
        return text
    end = text.find("<", start.end())
    return text if end < 0 else f"{text[:end]}</title>{text[end:]}"
