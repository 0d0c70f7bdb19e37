"""JSON-LD of a page: the objects in its scripts, also in those that are almost JSON, and what could not be read.

Templates write text into JSON without escaping it, comments, several objects in one script, commas too many. Such a
script is mended sign by sign, in one pass, and read object by object; one that stays unreadable is told, and the plain
fields that it certainly has are taken from it.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from searchsvc.json_input import NestingError, check_depth

#: An object of JSON-LD.
Thing = Mapping[str, object]
#: Most characters of a script; the longest one of `make quality` has 51,017. Most of all those that must be mended.
_MAX_LENGTH, _MAX_MENDED = 1_000_000, 2_000_000
#: Most levels and objects read; publisher in article in page in graph needs five levels.
_MAX_DEPTH, _MAX_THINGS = 12, 5_000
#: What templates put around the JSON of a script.
_BEFORE = re.compile(r"(?:\s|//\s*(?=<!|>|-->)|/\*\s*(?=<!)|<!--|-->|><!--|<!\[CDATA\[(?:\s*\*/)?|\ufeff)+")
_AFTER = re.compile(r"(?:\s|//\s*(?=-->|<!|\]\])|/\*\s*(?=\])|-->|<!(?=\]\])|\]\](?:>|&gt;)(?:\s*\*/)?|;)+\Z")
_BETWEEN = re.compile(r"[\s,;\x00]*")
#: A stretch of a string without quotation marks and backslashes; what is no string, up to a sign that matters.
_IN_STRING, _OUTSIDE = re.compile(r'[^"\\]+'), re.compile(r'[^"\[\]{},:/<]+')
#: What may stand behind a backslash in JSON; words of JavaScript for no value.
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_NO_VALUE = re.compile(r"\b(?:undefined|NaN|None)\b")
#: A string of JavaScript in single marks.
_SINGLE = re.compile(r"'((?:[^'\\]|\\.)*)'")
_SPACE, _BRACKET = re.compile(r"\s*"), re.compile(r"[\[{]")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z)|<!\[CDATA\[", re.DOTALL)
#: Where a script cannot be read: fields of an article that are plain strings.
_FIELD = re.compile(r'"(headline|datePublished|dateModified|dateCreated)"\s*:\s*"([^"\\<>{}]{1,300})"')
_TYPE = re.compile(r'"@type"\s*:\s*\[?\s*"([A-Za-z]{0,30}Article|[A-Za-z]{0,30}Posting)"')
#: Times the length of a text that is searched for the ends of strings that have none.
_MOST_SEARCHED = 4
UNREADABLE = "JSON-LD of the page cannot be read"


@dataclass(frozen=True, slots=True)
class JsonLd:
    """The objects of a page's scripts, outer ones before those in them, and warnings about scripts that are broken."""

    things: tuple[Thing, ...]
    warnings: tuple[str, ...] = ()


def read_json_ld(scripts: Iterable[str]) -> JsonLd:
    """Return the objects of all scripts; too long and too deep scripts are not read, and told."""
    found: list[Thing] = []
    unreadable, mended = 0, 0
    for script in scripts:
        text = _unwrapped(script)
        if not text:
            continue
        values = _values_of(text) if len(text) <= _MAX_LENGTH else None
        if values is None and len(text) + mended <= _MAX_MENDED:
            mended += len(text)
            values = _mended_values(text)
        unreadable += values is None
        for value in values if values is not None else _plain_fields(text[:_MAX_LENGTH]):
            collect_things(value, 0, found)
    warning = (UNREADABLE if unreadable == 1 else f"{UNREADABLE}: {unreadable} scripts",) if unreadable else ()
    return JsonLd(tuple(found), warning)


def _unwrapped(script: str) -> str:
    begin = _BEFORE.match(script)
    text = script[begin.end() :] if begin else script
    # Searched from the end of a short tail: the pattern may begin at any sign of a long text.
    tail = _AFTER.search(text, max(0, len(text.rstrip()) - 40))
    return text[: tail.start()] if tail else text


def _values_of(text: str, *, is_mended: bool = False) -> list[object] | None:
    """Return the values in a text, one or several; None if it is not JSON, or nested too deeply.

    What follows the values of a mended text without a bracket is the rest of what was around them.
    """
    values: list[object] = []
    decoder, at = json.JSONDecoder(strict=False), 0
    try:
        check_depth(text)
        at = _end(_BETWEEN, text, 0)
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            at = _end(_BETWEEN, text, at)
    except (ValueError, RecursionError):
        return values if is_mended and values and not _BRACKET.search(text, at) else None
    return values


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _mended_values(text: str) -> list[object] | None:
    """Return the values in a text that is almost JSON: as it is mended, else without the entities of HTML."""
    if "'@type'" in text and '"@type"' not in text:
        text = _SINGLE.sub(lambda string: json.dumps(string[1].replace("\\'", "'"), ensure_ascii=False), text)
    for form in (text, html.unescape(text)) if "&quot;" in text or "&#34;" in text else (text,):
        try:
            check_depth(form)
        except NestingError:
            return None
        values = _values_of(_Mender(form).mended(), is_mended=True)
        found: list[Thing] = []
        collect_things(values, 0, found)
        if values and any(found):
            return values
    return None


