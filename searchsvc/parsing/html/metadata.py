"""JSON-LD scripts → things: what a page says about itself to search engines."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from searchsvc.json_input import read_json

Thing = Mapping[str, object]

#: Larger scripts are data for an application; a story with its body has about 20 kB.
_MAX_LENGTH = 1_000_000
#: Publisher in article in page in graph needs five.
_MAX_DEPTH = 12
_MAX_THINGS = 5_000
_ARTICLE = re.compile(r"article|posting|report|review|recipe|story", re.IGNORECASE)
#: What templates wrap scripts in.
_BEFORE, _AFTER = (
    ("<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "<![CDATA["),
    ("-->", "//]]>", "// ]]>", "/*]]>*/", "]]>", ";"),
)
_TAGS = re.compile(
    r"</?(?:p|br|div|a|strong|b|em|i|ul|ol|li|h\d|span|blockquote|figure|img)\b[^<>]{0,2000}>", re.IGNORECASE
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


def things_in(scripts: Iterable[str]) -> list[Thing]:
    """Return every object of every readable script, outer ones first; broken and bottomless scripts are skipped."""
    found: list[Thing] = []
    for script in scripts:
        if len(script) > _MAX_LENGTH:
            continue
        try:
            data = read_json(_unwrapped(script), strict=False)
        except ValueError:
            continue
        _collect(data, 0, found)
    return found


def _unwrapped(script: str) -> str:
    text = script.strip()
    for wrap in _BEFORE:
        text = text.removeprefix(wrap).lstrip()
    for wrap in _AFTER:
        text = text.removesuffix(wrap).rstrip()
    return text


def articles_in(things: Sequence[Thing]) -> list[Thing]:
    """Return the things that are articles, the fullest first."""
    articles = [thing for thing in things if _ARTICLE.search(kind_of(thing))]
    return sorted(articles, key=lambda thing: ("headline" not in thing, "datePublished" not in thing))


def kind_of(thing: Thing) -> str:
    """Return a thing's type, or its types with spaces between."""
    kind = thing.get("@type")
    if isinstance(kind, list):
        return " ".join(part for part in kind if isinstance(part, str))
    return kind if isinstance(kind, str) else ""


def text_of(value: object) -> str | None:
    """Return a string value without markup, entities and control characters; None if it is no string or empty."""
    if isinstance(value, list):
        return next((text for item in value if (text := text_of(item))), None)
    if isinstance(value, dict):
        return text_of(value.get("@value"))
    if not isinstance(value, str):
        return None
    return " ".join(clean(html.unescape(value)).split()) or None


def names_of(value: object, things: Sequence[Thing]) -> Iterator[str]:
    """Yield the names in a value: a string, a thing with a name, a reference to one, or a list of them."""
    items = value if isinstance(value, list) else [value]
    for item in items[:20]:
        if isinstance(item, dict):
            named = item if "name" in item else _referred(item.get("@id"), things)
            name = text_of(named.get("name")) if named else None
        else:
            name = text_of(item)
        if name:
            yield name


def body_of(articles: Sequence[Thing]) -> list[str]:
    """Return the paragraphs of the longest `articleBody`."""
    bodies = [body for thing in articles if isinstance(body := thing.get("articleBody"), str)]
    best = max(bodies, key=len, default="")
    text = clean(_TAGS.sub("\n", html.unescape(best)))
    return [paragraph for line in text.split("\n") if (paragraph := " ".join(line.split()))]


def clean(text: str) -> str:
    """Return the text without control characters and lone surrogates."""
    return _CONTROL.sub("", text)


def _referred(identifier: object, things: Sequence[Thing]) -> Thing | None:
    if not isinstance(identifier, str):
        return None
    return next((thing for thing in things if thing.get("@id") == identifier and "name" in thing), None)


def _collect(data: object, depth: int, found: list[Thing]) -> None:
    if depth > _MAX_DEPTH or len(found) > _MAX_THINGS:
        return
    if isinstance(data, dict):
        found.append(cast("Thing", data))
        for value in data.values():
            if isinstance(value, dict | list):
                _collect(value, depth + 1, found)
    elif isinstance(data, list):
        for value in data:
            _collect(value, depth + 1, found)
