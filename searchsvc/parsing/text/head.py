"""Head of a page saved as text: headline, dates, authors, section and outlet, each with the line it was read from."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from searchsvc import languages
from searchsvc.analysis.keys import unarchived
from searchsvc.languages import CONJUNCTIONS, JOBS_AND_DESKS, alternatives, every
from searchsvc.model.article import Origin, RelatedHeadline
from searchsvc.model.printed_date import PrintedDate
from searchsvc.parsing.boilerplate import ends_question, ends_sentence
from searchsvc.parsing.parse_result import title_from_text
from searchsvc.parsing.text.lines import DateLine, date_line_at_end
from searchsvc.parsing.text.regions import (
    StoryRange,
    TextPage,
    densest_range,
    has_menu_above,
    headline_above,
    stems_of,
    word_overlap,
)

#: Most words of a label over the headline (section, outlet); most words of a headline.
_LABEL, _HEADLINE = 3, 30
#: Least words of a headline before the date line, and least share of them that the story also has.
_LEAST, _SHARE = 4, 0.4
BYLINE = re.compile(
    rf"(?i){languages.BYLINE}\s+(?=[^\W\d_])(?-i:[A-ZÀ-ÖØ-ÞА-Я])|{alternatives(every(lambda one: one.author))}\s*:\s*\S"
)
_LOWER = re.compile(rf"(?<!\w)(?!(?:of|the|{languages.CONJUNCTIONS})\b)[a-zß-öø-ÿ]")
#: Names of sections and outlets: never headlines.
_SECTION_OR_OUTLET = re.compile(
    rf"{alternatives(every(lambda one: one.sections))}(?: news)?|[\w.' ]{{2,20}}(?: News| Online)", re.IGNORECASE
)
_DASHES = frozenset("|-–—:»")
#: Most candidate lines for the headline that are compared with each other (quadratic time).
_MOST = 100


@dataclass(frozen=True, slots=True)
class Title:
    """The headline, and the index of its line; None if it was made of the first words of the story."""

    text: str
    at: int | None
    origin: Origin
    #: The range of the story, if the page has a menu above it; else None.
    story: StoryRange | None = None


def title_of(page: TextPage) -> Title:
    """Return the headline of a page, which must have at least one line."""
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
    """Return the candidates without those that are another one with the outlet's name before or after it."""
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
    """Return whether a line before the date shares enough words with the story to be its headline."""
    line = page.lines[at]
    prose_text = " ".join(line.text for line, prose in zip(page.lines, page.prose, strict=True) if prose)
    return line.words >= _LEAST and word_overlap(line.text, stems_of(prose_text)) >= _SHARE


def _first(page: TextPage, candidates: list[int]) -> int | None:
    if not candidates:
        return None
    # Labels (outlet, section) may stand over the headline, each between blank lines.
    for at, after in pairwise(candidates):
        text = page.lines[at].text
        over = after == at + 1 and page.lines[after].gap and not ends_sentence(text)
        if not over or not (
            _SECTION_OR_OUTLET.fullmatch(text) or (_is_label(page, at) and _is_title_like(page, after))
        ):
            return at
    return candidates[-1]


def _is_label(page: TextPage, at: int) -> bool:
    """Return whether a line may be the name of a section: `US & Canada`, `Edinburgh, Fife & East Scotland`."""
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


_URL = re.compile(
    r"(?:(?:url|source|link|permalink|adresse)\s*:\s*)?(?P<url>https?://[^\s<>\"]{4,2000})", re.IGNORECASE
)
_YOU_ARE_IN = re.compile(r"you are in:\s*(?P<section>.{2,60})", re.IGNORECASE)
#: Separators of the names in a byline.
_BETWEEN = re.compile(rf"\s*(?:;|/|&|,|\b{CONJUNCTIONS}\b)\s*")
_IN_PLACE = re.compile(r",?\s+\b(?:in|bbc|from|at)\b.*", re.IGNORECASE)
_JOB = re.compile(rf"\b{JOBS_AND_DESKS}\b", re.IGNORECASE)
_NAME_WORDS, _AUTHORS = 5, 12
#: Words of a name that is followed by the writer's post without a comma.
_GIVEN_AND_FAMILY = 2
_NAME = r"(?P<name>[^\W\d_][^|©^]{0,58}?[^\s|©^,.;:]|[^\W\d_])"
_YEAR = r"(?:\d{4}(?:\s?[-–]\s?\d{2,4})?|M[MDCLXVI]*)"
_OUTLET_PATTERNS = (
    ("copyright line", re.compile(rf"^(?!copyright){_NAME}\s*(?:©|\(c\))", re.IGNORECASE)),
    ("copyright line", re.compile(rf"(?:©|\(c\)|copyright)(?:\s|©|\(c\)|by\b)*{_YEAR}?[\s,]*(?:by\s)?{_NAME}"
                                  rf"\s*(?:[.,;|^]|\s-\s|\s{_YEAR}|\s+all rights|\s+alle rechte|$)", re.IGNORECASE)),
    ("notice about other sites", re.compile(rf"(?:^|\.\s){_NAME}\s(?:is|are) not responsible for", re.IGNORECASE)),
    ("source line", re.compile(rf"^story from {_NAME}:?$", re.IGNORECASE)),
    ("navigation line", re.compile(rf"^{_NAME} navigation$", re.IGNORECASE)),
)  # fmt: skip
_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)
#: Pattern of an outlet's name in a line over the headline.
_MASTHEAD = re.compile(
    r"(?:[A-Z][\w.'&-]*\s){0,3}(?:News|Times|Post|Herald|Tribune|Gazette|Courier|Journal|Chronicle|Observer|Telegraph"
    r"|Guardian|Mail|Star|Argus|Echo|Zeitung|Online|Radio|TV)(?:\sOnline)?"
)
_NOTICE_START = 200


