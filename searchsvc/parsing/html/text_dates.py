"""Dates in the text of a page: stamps in attributes, printed lines, the day that begins the story.

A date near the headline is likely the story's own. One that belongs to something else (a comment, a picture, a post
that is quoted, an entry of a list) is refused with the reason. A label decides what a date is of: one that is printed
behind "updated" is no day of publication.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from searchsvc.model.printed_date import PrintedDate
from searchsvc.parsing.bylines import begins_byline
from searchsvc.parsing.candidates import Candidate, candidate
from searchsvc.parsing.dates import DateLabel, DateLocale, ParsedDate, dates_in, parse_timestamp
from searchsvc.parsing.dates.date_lines import dateline_in, published_in_note
from searchsvc.parsing.html.dom import Element, TextBlock
from searchsvc.parsing.html.metadata import PageMetadata
from searchsvc.parsing.html.page_places import IN_SIDE_BOX, PagePlaces

DateField = Literal["published", "updated"]

#: Attributes in which scripts find the stamp that they print as an age.
_STAMP_ATTRIBUTES = (
    "datetime", "data-datetime", "data-timestamp", "data-time", "data-date", "data-published", "data-publish-date",
    "data-seconds", "data-unixtime", "data-utime", "data-epoch", "data-pubdate", "data-iso", "data-created", "data-ts",
    "data-unix", "data-utc", "data-livestamp", "title", "content",
)  # fmt: skip
_STAMP_KEYS = frozenset(_STAMP_ATTRIBUTES)
#: Names of elements that hold a stamp, and of those that hold one of a change.
_STAMP_NAME = re.compile(r"date|time|publi|posted|stamp|dateline|created|issued|when\b")
_UPDATED_NAME = re.compile(
    r"updat|modif|revis|edited|changed|geaendert|aktualis|actuali|gewijzigd|bijgewerkt|uppdater|oppdater|opdater|aggiorn"
    r"|atualiz|guncel|aktualiz|mise-?a-?jour"
)
_PUBLISHED_NAME = re.compile(r"publi|geplaatst|veroeffentlich|pubbl|first-?date")
_STAMPED_TAGS = frozenset({"time", "abbr", "span", "div", "p", "li", "a", "small", "bdi", "relative-time", "time-ago"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: Weights of the places, and what nearness to the headline adds at most.
_ATTRIBUTE, _PRINTED, _DATELINE, _LABEL, _NEAR, _IN_STORY, _ASIDE = 40.0, 30.0, 26.0, 12.0, 25.0, -12.0, 15.0
#: What a line adds that has nothing but the date; so many words of a line, months among them, or more say something.
_ALONE, _MANY_WORDS = 3.0, 7
_WORD, _PARTS = re.compile(r"[^\W\d_]{2,}"), re.compile(r"\s[|/]\s|[•·∙●]|\s[–—-]\s|\n")
_LINE_WORDS, _MOST_LINES = 25, 24
#: Text blocks behind the story in which the stamp may stand.
_FOOT_BLOCKS = 8
#: Share of a line in links from which it leads to another story.
_MOST_LINKED = 0.5
#: Rows of a list with days of their own from which their dates are those of the rows, and levels up where rows are
#: searched.
_ROWS, _ROW_LEVELS = 3, 6
#: The year and a figure that may be the day, in any digits: other lines have no date.
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{4}|\d[./-]\d{1,2}[./-]\d\d(?!\d)|(?:令和|平成|昭和|民[國国])")
ABOVE_HEADLINE = "stands far above the headline"
AMONG_WORDS = "stands among other words without a label"
IN_HEADING = "is one of the words of a heading"
IN_LIST = "belongs to an entry of a list"


@dataclass(frozen=True, slots=True)
class DateInText:
    """A date of the page's text, whose label decides for which field it is a candidate."""

    parsed: ParsedDate
    rule: str
    place: str
    weight: float
    label: DateLabel | None
    #: The innermost block element around it.
    element: Element
    #: Why it is not said of the story; and why it counts for nothing without a label.
    foreign: str | None = None
    unlabelled: str | None = None
    inferred: bool = False

    def candidate(self, field: DateField) -> Candidate[PrintedDate]:
        """Return it as a candidate for a field; refused where its label or place says that it is not meant."""
        refused = self.foreign or _mislabelled(self.label, field) or (None if self.label else self.unlabelled)
        return dated(self.parsed, self.rule, self.place, self.weight, inferred=self.inferred, refused=refused)


