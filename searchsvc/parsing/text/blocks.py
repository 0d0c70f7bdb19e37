"""Blocks of the story of a TextPage, in reading order, and the related headlines below it."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from searchsvc.model.article import Block, RelatedGroup, RelatedHeadline
from searchsvc.parsing.boilerplate import SITE_REASONS, ends_sentence, looks_like_name
from searchsvc.parsing.dates import parse_relative_date
from searchsvc.parsing.text.lines import day_and_section, outlet_headline_age
from searchsvc.parsing.text.regions import TextPage

#: Most words of a cross-head; least words of a quotation in a box.
_CROSSHEAD_WORDS, _QUOTE_BOX_WORDS = 10, 5
#: Lines of a caption (alternative text and caption), or of a quote box (quotation and speaker).
_PAIR = 2
_CAPTION = re.compile(
    r"(?:image|media|video|photo|bild|photo) ?(?:caption|unterschrift|légende)\s*:?\s*", re.IGNORECASE
)
_CREDIT = re.compile(r"(?:(?:image|photo|media|video) ?(?:copyright|source|credit)|picture credit|fotocredit)\b.*"
                     r"|(?:image|photo) ?(?:copyright|source).*|\(?copyright: .*", re.IGNORECASE)  # fmt: skip
_START_QUOTE = re.compile(r"start quote", re.IGNORECASE)
_END_QUOTE = re.compile(r"end quote\s*(?P<speaker>.*)", re.IGNORECASE)
#: Most lines between `Start Quote` and `End Quote`.
_BOX_LINES = 8
#: Least words of a related headline without date and age.
_HEADLINE_WORDS = 4
#: Most related headlines of a page.
_MAX_HEADLINES = 500


def blocks_of(page: TextPage, lines: Sequence[int], title: int | None) -> list[Block]:
    """Return the blocks of the story; lines that are none are recorded in `page.left_out`.

    Args:
        page: The page.
        lines: Indexes of the story's lines.
        title: Index of the headline, which is no block; None if the page has none.

    """
    blocks: list[Block] = []
    waiting: list[int] = []
    after_paragraph = False
    skip_to = -1
    for at in lines:
        if at < skip_to or at == title or at in page.left_out:
            continue
        line = page.lines[at]
        if _START_QUOTE.fullmatch(line.text):
            blocks += _short_lines(page, waiting, after_paragraph=after_paragraph, before_paragraph=True)
            waiting = []
            skip_to = _append_quote_box(page, at, blocks)
        elif _CREDIT.fullmatch(line.text):
            page.leave_out(at, "picture credit")
        elif caption := _CAPTION.match(line.text):
            blocks += _short_lines(page, waiting, after_paragraph=after_paragraph, before_paragraph=True)
            waiting = []
            blocks.append(Block("caption", line.text[caption.end() :] or line.text))
        elif not page.may_be_headline(at):
            page.leave_out(at, page.notices[at] or "heading of links")
        elif line.bullet or page.prose[at]:
            blocks += _short_lines(page, waiting, after_paragraph=after_paragraph, before_paragraph=True)
            waiting = []
            blocks.append(Block("bullet" if line.bullet else "paragraph", line.text))
            after_paragraph = True
        else:
            waiting.append(at)
    return blocks + _short_lines(page, waiting, after_paragraph=after_paragraph, before_paragraph=False)


def _append_quote_box(page: TextPage, start: int, blocks: list[Block]) -> int:
    """Append the quote box that begins at a `Start Quote` line; return the index of the line after it."""
    inside: list[str] = []
    for at in range(start + 1, min(start + 1 + _BOX_LINES, len(page.lines))):
        end = _END_QUOTE.fullmatch(page.lines[at].text)
        if end:
            page.leave_out(start, "mark of a quote box")
            blocks.append(quote_box(" ".join(inside), end["speaker"]))
            return at + 1
        inside.append(page.lines[at].text)
    page.leave_out(start, "mark of a quote box")
    return start + 1


def quote_box(text: str, speaker: str) -> Block:
    """Return a pull quote in quotation marks, which the text may lack where the page had images of them."""
    marked = f"“{text.strip(' “”«»„') or text}”"
    return Block("pullquote", f"{marked} – {speaker}" if speaker else marked)


def _short_lines(page: TextPage, run: Sequence[int], *, after_paragraph: bool, before_paragraph: bool) -> list[Block]:
    """Return the blocks of the short lines between two paragraphs: a cross-head, captions, quote boxes.

    Args:
        page: The page.
        run: Indexes of the lines.
        after_paragraph: Whether a paragraph comes before them: only then is there a cross-head.
        before_paragraph: Whether a paragraph comes after them.

    """
    run = list(run)
    head: list[Block] = []
    # A cross-head stands alone and comes first.
    if run and after_paragraph and before_paragraph and _is_crosshead(page, run):
        head = [Block("crosshead", page.lines[run.pop(0)].text)]
    blocks: list[Block] = []
    while run:
        at = run[0]
        pair = len(run) >= _PAIR and run[1] == at + 1 and not page.lines[at + 1].gap
        text = page.lines[at].text
        if (
            pair
            and after_paragraph
            and page.lines[at].words >= _QUOTE_BOX_WORDS
            and looks_like_name(page.lines[at + 1].text)
        ):
            blocks.append(quote_box(text, page.lines[at + 1].text))
            del run[:_PAIR]
            continue
        blocks.append(_single(page, run, after_paragraph=after_paragraph, before_paragraph=before_paragraph))
        del run[0]
    return head + blocks


def _is_crosshead(page: TextPage, run: Sequence[int]) -> bool:
    line = page.lines[run[0]]
    if not line.gap or line.words > _CROSSHEAD_WORDS or _is_full_sentence(line.text):
        return False
    # After it come pairs of lines (captions, quotations) or the next paragraph, or a blank line.
    return len(run) == 1 or len(run) % _PAIR == 1 or line.closed


def _is_full_sentence(text: str) -> bool:
    """Return whether a text ends like a statement; cross-heads may be questions, exclamations or quotations."""
    return ends_sentence(text) and text[-1] not in "?!'\"’”"


def _single(page: TextPage, run: Sequence[int], *, after_paragraph: bool, before_paragraph: bool) -> Block:
    line = page.lines[run[0]]
    if (
        after_paragraph
        and before_paragraph
        and len(run) == 1
        and line.alone
        and line.words <= _CROSSHEAD_WORDS
        and not ends_sentence(line.text)
    ):
        return Block("crosshead", line.text)
    if ends_sentence(line.text) and line.alone:
        return Block("paragraph", line.text)
    return Block("caption", line.text)


def related_in(page: TextPage, start: int, base: datetime | None) -> tuple[RelatedHeadline, ...]:
    """Return the related headlines below the story, at most `_MAX_HEADLINES`.

    Args:
        page: The page; other lines below the story are recorded in its `left_out`.
        start: Index of the first line after the story.
        base: Time from which printed ages are counted back, if known.

    """
    headlines: list[RelatedHeadline] = []
    for headline in _headlines_below(page, start, base):  # to the end: it also records the lines left out
        if len(headlines) < _MAX_HEADLINES:
            headlines.append(headline)
    return tuple(headlines)


def _headlines_below(page: TextPage, start: int, base: datetime | None) -> Iterator[RelatedHeadline]:
    group: RelatedGroup | None = None
    site = False
    at = start
    while at < len(page.lines):
        line, heading, notice = page.lines[at], page.headings[at], page.notices[at]
        after = page.lines[at + 1] if at + 1 < len(page.lines) else None
        printed = day_and_section(after) if after and not after.gap else None
        if heading:
            group, site = heading.group, site and heading.group is None
            page.leave_out(at, "heading of links")
        elif elsewhere := outlet_headline_age(line):
            yield _headline_with_age(elsewhere, base)
            group = "promo"
        elif notice:
            page.leave_out(at, notice)
            site = site or notice in SITE_REASONS
        elif day_and_section(line):
            page.leave_out(at, "date without a headline")
        elif printed and after:
            day, section = printed
            yield RelatedHeadline(line.text, "promo" if group == "promo" else "see_also", date=day, section=section)
            at += 1
        elif site or line.words < _HEADLINE_WORDS or not (group or line.gap or not line.closed):
            page.leave_out(at, "navigation" if site else "no text of the story follows it")
        elif page.prose[at] and group != "see_also":
            page.leave_out(at, "text of a box below the story")
        else:
            yield RelatedHeadline(line.text, group or "promo")
        at += 1


def _headline_with_age(parts: tuple[str | None, str, str], base: datetime | None) -> RelatedHeadline:
    outlet, headline, printed = parts
    age = parse_relative_date(printed, base)
    return RelatedHeadline(
        headline,
        "elsewhere",
        outlet=outlet,
        age=printed,
        age_from=age.start if age else None,
        age_to=age.end if age else None,
        age_precision=age.precision if age else None,
    )
