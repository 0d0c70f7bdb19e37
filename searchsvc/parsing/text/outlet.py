"""Page → whose it is, by its own notices."""

import re
from collections import Counter
from collections.abc import Iterator

from searchsvc.model.article import Origin
from searchsvc.parsing.text.page import Page

_NAME = r"(?P<name>[^\W\d_][^|©^]{0,58}?[^\s|©^,.;:]|[^\W\d_])"
_YEAR = r"(?:\d{4}(?:\s?[-–]\s?\d{2,4})?|M[MDCLXVI]*)"
_PATTERNS = (
    ("copyright line", re.compile(rf"^(?!copyright){_NAME}\s*(?:©|\(c\))", re.IGNORECASE)),
    ("copyright line", re.compile(rf"(?:©|\(c\)|copyright)(?:\s|©|\(c\)|by\b)*{_YEAR}?[\s,]*(?:by\s)?{_NAME}"
                                  rf"\s*(?:[.,;|^]|\s-\s|\s{_YEAR}|\s+all rights|\s+alle rechte|$)", re.IGNORECASE)),
    ("notice about other sites", re.compile(rf"(?:^|\.\s){_NAME}\s(?:is|are) not responsible for", re.IGNORECASE)),
    ("source line", re.compile(rf"^story from {_NAME}:?$", re.IGNORECASE)),
    ("navigation line", re.compile(rf"^{_NAME} navigation$", re.IGNORECASE)),
)  # fmt: skip
_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)
#: What a line over the headline must say to be an outlet's name.
_MASTHEAD = re.compile(
    r"(?:[A-Z][\w.'&-]*\s){0,3}(?:News|Times|Post|Herald|Tribune|Gazette|Courier|Journal|Chronicle|Observer|Telegraph"
    r"|Guardian|Mail|Star|Argus|Echo|Zeitung|Online|Radio|TV)(?:\sOnline)?"
)
_LONGEST = 200


def outlet_of(page: Page, title: int | None) -> tuple[str, Origin] | None:
    """Return the outlet's name with its origin: copyright holder, else whose disclaimer it is, else the masthead."""
    found = list(_named(page))
    for rule in dict.fromkeys(rule for rule, _ in _PATTERNS):
        names = [(name, number) for kind, name, number in found if kind == rule]
        if names:
            common = Counter(name for name, _ in names).most_common(1)[0][0]
            name = _without_article(common, [name for _, name, _ in found])
            number = next(number for name, number in names if name == common)
            return name, Origin(rule, f"line {number}")
    for line in page.lines[: title or 0]:
        if _MASTHEAD.fullmatch(line.text):
            return line.text, Origin("line over the headline", f"line {line.number}", inferred=True)
    return None


def _named(page: Page) -> Iterator[tuple[str, str, int]]:
    for line, notice, prose in zip(page.lines, page.notices, page.prose, strict=True):
        if prose or not (notice or line.text.startswith("Story from")):
            continue
        rules: set[str] = set()
        for rule, pattern in _PATTERNS:
            found = None if rule in rules else pattern.search(line.text[:_LONGEST])
            if found:
                rules.add(rule)
                yield rule, found["name"].strip(" .,"), line.number


def _without_article(name: str, names: list[str]) -> str:
    """Drop `The` if the page also writes the name without it, or in a disclaimer's running text only."""
    bare = _ARTICLE.sub("", name)
    others = [other for other in names if other != name]
    return bare if bare != name and (bare in others or bare.isupper()) else name
