"""Page copied with everything around it → where its story lies.

Such a page opens with menus, dozens of short lines, and the first line is no headline.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from searchsvc.parsing.text.regions import Page

#: What a line adds to the worth of a stretch: a paragraph its words, up to a limit; other lines take away.
_MOST_WORDS, _SHORT, _BULLET, _NOTICE, _HEADING = 60, -6, -3, -10, -15
#: Short lines above a story from which a page may be cluttered.
_MENU = 6
#: Words of a headline, and share of them that it has in common with its story, at least.
_HEADLINE, _SHARE = 4, 0.4
#: Lines above the story in which the headline is looked for; words from which more do not make it likelier.
_ABOVE, _FULL = 80, 10
#: Lines that are as likely as that are taken for the same headline: the first is it.
_NEARLY = 0.85
#: Longer lines, and those that end in a full stop, are rather the sentence under it: so much less likely.
_LONG, _STANDFIRST = 20, 0.6
#: Lines above the headline of such a page in which its date may stand.
BESIDE = 8
_WORD = re.compile(r"\w{4,}")
#: Words are compared by their beginnings: talks, talking.
_STEM = 5


@dataclass(frozen=True, slots=True)
class Core:
    """The densest stretch of paragraphs: first line, and the one after the last."""

    start: int
    end: int


def core_of(page: Page) -> Core | None:
    """Return the stretch of lines that is worth most, or None if there is no paragraph."""
    best, worth, start = 0, 0, 0
    core: Core | None = None
    for at in range(len(page.lines)):
        if worth <= 0:
            worth, start = 0, at
        worth += _worth(page, at)
        if worth > best:
            best, core = worth, Core(start, at + 1)
    return core


def _worth(page: Page, at: int) -> int:
    if page.prose[at]:
        return min(page.lines[at].words, _MOST_WORDS)
    if page.headings[at]:
        return _HEADING
    if page.notices[at]:
        return _NOTICE
    return _BULLET if page.lines[at].bullet else _SHORT


def is_cluttered(page: Page, title: int | None, core: Core) -> bool:
    """Say whether a menu stands above the story and the supposed headline has nothing to do with it."""
    first = title if title is not None else 0
    short = sum(not page.prose[at] for at in range(first + 1, core.start))
    line = page.lines[first]
    return short > _MENU and (line.words < _HEADLINE or shared(line.text, _stems_of(page, core)) < _SHARE)


def headline_above(page: Page, core: Core, candidates: Sequence[int]) -> int | None:
    """Return the line above a story that shares most with it."""
    stems = _stems_of(page, core)
    near = [at for at in candidates if core.start - _ABOVE <= at < core.start]
    scores = {at: _likely(page, at, stems) for at in near}
    best = max(scores.values(), default=0.0)
    return next((at for at in near if scores[at] >= _NEARLY * best), None) if best > 0 else None


def _likely(page: Page, at: int, stems: frozenset[str]) -> float:
    line = page.lines[at]
    standfirst = line.text.endswith(".") or line.words > _LONG
    return shared(line.text, stems) * min(line.words, _FULL) / _FULL * (_STANDFIRST if standfirst else 1)


def shared(text: str, stems: frozenset[str]) -> float:
    """Return the share of a text's longer words that are among those of a story."""
    own = stems_of(text)
    return len(own & stems) / len(own) if own else 0.0


def stems_of(text: str) -> frozenset[str]:
    """Return the beginnings of the longer words of a text."""
    return frozenset(word[:_STEM] for word in _WORD.findall(text.casefold()))


def _stems_of(page: Page, core: Core) -> frozenset[str]:
    return stems_of(" ".join(page.lines[at].text for at in range(core.start, core.end) if page.prose[at]))
