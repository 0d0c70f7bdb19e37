"""Clues → authors: names only, one each."""

import re
from collections.abc import Iterable, Iterator

from searchsvc.languages import BYLINE, CONJUNCTIONS, JOBS_AND_DESKS, MONTHS, alternatives, every, literal
from searchsvc.parsing.html.metadata import Clues, HeadValue, head_value, names_of

_METAS = (
    "author",
    "parsely-author",
    "sailthru.author",
    "byl",
    "dc.creator",
    "dcterms.creator",
    "article:author",
    "cxenseparse:author",
)
_BY = re.compile(
    r"^\W*(?:(?:story|written|words|reporting|report|text|posted|published|analysis|review(?:ed)?|interview)\s+)?"
    rf"{BYLINE}\b[\s:]*",
    re.IGNORECASE,
)
_MONTH = literal(sorted(MONTHS, key=len, reverse=True))
#: A date or a length of reading ends the names.
_AFTER_NAMES = re.compile(
    rf"\s*{alternatives(every(lambda language: (*language.published, *language.updated)))}\b.*$"
    rf"|\s*(?:\b\d+ min|\b{_MONTH}\.? \d|\d{{1,2}}\.?\s(?:de\s)?{_MONTH}\b).*$"
    r"|\s+(?:the )?associated press$",
    re.IGNORECASE | re.DOTALL,
)
_BETWEEN = re.compile(
    rf"\s*(?:[;|/•·]|,(?!\s*(?:jr|sr|m\.?d|ph\.?d|ii|iii|iv)\b)|\s(?:{CONJUNCTIONS}|with)\s|\s&\s)\s*",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"https?:|www\.|@|\d{3}|[():\[\]]"
    r"|^(?:admin|staff|editor(?:s|ial)?|web ?master|guest|author|unknown|none|null|newsroom|contributor)$",
    re.IGNORECASE,
)
#: What follows the name in a byline is the job.
_JOB = re.compile(rf"\b{JOBS_AND_DESKS}\b", re.IGNORECASE)
_MAX_WORDS = 6
_MAX_LENGTH = 60
_MAX_AUTHORS = 12
#: A byline is a line, not a paragraph.
_BYLINE_WORDS = 16
_BYLINE_HINT = re.compile(r"\bby-?_?lines?\b|\bauthor-?_?name\b|\bbyl\b|\bauthors?\b")


def authors_of(clues: Clues, outlet: str | None) -> HeadValue[tuple[str, ...]] | None:
    """Return the story's authors."""
    for article in clues.articles:
        names = clean_names(names_of(article.get("author") or article.get("creator"), clues.things), outlet)
        if names:
            return head_value(names, "json-ld", 'script[type="application/ld+json"] author')
    for name in _METAS:
        names = clean_names(clues.metas.get(name, ()), outlet)
        if names:
            return head_value(names, "meta", f'meta[name="{name}"]')
    names = clean_names((text for text, _ in clues.microdata("author") if len(text) <= _MAX_LENGTH), outlet)
    if names:
        return head_value(names, "microdata", "[itemprop=author]")
    return _byline(clues, outlet)


def clean_names(told: Iterable[str], outlet: str | None) -> tuple[str, ...]:
    """Return single names out of bylines: "By Ana Low and Ben Roe, health editor" → Ana Low, Ben Roe."""
    names: list[str] = []
    for line in told:
        for name in _split(line):
            same_as_outlet = outlet is not None and name.casefold() == outlet.casefold()
            if not same_as_outlet and name.casefold() not in {known.casefold() for known in names}:
                names.append(name)
        if len(names) >= _MAX_AUTHORS:
            break
    return tuple(names[:_MAX_AUTHORS])


def _split(line: str) -> Iterator[str]:
    if line.lstrip().startswith(("http:", "https:", "www.")):
        return
    text = _AFTER_NAMES.sub("", _BY.sub("", line[:300]))
    parts = [part.strip(" .\t\n\r\u00a0-–—") for part in _BETWEEN.split(text)]
    for i, part in enumerate(parts):
        name = _BY.sub("", part)
        if name.isascii() and name == name.lower():  # a section or a nickname
            continue
        if not name or len(name) > _MAX_LENGTH or len(name.split()) > _MAX_WORDS or _NO_NAME.search(name):
            continue
        if i and _JOB.search(name):
            continue
        yield name


def _byline(clues: Clues, outlet: str | None) -> HeadValue[tuple[str, ...]] | None:
    for piece in clues.outline.pieces:
        if piece.words > _BYLINE_WORDS or piece.node.hidden:
            continue
        hint = piece.node.hint
        if _BYLINE_HINT.search(hint) and (_BY.match(piece.text) or piece.link):
            names = clean_names([piece.text], outlet)
            if names:
                return head_value(names, "byline", f"{piece.node.tag}.{hint.split(' ')[0]}")
    return None
