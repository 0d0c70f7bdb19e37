"""Authors of a page, and the agency of its story: candidates from JSON-LD, meta elements, microdata, links, bylines."""

import re
from collections.abc import Iterator, Sequence

from searchsvc.parsing.agencies import agency_in, agency_in_story
from searchsvc.parsing.bylines import (
    begins_byline,
    byline_within,
    clean_names,
    is_organisation,
    labels_author,
    looks_like_name,
    without_dates,
)
from searchsvc.parsing.candidates import Candidate, candidate
from searchsvc.parsing.html.dom import Element, HtmlDocument, TextBlock, VoidElement
from searchsvc.parsing.html.metadata import PageMetadata, named_in
from searchsvc.parsing.html.page_places import PagePlaces

Names = tuple[str, ...]
_METAS = (
    "author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator", "article:author",
    "cxenseparse:author", "citation_author", "og:article:author",
)  # fmt: skip
#: Weights of the places; an organisation is an author only where nothing names a person.
_JSON_LD, _META, _MICRODATA, _REL, _CLASS, _OUTER_CLASS, _LINK, _LABEL, _BARE = (
    100.0, 92.0, 80.0, 74.0, 70.0, 64.0, 62.0, 60.0, 56.0,
)  # fmt: skip
_ORGANISATION, _FOOT = -70.0, -30.0
#: A text block is at the foot of the story if it is at most so many behind its last one.
_FOOT_BLOCKS = 12
#: Most words of a byline, and levels up in which names are examined.
_BYLINE_WORDS, _LEVELS = 18, 3
#: Most entries of a list of authors, and words of each.
_MOST_ENTRIES, _ENTRY_WORDS = 8, 6
#: Most characters of an element that is marked as the author.
_MOST_CHARACTERS = 120
_BYLINE_NAME = re.compile(
    r"by-?_?line|author(?!i[tsz])|contributor|(?:^|[^a-z])(?:writers?|byl|written-?_?by|reporters?|journalists?"
    r"|autor(?:en|in|es|a|as)?|auteurs?|autore|redacteur|creator)(?:name)?(?:$|[^a-z])"
)
#: Addresses of pages about authors.
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|profiles?|by|people|staff|writers?|contributors?|journalists?|autor(?:en|es)?|auteurs?)/[^/?#]{3,}"
)
#: Names of elements that only link to the pages of an author, or tell his life.
_NO_BYLINE_NAME = re.compile(r"\bbio\b|-bio|bio-|avatar|social|follow|count|date|time|more-|image|photo|comment")
_JOINED = re.compile(r"[^\W\d_]$")


def author_candidates(metadata: PageMetadata, places: PagePlaces, outlet: str | None) -> list[Candidate[Names]]:
    """Return who may have written the story: what JSON-LD, meta elements, microdata and print say, in this order."""
    return [
        *_in_json_ld(metadata, outlet),
        *_in_metas(metadata, outlet),
        *_in_microdata(metadata, places, outlet),
        *_in_links(metadata, places, outlet),
        *_in_print(metadata, places, outlet),
    ]


def _in_json_ld(metadata: PageMetadata, outlet: str | None) -> Iterator[Candidate[Names]]:
    place = 'script[type="application/ld+json"] author'
    for rank, article in enumerate(metadata.articles):
        named = [*named_in(article.get("author") or article.get("creator"), metadata.things)]
        persons = [name for name, kind in named if kind == "Person"]
        others = [name for name, kind in named if kind != "Person"]
        names = clean_names(persons, outlet, persons=True) + clean_names(others, outlet)
        people = tuple(name for name in dict.fromkeys(names) if name in persons or not is_organisation(name))
        organisations = any("Organization" in kind for _, kind in named)
        if people and not (organisations and not persons):
            yield candidate(people, "json-ld", place, _JSON_LD - rank)
        elif names:
            yield candidate(names, "json-ld", place, _JSON_LD + _ORGANISATION - rank)


def _in_metas(metadata: PageMetadata, outlet: str | None) -> Iterator[Candidate[Names]]:
    for rank, name in enumerate(_METAS):
        names = clean_names(
            metadata.metas.get(name, ()), outlet, persons=outlet is not None and looks_like_name(outlet)
        )
        if not names:
            continue
        people = tuple(one for one in names if not is_organisation(one))
        weight = _META - rank + (0.0 if people else _ORGANISATION)
        yield candidate(people or names, "meta", f'meta[name="{name}"]', weight)


