"""Headline of a page: candidates from headings, declared titles, and lines named as headlines.

A heading is the headline if it agrees with a declared title, or stands right before the story; one that is the name of
the site, a section or a template is none. Titles are taken without the outlet's name, a kicker or a standfirst.
"""

import re
from collections.abc import Iterator
from itertools import dropwhile

from searchsvc.languages import every
from searchsvc.parsing.candidates import Candidate, candidate
from searchsvc.parsing.html.dom import TextBlock
from searchsvc.parsing.html.kickers import is_named_kicker
from searchsvc.parsing.html.metadata import PageMetadata, is_site_name, text_of, words_of
from searchsvc.parsing.html.outlets import SEPARATOR, SITE_WORDS, SiteNames, title_key, without_names
from searchsvc.parsing.html.page_places import PagePlaces

_H1_MAX_WORDS = 60
#: Titles that templates leave behind.
_PLACEHOLDER = re.compile(
    r"(?:untitled|no title|new page|new document|document|home ?page|home|index|title|page|start|welcome|default"
    r"|news|article|story|blog|error|loading|details?"
    r"|(?:article|news|story|full|single|print|printable)[ -]?(?:details?|view|story|post|version)"
    r"|startseite|unbenannt(?:es dokument)?|artikel(?:ansicht|detail)?|druckversion|accueil|(?:document )?sans titre"
    r"|inicio|sin título|página (?:nueva|principal|inicial)|sem título|senza titolo|pagina iniziale"
    r")\W*(?:document|page|\d*)?\W*$",
    re.IGNORECASE,
)
_SECTIONS = frozenset(every(lambda language: language.sections))
#: Weights: of a heading by its agreement with a declared title, of declared titles, and of a line.
_H1_AGREES, _H1_LEADS, _H1_ALONE, _H2, _LINE = 90.0, 76.0, 50.0, 72.0, 62.0
_DECLARED = {
    "og:title": 70.0,
    "json-ld": 68.0,
    "twitter:title": 66.0,
    "microdata": 65.0,
    "headline": 67.0,
    "title": 60.0,
}
_SITE_LINK, _AGREEMENT, _LITTLE = 40.0, 0.5, 0.25
#: Words of a heading that may be the headline though it agrees with no declared title; letters in unspaced scripts.
_LEAD_WORDS, _LEAD_LETTERS = 4, 8
#: Least words of the first part of `<title>` behind which a short part is taken for the name of the site.
_LEAST_WORDS = 3
#: What stands between a kicker and its headline.
_EDGES = " :|/–—-·•"
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f]")
_HEADLINE_NAME = re.compile(r"headline|(?:article|story|entry|post|news|page)[-_]*(?:title|heading)")


def title_candidates(metadata: PageMetadata, places: PagePlaces, names: SiteNames) -> list[Candidate[str]]:
    """Return the headlines that a page may have: its headings, its declared titles, and lines named as headlines."""
    declared = list(_declared_titles(metadata, names))
    rivals = [one.value for one in declared if one.refused is None]
    found = [
        _of_heading(metadata, places, block, rivals, names)
        for block in metadata.headings
        if block.words <= _H1_MAX_WORDS and not block.element.skip
    ]
    if not any(one.refused is None and one.weight >= _H1_LEADS for one in found):
        found += _of_lines(metadata, places, rivals, names)
    return [*found, *declared]


def _of_heading(
    metadata: PageMetadata, places: PagePlaces, block: TextBlock, rivals: list[str], names: SiteNames
) -> Candidate[str]:
    text = without_names(_told_part(block, rivals) or _below_kicker(block, rivals) or block.text, names)
    agreement = max((_agreement(text, rival) for rival in rivals), default=0.0)
    refused = None
    if is_site_name(block.element) or names.equal(block.text) or (names.match(block.text) and agreement < _AGREEMENT):
        refused = "is the name of the site"
    elif _ends_title(block.text, metadata.document.title):
        refused = "is the end of <title>, which names the site"
    elif agreement < _AGREEMENT and (_PLACEHOLDER.fullmatch(text) or text.casefold() in _SECTIONS):
        refused = "is a section or a placeholder"
    else:
        refused = places.foreign(block.element)
    leads = places.first is not None and 0 <= places.first - block.index <= _BEFORE_STORY
    weight = _H1_ALONE - (_SITE_LINK if _links_home(block) else 0.0)
    if agreement >= _AGREEMENT:
        weight = _H1_AGREES + 8 * agreement + 2 * leads
    elif _is_long(text) and (leads or (agreement >= _LITTLE and len(metadata.headings) == 1)):
        weight = _H1_LEADS + (4 * agreement)
    return candidate(text, "h1", "h1", weight, refused=refused)


#: A heading leads the story if so many text blocks or fewer stand between.
_BEFORE_STORY = 8


def _is_long(text: str) -> bool:
    return len(text.split()) >= _LEAD_WORDS or len(_UNSPACED.findall(text)) >= _LEAD_LETTERS


