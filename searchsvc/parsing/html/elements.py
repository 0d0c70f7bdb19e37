"""Elements → what they mean for the text in them."""

import re
from functools import lru_cache

from searchsvc.parsing.html.dom import HINT_LENGTH

# fmt: off
#: Elements that end a line of text.
BLOCK = frozenset({
    "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "tr", "table",
    "tbody", "thead", "caption", "section", "article", "main", "aside", "nav", "header", "footer", "figure",
    "figcaption", "blockquote", "pre", "form", "fieldset", "body", "html", "address", "details", "summary", "center",
    "hr", "button", "label", "select", "option", "iframe", "video", "audio", "amp-ad", "picture",
})
#: Elements whose text is not on the page.
SKIP = frozenset({
    "script", "style", "noscript", "template", "svg", "button", "select", "option", "textarea", "iframe", "head",
    "video", "audio", "object", "canvas", "math", "map", "dialog",
})
#: Elements that hold nothing.
VOID = frozenset({
    "br", "hr", "img", "input", "meta", "link", "source", "wbr", "area", "base", "col", "embed", "param", "track",
})
# fmt: on
#: Text for screen readers: labels of what is seen anyway.
_UNSEEN = re.compile(
    r"(?:^|[\s_-])(?:off-?screen|visually-?hidden|sr-only|screen-?reader(?:-text|-only)?|show-for-sr|a11y-hidden|blq-hide"
    r"|assistive-text)(?:$|[\s_-])|VisuallyHidden"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: Different class attributes a run meets before old ones are forgotten.
_KNOWN_NAMES = 16_384


def unseen(name: str, attrs: dict[str, str]) -> bool:
    """Say whether an element holds only what is said to those who cannot see the page."""
    names = attrs.get("class")
    if not names:
        return False
    return _names_unseen(names[:HINT_LENGTH]) or (name in {"a", "span"} and "hidden" in names.split())


@lru_cache(_KNOWN_NAMES)
def _names_unseen(names: str) -> bool:
    return bool(_UNSEEN.search(names))


def hides(attrs: dict[str, str]) -> bool:
    """Say whether an element is hidden until a script shows it."""
    if not attrs:
        return False
    style = attrs.get("style")
    return (
        "hidden" in attrs or attrs.get("aria-hidden") == "true" or bool(style and _HIDDEN.search(style[:HINT_LENGTH]))
    )
