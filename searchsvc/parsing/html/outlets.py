"""Names of the outlet of a page, and titles without them.

The outlet is who publishes the site: a name of the site or of the publisher comes before what `<title>` has beyond the
headline, and that before the holder of rights.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from searchsvc.analysis.characters import UNSPACED
from searchsvc.analysis.keys import unarchived
from searchsvc.parsing.candidates import Candidate, candidate
from searchsvc.parsing.html.dom import Element
from searchsvc.parsing.html.metadata import PageMetadata, named_in, schema_type, text_of, words_of

#: Separator of headline, section and outlet in `<title>`. Signs that also stand within words need spaces around them.
SEPARATOR = re.compile(
    r"\s+(?:[^\w\s.,;!?¿¡…&%+#@$€£*'\"’‘“”„()\[\]{}「」『』（）。、]{1,3}|\.:)\s+|\s*[|｜∣]\s*|(?<=[\u3400-\u9fff」』）)！？\w])_+(?=\S)|\s?[—–]{2}\s?"
)
#: `Outlet: Headline`: the sign parts only where the outlet's name stands before it.
_AFTER_NAME = re.compile(r":\s+")
#: Signs without spaces behind scripts that have none; only an outlet's whole name is cut there.
_TIGHT = re.compile(f"(?<=[{UNSPACED}」』）！？])[-_–—:：·](?=\\S)")
#: Most parts that are cut from a title.
_CUTS = 3
#: Least letters of a name that is compared with part of a longer one.
_KEY_LENGTH = 3
#: Most characters of an outlet's name: a longer part of a title is a headline that contains the name.
_NAME_LENGTH = 45
_HOST_PREFIX = re.compile(r"^(?:www\d?|m|amp|edition|news|mobile|en|eu)\.")
#: Labels behind a headline that are no part of it.
_LABEL = re.compile(
    r"\[?(?:opinion|editorial|analysis|commentary|comment|video|watch|photos|pictures|live|exclusive)\]?", re.IGNORECASE
)
_COPYRIGHT = re.compile(r"©|\(c\)|\bcopyright\b|\ball rights reserved\b|\b(?:19|20)\d\d\b|[-–,.;:]+\s*$", re.IGNORECASE)
#: `© 2021 Marrowby Gazette. All rights reserved`: the holder, in one of the last texts of a page.
_PRINTED_RIGHTS = re.compile(
    r"^\W*(?:copyright\b\W*)?(?:©|\(c\)|copyright\b)\s*(?:by\s+)?(?:(?:19|20)\d\d(?:\s?[-–]\s?(?:(?:19|20)\d\d|\w+))?)?,?\s*(?:by\s+)?"
    r"([^\W\d][^.,|–—©\d]{2,44})",
    re.IGNORECASE,
)
_LABEL_BEHIND = re.compile(r"\s+\S{1,20}:.*$")
_FOOT, _RIGHTS_WORDS = 15, 20
_PERIODICALS = re.compile(r"Newspaper|Periodical|WebSite|Magazine|NewsMedia")
_FIRM = re.compile(r",?\s+(?:ltd|inc|llc|plc|gmbh|ag|corp|co|s\.?a|s\.?l|b\.?v|pty)\.?$", re.IGNORECASE)
_SITE_TYPES = re.compile(r"^(?:WebSite|NewsMediaOrganization)\b")
#: Most words of the name of a site behind a headline.
SITE_WORDS = 4


@dataclass(frozen=True, slots=True)
class SiteNames:
    """Names of the page's outlet: from its declarations and its host, as `_key` writes them."""

    keys: frozenset[str]

    def match(self, part: str) -> bool:
        """Return whether part of a title is the outlet's name, contains it, or is contained in it."""
        key = title_key(part)
        if not key or len(part) > _NAME_LENGTH:
            return False
        return any(key == own or (len(key) >= _KEY_LENGTH and (key in own or own in key)) for own in self.keys)

    def equal(self, part: str) -> bool:
        """Return whether a text is one of the names."""
        return title_key(part) in self.keys


def outlet_candidates(metadata: PageMetadata) -> list[Candidate[str]]:
    """Return the names of the outlet: of the site, the publisher, the part of `<title>` like the host, the rights."""
    return [
        *_in_metas(metadata),
        *_in_json_ld(metadata),
        *(candidate(name, "microdata", "[itemprop=publisher]", 80.0) for name in _in_microdata(metadata)),
        *_in_title(metadata),
        *_of_organisation(metadata),
        *_in_rights(metadata),
    ]


def _in_metas(metadata: PageMetadata) -> Iterator[Candidate[str]]:
    names = (
        "og:site_name", "application-name", "twitter:app:name:iphone", "dc.publisher", "publisher",
        "apple-mobile-web-app-title", "al:ios:app_name", "al:android:app_name",
    )  # fmt: skip
    for rank, name in enumerate(names):
        declared = metadata.meta(name)
        if declared and _is_name(declared[0]):
            rule = "og" if name.startswith("og") else "meta"
            yield candidate(declared[0], rule, f'meta[name="{name}"]', 100.0 - rank)


def _in_json_ld(metadata: PageMetadata) -> Iterator[Candidate[str]]:
    script = 'script[type="application/ld+json"]'
    for article in metadata.articles:
        for name, _ in named_in(article.get("publisher"), metadata.things):
            yield candidate(name, "json-ld", f"{script} publisher", 90.0)
        for name, kind in named_in(article.get("isPartOf"), metadata.things):
            if _PERIODICALS.search(kind) and _is_name(name):
                yield candidate(name, "json-ld", f"{script} isPartOf", 84.0)
    for thing in metadata.things:
        site = text_of(thing.get("name"))
        if site and _SITE_TYPES.search(schema_type(thing)) and _is_name(site):
            yield candidate(site, "json-ld", f"{script} {schema_type(thing)[:20]}", 85.0)


