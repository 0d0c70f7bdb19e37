"""Lines → the regions of a page: what stands above the story, the story, what stands below.

A page copied with everything around it opens with menus, dozens of short lines, and its first line is no
headline: there the story is the densest range of paragraphs, and the headline the line above that shares most words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from searchsvc.model.article import LeftOut
from searchsvc.parsing.boilerplate import SITE_REASONS, LinkHeading, ends_sentence, heading_of, notice_of
from searchsvc.parsing.text.lines import DateLine, Line, date_lines_in, day_and_section, outlet_headline_age

#: Words from which a line that ends as a sentence is one of the story, and from which any paragraph of its own is.
_SENTENCE_WORDS, _PARAGRAPH_WORDS = 8, 20
#: Paragraphs of the story that show that a box of links stood inside it.
_RESUMING = 2
_LONG_PARAGRAPH = 12
#: What a line adds to the score of a range: a paragraph its words, up to a limit; other lines take away.
_MOST_WORDS, _SHORT, _BULLET, _NOTICE, _HEADING = 60, -6, -3, -10, -15
#: Short lines above a story from which they may be a menu.
_MENU_LINES = 6
#: Words of a headline, and share of them that it has in common with its story, at least.
_HEADLINE, _SHARE = 4, 0.4
#: Lines above the story in which the headline is looked for; words from which more do not make it likelier.
_LINES_ABOVE, _FULL = 80, 10
#: Lines that are as likely as that are taken for the same headline: the first is it.
_SAME_SCORE = 0.85
#: Longer lines, and those that end in a full stop, are rather the sentence under it: so much less likely.
_LONG, _STANDFIRST = 20, 0.6
#: Lines above the headline of such a page in which its date may stand.
DATE_LOOKBACK = 8
_WORD = re.compile(r"\w{4,}")
#: Words are compared by their beginnings: talks, talking.
_STEM = 5


@dataclass(slots=True)
class TextPage:
    """A page with what each line is: notice, heading, prose, date."""

    lines: list[Line]
    notices: list[str | None] = field(init=False)
    headings: list[LinkHeading | None] = field(init=False)
    prose: list[bool] = field(init=False)
    date_lines: list[DateLine] = field(init=False)
    #: Lines that are not in the article, by index.
    left_out: dict[int, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Look at every line once."""
        self.headings = [heading_of(line.text) for line in self.lines]
        self.notices = [
            None if heading else notice_of(line.text, line.raw)
            for line, heading in zip(self.lines, self.headings, strict=True)
        ]
        self.prose = [self._is_prose(at) for at in range(len(self.lines))]
        first, second = self.paragraphs()
        self.find_date_lines(0, second if second is not None else first or len(self.lines))

    def find_date_lines(self, start: int, end: int) -> None:
        """Look for the date lines of the page between two indexes."""
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
        """Leave a line out of the article."""
        self.left_out.setdefault(at, reason)

    def all_left_out(self) -> Iterator[LeftOut]:
        """Yield what was left out, in page order."""
        for at in sorted(self.left_out):
            yield LeftOut(self.lines[at].text, self.left_out[at])

    def may_be_headline(self, at: int) -> bool:
        """Say whether a line may be a headline: no notice, heading, date or paragraph."""
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
        """Say whether the story goes on: some long paragraphs before the next heading or bar."""
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
    """Say whether two lines are a headline and its `18 Apr 09 | Americas`."""
    return "|" in after.text and not after.gap and day_and_section(after) is not None and day_and_section(line) is None


def story_lines(page: TextPage, start: int, end: int) -> Sequence[int]:
    """Return the indexes of the lines of the story, after leaving out what hangs below its last paragraph."""
    last = max((at for at in range(start, end) if _is_story(page, at)), default=end - 1)
    for at in range(last + 1, end):
        page.leave_out(at, page.notices[at] or "no text of the story follows it")
    return range(start, last + 1)


def _is_story(page: TextPage, at: int) -> bool:
    """Say whether a line may be the story's last: prose, a bullet, or a short sentence that stands alone."""
    line = page.lines[at]
    return page.prose[at] or line.bullet or (line.gap and page.may_be_headline(at) and ends_sentence(line.text))


@dataclass(frozen=True, slots=True)
class StoryRange:
    """The densest range of paragraphs: first line, and the one after the last."""

    start: int
    end: int


def densest_range(page: TextPage) -> StoryRange | None:
    """Return the range of lines with the highest score, or None if there is no paragraph."""
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
    """Say whether a menu stands above the story and the supposed headline has nothing to do with it."""
    first = title if title is not None else 0
    short = sum(not page.prose[at] for at in range(first + 1, story.start))
    line = page.lines[first]
    return short > _MENU_LINES and (line.words < _HEADLINE or word_overlap(line.text, _stems_of(page, story)) < _SHARE)


def headline_above(page: TextPage, story: StoryRange, candidates: Sequence[int]) -> int | None:
    """Return the line above a story that shares most with it."""
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
    """Return the share of a text's longer words that are among those of a story."""
    own = stems_of(text)
    return len(own & stems) / len(own) if own else 0.0


def stems_of(text: str) -> frozenset[str]:
    """Return the beginnings of the longer words of a text."""
    return frozenset(word[:_STEM] for word in _WORD.findall(text.casefold()))


def _stems_of(page: TextPage, story: StoryRange) -> frozenset[str]:
    return stems_of(" ".join(page.lines[at].text for at in range(story.start, story.end) if page.prose[at]))
