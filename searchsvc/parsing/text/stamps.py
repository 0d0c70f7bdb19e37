"""Lines → when the page was published and updated, and when its headlines were."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from searchsvc.languages import alternatives, every
from searchsvc.parsing.dates import Moment, parse_age, parse_day, parse_moment
from searchsvc.parsing.text.lines import Line

_UPDATED = re.compile(rf"\b{alternatives(every(lambda language: language.updated))}\b", re.IGNORECASE)
_LABELLED = re.compile(
    rf"(?:first |last |page last )?{alternatives(every(lambda language: (*language.published, *language.updated)))}\b",
    re.IGNORECASE,
)
#: A date in the first lines is the page's own; one after this many is something else.
_FIRST_LINES = 60
_LONGEST = 120
_BESIDE, _MOST_PARTS = re.compile(r"\s*[|•·]\s*"), 4
#: Buttons that stand beside a date.
_BUTTON = re.compile(r"(?i)\s(?:help|share|print|e-?mail|comments?)$")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line that is a date, and nothing else of the story."""

    at: int
    line: Line
    moment: Moment
    updated: bool


def stamps_in(lines: Sequence[Line], start: int, end: int) -> list[Stamp]:
    """Return the date lines between two indexes: those at the top of a page are the page's own."""
    found: list[Stamp] = []
    for at in range(start, min(end, start + _FIRST_LINES)):
        moment = _stamp(lines[at].text)
        if moment is not None:
            found.append(Stamp(at, lines[at], moment, updated=bool(_UPDATED.search(lines[at].text))))
    return found


def stamp_at_end(lines: Sequence[Line]) -> Stamp | None:
    """Return the first date line that says it is when the page was published or updated."""
    for at, line in enumerate(lines):
        if len(line.text) <= _LONGEST and _LABELLED.match(line.text):
            moment = _stamp(line.text)
            if moment is not None:
                return Stamp(at, line, moment, updated=bool(_UPDATED.search(line.text)))
    return None


def _stamp(text: str) -> Moment | None:
    if len(text) > _LONGEST or not any(map(str.isdigit, text)):
        return None
    text = _BUTTON.sub("", text)
    # `Section | 20 July 2012`, `Ana Low • 20 July 2012`: what stands beside the date.
    parts = _BESIDE.split(text)
    parts = [text, *parts] if len(parts) <= _MOST_PARTS else [text]
    return next((moment for part in parts if (moment := parse_moment(part))), None)


def dated(line: Line) -> tuple[date, str | None] | None:
    """Return day and section of a line like `18 Apr 09 | Americas`, or None if it is none."""
    if len(line.text) > _LONGEST or not line.text[:1].isdigit():
        return None
    printed, _, section = line.text.partition("|")
    day = parse_day(printed)
    return (day, section.strip() or None) if day else None


_PARTS = re.compile("\u00a0+|\t+| \\| ")
_TAIL = re.compile(r"\s[-–—]\s(?P<age>[^-–—]{3,40})$|\((?P<inner>[^()]{3,40})\)$")


def aged(line: Line) -> tuple[str | None, str, str] | None:
    """Return outlet, headline and age of a line like `Outlet headline - 7 hrs ago`, or None if it is none.

    Only a non-breaking space, a tab or a bar parts the outlet from the headline.
    """
    parts = [text for part in _PARTS.split(line.raw) if (text := " ".join(part.split()).strip("-–— "))]
    if len(parts) > 1 and parse_age(parts[-1], None):
        *named, age = parts
        outlet = named[0] if len(named) > 1 else None
        headline = " ".join(named[1:] or named)
        return outlet, headline, age
    tail = _TAIL.search(line.text[-_LONGEST:])
    age = (tail["age"] or tail["inner"]) if tail else ""
    if not age or not parse_age(age, None):
        return None
    start = len(line.text) - len(line.text[-_LONGEST:]) + (tail.start() if tail else 0)
    return None, line.text[:start].strip(), age