class _Mender:
    """Makes JSON of a text that is almost JSON, in one pass.

    Comments and commas before an end are left out, and missing ends are added. A quotation mark in a string ends it
    only if what follows may follow a string there: else it is text, and is escaped.
    """

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._parts: list[str] = []
        #: The open brackets; whether a key of an object is next.
        self._open: list[str] = []
        self._is_key = False
        #: Characters in which the ends of strings that have none were searched.
        self._searched = 0

    def mended(self) -> str:
        text = self._text
        begin = _BRACKET.search(text)  # `window.story = {…}`
        self._at = begin.start() if begin else len(text)
        while self._at < len(text):
            sign = text[self._at]
            if sign == '"':
                self._string()
            elif sign in "/<" and (comment := _COMMENT.match(text, self._at)):
                self._at = comment.end()
            elif sign in "[]{},:":
                self._structure(sign)
            else:
                end = max(_end(_OUTSIDE, text, self._at), self._at + 1)
                self._parts.append(_NO_VALUE.sub("null", text[self._at : end]))
                self._at = end
        return "".join(self._parts) + "".join("}" if bracket == "{" else "]" for bracket in reversed(self._open))

    def _structure(self, sign: str) -> None:
        if sign in "[{":
            self._open.append(sign)
        elif sign in "]}":
            if self._last() == ",":
                self._parts.pop()
            elif self._last() == ":":
                self._parts.append("null")
            if self._open:
                self._open.pop()
        elif sign == "," and self._last() == ":":
            self._parts.append("null")
        elif sign == "," and self._last() in {",", "[", "{"}:
            self._at += 1
            return
        self._is_key = bool(self._open) and self._open[-1] == "{" and sign in "{,"
        self._parts.append(sign)
        self._at += 1

    def _last(self) -> str:
        """Return the last part; white space behind it is dropped."""
        while self._parts and self._parts[-1].isspace():
            self._parts.pop()
        return self._parts[-1] if self._parts else ""

    def _string(self) -> None:
        """Copy a string up to its end; one that has none ends at its first quotation mark, or with the text."""
        text, begin = self._text, self._at
        self._at += 1
        parts = ['"']
        first: tuple[int, int] | None = None
        while self._at < len(text):
            if text[self._at] == "\\":
                escape = _ESCAPE.match(text, self._at)
                parts.append(escape[0] if escape else "")
                self._at += len(escape[0]) if escape else 1
            elif text[self._at] == '"':
                self._at += 1
                if self._searched > _MOST_SEARCHED * len(text) or self._ends_here():
                    first = None
                    break
                first = first or (self._at, len(parts))
                parts.append('\\"')
            else:
                end = _end(_IN_STRING, text, self._at)
                parts.append(text[self._at : end])
                self._at = end
        if first:
            self._searched += self._at - first[0]
            self._at = first[0]
            del parts[first[1] :]
        self._parts.append("".join(parts).removesuffix("\\") + '"' if self._at > begin + 1 else '""')

    def _ends_here(self) -> bool:
        """Return whether a string may end before the current place."""
        text, at = self._text, _end(_SPACE, self._text, self._at)
        sign = text[at : at + 1]
        if not sign or not self._open:
            return True
        if self._is_key:
            return sign == ":"
        if sign == ",":
            after = _end(_SPACE, text, at + 1)
            return text[after : after + 1] in (
                {'"', "}", "/", ","} if self._open[-1] == "{" else {'"', "]", "{", "[", "/", ","}
            )
        return sign in "]}" or text.startswith(("//", "/*"), at)


def _plain_fields(text: str) -> list[object]:
    """Return an article of the plain fields that a text has, if it is one: its type, headline and dates."""
    kind = _TYPE.search(text)
    fields: dict[str, object] = {}
    for name, value in _FIELD.findall(text):
        fields.setdefault(name, value)
    return [{"@type": kind[1], **fields}] if kind and fields else []


def collect_things(data: object, depth: int, found: list[Thing]) -> None:
    """Append the objects in a value of JSON to `found`, outer ones first, to a depth and number of most."""
    if depth > _MAX_DEPTH or len(found) > _MAX_THINGS:
        return
    if isinstance(data, dict):
        found.append(cast("Thing", data))
        for value in data.values():
            if isinstance(value, dict | list):
                collect_things(value, depth + 1, found)
    elif isinstance(data, list):
        for value in data:
            collect_things(value, depth + 1, found)