def dates_in_text(metadata: PageMetadata, places: PagePlaces, locale: DateLocale) -> Sequence[DateInText]:
    """Return the dates of a page's text: those in attributes before the printed ones, each in the order of the page."""
    found = [
        *_in_attributes(metadata, places, locale),
        *_in_print(metadata, places, locale),
        *_at_beginning(metadata, places, locale),
    ]
    rows = _rows_of_lists(found, places)
    return [replace(one, foreign=one.foreign or IN_LIST) if id(one) in rows else one for one in found]


def dated(
    parsed: ParsedDate,
    rule: str,
    place: str,
    weight: float,
    *,
    inferred: bool = False,
    refused: str | None = None,
) -> Candidate[PrintedDate]:
    """Return a date as a candidate; it is inferred, too, where its zone is not told."""
    return candidate(parsed.printed, rule, place, weight, inferred=inferred or not parsed.has_zone, refused=refused)


def parsed_stamp(text: str | None, locale: DateLocale) -> ParsedDate | None:
    """Return the date of a stamp; None if there is none."""
    return parse_timestamp(text, locale) if text else None


def _in_attributes(metadata: PageMetadata, places: PagePlaces, locale: DateLocale) -> Iterator[DateInText]:
    """Yield the stamps in attributes of elements of the text: `<time>`, `<abbr title>`, `data-timestamp`."""
    for element in metadata.document.elements:
        if element.skip or element.tag not in _STAMPED_TAGS or _STAMP_KEYS.isdisjoint(element.attrs):
            continue
        is_time = element.tag == "time"
        name = next((name for name in _STAMP_ATTRIBUTES if element.attrs.get(name)), None)
        if name is None or not (is_time or _STAMP_NAME.search(f"{element.hint} {name if name != 'title' else ''}")):
            continue
        parsed = parsed_stamp(element.attrs[name], locale)
        if parsed is None:
            continue
        block = places.text_block(element)
        label = _label_of_element(element, block, locale)
        place = f"{element.tag}[{name}]"
        index = element.first if block is None else block.index
        weight = _ATTRIBUTE + _text_weight(places, index, label)
        if places.in_story(element.first) and _STAMP_NAME.search(_names_around(element)):
            weight -= _IN_STORY  # a stamp below the standfirst, by its name
        rule = "time" if is_time else "attribute"
        above = places.headline is not None and index < places.headline and not places.nearness(index)
        unlabelled = ABOVE_HEADLINE if above else None
        yield DateInText(
            parsed, rule, place, weight, label, element, places.foreign(element), unlabelled, inferred=True
        )


def _names_around(element: Element) -> str:
    return f"{element.hint} {element.parent.hint if element.parent else ''}"


def _label_by_name(element: Element) -> DateLabel | None:
    """Return "updated" if the names of an element say that its date is one of a change."""
    return (
        "updated" if _UPDATED_NAME.search(_names_around(element)) and not _PUBLISHED_NAME.search(element.hint) else None
    )


def _label_of_element(element: Element, block: TextBlock | None, locale: DateLocale) -> DateLabel | None:
    """Return what the names of an element, or the text before it in its line, say that its date is of."""
    if label := _label_by_name(element):
        return label
    if _PUBLISHED_NAME.search(_names_around(element)):
        return "published"
    if block is None or block.words > _LINE_WORDS:
        return None
    own = {found.label for found in dates_in(block.text, locale)}
    return own.pop() if len(own) == 1 else None