@dataclass(slots=True)
class TextHeadFields:
    """Dates, authors and address read from a page, with their origins and warnings."""

    url: str | None = None
    section: str | None = None
    authors: tuple[str, ...] = ()
    published: PrintedDate | None = None
    updated: PrintedDate | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_fields(page: TextPage, title: int | None, end: int) -> TextHeadFields:
    """Return dates, authors and address; their lines are recorded as left out of the story."""
    fields = TextHeadFields()
    _read_dates(page, fields, end)
    _read_authors(page, fields, title)
    for at, line in enumerate(page.lines):
        found = _URL.fullmatch(line.text)
        if found and fields.url is None:
            fields.url = unarchived(found["url"])
            fields.origins["url"] = Origin("address line", f"line {line.number}")
            page.leave_out(at, "address")
    return fields


def _read_dates(page: TextPage, fields: TextHeadFields, end: int) -> None:
    late = None if page.date_lines else date_line_at_end(page.lines[end:])
    for date_line in page.date_lines or ([late] if late else []):
        name = "updated" if date_line.updated else "published"
        if name in fields.origins:
            continue
        parsed = date_line.parsed
        inferred = parsed.has_time and not parsed.has_zone
        rule = "date line, no zone said: UTC taken" if inferred else "date line"
        fields.origins[name] = Origin(rule, f"line {date_line.line.number}", inferred=inferred)
        if name == "updated":
            fields.updated = parsed.printed
        else:
            fields.published = parsed.printed
        if parsed.warning:
            fields.warnings.append(f"line {date_line.line.number}: {parsed.warning}")
    _leave_out_dates(page, page.date_lines)


def _leave_out_dates(page: TextPage, date_lines: Sequence[DateLine]) -> None:
    for date_line in date_lines:
        page.leave_out(date_line.at, "date")


def _read_authors(page: TextPage, fields: TextHeadFields, title: int | None) -> None:
    first, _ = page.paragraphs()
    for at in range(first if first is not None else len(page.lines)):
        line = page.lines[at]
        found = BYLINE.match(line.text)
        names = _names(re.sub(r"^\w+\s*:?\s*", "", line.text)) if found and at != title else ()
        if not names:
            continue
        fields.authors = names
        fields.origins["authors"] = Origin("byline", f"line {line.number}")
        page.leave_out(at, "byline")
        after = at + 1
        if (
            after < len(page.lines)
            and after != title
            and not page.lines[after].gap
            and _JOB.search(page.lines[after].text)
        ):
            page.leave_out(after, "byline: the writer's post")
        return


def _names(text: str) -> tuple[str, ...]:
    names: list[str] = []
    for text_part in _BETWEEN.split(_IN_PLACE.sub("", text)):
        if names and _JOB.search(text_part):
            break
        part = _without_post(text_part)
        if part and len(part.split()) <= _NAME_WORDS and part[:1].isupper() and not any(map(str.isdigit, part)):
            names.append(part.strip(" .:"))
    return tuple(dict.fromkeys(names[:_AUTHORS]))


def _without_post(part: str) -> str:
    """Return a name without the post after it: `Ana Low Education reporter` → `Ana Low`."""
    post = _JOB.search(part)
    words = part[: post.start()].split() if post else part.split()
    return " ".join(words[:_GIVEN_AND_FAMILY] if post else words)


def section_of(page: TextPage, related: Sequence[RelatedHeadline]) -> tuple[str, Origin] | None:
    """Return the section: printed on the page, else in a heading over links, else that of most see-also headlines."""
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


def outlet_of(page: TextPage, title: int | None) -> tuple[str, Origin] | None:
    """Return the outlet's name: the copyright holder, else the name in a disclaimer, else a line above the headline."""
    found = list(_outlets_named(page))
    for rule in dict.fromkeys(rule for rule, _ in _OUTLET_PATTERNS):
        names = [(name, number) for kind, name, number in found if kind == rule]
        if names:
            common = Counter(name for name, _ in names).most_common(1)[0][0]
            name = _without_article(common, [name for _, name, _ in found])
            number = next(number for name, number in names if name == common)
            return name, Origin(rule, f"line {number}")
    for line in page.lines[: title or 0]:
        if _MASTHEAD.fullmatch(line.text):
            return line.text, Origin("line over the headline", f"line {line.number}", inferred=True)
    return None


def _outlets_named(page: TextPage) -> Iterator[tuple[str, str, int]]:
    for line, notice, prose in zip(page.lines, page.notices, page.prose, strict=True):
        if prose or not (notice or line.text.startswith("Story from")):
            continue
        rules: set[str] = set()
        for rule, pattern in _OUTLET_PATTERNS:
            found = None if rule in rules else pattern.search(line.text[:_NOTICE_START])
            if found:
                rules.add(rule)
                yield rule, found["name"].strip(" .,"), line.number


def _without_article(name: str, names: list[str]) -> str:
    """Return a name without `The` if the page also has it without, or has it in the text of a disclaimer only."""
    bare = _ARTICLE.sub("", name)
    others = [other for other in names if other != name]
    return bare if bare != name and (bare in others or bare.isupper()) else name