def _in_microdata(metadata: PageMetadata, places: PagePlaces, outlet: str | None) -> Iterator[Candidate[Names]]:
    """Yield the marked names: those near the headline together, else the others that are not foreign."""
    near: list[str] = []
    others: list[str] = []
    for text, element in metadata.microdata("author"):
        if element.seq and "content" not in element.attrs:
            text = _parted_text(metadata.document, element)  # noqa: PLW2901 - the same name, its parts apart
        if len(text) > _MOST_CHARACTERS:
            continue
        refused = places.foreign(element) or _far(places, element)
        if refused is None:
            (near if element.seq and places.nearness(element.first) > 0 else others).append(text)
        elif names := clean_names([text], outlet):
            yield candidate(names, "microdata", "[itemprop=author]", _MICRODATA, refused=refused)
    for told, weight in ((near, _MICRODATA), (others, _MICRODATA - 1)):
        if names := clean_names(told, outlet, persons=True):
            yield candidate(names, "microdata", "[itemprop=author]", weight)


def _far(places: PagePlaces, element: Element) -> str | None:
    """Return why a mark far behind the story is not its own: a list of other stories repeats the marks of authors."""
    if places.last is None or element.seq == 0 or element.first <= places.last + _BYLINE_WORDS:
        return None
    return "stands far behind the story"


def _in_links(metadata: PageMetadata, places: PagePlaces, outlet: str | None) -> Iterator[Candidate[Names]]:
    """Yield the texts of links that say, or whose address says, that they lead to the author."""
    marked: list[str] = []
    led: list[str] = []
    for element in metadata.document.elements:
        attrs = element.attrs
        by_rel = "rel" in attrs and "author" in attrs["rel"].lower().split()
        if element.skip or not (by_rel or (element.tag == "a" and _AUTHOR_PAGE.search(attrs.get("href", "")))):
            continue
        if places.foreign(element, boxes=False) or _far(places, element) or not _precedes(places, element.first):
            continue
        text = _parted_text(metadata.document, element)
        if by_rel:
            marked.append(text)
        elif looks_like_name(text) and places.nearness(element.first) > 0:
            led.append(text)
    for told, place, weight in ((marked, "[rel=author]", _REL), (led, "a[href*=author]", _LINK)):
        if names := clean_names(told, outlet, printed=True, persons=True):
            yield candidate(names, "byline", place, weight)


def _precedes(places: PagePlaces, index: int) -> bool:
    """Return whether a text block stands near the headline, or right behind the story."""
    return places.nearness(index) > 0 or (places.last is not None and 0 <= index - places.last <= _FOOT_BLOCKS)


def _in_print(metadata: PageMetadata, places: PagePlaces, outlet: str | None) -> Iterator[Candidate[Names]]:
    for block in metadata.document.text_blocks:
        if (
            block.words > _BYLINE_WORDS
            or block.element.hidden
            or block.element.skip
            or not _precedes(places, block.index)
        ):
            continue
        named = _byline_level(block)
        text = _parted_text(metadata.document, block.element)
        within = None if begins_byline(block.text) else byline_within(text)
        if named is None and within is None and not begins_byline(block.text):
            continue
        inner = [_parted_text(metadata.document, block.inner_or_element)] if named is not None and not within else []
        persons = named is not None
        row = _row_texts(metadata.document, block) if named else ()
        if row is None:
            continue
        names = next(
            (
                found
                for lines in ([within] if within else row or [text], inner)
                if (found := clean_names(lines, outlet, printed=True, persons=persons))
            ),
            (),
        )
        if not names or (named is None and not _is_bare_byline(within or block.text, names)):
            continue
        weight = _LABEL if labels_author(block.text) else _BARE
        if named is not None:
            weight = (_CLASS if named == 0 else _OUTER_CLASS) + 2.0 * (within is not None or begins_byline(block.text))
        weight += places.nearness(block.index) or _FOOT
        refused = places.foreign(block.element, boxes=named is None)
        hint = block.element.hint.split(" ")[0]
        place = f"{block.element.tag}.{hint}" if hint else f"{block.element.tag} near the headline"
        yield candidate(names, "byline", place, weight, refused=refused)


def _byline_level(block: TextBlock) -> int | None:
    """Return how many levels up an element is named as a byline; None if none of the nearest is."""
    element: Element | None = block.inner_or_element
    for level in range(_LEVELS + 1):
        if element is None or element.tag in {"body", "article", "main"}:
            return None
        if _BYLINE_NAME.search(element.hint) and not (level == 0 and _NO_BYLINE_NAME.search(element.hint)):
            return level
        element = element.parent
    return None