def _told_part(block: TextBlock, rivals: list[str]) -> str | None:
    """Return the part of a heading that is a declared title, if its inner elements are that and a kicker or a deck."""
    keys = {title_key(rival): rival for rival in rivals}
    texts = [text for text, _ in block.parts if text]
    for size in range(len(texts) - 1, 0, -1):
        for start in range(len(texts) - size + 1):
            part = " ".join(texts[start : start + size])
            if title_key(part) in keys and title_key(part) != title_key(block.text):
                return part.strip()
    return None


def _below_kicker(block: TextBlock, rivals: list[str]) -> str | None:
    """Return a heading without the texts before it that are named as its kicker; None if it has none.

    A heading that is declared with its kicker as the title stays whole: its publisher takes both for the headline.
    """
    if title_key(block.text) in set(map(title_key, rivals)):
        return None
    rest = [*dropwhile(lambda part: not part[0] or is_named_kicker(part[1]), block.parts)]
    if not 0 < len(rest) < len(block.parts):
        return None
    return " ".join(text for text, _ in rest if text).lstrip(_EDGES) or None


def _links_home(block: TextBlock) -> bool:
    return block.link_density > 0.9 and (block.href or "").rstrip("/").count("/") <= 2  # noqa: PLR2004 - `/`, `https://host`


def _ends_title(text: str, title: str) -> bool:
    """Return whether a text is the last or first part of a `<title>` of several parts."""
    parts = [part for part in SEPARATOR.split(title) if part]
    return (
        len(parts) > 1
        and title_key(text) in {title_key(parts[-1]), title_key(parts[0])}
        and len(title_key(text)) < len(title_key(title)) / 2
    )


def _of_lines(
    metadata: PageMetadata, places: PagePlaces, rivals: list[str], names: SiteNames
) -> Iterator[Candidate[str]]:
    """Yield headings of lower levels and lines named as headlines, before the story, that agree with a title."""
    for block in metadata.document.text_blocks:
        if (
            block.words > _H1_MAX_WORDS
            or block.element.skip
            or (places.first is not None and block.index > places.first)
        ):
            continue
        is_heading = block.element.tag in {"h2", "h3"}
        if not is_heading and not _HEADLINE_NAME.search(block.element.hint):
            continue
        text = without_names(_told_part(block, rivals) or _below_kicker(block, rivals) or block.text, names)
        agreement = max((_agreement(text, rival) for rival in rivals), default=0.0)
        if agreement >= _AGREEMENT or (not rivals and _is_long(text)):
            weight = (_H2 if is_heading else _LINE) + 8 * agreement
            place = block.element.tag
            yield candidate(text, place, place, weight, refused=places.foreign(block.element))


def _told_titles(metadata: PageMetadata) -> Iterator[tuple[str, str, str]]:
    """Yield each declared title with its kind, a key of `_DECLARED`, and its place."""
    for name in ("headline", "og:title", "twitter:title"):
        if declared := metadata.meta(name):
            yield declared[0], name, f'meta[name="{name}"]'
    for article in metadata.articles[:1]:
        if text := text_of(article.get("headline")) or text_of(article.get("name")):
            yield text, "json-ld", 'script[type="application/ld+json"] headline'
    for text, element in metadata.microdata("headline"):
        yield text, "microdata", "[itemprop=headline]"
        if element.seq:
            break
    if metadata.document.title:
        yield metadata.document.title, "title", "title"


def _declared_titles(metadata: PageMetadata, names: SiteNames) -> Iterator[Candidate[str]]:
    told = list(_told_titles(metadata))
    logos = {title_key(block.text) for block in metadata.headings if is_site_name(block.element)}
    for text, name, place in told:
        title = without_names(text, names)
        if name == "title":
            title = _first_part(title, [one for one, other, _ in told if other != "title"], metadata)
        refused = None
        if _PLACEHOLDER.fullmatch(title) or (title.casefold() in _SECTIONS and len(told) > 1):
            refused = "is a section or a placeholder"
        elif names.equal(title) or title_key(title) in logos:
            refused = "is the name of the site"
        rule = "og" if name == "og:title" else "meta" if name in {"headline", "twitter:title"} else name
        yield candidate(title, rule, place, _DECLARED[name], refused=refused)


def _first_part(title: str, told: list[str], metadata: PageMetadata) -> str:
    """Return the part of `<title>` that is told elsewhere or stands in a heading, or all of it."""
    parts = [part.strip() for part in SEPARATOR.split(title) if part and part.strip()]
    known = {title_key(text) for text in told} | {title_key(block.text) for block in metadata.headings}
    if len(parts) > 1:
        for part in parts:
            if title_key(part) in known and _is_long(part):
                return part
        if (
            len(parts[-1].split()) <= SITE_WORDS
            and len(parts[-1]) < len(parts[0])
            and len(parts[0].split()) >= _LEAST_WORDS
        ):
            return parts[0]
    return title


def _agreement(one: str, other: str) -> float:
    """Return how much two titles agree, 0 to 1.

    It is the Jaccard coefficient of their words or, where one begins the other, the share of the longer one that it is.
    """
    words, others = set(words_of(one)), set(words_of(other))
    jaccard = len(words & others) / max(1, len(words | others))
    short, long = sorted((title_key(one), title_key(other)), key=len)
    begins = bool(short) and long.startswith(short)
    return max(jaccard, len(short) / max(1, len(long)) if begins else 0.0)
