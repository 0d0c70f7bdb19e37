"""Regions of a page saved as text: the lines above the story, the story, and the lines below.

Usually the first line is the headline. A page that was copied with its menus begins with dozens of short lines; there
the story is the range of lines with the highest sum of scores (maximum subarray), and the headline is the line above it
that shares most words with it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from searchsvc.parsing.boilerplate import SITE_REASONS, LinkHeading, ends_sentence, heading_of, notice_of
from searchsvc.parsing.parse_result import LeftOut
from searchsvc.parsing.text.lines import DateLine, Line, date_lines_in, day_and_section, outlet_headline_age

#: Least words of a prose line that ends like a sentence; of any prose line between blank lines.
_SENTENCE_WORDS, _PARAGRAPH_WORDS = 8, 20
#: Paragraphs after a box of links which show that the story goes on there.
_RESUMING = 2
_LONG_PARAGRAPH = 12
#: Scores of lines: a paragraph has its number of words, at most `_MOST_WORDS`; other kinds of lines are negative.
_MOST_WORDS, _SHORT, _BULLET, _NOTICE, _HEADING = 60, -6, -3, -10, -15
#: Least short lines above a story that may be a menu.
_MENU_LINES = 6
#: Least words of a headline, and least share of them that its story also has.
_HEADLINE, _SHARE = 4, 0.4
#: Lines above the story in which the headline is searched; words beyond which a line's score does not grow.
_LINES_ABOVE, _FULL = 80, 10
#: The headline is the first line with at least this share of the best score.
_SAME_SCORE = 0.85
#: Lines of more words, or with a full stop, are more likely the standfirst: their score gets this factor.
_LONG, _STANDFIRST = 20, 0.6
#: Lines above the headline of a page with menus in which its date is searched.
DATE_LOOKBACK = 8
_WORD = re.compile(r"\w{4,}")
#: Words are compared by their first characters: "talks", "talking".
_STEM = 5


@dataclass(slots=True)
class TextPage:
    """The lines of a page, each classified as notice, heading over links, prose or date line, or none of these."""

    lines: list[Line]
    notices: list[str | None] = field(init=False)
    headings: list[LinkHeading | None] = field(init=False)
    prose: list[bool] = field(init=False)
    date_lines: list[DateLine] = field(init=False)
    #: Index of each line that is not in the article → reason.
    left_out: dict[int, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Classify every line."""
        self.headings = [heading_of(line.text) for line in self.lines]
        self.notices = [
            None if heading else notice_of(line.text, line.raw)
            for line, heading in zip(self.lines, self.headings, strict=True)
        ]
        self.prose = [self._is_prose(at) for at in range(len(self.lines))]
        first, second = self.paragraphs()
        self.find_date_lines(0, second if second is not None else first or len(self.lines))

    def find_date_lines(self, start: int, end: int) -> None:
        """Set `date_lines` to those with indexes in [start, end); they are no prose then."""
        self.date_lines = date_lines_in(self.lines, start, end)
        for date_line in self.date_lines:
            self.prose[date_line.at] = False

    def _is_prose(self, at: int) -> bool:
        line = self.lines[at]
        if self.notices[at] or self.headings[at] or line.bullet:
            return False
        words = line.words
        return (words >= _SENTENCE_WORDS and ends_sentence(line.text)) or (words >= _PARAGRAPH_WORDS and line.alone)

    def paragraphs(self) -> tuple[int | None, int | None]:
        """Return the indexes of the first two paragraphs of prose."""
        found = (at for at, prose in enumerate(self.prose) if prose)
        return next(found, None), next(found, None)

    def leave_out(self, at: int, reason: str) -> None:
        """Record that a line is not in the article; the first reason is kept."""
        self.left_out.setdefault(at, reason)

    def all_left_out(self) -> Iterator[LeftOut]:
        """Yield the lines left out, in page order."""
        for at in sorted(self.left_out):
            yield LeftOut(self.lines[at].text, self.left_out[at])

    def may_be_headline(self, at: int) -> bool:
        """Return whether a line is no notice, no heading over links and no date line."""
        return not (self.notices[at] or self.headings[at] or any(date_line.at == at for date_line in self.date_lines))

    def end_of_story(self, start: int) -> int:
        """Return the index of the first line after the story, or the number of lines."""
        for at in range(start, len(self.lines)):
            if self._ends(at):
                return at
        return len(self.lines)

    def _ends(self, at: int) -> bool:
        line, heading, notice = self.lines[at], self.headings[at], self.notices[at]
        if heading:
            return heading.final or not self._story_resumes(at + 1)
        if notice:
            closing = notice in SITE_REASONS or notice in {"advertisement", "notice about other sites", "share bar"}
            return closing and not self._story_resumes(at + 1)
        if self.prose[at]:
            return False
        after = self.lines[at + 1] if at + 1 < len(self.lines) else None
        return outlet_headline_age(line) is not None or (
            after is not None and not line.bullet and _is_dated_headline(line, after)
        )

    def _story_resumes(self, start: int) -> bool:
        """Return whether `_RESUMING` long paragraphs come before the next final heading or notice of the site."""
        seen = 0
        for at in range(start, len(self.lines)):
            heading = self.headings[at]
            if (heading and heading.final) or self.notices[at] in SITE_REASONS:
                return False
            line = self.lines[at]
            if self.prose[at] and line.words >= _LONG_PARAGRAPH and not line.indented:
                seen += 1
                if seen == _RESUMING:
                    return True
        return False


