"""Page → the fields of the head, each with the line it came from."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from searchsvc.analysis.urls import unarchived
from searchsvc.languages import CONJUNCTIONS, JOBS_AND_DESKS
from searchsvc.model.article import Origin, RelatedHeadline
from searchsvc.parsing.text.page import Page
from searchsvc.parsing.text.stamps import Stamp, stamp_at_end
from searchsvc.parsing.text.title import BYLINE

_URL = re.compile(
    r"(?:(?:url|source|link|permalink|adresse)\s*:\s*)?(?P<url>https?://[^\s<>\"]{4,2000})", re.IGNORECASE
)
_YOU_ARE_IN = re.compile(r"you are in:\s*(?P<section>.{2,60})", re.IGNORECASE)
#: What parts the names of a byline, and what begins the writer's job.
_BETWEEN = re.compile(rf"\s*(?:;|/|&|,|\b{CONJUNCTIONS}\b)\s*")
_IN_PLACE = re.compile(r",?\s+\b(?:in|bbc|from|at)\b.*", re.IGNORECASE)
_JOB = re.compile(rf"\b{JOBS_AND_DESKS}\b", re.IGNORECASE)
_NAME_WORDS, _AUTHORS = 5, 12
#: Where a post follows without a comma, the name is taken to have two words.
_GIVEN_AND_FAMILY = 2


@dataclass(slots=True)
class Fields:
    """Fields of the head that a text may tell."""

    url: str | None = None
    section: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_fields(page: Page, title: int | None, end: int) -> Fields:
    """Return dates, authors and address; what is read is left out of the story."""
    fields = Fields()
    _read_moments(page, fields, end)
    _read_authors(page, fields, title)
    for at, line in enumerate(page.lines):
        found = _URL.fullmatch(line.text)
        if found and fields.url is None:
            fields.url = unarchived(found["url"])
            fields.origins["url"] = Origin("address line", f"line {line.number}")
            page.leave(at, "address")
    return fields


def _read_moments(page: Page, fields: Fields, end: int) -> None:
    late = None if page.stamps else stamp_at_end(page.lines[end:])
    for stamp in page.stamps or ([late] if late else []):
        name = "updated" if stamp.updated else "published"
        if name in fields.origins:
            continue
        moment = stamp.moment
        inferred = moment.timed and not moment.zoned
        rule = "date line, no zone said: UTC taken" if inferred else "date line"
        fields.origins[name] = Origin(rule, f"line {stamp.line.number}", inferred=inferred)
        if name == "updated":
            fields.updated = moment.at
        else:
            fields.published = moment.at
        if moment.warning:
            fields.warnings.append(f"line {stamp.line.number}: {moment.warning}")
    _leave_stamps(page, page.stamps)


def _leave_stamps(page: Page, stamps: Sequence[Stamp]) -> None:
    for stamp in stamps:
        page.leave(stamp.at, "date")


def _read_authors(page: Page, fields: Fields, title: int | None) -> None:
    first, _ = page.paragraphs()
    for at in range(first if first is not None else len(page.lines)):
        line = page.lines[at]
        found = BYLINE.match(line.text)
        names = _names(re.sub(r"^\w+\s*:?\s*", "", line.text)) if found and at != title else ()
        if not names:
            continue
        fields.authors = names
        fields.origins["authors"] = Origin("byline", f"line {line.number}")
        page.leave(at, "byline")
        after = at + 1
        if (
            after < len(page.lines)
            and after != title
            and not page.lines[after].gap
            and _JOB.search(page.lines[after].text)
        ):
            page.leave(after, "byline: the writer's post")
        return


def _names(text: str) -> tuple[str, ...]:
    names: list[str] = []
    for told in _BETWEEN.split(_IN_PLACE.sub("", text)):
        if names and _JOB.search(told):
            break
        part = _without_post(told)
        if part and len(part.split()) <= _NAME_WORDS and part[:1].isupper() and not any(map(str.isdigit, part)):
            names.append(part.strip(" .:"))
    return tuple(dict.fromkeys(names[:_AUTHORS]))


def _without_post(part: str) -> str:
    """Cut the post that follows a name in one line: `Ana Low Education reporter`."""
    post = _JOB.search(part)
    words = part[: post.start()].split() if post else part.split()
    return " ".join(words[:_GIVEN_AND_FAMILY] if post else words)


def section_of(page: Page, related: Sequence[RelatedHeadline]) -> tuple[str, Origin] | None:
    """Return the section: as the page says, else of its link headings, else of most see-also headlines."""
    for line in page.lines:
        found = _YOU_ARE_IN.fullmatch(line.text)
        if found:
            return found["section"].split("|")[-1].strip(), Origin("breadcrumb", f"line {line.number}")
    counts = Counter(item.section for item in related if item.group == "see_also" and item.section)
    for line, heading in zip(page.lines, page.headings, strict=True):
        if heading and heading.section:
            spelt = {section.casefold(): section for section in counts}
            name = spelt.get(heading.section.casefold(), heading.section)
            return name, Origin("heading of more stories", f"line {line.number}", inferred=True)
    ranked = counts.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    name, count = ranked[0]
    rule = f"majority of see-also sections ({count} of {sum(counts.values())})"
    return name, Origin(rule, "see also", inferred=True)