def _of_organisation(metadata: PageMetadata) -> Iterator[Candidate[str]]:
    """Yield the name of the one organisation that the page tells of, unless it wrote the story."""
    authors = {name for article in metadata.articles for name, _ in named_in(article.get("author"), metadata.things)}
    told = [
        thing for thing in metadata.things if schema_type(thing) == "Organization" and not metadata.is_foreign(thing)
    ]
    names = {text_of(thing.get("name")) for thing in told} - authors - {None}
    name = names.pop() if len(names) == 1 else None
    if name and _is_name(name):
        yield candidate(name, "json-ld", 'script[type="application/ld+json"] Organization', 58.0, inferred=True)


def _in_rights(metadata: PageMetadata) -> Iterator[Candidate[str]]:
    for text in metadata.metas.get("copyright", ())[:1]:
        name = _FIRM.sub("", " ".join(_COPYRIGHT.sub(" ", text).split()).strip(" ,.-"))
        if name and _is_name(name):
            yield candidate(name, "meta", 'meta[name="copyright"]', 40.0, inferred=name != text)
    for block in metadata.document.text_blocks[-_FOOT:]:
        if block.words <= _RIGHTS_WORDS and (printed := _PRINTED_RIGHTS.match(block.text)):
            name = _FIRM.sub("", _LABEL_BEHIND.sub("", printed[1]).strip(" ,.-"))
            if len(name.split()) <= SITE_WORDS and name[:1].isupper() and _is_name(name):
                yield candidate(name, "printed", "copyright line at the foot", 30.0, inferred=True)
                break


def _is_name(text: str) -> bool:
    return len(text) <= _NAME_LENGTH and not text.startswith(("http", "@"))


def _in_microdata(metadata: PageMetadata) -> Iterator[str]:
    for element in metadata.with_property("publisher"):
        name = _name_within(metadata, element) or element.attrs.get("content") or metadata.text_below(element, limit=1)
        if name and _is_name(name):
            yield name


def _name_within(metadata: PageMetadata, element: Element) -> str | None:
    """Return the `name` of an item of microdata that has its own properties."""
    if "itemscope" not in element.attrs:
        return None
    for node in metadata.document.markup[element.markup_start : element.markup_end]:
        attrs = getattr(node, "attrs", None)
        if attrs and attrs.get("itemprop") == "name":
            inner = node if isinstance(node, Element) else None
            return attrs.get("content") or (metadata.text_below(inner, limit=1) if inner else None)
    return None


def site_names_in(metadata: PageMetadata, outlet: str | None) -> SiteNames:
    """Return the names that may be cut from a title."""
    declared = [outlet] if outlet else []
    declared += [
        metadata.metas[name][0]
        for name in ("og:site_name", "application-name", "twitter:site")
        if name in metadata.metas
    ]
    for article in metadata.articles:
        declared += [name for name, _ in named_in(article.get("publisher"), metadata.things)]
    host = _host(metadata)
    keys = {title_key(name) for name in declared} | {host.rsplit(".", 1)[0].replace(".", "").replace("-", "")}
    return SiteNames(frozenset(key for key in keys if len(key) >= _KEY_LENGTH))


def without_names(title: str, names: SiteNames) -> str:
    """Return a title without the outlet's name at its beginning or end."""
    text = title.strip()
    for _ in range(_CUTS):
        parts = list(SEPARATOR.finditer(text))
        colon, tight = _AFTER_NAME.search(text), list(_TIGHT.finditer(text))
        if parts and names.match(text[parts[-1].end() :]):
            text = text[: parts[-1].start()].strip()
        elif parts and names.match(text[: parts[0].start()]):
            text = text[parts[0].end() :].strip()
        elif parts and _LABEL.fullmatch(text[parts[-1].end() :].strip()):
            text = text[: parts[-1].start()].strip()
        elif tight and names.equal(text[tight[-1].end() :]):
            text = text[: tight[-1].start()].strip()
        elif colon and names.equal(text[: colon.start()]):
            text = text[colon.end() :].strip()
        else:
            break
    return text or title.strip()


def _in_title(metadata: PageMetadata) -> Iterator[Candidate[str]]:
    """Yield the part of `<title>` that is like the name of the host, and the one that follows the headline."""
    parts = [part.strip() for part in SEPARATOR.split(metadata.document.title) if part and part.strip()]
    host = title_key(_host(metadata).rsplit(".", 1)[0])
    if len(host) >= _KEY_LENGTH:
        for part in parts:
            key = title_key(part)
            if len(part) <= _NAME_LENGTH and len(key) >= _KEY_LENGTH and (key in host or host in key):
                yield candidate(part, "title", "title", 60.0, inferred=True)
                break
    if len(parts) > 1 and _is_name(parts[-1]):
        shown = [block.text for block in metadata.headings] + [one for one in metadata.titles if one not in parts]
        if any(title_key(text) == title_key(parts[0]) for text in shown) and len(parts[-1].split()) <= SITE_WORDS:
            yield candidate(parts[-1], "title", "title", 55.0, inferred=True)


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


def title_key(name: str) -> str:
    """Return a title or name as it is compared: its letters and digits in lower case."""
    return "".join(words_of(name))