def _in_print(metadata: PageMetadata, places: PagePlaces, locale: DateLocale) -> Iterator[DateInText]:
    """Yield the dates that are printed in short lines: near the headline, and with a label anywhere before its end."""
    read = 0
    for block in metadata.document.text_blocks:
        if block.words > _LINE_WORDS or block.element.skip or read >= _MOST_LINES:
            continue
        near = places.nearness(block.index)
        if not near and not (places.last is not None and 0 < block.index - places.last <= _FOOT_BLOCKS):
            continue
        if not _YEAR.search(block.text) and block.text.isascii():
            continue
        read += 1
        foreign = places.foreign(block.element)
        aside = foreign == IN_SIDE_BOX and near > 0
        behind = places.last is not None and block.index > places.last and not _is_stamp(block)
        unlabelled = "stands behind the story without a label" if behind or not near else None
        place = f"{block.element.tag} near the headline" if near else f"{block.element.tag} behind the story"
        outside = places.first is None or places.last is None or not places.first <= block.index <= places.last
        line, refused = _stamp_line(block)
        dates = dates_in(line, locale)
        if outside and not dates and (note := published_in_note(line, locale)):
            weight = _PRINTED + _LABEL + _NEAR
            yield DateInText(note, "note", place, weight, "published", block.element, foreign)
        among = AMONG_WORDS if dates and _is_among_words(line, block) else None
        for found in dates:
            label = found.label or _label_by_name(block.inner_or_element)
            weight = _PRINTED + _text_weight(places, block.index, label) - _ASIDE * aside + _ALONE * found.alone
            told, doubt = refused or (None if aside else foreign), unlabelled or (None if found.alone else among)
            yield DateInText(found.parsed, "printed", place, weight, label, block.element, told, doubt)


def _is_stamp(block: TextBlock) -> bool:
    """Return whether a line begins as a byline, or is named as that of the date and is no link to another story."""
    if begins_byline(block.text):
        return True
    is_named = _STAMP_NAME.search(_names_around(block.inner_or_element)) is not None
    return is_named and block.link_density < _MOST_LINKED


def _is_among_words(line: str, block: TextBlock) -> bool:
    """Return whether a line says something else than who wrote the story, and when: a caption, a note, a teaser."""
    if begins_byline(line) or _STAMP_NAME.search(_names_around(block.inner_or_element)):
        return False
    parts = [part for part in _PARTS.split(line) if _YEAR.search(part)] or [line]
    return all(len(_WORD.findall(part)) >= _MANY_WORDS for part in parts)


def _stamp_line(block: TextBlock) -> tuple[str, str | None]:
    """Return the text of a block in which its dates are stamps, and why they are none.

    A heading has a stamp only in an element that holds nothing else.
    """
    if block.element.tag not in _HEADINGS:
        return block.text, None
    stamps = (text for text in (block.text, *(text for text, _ in block.parts)) if _has_only_date(text))
    return next(((text, None) for text in stamps), (block.text, IN_HEADING))


def _has_only_date(text: str) -> bool:
    return any(found.alone for found in dates_in(text))


def _at_beginning(metadata: PageMetadata, places: PagePlaces, locale: DateLocale) -> Iterator[DateInText]:
    """Yield the day that begins the story: `Quenby, 31 October 2023 – The lock …`."""
    if places.first is None:
        return
    for block in metadata.document.text_blocks[places.first : places.first + 2]:
        if parsed := dateline_in(block.text, locale):
            yield DateInText(
                parsed, "dateline", "beginning of the story", _DATELINE, None, block.element, inferred=True
            )
            return


def _rows_of_lists(found: Sequence[DateInText], places: PagePlaces) -> set[int]:
    """Return the identities of the dates in entries of lists: like elements of one parent, each with its own day."""
    rows: defaultdict[tuple[int, str, str], list[tuple[Element, DateInText]]] = defaultdict(list)
    for one in found:
        row: Element | None = one.element
        for _ in range(_ROW_LEVELS):
            if row is None or row.parent is None or places.holds_story(row):
                break
            rows[id(row.parent), row.tag, row.hint].append((row, one))
            row = row.parent
    lists = [
        entries
        for entries in rows.values()
        if min(len({id(row) for row, _ in entries}), len({one.parsed.printed.day for _, one in entries})) >= _ROWS
    ]
    return {id(one) for entries in lists for _, one in entries if one.label is None}


def _text_weight(places: PagePlaces, index: int, label: DateLabel | None) -> float:
    weight = _NEAR * places.nearness(index) + (_LABEL if label in {"published", "updated"} else 0.0)
    return weight + (_IN_STORY if places.in_story(index) and not label else 0.0)


def _mislabelled(label: DateLabel | None, field: DateField) -> str | None:
    if label in {field, "as of"} or (label is None and field == "published"):
        return None
    return "has no label of a change" if label is None else f"its label says it is {label}"
