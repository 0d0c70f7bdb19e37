"""Lines → the zones of a page: what stands above the story, the story, what stands below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from searchsvc.model.article import LeftOut
from searchsvc.parsing.boilerplate import SITE, Heading, ends_sentence, heading_of, notice_of
from searchsvc.parsing.text.lines import Line, Stamp, aged, dated, stamps_in

#: Words from which a line that ends as a sentence is one of the story, and from which any paragraph of its own is.
_SENTENCE, _PARAGRAPH = 8, 20
#: Paragraphs of the story that show that a box of links stood inside it.
_GOES_ON = 2
_LONG_PARAGRAPH = 12


@dataclass(slots=True)
class Page:
    """A page, marked up: for each line what it is."""

    lines: list[Line]
    notices: list[str | None] = field(init=False)
    headings: list[Heading | None] = field(init=False)
    prose: list[bool] = field(init=False)
    stamps: list[Stamp] = field(init=False)
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
        self.date_between(0, second if second is not None else first or len(self.lines))

    def date_between(self, start: int, end: int) -> None:
        """Look for the date lines of the page between two indexes."""
        self.stamps = stamps_in(self.lines, start, end)
        for stamp in self.stamps:
            self.prose[stamp.at] = False

    def _is_prose(self, at: int) -> bool:
        line = self.lines[at]
        if self.notices[at] or self.headings[at] or line.bullet:
            return False
        words = line.words
        return (words >= _SENTENCE and ends_sentence(line.text)) or (words >= _PARAGRAPH and line.alone)

    def paragraphs(self) -> tuple[int | None, int | None]:
        """Return the indexes of the first two paragraphs of prose."""
        found = (at for at, prose in enumerate(self.prose) if prose)
        return next(found, None), next(found, None)

    def leave(self, at: int, reason: str) -> None:
        """Leave a line out of the article."""
        self.left_out.setdefault(at, reason)

    def all_left_out(self) -> Iterator[LeftOut]:
        """Yield what was left out, in page order."""
        for at in sorted(self.left_out):
            yield LeftOut(self.lines[at].text, self.left_out[at])

    def plain(self, at: int) -> bool:
        """Say whether a line may be a headline: no notice, heading, date or paragraph."""
        return not (self.notices[at] or self.headings[at] or any(stamp.at == at for stamp in self.stamps))

    def end_of_story(self, start: int) -> int:
        """Return the index of the first line after the story, or the number of lines."""
        for at in range(start, len(self.lines)):
            if self._ends(at):
                return at
        return len(self.lines)

    def _ends(self, at: int) -> bool:
        line, heading, notice = self.lines[at], self.headings[at], self.notices[at]
        if heading:
            return heading.final or not self._goes_on(at + 1)
        if notice:
            closing = notice in SITE or notice in {"advertisement", "notice about other sites", "share bar"}
            return closing and not self._goes_on(at + 1)
        if self.prose[at]:
            return False
        after = self.lines[at + 1] if at + 1 < len(self.lines) else None
        return aged(line) is not None or (after is not None and not line.bullet and _pair(line, after))

    def _goes_on(self, start: int) -> bool:
        """Say whether the story goes on: some long paragraphs before the next heading or bar."""
        seen = 0
        for at in range(start, len(self.lines)):
            heading = self.headings[at]
            if (heading and heading.final) or self.notices[at] in SITE:
                return False
            line = self.lines[at]
            if self.prose[at] and line.words >= _LONG_PARAGRAPH and not line.indented:
                seen += 1
                if seen == _GOES_ON:
                    return True
        return False


def _pair(line: Line, after: Line) -> bool:
    """Say whether two lines are a headline and its `18 Apr 09 | Americas`."""
    return "|" in after.text and not after.gap and dated(after) is not None and dated(line) is None


def story_lines(page: Page, start: int, end: int) -> Sequence[int]:
    """Return the indexes of the lines of the story, after leaving out what hangs below its last paragraph."""
    last = max((at for at in range(start, end) if _is_story(page, at)), default=end - 1)
    for at in range(last + 1, end):
        page.leave(at, page.notices[at] or "no text of the story follows it")
    return range(start, last + 1)


def _is_story(page: Page, at: int) -> bool:
    """Say whether a line may be the story's last: prose, a bullet, or a short sentence that stands alone."""
    line = page.lines[at]
    return page.prose[at] or line.bullet or (line.gap and page.plain(at) and ends_sentence(line.text))
