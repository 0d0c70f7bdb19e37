"""Text → Lines, one for each paragraph, headline or item however the text was wrapped; and the dates in lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from searchsvc.languages import alternatives, every
from searchsvc.parsing.boilerplate import ends_sentence
from searchsvc.parsing.dates import ParsedDate, parse_datetime, parse_day, parse_relative_date

_BULLET = re.compile(r"[•‣▪◦●○■□►▶➢➤❖✓✔∙]\s*")
#: Marks that also begin sentences and spoken lines: bullets only where the neighbour has one too.
_AMBIGUOUS_BULLET = re.compile(r"(?:[*+·–—-]|(?P<number>\d{1,2})[.)]|\((?P<inner>\d{1,2})\))\s+(?=\S)")
#: A text is wrapped if none of its lines is longer than this …
_WIDEST = 120
#: … and most lines within its paragraphs are at least that share of the longest.
_FULL = 0.7
_LEAST_WIDTH, _LEAST_BREAKS = 40, 3
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
#: Lines of a page at most: the longest live reports have some hundreds.
MOST_LINES = 20_000
_UPDATED = re.compile(rf"\b{alternatives(every(lambda language: language.updated))}\b", re.IGNORECASE)
_LABELLED = re.compile(
    rf"(?:first |last |page last )?{alternatives(every(lambda language: (*language.published, *language.updated)))}\b",
    re.IGNORECASE,
)
#: A date in the first lines is the page's own; one after this many is something else.
_TOP_LINES = 60
_LONGEST_DATE_LINE = 120
_DATE_SEPARATOR, _MOST_PARTS = re.compile(r"\s*[|•·]\s*"), 4
#: Buttons that stand beside a date.
_BUTTON = re.compile(r"(?i)\s(?:help|share|print|e-?mail|comments?)$")
_OUTLET_SEPARATOR = re.compile("\u00a0+|\t+| \\| ")
_AGE_AT_END = re.compile(r"\s[-–—]\s(?P<age>[^-–—]{3,40})$|\((?P<inner>[^()]{3,40})\)$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank."""

    #: Counted from 1, as editors do.
    number: int
    #: As it stands, non-breaking spaces kept: they part outlet from headline.
    raw: str
    #: Without its bullet, spaces evened.
    text: str
    #: A blank line stands before it; after it.
    gap: bool
    closed: bool
    indented: bool = False
    bullet: bool = False

    @property
    def words(self) -> int:
        """Number of words; two characters of a script without spaces count as one."""
        return word_count(self.text)

    @property
    def alone(self) -> bool:
        """True for a paragraph of its own."""
        return self.gap and self.closed


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line that is a date, and nothing else of the story."""

    at: int
    line: Line
    parsed: ParsedDate
    updated: bool


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text that are not blank."""
    return list(_bulleted(_joined(_split(text))))


def too_many_lines(text: str) -> bool:
    """Say whether a text has more lines, blank ones aside, than a page may have."""
    return text.count("\n") >= MOST_LINES and sum(bool(line.strip()) for line in text.split("\n")) > MOST_LINES


def word_count(text: str) -> int:
    """Return the number of words; two characters of a script without spaces count as one."""
    return text.count(" ") + 1 + len(_IDEOGRAPH.findall(text)) // 2


def _split(text: str) -> list[Line]:
    rows = [(number, raw, " ".join(raw.split())) for number, raw in enumerate(text.split("\n"), start=1)]
    rows = [row for at, row in enumerate(rows) if row[2] or (at and rows[at - 1][2])]
    rows.append((0, "", ""))
    found: list[Line] = []
    gap = True
    for (number, raw, plain), (_, _, after) in pairwise(rows):
        if plain:
            indented = raw[:1] in " \t"
            found.append(Line(number, raw.strip(" \t"), plain, gap=gap, closed=not after, indented=indented))
        gap = not plain
    return found


def _joined(lines: list[Line]) -> list[Line]:
    """Put the lines of wrapped paragraphs together."""
    if not _wrapped(lines):
        return lines
    joined: list[Line] = []
    for line in lines:
        if joined and not line.gap and not _starts_item(line):
            last = joined[-1]
            joined[-1] = replace(
                last, raw=f"{last.raw} {line.raw}", text=f"{last.text} {line.text}", closed=line.closed
            )
        else:
            joined.append(line)
    return [replace(line, text=" ".join(line.raw.split())) for line in joined]


