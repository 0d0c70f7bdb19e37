"""Dates within a line, each with the label printed before it: `Updated 4 May 2021 | First published 3 May 2021`.

A date in a running sentence is what the sentence is about, not the date of the page: `dates_in` finds none in it.
"""

import re
from dataclasses import dataclass
from typing import Literal

from searchsvc.languages import alternatives, every
from searchsvc.parsing.dates.calendars import western
from searchsvc.parsing.dates.date_locale import ANY_LOCALE, DateLocale
from searchsvc.parsing.dates.printed_dates import (
    CLOCK,
    DAY,
    LONGEST_DATE,
    ParsedDate,
    day_of,
    has_other_words,
    parse_datetime,
    with_clock,
)

#: What the label before a date says it is the date of; "as of": of publication or of change (`Stand: 3. Mai`), "other":
#: of receipt, of birth, of an event.
DateLabel = Literal["published", "updated", "as of", "other"]

_LABELS: tuple[tuple[DateLabel, re.Pattern[str]], ...] = (
    (
        "published",
        re.compile(rf"(?<!\w){alternatives(every(lambda language: language.published))}(?!\w)", re.IGNORECASE),
    ),
    ("updated", re.compile(rf"(?<!\w){alternatives(every(lambda language: language.updated))}(?!\w)", re.IGNORECASE)),
    ("as of", re.compile(rf"(?<!\w){alternatives(every(lambda language: language.as_of))}(?!\w)", re.IGNORECASE)),
    ("other", re.compile(rf"(?<!\w){alternatives(every(lambda language: language.other_dates))}(?!\w)", re.IGNORECASE)),
)
#: Most characters of a line, and most dates of it that are read.
_LONGEST_LINE, _MOST_DATES = 300, 6
#: A line with so many words in lower case besides its dates and labels is a sentence; with fewer if it ends as one.
_SENTENCE_WORDS, _ENDED_WORDS = 7, 4
#: The same for scripts without spaces or capitals: letters.
_SENTENCE_LETTERS, _ENDED_LETTERS = 30, 12
_LOWER_WORD = re.compile(r"(?<![\w@./])[^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w@/])")
_CASELESS = re.compile(r"[\u0590-\u08ff\u0900-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SENTENCE_END = re.compile(r"[.!?。！？।][\"'”’»)]*\s*$")


@dataclass(frozen=True, slots=True)
class LabelledDate:
    """A date of a line."""

    parsed: ParsedDate
    #: What is printed before it; None if nothing is.
    label: DateLabel | None
    #: Whether the line consists of nothing but this date and its label.
    alone: bool = False


def dates_in(text: str, locale: DateLocale = ANY_LOCALE) -> list[LabelledDate]:
    """Return the dates of a line in their order; empty for a sentence, and for a line without a complete date.

    The clock of a date stands behind it, or before the first one.
    """
    text = " ".join(text.split())
    if len(text) > _LONGEST_LINE:
        return []
    text = western(text, locale.language)
    matches = [*DAY.finditer(text)][:_MOST_DATES]
    if len(matches) <= 1 and len(text) <= LONGEST_DATE and (whole := parse_datetime(text, locale)):
        return [LabelledDate(whole, _label_of(text), alone=True)]
    if not matches or _is_sentence(text, matches):
        return []
    found: list[LabelledDate] = []
    end = 0
    for index, match in enumerate(matches):
        before = text[end : match.start()]
        end = match.end()
        after = text[end : matches[index + 1].start() if index + 1 < len(matches) else len(text)]
        clocks = [*CLOCK.finditer(after)][:1] or ([*CLOCK.finditer(before)][-1:] if index == 0 else [])
        try:
            day = day_of(match, locale)
            parsed = with_clock(day, clocks, locale) if day else None
        except ValueError:
            continue
        if parsed:
            alone = len(matches) == 1 and not has_other_words(CLOCK.sub(" ", f"{before} \n {after}"))
            found.append(LabelledDate(parsed, _label_of(before), alone))
    return found


#: Characters of a story's beginning in which its day may stand, and what stands before it (a place) and behind it.
_DATELINE_LENGTH = 90
_BEFORE_DAY = re.compile(r"^[(\[\s]{0,2}(?:[A-Z\u00c0-\u00de\u0370-\u04ff][^\d.:!?]{0,50}[,(/–—-]\s?)?$")
_BEHIND_DAY = re.compile(r"^\.?\s?[)\]]?\s?(?:[.:–—|]|-\s|\(|/)")


def dateline_in(text: str, locale: DateLocale = ANY_LOCALE) -> ParsedDate | None:
    """Return the day that a paragraph begins with, behind a place or alone: `Quenby, 31 October 2023 – The lock …`."""
    begin = western(" ".join(text[: 2 * _DATELINE_LENGTH].split())[:_DATELINE_LENGTH], locale.language)
    match = DAY.search(begin)
    if not match or not _BEFORE_DAY.match(begin[: match.start()]) or not _BEHIND_DAY.match(begin[match.end() :]):
        return None
    try:
        day = day_of(match, locale)
        return with_clock(day, [], locale) if day else None
    except ValueError:
        return None


def published_in_note(text: str, locale: DateLocale = ANY_LOCALE) -> ParsedDate | None:
    """Return the date of a sentence that says when the story was published; None if it says no such thing.

    The word for it stands right before the date: `This article was first published on 3 May 2021 and has been …`.
    """
    text = western(" ".join(text[:_LONGEST_LINE].split()), locale.language)
    for match in [*DAY.finditer(text)][:_MOST_DATES]:
        before = text[: match.start()]
        label = next(reversed([*_LABELS[0][1].finditer(before)]), None)
        if label is None or has_other_words(before[label.end() :]):
            continue
        try:
            day = day_of(match, locale)
            return with_clock(day, [*CLOCK.finditer(text, match.end())][:1], locale) if day else None
        except ValueError:
            continue
    return None


def _label_of(before: str) -> DateLabel | None:
    """Return what the last label in a text says; of `first published`, `published`."""
    last: tuple[int, DateLabel] | None = None
    for label, pattern in _LABELS:
        for match in pattern.finditer(before):
            if last is None or match.start() > last[0]:
                last = (match.start(), label)
    return last[1] if last else None


def _is_sentence(text: str, dates: list[re.Match[str]]) -> bool:
    rest = text
    for match in reversed(dates):
        rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    for _, pattern in _LABELS:
        rest = pattern.sub(" ", rest)
    ended = _SENTENCE_END.search(text) is not None
    words = [word for word in _LOWER_WORD.findall(rest) if word == word.lower() and not _CASELESS.match(word)]
    letters = len(_CASELESS.findall(rest))
    return len(words) >= (_ENDED_WORDS if ended else _SENTENCE_WORDS) or letters >= (
        _ENDED_LETTERS if ended else _SENTENCE_LETTERS
    )
