"""Headline, outlet and authors of a page, from its PageMetadata.

The headline is given without the name of the outlet, the authors as names without posts and dates.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from searchsvc.analysis.keys import unarchived
from searchsvc.languages import BYLINE, CONJUNCTIONS, JOBS_AND_DESKS, MONTHS, alternatives, every, literal
from searchsvc.parsing.html.metadata import HeadValue, PageMetadata, head_value, names_of, text_of, words_of

#: Separator of headline, section and outlet in `<title>`.
_SEPARATOR = re.compile(r"\s+(?:[|–—•·»«:-]|::|\\|/)\s+|\s*\|\s*")
#: Most parts that are cut from a title.
_CUTS = 3
#: Least letters of a name that is compared with part of a longer one.
_KEY_LENGTH = 3
#: Most characters of an outlet's name: a longer part of a title is a headline that contains the name.
_NAME_LENGTH = 45
_HOST_PREFIX = re.compile(r"^(?:www\d?|m|amp|edition|news|mobile|en|eu)\.")
_H1_MAX_WORDS = 60
_AUTHOR_METAS = (
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
#: What follows the names in a byline: a date, a reading time, an agency.
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
#: A part of a byline after the first that holds one of these words is the writer's post.
_JOB = re.compile(rf"\b{JOBS_AND_DESKS}\b", re.IGNORECASE)
_NAME_WORDS = 6
_MAX_LENGTH = 60
_MAX_AUTHORS = 12
#: Most words of a byline.
_BYLINE_WORDS = 16
_BYLINE_HINT = re.compile(r"\bby-?_?lines?\b|\bauthor-?_?name\b|\bbyl\b|\bauthors?\b")


@dataclass(frozen=True, slots=True)
class SiteNames:
    """Names of the page's outlet: from its declarations and its host, as `_key` writes them."""

    keys: frozenset[str]

    def match(self, part: str) -> bool:
        """Return whether part of a title is the outlet's name, contains it, or is contained in it."""
        key = _key(part)
        if not key or len(part) > _NAME_LENGTH:
            return False
        return any(key == own or (len(key) >= _KEY_LENGTH and (key in own or own in key)) for own in self.keys)


def outlet_of(metadata: PageMetadata) -> HeadValue[str] | None:
    """Return the outlet's name: from meta elements, else JSON-LD, microdata, or the part of `<title>` like the host."""
    for name in (
        "og:site_name",
        "application-name",
        "twitter:app:name:iphone",
        "dc.publisher",
        "publisher",
        "copyright",
    ):
        declared = metadata.meta(name)
        if declared and len(declared[0]) <= _NAME_LENGTH and not declared[0].startswith(("http", "@")):
            return head_value(declared[0], "og" if name.startswith("og") else "meta", f'meta[name="{name}"]')
    for article in metadata.articles:
        for name in names_of(article.get("publisher"), metadata.things):
            return head_value(name, "json-ld", 'script[type="application/ld+json"] publisher')
    for text, _ in metadata.microdata("publisher"):
        if len(text) <= _NAME_LENGTH:
            return head_value(text, "microdata", "[itemprop=publisher]")
    return _outlet_in_title(metadata)


def site_names_in(metadata: PageMetadata, outlet: HeadValue[str] | None) -> SiteNames:
    """Return the names that may be cut from a title."""
    declared = [outlet.value] if outlet else []
    declared += [
        metadata.metas[name][0]
        for name in ("og:site_name", "application-name", "twitter:site")
        if name in metadata.metas
    ]
    for article in metadata.articles:
        declared += names_of(article.get("publisher"), metadata.things)
    host = _host(metadata)
    keys = {_key(name) for name in declared} | {host.rsplit(".", 1)[0].replace(".", "").replace("-", "")}
    return SiteNames(frozenset(key for key in keys if len(key) >= _KEY_LENGTH))


def headline_of(metadata: PageMetadata, names: SiteNames) -> HeadValue[str] | None:
    """Return the `<h1>` most similar to a declared title, else the first declared title, without the outlet's name.

    The similarity is the Jaccard coefficient of the sets of words.
    """
    declared = list(_declared_titles(metadata, names))
    rivals = [set(words_of(candidate.value)) for candidate in declared]
    best: HeadValue[str] | None = None
    highest = -1.0
    for text_block in metadata.headings:
        text = without_names(text_block.text, names)
        if text_block.words > _H1_MAX_WORDS or names.match(text_block.text):
            continue
        likeness = max((_jaccard(set(words_of(text)), rival) for rival in rivals), default=0.0)
        if likeness > highest:
            best, highest = head_value(text, "h1", "h1"), likeness
    if best and (highest > 0 or not declared):
        return best
    return declared[0] if declared else None


