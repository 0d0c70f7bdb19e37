"""TextPage → its headline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from searchsvc import languages
from searchsvc.languages import alternatives, every
from searchsvc.model.article import Origin
from searchsvc.parsing.boilerplate import ends_question, ends_sentence
from searchsvc.parsing.parse_result import title_from_text
from searchsvc.parsing.text.regions import (
    StoryRange,
    TextPage,
    densest_range,
    has_menu_above,
    headline_above,
    stems_of,
    word_overlap,
)

#: A label over a headline (section, outlet) has at most this many words; a headline at most that many.
_LABEL, _HEADLINE = 3, 30
#: Words a line before the date must have to be the headline, and the share of them that the story repeats.
_LEAST, _SHARE = 4, 0.4
BYLINE = re.compile(
    rf"(?i){languages.BYLINE}\s+(?=[^\W\d_])(?-i:[A-ZÀ-ÖØ-ÞА-Я])|{alternatives(every(lambda one: one.author))}\s*:\s*\S"
)
_LOWER = re.compile(rf"(?<!\w)(?!(?:of|the|{languages.CONJUNCTIONS})\b)[a-zß-öø-ÿ]")
#: Names of sections and outlets that are never headlines, however short what follows.
_SECTION_OR_OUTLET = re.compile(
    rf"{alternatives(every(lambda one: one.sections))}(?: news)?|[\w.' ]{{2,20}}(?: News| Online)", re.IGNORECASE
)
_DASHES = frozenset("|-–—:»")
#: Lines above a story that are compared with each other.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Title:
    """The headline and where it stands; no place if it had to be made of the first paragraph."""

    text: str
    at: int | None
    origin: Origin
    #: The story, where it had to be searched for.
    story: StoryRange | None = None


def title_of(page: TextPage) -> Title:
    """Return the headline of a page, which has at least one line."""
    candidates = _without_page_titles(page, list(_candidates(page)))
    at = _beside_date_line(page, candidates) if page.date_lines else _first(page, candidates)
    story = densest_range(page)
    if story and has_menu_above(page, at, story):
        return _title_above(page, story)
    if at is None:
        return _title_from_text(page)
    where = "line beside the date" if page.date_lines else "first line"
    return Title(page.lines[at].text, at, Origin(where, f"line {page.lines[at].number}"))


def _title_above(page: TextPage, story: StoryRange) -> Title:
    lines = range(max(0, story.start - _MOST), story.start)
    candidates = [at for at in lines if page.may_be_headline(at) and 1 < page.lines[at].words <= _HEADLINE]
    at = headline_above(page, story, _without_page_titles(page, candidates))
    if at is None:
        made = _title_from_text(page, story.start)
        return Title(made.text, None, made.origin, story)
    line = page.lines[at]
    origin = Origin("line above the story that shares most with it", f"line {line.number}", inferred=True)
    return Title(line.text, at, origin, story)


def _candidates(page: TextPage) -> Iterator[int]:
    for at, line in enumerate(page.lines):
        if page.may_be_headline(at) and not line.bullet and not BYLINE.match(line.text) and line.words <= _HEADLINE:
            yield at
        elif page.prose[at]:
            return


def _without_page_titles(page: TextPage, candidates: list[int]) -> list[int]:
    """Drop lines that are another candidate with the outlet's name before or behind it."""
    texts = {at: page.lines[at].text for at in candidates[:_MOST]}
    return [
        at
        for at in candidates[:_MOST]
        if not any(_wraps(texts[at], other) for number, other in texts.items() if number != at)
    ]


def _wraps(text: str, headline: str) -> bool:
    rest = text.replace(headline, "", 1).strip() if len(headline) < len(text) and headline in text else ""
    return len(headline.split()) >= _LEAST and (
        rest[:1] in _DASHES if text.startswith(headline) else rest[-1:] in _DASHES
    )


def _beside_date_line(page: TextPage, candidates: list[int]) -> int | None:
    date_line = page.date_lines[0].at
    last = page.date_lines[-1].at
    before = max((at for at in candidates if at < date_line), default=None)
    if before is not None and _shares_words_with_story(page, before):
        return before
    after = next((at for at in candidates if at > last), None)
    between = next((at for at in candidates if date_line < at < last), None)
    return between if between is not None else after if after is not None else before


def _shares_words_with_story(page: TextPage, at: int) -> bool:
    """Say whether a line before the date is the headline: the story speaks of the same things."""
    line = page.lines[at]
    prose_text = " ".join(line.text for line, prose in zip(page.lines, page.prose, strict=True) if prose)
    return line.words >= _LEAST and word_overlap(line.text, stems_of(prose_text)) >= _SHARE


def _first(page: TextPage, candidates: list[int]) -> int | None:
    if not candidates:
        return None
    # Labels of one or more lines (outlet, section) may stand over the headline, each a paragraph of its own.
    for at, after in pairwise(candidates):
        text = page.lines[at].text
        over = after == at + 1 and page.lines[after].gap and not ends_sentence(text)
        if not over or not (
            _SECTION_OR_OUTLET.fullmatch(text) or (_is_label(page, at) and _is_title_like(page, after))
        ):
            return at
    return candidates[-1]


def _is_label(page: TextPage, at: int) -> bool:
    """Say whether a line may be the name of a section: `US & Canada`, `Edinburgh, Fife & East Scotland`."""
    line = page.lines[at]
    list_of_places = (
        line.words <= 2 * _LABEL and not _LOWER.search(line.text) and ("&" in line.text or "," in line.text)
    )
    return line.words <= _LABEL or list_of_places


def _is_title_like(page: TextPage, at: int) -> bool:
    line = page.lines[at]
    return line.words > _LABEL and (not ends_sentence(line.text) or ends_question(line.text))


def _title_from_text(page: TextPage, start: int = 0) -> Title:
    at = next((at for at in range(start, len(page.lines)) if page.prose[at] or page.may_be_headline(at)), 0)
    text = page.lines[at].text
    origin = Origin("first words", f"line {page.lines[at].number}", inferred=True)
    return Title(title_from_text(text), None, origin)
