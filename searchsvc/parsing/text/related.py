"""Lines below the story → headlines of other stories, and what is left out."""

from collections.abc import Iterator
from datetime import datetime

from searchsvc.model.article import RelatedGroup, RelatedHeadline
from searchsvc.parsing.boilerplate import SITE
from searchsvc.parsing.dates import parse_age
from searchsvc.parsing.text.page import Page
from searchsvc.parsing.text.stamps import aged, dated

#: Words a line without date and age must have to be a headline.
_LEAST = 4
#: Headlines of one page at most: a hostile page is no archive.
_MOST = 500


def related_in(page: Page, start: int, base: datetime | None) -> tuple[RelatedHeadline, ...]:
    """Return the headlines below the story.

    Args:
        page: The page; what is no headline is left out of it.
        start: First line after the story.
        base: The moment that ages count back from.

    """
    found: list[RelatedHeadline] = []
    for headline in _walk(page, start, base):
        if len(found) < _MOST:
            found.append(headline)
    return tuple(found)


def _walk(page: Page, start: int, base: datetime | None) -> Iterator[RelatedHeadline]:
    group: RelatedGroup | None = None
    site = False
    at = start
    while at < len(page.lines):
        line, heading, notice = page.lines[at], page.headings[at], page.notices[at]
        after = page.lines[at + 1] if at + 1 < len(page.lines) else None
        printed = dated(after) if after and not after.gap else None
        if heading:
            group, site = heading.group, site and heading.group is None
            page.leave(at, "heading of links")
        elif elsewhere := aged(line):
            yield _aged(elsewhere, base)
            group = "promo"
        elif notice:
            page.leave(at, notice)
            site = site or notice in SITE
        elif dated(line):
            page.leave(at, "date without a headline")
        elif printed and after:
            day, section = printed
            yield RelatedHeadline(line.text, "promo" if group == "promo" else "see_also", date=day, section=section)
            at += 1
        elif site or line.words < _LEAST or not (group or line.gap or not line.closed):
            page.leave(at, "navigation" if site else "no text of the story follows it")
        elif page.prose[at] and group != "see_also":
            page.leave(at, "text of a box below the story")
        else:
            yield RelatedHeadline(line.text, group or "promo")
        at += 1


def _aged(parts: tuple[str | None, str, str], base: datetime | None) -> RelatedHeadline:
    outlet, headline, printed = parts
    age = parse_age(printed, base)
    return RelatedHeadline(
        headline,
        "elsewhere",
        outlet=outlet,
        age=printed,
        age_from=age.start if age else None,
        age_to=age.end if age else None,
        age_precision=age.precision if age else None,
    )