def _starts_item(line: Line) -> bool:
    return bool(_BULLET.match(line.raw) or _AMBIGUOUS_BULLET.match(line.raw))


def _wrapped(lines: Sequence[Line]) -> bool:
    widest = max((len(line.text) for line in lines), default=0)
    if not _LEAST_WIDTH <= widest <= _WIDEST:
        return False
    breaks = [line for line, after in pairwise(lines) if not after.gap]
    broken = [line for line in breaks if len(line.text) >= _FULL * widest and not ends_sentence(line.text)]
    return len(broken) >= _LEAST_BREAKS and 2 * len(broken) >= len(breaks)


def _bulleted(lines: Sequence[Line]) -> Iterator[Line]:
    weak = [bool(_AMBIGUOUS_BULLET.match(line.raw)) for line in lines]
    for at, line in enumerate(lines):
        mark = _BULLET.match(line.raw)
        if mark is None and weak[at]:
            beside = weak[at - 1 : at] + weak[at + 1 : at + 2]
            mark = _AMBIGUOUS_BULLET.match(line.raw) if line.indented or any(beside) else None
        text = " ".join(line.raw[mark.end() :].split()) if mark else line.text
        yield replace(line, text=text, bullet=True) if mark and text else line


def date_lines_in(lines: Sequence[Line], start: int, end: int) -> list[DateLine]:
    """Return the date lines between two indexes: those at the top of a page are the page's own."""
    found: list[DateLine] = []
    for at in range(start, min(end, start + _TOP_LINES)):
        parsed = _date_in(lines[at].text)
        if parsed is not None:
            found.append(DateLine(at, lines[at], parsed, updated=bool(_UPDATED.search(lines[at].text))))
    return found


def date_line_at_end(lines: Sequence[Line]) -> DateLine | None:
    """Return the first date line that says it is when the page was published or updated."""
    for at, line in enumerate(lines):
        if len(line.text) <= _LONGEST_DATE_LINE and _LABELLED.match(line.text):
            parsed = _date_in(line.text)
            if parsed is not None:
                return DateLine(at, line, parsed, updated=bool(_UPDATED.search(line.text)))
    return None


def _date_in(text: str) -> ParsedDate | None:
    if len(text) > _LONGEST_DATE_LINE or not any(map(str.isdigit, text)):
        return None
    text = _BUTTON.sub("", text)
    # `Section | 20 July 2012`, `Ana Low • 20 July 2012`: what stands beside the date.
    parts = _DATE_SEPARATOR.split(text)
    parts = [text, *parts] if len(parts) <= _MOST_PARTS else [text]
    return next((parsed for part in parts if (parsed := parse_datetime(part))), None)


def day_and_section(line: Line) -> tuple[date, str | None] | None:
    """Return day and section of a line like `18 Apr 09 | Americas`, or None if it is none."""
    if len(line.text) > _LONGEST_DATE_LINE or not line.text[:1].isdigit():
        return None
    printed, _, section = line.text.partition("|")
    day = parse_day(printed)
    return (day, section.strip() or None) if day else None


def outlet_headline_age(line: Line) -> tuple[str | None, str, str] | None:
    """Return outlet, headline and age of a line like `Outlet headline - 7 hrs ago`, or None if it is none.

    Only a non-breaking space, a tab or a bar parts the outlet from the headline.
    """
    parts = [text for part in _OUTLET_SEPARATOR.split(line.raw) if (text := " ".join(part.split()).strip("-–— "))]
    if len(parts) > 1 and parse_relative_date(parts[-1], None):
        *named, age = parts
        outlet = named[0] if len(named) > 1 else None
        headline = " ".join(named[1:] or named)
        return outlet, headline, age
    tail = _AGE_AT_END.search(line.text[-_LONGEST_DATE_LINE:])
    age = (tail["age"] or tail["inner"]) if tail else ""
    if not age or not parse_relative_date(age, None):
        return None
    start = len(line.text) - len(line.text[-_LONGEST_DATE_LINE:]) + (tail.start() if tail else 0)
    return None, line.text[:start].strip(), age