def without_names(title: str, names: SiteNames) -> str:
    """Return a title without the outlet's name at its beginning or end."""
    text = title.strip()
    for _ in range(_CUTS):
        parts = list(_SEPARATOR.finditer(text))
        if not parts:
            break
        if names.match(text[parts[-1].end() :]):
            text = text[: parts[-1].start()].strip()
        elif names.match(text[: parts[0].start()]):
            text = text[parts[0].end() :].strip()
        else:
            break
    return text or title.strip()


def _declared_titles(metadata: PageMetadata, names: SiteNames) -> Iterator[HeadValue[str]]:
    for name in ("headline", "og:title", "twitter:title"):
        declared = metadata.meta(name)
        if declared:
            yield head_value(without_names(declared[0], names), "og" if ":" in name else "meta", f'meta[name="{name}"]')
    for article in metadata.articles:
        text = text_of(article.get("headline")) or text_of(article.get("name"))
        if text:
            yield head_value(without_names(text, names), "json-ld", 'script[type="application/ld+json"] headline')
            break
    for text, _ in metadata.microdata("headline"):
        yield head_value(without_names(text, names), "microdata", "[itemprop=headline]")
        break
    if metadata.document.title:
        yield head_value(without_names(metadata.document.title, names), "title", "title")


def _outlet_in_title(metadata: PageMetadata) -> HeadValue[str] | None:
    """Return the part of `<title>` that contains the name of the host, or is contained in it."""
    host = _key(_host(metadata).rsplit(".", 1)[0])
    if len(host) < _KEY_LENGTH:
        return None
    for part in _SEPARATOR.split(metadata.document.title):
        key = _key(part)
        if len(part) <= _NAME_LENGTH and len(key) >= _KEY_LENGTH and (key in host or host in key):
            return head_value(part.strip(), "title", "title", inferred=True)
    return None


def _host(metadata: PageMetadata) -> str:
    declared = metadata.meta("og:url")
    for address in (metadata.document.canonical, declared and declared[0], metadata.address):
        if address:
            try:
                host = urlsplit(unarchived(address)).hostname
            except ValueError:
                continue
            if host:
                return _HOST_PREFIX.sub("", host).removesuffix(".co.uk")
    return ""


def _key(name: str) -> str:
    return "".join(words_of(name))


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def authors_of(metadata: PageMetadata, outlet: str | None) -> HeadValue[tuple[str, ...]] | None:
    """Return the authors: from JSON-LD, else meta elements, else microdata, else a printed byline."""
    for article in metadata.articles:
        names = clean_names(names_of(article.get("author") or article.get("creator"), metadata.things), outlet)
        if names:
            return head_value(names, "json-ld", 'script[type="application/ld+json"] author')
    for name in _AUTHOR_METAS:
        names = clean_names(metadata.metas.get(name, ()), outlet)
        if names:
            return head_value(names, "meta", f'meta[name="{name}"]')
    names = clean_names((text for text, _ in metadata.microdata("author") if len(text) <= _MAX_LENGTH), outlet)
    if names:
        return head_value(names, "microdata", "[itemprop=author]")
    return _byline(metadata, outlet)


def clean_names(declared: Iterable[str], outlet: str | None) -> tuple[str, ...]:
    """Return at most `_MAX_AUTHORS` names in bylines: "By Ana Low and Ben Roe, health editor" → Ana Low, Ben Roe."""
    names: list[str] = []
    for line in declared:
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
        if not name or len(name) > _MAX_LENGTH or len(name.split()) > _NAME_WORDS or _NO_NAME.search(name):
            continue
        if i and _JOB.search(name):
            continue
        yield name


def _byline(metadata: PageMetadata, outlet: str | None) -> HeadValue[tuple[str, ...]] | None:
    for text_block in metadata.document.text_blocks:
        if text_block.words > _BYLINE_WORDS or text_block.element.hidden:
            continue
        hint = text_block.element.hint
        if _BYLINE_HINT.search(hint) and (_BY.match(text_block.text) or text_block.link_density):
            names = clean_names([text_block.text], outlet)
            if names:
                return head_value(names, "byline", f"{text_block.element.tag}.{hint.split(' ')[0]}")
    return None