def _row_texts(document: HtmlDocument, block: TextBlock) -> Sequence[str] | None:
    """Return the texts of a list of authors whose first entry a block is; empty if it is none, None for later entries.

    Its entries are like elements of one parent, a short text each.
    """
    own, up = block.element, block.element.parent
    entries = [
        one
        for one in document.text_blocks[max(0, block.index - _MOST_ENTRIES) : block.index + _MOST_ENTRIES]
        if one.element.parent is up and one.element.tag == own.tag == "li" and one.words <= _ENTRY_WORDS
    ]
    if len(entries) < 2 or block not in entries:  # noqa: PLR2004 - a list
        return ()
    return [_parted_text(document, one.element) for one in entries] if entries[0] is block else None


def _is_bare_byline(line: str, names: Names) -> bool:
    """Return whether a line without a telling class is a byline: it has little besides the words for `by` and names."""
    return len(without_dates(line).split()) <= sum(len(name.split()) for name in names) + 6


def _parted_text(document: HtmlDocument, element: Element) -> str:
    """Return the text of an element, with a comma where two inner elements meet without a space."""
    parts: list[str] = []
    for node in document.markup[element.markup_start : element.markup_end]:
        if isinstance(node, VoidElement) and node.tag == "br":
            parts.append(", ")
        if not isinstance(node, str):
            continue
        if parts and _JOINED.search(parts[-1]) and node[:1].isupper() and parts[-1][-1:].islower():
            parts.append(", ")
        parts.append(node)
    return " ".join("".join(parts).split())


#: Keys of JSON-LD that name who wrote or gave a text, with the weight of each.
_SOURCE_KEYS = {"author": 90.0, "creator": 88.0, "sourceOrganization": 92.0, "provider": 70.0}
#: Names of meta elements that name an author or a source.
_SOURCE_METAS = (
    "author", "byl", "article:author", "dc.creator", "parsely-author", "sailthru.author", "source", "dc.source",
    "sourceorganization", "agency", "news_agency",
)  # fmt: skip
_DECLARED_SOURCE, _MARKED_SOURCE, _PRINTED_SOURCE, _SIGNED_SOURCE = 85.0, 84.0, 80.0, 60.0
#: Text blocks behind the story in which a byline may stand.
_BEHIND = 3


def agency_candidates(metadata: PageMetadata, places: PagePlaces, story: Sequence[str]) -> list[Candidate[str]]:
    """Return the agencies that a page names as the source of its story.

    Args:
        metadata: The page.
        places: Where its headline and its story stand.
        story: The paragraphs of the story.

    """
    found = [*_declared_agencies(metadata), *_printed_agencies(metadata, places)]
    if story and (sign := agency_in_story(story[0], story[-1])):
        found.append(candidate(sign, "sign", "first or last paragraph", _SIGNED_SOURCE, inferred=True))
    return found


def _declared_agencies(metadata: PageMetadata) -> Iterator[Candidate[str]]:
    for article in metadata.articles[:1]:
        for key, weight in _SOURCE_KEYS.items():
            for name, _ in named_in(article.get(key), metadata.things):
                if sign := agency_in(name):
                    yield candidate(sign, "json-ld", f'script[type="application/ld+json"] {key}', weight)
    for name in _SOURCE_METAS:
        for content in metadata.metas.get(name, ())[:1]:
            if sign := agency_in(content):
                yield candidate(sign, "meta", f'meta[name="{name}"]', _DECLARED_SOURCE)
    for text, element in metadata.microdata("author", "sourceOrganization"):
        # Those of `<meta>` elements, which have no place among the texts, are named above.
        if element.seq and (sign := agency_in(text)):
            yield candidate(sign, "microdata", f"[itemprop={element.attrs['itemprop']}]", _MARKED_SOURCE)


def _printed_agencies(metadata: PageMetadata, places: PagePlaces) -> Iterator[Candidate[str]]:
    """Yield the agencies in bylines near the headline and right behind the story; a credit of a picture is refused."""
    for block in metadata.document.text_blocks:
        if block.words > _BYLINE_WORDS or block.element.skip or block.element.hidden:
            continue
        behind = places.last is not None and 0 < block.index - places.last <= _BEHIND
        near = places.nearness(block.index)
        if not (near or behind) or not (_byline_level(block) is not None or begins_byline(block.text)):
            continue
        if sign := agency_in(block.text):
            refused = places.foreign(block.element, boxes=False)
            yield candidate(
                sign, "byline", f"{block.element.tag} near the story", _PRINTED_SOURCE + near, refused=refused
            )
