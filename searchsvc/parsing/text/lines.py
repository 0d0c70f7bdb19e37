"""Lines of a text (a paragraph, headline or list item each, hard wrapping undone), and the dates in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from searchsvc.analysis import collapsed
from searchsvc.languages import alternatives, every
from searchsvc.parsing.boilerplate import ends_sentence
from searchsvc.parsing.dates import ParsedDate, parse_datetime, parse_day, parse_relative_date

_BULLET = re.compile(r"[•‣▪◦●○■□►▶➢➤❖✓✔∙]\s*")
#: Marks that may also begin a sentence: bullets only if a neighbouring line has one too.
_AMBIGUOUS_BULLET = re.compile(r"(?:[*+·–—-]|(?P<number>\d{1,2})[.)]|\((?P<inner>\d{1,2})\))\s+(?=\S)")
#: A text is hard-wrapped if no line is longer than this many characters, and most lines within its paragraphs have at
#: least the share `_FULL` of the longest.
_WIDEST = 120
_FULL = 0.7
_LEAST_WIDTH, _LEAST_BREAKS = 40, 3
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
#: Most lines of a page, blank ones aside.
MOST_LINES = 20_000
_UPDATED = re.compile(rf"\b{alternatives(every(lambda language: language.updated))}\b", re.IGNORECASE)
_LABELLED = re.compile(
    rf"(?:first |last |page last )?{alternatives(every(lambda language: (*language.published, *language.updated)))}\b",
    re.IGNORECASE,
)
#: Lines from the top of a page in which its own date is searched.
_TOP_LINES = 60
_LONGEST_DATE_LINE = 120
_DATE_SEPARATOR, _MOST_PARTS = re.compile(r"\s*[|•·]\s*"), 4
#: Labels of buttons after a date.
_BUTTON = re.compile(r"(?i)\s(?:help|share|print|e-?mail|comments?)$")
_OUTLET_SEPARATOR = re.compile("\u00a0+|\t+| \\| ")
_AGE_AT_END = re.compile(r"\s[-–—]\s(?P<age>[^-–—]{3,40})$|\((?P<inner>[^()]{3,40})\)$")
#: A word at the end of a line that a hyphen parts, and its rest on the next line; words of a text.
_PARTED, _REST, _LETTERS = (
    re.compile(r"([^\W\d_]{2,})[-‐\xad]\Z"),
    re.compile(r"[^\W\d_A-Z]+"),
    re.compile(r"[^\W\d_]+"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank."""

    #: Counted from 1, as editors do.
    number: int
    #: The line unchanged: non-breaking spaces in it separate outlet and headline.
    raw: str
    #: Without bullet, every run of white space as one space.
    text: str
    #: Whether it follows a blank line or begins the text; whether a blank line follows it or the text ends.
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
        """Whether blank lines surround it."""
        return self.gap and self.closed


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line that is a date, perhaps with a label, a name or a section beside it."""

    at: int
    line: Line
    parsed: ParsedDate
    updated: bool


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text that are not blank."""
    return list(_bulleted(_joined(_split(text))))


def too_many_lines(text: str) -> bool:
    """Return whether a text has more than MOST_LINES lines that are not blank."""
    return text.count("\n") >= MOST_LINES and sum(bool(line.strip()) for line in text.split("\n")) > MOST_LINES


def word_count(text: str) -> int:
    """Return the number of words; two characters of a script without spaces count as one."""
    return text.count(" ") + 1 + len(_IDEOGRAPH.findall(text)) // 2


def _split(text: str) -> list[Line]:
    rows = [(number, raw, collapsed(raw)) for number, raw in enumerate(text.split("\n"), start=1)]
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
    """Return the lines with those of hard-wrapped paragraphs joined."""
    wrapped = _wrapped(lines)
    parted = frozenset() if wrapped else _parted_paragraphs(lines)
    if not wrapped and not parted:
        return lines
    joined: list[Line] = []
    words = frozenset(word for line in lines for word in _LETTERS.findall(line.text.lower()))
    paragraph = 0
    for line in lines:
        paragraph += line.gap
        if joined and not line.gap and (wrapped or paragraph in parted) and not _starts_item(line):
            last = joined[-1]
            raw, text = _line_ends(last.raw, line.raw, words), _line_ends(last.text, line.text, words)
            joined[-1] = replace(last, raw=raw, text=text, closed=line.closed)
        else:
            joined.append(line)
    return [replace(line, text=collapsed(line.raw)) for line in joined]


def _line_ends(before: str, after: str, words: frozenset[str]) -> str:
    """Return two lines of a paragraph as one.

    A word that a hyphen parts at the line's end is joined if it stands so elsewhere in the text; else the hyphen stays,
    without a space, as that of a compound.
    """
    parted, rest = _PARTED.search(before), _REST.match(after)
    if parted is None or rest is None:
        return f"{before} {after}"
    whole = f"{parted[1]}{rest[0]}".lower()
    return f"{before[:-1]}{after}" if whole in words else f"{before}{after}"


def _parted_paragraphs(lines: Sequence[Line]) -> frozenset[int]:
    """Return the numbers of the paragraphs of which a line ends within a word that the next one goes on with."""
    found: set[int] = set()
    paragraph = 0
    for at, line in enumerate(lines):
        paragraph += line.gap
        if at and not line.gap and _PARTED.search(lines[at - 1].text) and _REST.match(line.text):
            found.add(paragraph)
    return frozenset(found)


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
        text = collapsed(line.raw[mark.end() :]) if mark else line.text
        yield replace(line, text=text, bullet=True) if mark and text else line


def date_lines_in(lines: Sequence[Line], start: int, end: int) -> list[DateLine]:
    """Return the date lines with indexes in [start, end), among the first `_TOP_LINES` of them."""
    found: list[DateLine] = []
    for at in range(start, min(end, start + _TOP_LINES)):
        parsed = _date_in(lines[at].text)
        if parsed is not None:
            found.append(DateLine(at, lines[at], parsed, updated=bool(_UPDATED.search(lines[at].text))))
    return found


def date_line_at_end(lines: Sequence[Line]) -> DateLine | None:
    """Return the first date line with a label such as "Published" or "Updated", or None."""
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
    # A section or name beside the date: `Section | 20 July 2012`, `Ana Low • 20 July 2012`.
    parts = _DATE_SEPARATOR.split(text)
    parts = [text, *parts] if len(parts) <= _MOST_PARTS else [text]
    return next((parsed for part in parts if (parsed := parse_datetime(part))), None)


def day_and_section(line: Line) -> tuple[date, str | None] | None:
    """Return day and section of a line like `18 Apr 09 | Americas`, or None for any other line."""
    if len(line.text) > _LONGEST_DATE_LINE or not line.text[:1].isdigit():
        return None
    printed, _, section = line.text.partition("|")
    day = parse_day(printed)
    return (day, section.strip() or None) if day else None


def outlet_headline_age(line: Line) -> tuple[str | None, str, str] | None:
    """Return outlet, headline and age of a line like `Outlet headline - 7 hrs ago`, or None for any other line.

    The outlet is None unless a non-breaking space, a tab or a bar separates it from the headline.
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
