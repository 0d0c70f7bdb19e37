"""Text → Lines: one for each paragraph, headline or item, however the text was wrapped."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from searchsvc.parsing.boilerplate import ends_sentence

_BULLET = re.compile(r"[•‣▪◦●○■□►▶➢➤❖✓✔∙]\s*")
#: Marks that also begin sentences and spoken lines: bullets only where the neighbour has one too.
_WEAK = re.compile(r"(?:[*+·–—-]|(?P<number>\d{1,2})[.)]|\((?P<inner>\d{1,2})\))\s+(?=\S)")
#: A text is wrapped if none of its lines is longer than this …
_WIDEST = 120
#: … and most lines within its paragraphs are at least that share of the longest.
_FULL = 0.7
_LEAST_WIDTH, _LEAST_BREAKS = 40, 3


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


def word_count(text: str) -> int:
    """Return the number of words; two characters of a script without spaces count as one."""
    return text.count(" ") + 1 + len(_IDEOGRAPH.findall(text)) // 2


_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


#: Lines of a page at most: the longest live reports have some hundreds.
MOST_LINES = 20_000


def too_many_lines(text: str) -> bool:
    """Say whether a text has more lines, blank ones aside, than a page may have."""
    return text.count("\n") >= MOST_LINES and sum(bool(line.strip()) for line in text.split("\n")) > MOST_LINES


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text that are not blank."""
    return list(_bulleted(_joined(_split(text))))


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
    return bool(_BULLET.match(line.raw) or _WEAK.match(line.raw))


def _wrapped(lines: Sequence[Line]) -> bool:
    widest = max((len(line.text) for line in lines), default=0)
    if not _LEAST_WIDTH <= widest <= _WIDEST:
        return False
    breaks = [line for line, after in pairwise(lines) if not after.gap]
    broken = [line for line in breaks if len(line.text) >= _FULL * widest and not ends_sentence(line.text)]
    return len(broken) >= _LEAST_BREAKS and 2 * len(broken) >= len(breaks)


def _bulleted(lines: Sequence[Line]) -> Iterator[Line]:
    weak = [bool(_WEAK.match(line.raw)) for line in lines]
    for at, line in enumerate(lines):
        mark = _BULLET.match(line.raw)
        if mark is None and weak[at]:
            beside = weak[at - 1 : at] + weak[at + 1 : at + 2]
            mark = _WEAK.match(line.raw) if line.indented or any(beside) else None
        text = " ".join(line.raw[mark.end() :].split()) if mark else line.text
        yield replace(line, text=text, bullet=True) if mark and text else line
