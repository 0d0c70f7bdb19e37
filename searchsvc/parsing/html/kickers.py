"""Kicker of a headline: the few words above it that name its subject, `Harbour dispute` or `Analysis`.

It is told by the name of its element, by what stands before the headline in the same heading, or by a declared title
that has it before a colon, where the headline stands alone elsewhere. What names the section, the outlet, an
author or a day is none.
"""

import re
from collections.abc import Collection, Iterator

from searchsvc.languages import alternatives, every
from searchsvc.parsing.bylines import begins_byline
from searchsvc.parsing.candidates import Candidate, candidate
from searchsvc.parsing.dates import dates_in
from searchsvc.parsing.html.dom import Element, TextBlock
from searchsvc.parsing.html.metadata import PageMetadata
from searchsvc.parsing.html.outlets import SiteNames, title_key
from searchsvc.parsing.html.page_places import PagePlaces

#: Names that publishers' systems give the element of a kicker, in the languages of the trade.
KICKER_NAME = re.compile(
    r"(?:^|[\s_-])(?:\w*kicker|eyebrow|over-?line|over-?title|top-?line|roof-?line|super-?title|supra-?title|pre-?title"
    r"|dach-?zeile|spitzmarke|ober-?zeile|sur-?titre|ante-?titulo|volanta|occhiello|boven-?kop|over-?rubrik)(?![a-z])"
    r"|(?:title|headline|heading)__?(?:kicker|eyebrow|prefix|intro)|kicker"
)
#: A list, a feed or a card of other stories has kickers, too: how far above the headline that of the story may stand.
_ABOVE = 4
_MOST_WORDS, _MOST_LETTERS = 10, 80
_LEVELS = 2
_NAMED, _IN_HEADING, _DECLARED = 90.0, 80.0, 60.0
#: What parts a kicker from the headline in a declared title; before a bar stands the name of the site.
_PARTED = re.compile(r"\s{0,2}[:：]\s")
_LABEL = re.compile(
    alternatives(every(lambda language: (*language.published, *language.updated, *language.date_words))), re.IGNORECASE
)
_SECTIONS = frozenset(every(lambda language: language.sections))
_EDGES = " \t\n:|/–—-·•"


def kicker_candidates(
    metadata: PageMetadata, places: PagePlaces, title: str, names: SiteNames, others: Collection[str]
) -> list[Candidate[str]]:
    """Return the kickers that a page may have.

    Args:
        metadata: The page.
        places: Where its headline and its story stand.
        title: The headline that was taken.
        names: The names of the site.
        others: Values of other fields, which are no kicker: section, authors.

    """
    found = [*_named(metadata, places), *_in_heading(metadata, title), *_declared(metadata, title)]
    told: list[Candidate[str]] = []
    for one in found:
        text = one.value.strip(_EDGES)
        if text and title_key(text) and title_key(text) not in {title_key(other.value) for other in told}:
            refused = one.refused or _refusal(text, title, names, others)
            told.append(candidate(text, one.origin.rule, one.origin.place, one.weight, refused=refused))
    return told


def is_named_kicker(element: Element) -> bool:
    """Return whether an element, or one of the two around it that are no heading, is named as a kicker."""
    around: Element | None = element
    for _ in range(_LEVELS):
        if around is None or around.tag in {"h1", "h2", "header", "article", "main", "body"}:
            return False
        if KICKER_NAME.search(around.hint):
            return True
        around = around.parent
    return False


def _named(metadata: PageMetadata, places: PagePlaces) -> Iterator[Candidate[str]]:
    """Yield the texts named as kickers in the heading, and right above it."""
    headline = metadata.headline
    if headline is None:
        return
    for text, element in headline.parts:
        if text and is_named_kicker(element):
            yield candidate(text, "kicker", _place(element), _NAMED + 1)
    blocks = metadata.document.text_blocks
    for block in reversed(blocks[max(0, headline.index - _ABOVE) : headline.index]):
        if not block.element.skip and is_named_kicker(block.inner_or_element):
            refused = places.foreign(block.element, boxes=False)
            yield candidate(block.text, "kicker", _place(block.inner_or_element), _NAMED, refused=refused)


def _place(element: Element) -> str:
    named = element if element.hint else element.parent or element
    return f"{named.tag}.{named.hint.split(' ')[0]}" if named.hint else named.tag


def _in_heading(metadata: PageMetadata, title: str) -> Iterator[Candidate[str]]:
    """Yield what stands before the headline in its own heading."""
    for block in metadata.headings:
        before = _before(block, title)
        if before:
            yield candidate(before, "h1", "h1, before the headline", _IN_HEADING, inferred=True)


def _before(block: TextBlock, title: str) -> str | None:
    texts = [text for text, _ in block.parts if text]
    for size in range(1, len(texts)):
        if title_key(" ".join(texts[size:])) == title_key(title):
            return " ".join(texts[:size])
    return None


def _declared(metadata: PageMetadata, title: str) -> Iterator[Candidate[str]]:
    """Yield what a declared title has before the headline that was taken, with a colon between."""
    for text in metadata.titles:
        parted = _PARTED.search(text)
        if parted and title_key(text[parted.end() :]) == title_key(title):
            yield candidate(text[: parted.start()], "title", "declared title, before the headline", _DECLARED)


def _refusal(text: str, title: str, names: SiteNames, others: Collection[str]) -> str | None:
    key = title_key(text)
    if len(text) > _MOST_LETTERS or len(text.split()) > _MOST_WORDS:
        return "is too long for a kicker"
    if key == title_key(title):
        return "repeats the headline"
    if text.casefold() in _SECTIONS or any(key == title_key(other) for other in others):
        return "is the section or an author"
    if names.equal(text) or names.match(text):
        return "is the name of the site"
    if begins_byline(text):
        return "is a byline"
    return "is a date, or the label of one" if _LABEL.fullmatch(text) or dates_in(text) else None
