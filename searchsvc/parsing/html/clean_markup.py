"""Cleaning of the markup of an HTML page: text without scripts, styles, drawings and long comments."""

import re

from searchsvc.decoding import refuse_binary
from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.source import Source

#: Most start tags of a page; the page of `make quality` with most has 4,525.
MAX_TAGS = 200_000
_TAG = re.compile("<[A-Za-z]")

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
