"""Which elements and attributes of a saved page are shown: what is not in these tables is not.

Elements that are not shown fall into three kinds: of some nothing is shown, in place of some stands a mark that
something is left out, and of all others what they contain.
"""

import re
from collections.abc import Mapping

#: Elements that are shown, with the attributes of each beside those of all.
SHOWN: dict[str, frozenset[str]] = {
    name: frozenset(attributes.split())
    for names, attributes in (
        (
            (
                "address article aside b big blockquote center cite code dd del dfn dl dt em figcaption figure footer"
                " h1 h2 h3 h4 h5 h6 header hgroup i ins kbd label main mark nav nobr p pre s samp section small span"
                " strike strong sub summary sup tt u var bdi bdo ruby rb rp rt rtc rbc acronym abbr div fieldset"
                " legend picture wbr"
            ),
            "",
        ),
        ("ul menu dir", "type"),
        ("ol", "type start reversed"),
        ("li", "type value"),
        ("br", "clear"),
        ("hr", "color noshade size width align"),
        ("font basefont", "color face size"),
        ("details", "open"),
        ("time", "datetime"),
        ("data", "value"),
        ("q", ""),
        ("table", "border cellpadding cellspacing frame rules summary bgcolor bordercolor width height"),
        ("caption", "align"),
        ("thead tbody tfoot tr", "bgcolor bordercolor valign char charoff height"),
        ("col colgroup", "span width valign"),
        ("td th", "abbr bgcolor bordercolor colspan headers height nowrap rowspan scope valign width"),
        ("a", "name"),
        ("map", "name"),
        ("area", "alt coords nohref shape"),
        ("img", "alt border height hspace ismap usemap vspace width"),
        ("body", "bgcolor text link vlink alink marginwidth marginheight topmargin leftmargin"),
        ("html", ""),
    )
    for name in names.split()
}
#: Attributes of all elements.
EVERYWHERE = frozenset({"class", "id", "title", "lang", "dir", "align", "role", "hidden"})
_ARIA = re.compile(r"aria-[a-z]{2,30}")
VOID = frozenset({"area", "br", "col", "hr", "img", "wbr", "basefont"})
#: Elements of which nothing is shown, and nothing of what they contain.
DROPPED = frozenset(
    [
        "script",
        "style",
        "title",
        "template",
        "svg",
        "math",
        "select",
        "option",
        "datalist",
        "textarea",
        "canvas",
        "object",
        "embed",
        "applet",
        "iframe",
        "frame",
        "audio",
        "video",
        "portal",
        "fencedframe",
        "noembed",
        "noframes",
        "xml",
    ]
)
#: Elements without content and end tag of which nothing is shown.
DROPPED_VOID = frozenset({"base", "bgsound", "input", "keygen", "link", "meta", "param", "source", "track", "isindex"})
#: Element → what the mark in its place says is left out.
LEFT_OUT = {
    "iframe": "frame",
    "frame": "frame",
    "fencedframe": "frame",
    "portal": "frame",
    "object": "program",
    "embed": "program",
    "applet": "program",
    "video": "video",
    "audio": "sound",
    "canvas": "drawing",
}
#: Element of a name that browsers read in a way of its own → the one that is shown in its place.
RENAMED = {"form": "div", "button": "span", "xmp": "pre", "listing": "pre", "plaintext": "pre", "image": "img"}
#: Attributes in which pages keep the address of a picture until a script shows it.
LAZY_ADDRESSES = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-hi-res-src", "data-url", "data-img")
LAZY_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_CANDIDATE = re.compile(r"\s*,*\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+[^,()]{0,40})?\s*(?:,|$)")
_NO_SIZE, _UNSEEN = re.compile(r"[01](px)?"), re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: Addresses of one set that are looked at.
_MOST_CANDIDATES = 20
#: Characters of an attribute that is no address, at most.
LONGEST_VALUE = 4_000


def is_unseen(attributes: Mapping[str, str]) -> bool:
    """Return whether an element is one that nobody sees, as the frames of those who count readers."""
    sizes = (attributes.get(name, "").strip() for name in ("width", "height"))
    return (
        "hidden" in attributes
        or any(map(_NO_SIZE.fullmatch, sizes))
        or bool(_UNSEEN.search(attributes.get("style", "")))
    )


def is_shown(element: str, attribute: str) -> bool:
    """Return whether an attribute of an element that is shown is shown, too; `style` and addresses are not of them."""
    return attribute in EVERYWHERE or attribute in SHOWN[element] or _ARIA.fullmatch(attribute) is not None


def addresses_in_set(text: str) -> list[str]:
    """Return the addresses of a `srcset`, in their order.

    >>> addresses_in_set("small.jpg 320w, large.jpg 2x")
    ['small.jpg', 'large.jpg']
    """
    found: list[str] = []
    at = 0
    while len(found) < _MOST_CANDIDATES and (match := _CANDIDATE.match(text, at)):
        found.append(match[1])
        at = match.end()
    return found