def _is_dated_headline(line: Line, after: Line) -> bool:
    """Return whether two lines are a headline and its date and section: `18 Apr 09 | Americas`."""
    return "|" in after.text and not after.gap and day_and_section(after) is not None and day_and_section(line) is None


def story_lines(page: TextPage, start: int, end: int) -> Sequence[int]:
    """Return the indexes of the story's lines; those after its last paragraph are recorded as left out."""
    last = max((at for at in range(start, end) if _is_story(page, at)), default=end - 1)
    for at in range(last + 1, end):
        page.leave_out(at, page.notices[at] or "no text of the story follows it")
    return range(start, last + 1)


def _is_story(page: TextPage, at: int) -> bool:
    """Return whether a line may be the last of a story: prose, a bullet, or a short sentence between blank lines."""
    line = page.lines[at]
    return page.prose[at] or line.bullet or (line.gap and page.may_be_headline(at) and ends_sentence(line.text))


@dataclass(frozen=True, slots=True)
class StoryRange:
    """Indexes of the first line of a story, and of the line after its last."""

    start: int
    end: int


def densest_range(page: TextPage) -> StoryRange | None:
    """Return the range of lines with the highest sum of scores (Kadane's algorithm), or None if no sum is positive."""
    best, score, start = 0, 0, 0
    story: StoryRange | None = None
    for at in range(len(page.lines)):
        if score <= 0:
            score, start = 0, at
        score += _line_score(page, at)
        if score > best:
            best, story = score, StoryRange(start, at + 1)
    return story


def _line_score(page: TextPage, at: int) -> int:
    if page.prose[at]:
        return min(page.lines[at].words, _MOST_WORDS)
    if page.headings[at]:
        return _HEADING
    if page.notices[at]:
        return _NOTICE
    return _BULLET if page.lines[at].bullet else _SHORT


def has_menu_above(page: TextPage, title: int | None, story: StoryRange) -> bool:
    """Return whether a menu stands above the story, and the supposed headline shares few words with the story."""
    first = title if title is not None else 0
    short = sum(not page.prose[at] for at in range(first + 1, story.start))
    line = page.lines[first]
    return short > _MENU_LINES and (line.words < _HEADLINE or word_overlap(line.text, _stems_of(page, story)) < _SHARE)


def headline_above(page: TextPage, story: StoryRange, candidates: Sequence[int]) -> int | None:
    """Return the index of the line above a story that shares most words with it, or None."""
    stems = _stems_of(page, story)
    near = [at for at in candidates if story.start - _LINES_ABOVE <= at < story.start]
    scores = {at: _headline_score(page, at, stems) for at in near}
    best = max(scores.values(), default=0.0)
    return next((at for at in near if scores[at] >= _SAME_SCORE * best), None) if best > 0 else None


def _headline_score(page: TextPage, at: int, stems: frozenset[str]) -> float:
    line = page.lines[at]
    standfirst = line.text.endswith(".") or line.words > _LONG
    return word_overlap(line.text, stems) * min(line.words, _FULL) / _FULL * (_STANDFIRST if standfirst else 1)


def word_overlap(text: str, stems: frozenset[str]) -> float:
    """Return the share, 0 to 1, of the stems of a text that a story has too."""
    own = stems_of(text)
    return len(own & stems) / len(own) if own else 0.0


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of a text: the first `_STEM` characters of its longer words."""
    return frozenset(word[:_STEM] for word in _WORD.findall(text.casefold()))


def _stems_of(page: TextPage, story: StoryRange) -> frozenset[str]:
    return stems_of(" ".join(page.lines[at].text for at in range(story.start, story.end) if page.prose[at]))
