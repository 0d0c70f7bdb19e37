"""Lines of the story → Blocks in reading order."""

import re
from collections.abc import Sequence

from searchsvc.model.article import Block
from searchsvc.parsing.boilerplate import ends_sentence, looks_named
from searchsvc.parsing.text.page import Page

#: Words of a cross-head at most, and of a quotation in a box at least.
_CROSSHEAD, _BOX = 10, 5
#: Lines of a caption: what is in the picture, and the caption itself.
_PAIR = 2
_CAPTION = re.compile(
    r"(?:image|media|video|photo|bild|photo) ?(?:caption|unterschrift|légende)\s*:?\s*", re.IGNORECASE
)
_CREDIT = re.compile(r"(?:(?:image|photo|media|video) ?(?:copyright|source|credit)|picture credit|fotocredit)\b.*"
                     r"|(?:image|photo) ?(?:copyright|source).*|\(?copyright: .*", re.IGNORECASE)  # fmt: skip
_START_QUOTE = re.compile(r"start quote", re.IGNORECASE)
_END_QUOTE = re.compile(r"end quote\s*(?P<speaker>.*)", re.IGNORECASE)
#: Lines a box between `Start Quote` and `End Quote` has at most.
_BOX_LINES = 8


def blocks_of(page: Page, lines: Sequence[int], title: int | None) -> list[Block]:
    """Return the blocks of the story; what is none of it is left out of the page.

    Args:
        page: The page.
        lines: Indexes of the story's lines.
        title: Index of the headline among them, if it is.

    """
    blocks: list[Block] = []
    waiting: list[int] = []
    told = False
    skip_to = -1
    for at in lines:
        if at < skip_to or at == title or at in page.left_out:
            continue
        line = page.lines[at]
        if _START_QUOTE.fullmatch(line.text):
            blocks += _between(page, waiting, told=told, follows=True)
            waiting = []
            skip_to = _box(page, at, blocks)
        elif _CREDIT.fullmatch(line.text):
            page.leave(at, "picture credit")
        elif caption := _CAPTION.match(line.text):
            blocks += _between(page, waiting, told=told, follows=True)
            waiting = []
            blocks.append(Block("caption", line.text[caption.end() :] or line.text))
        elif not page.plain(at):
            page.leave(at, page.notices[at] or "heading of links")
        elif line.bullet or page.prose[at]:
            blocks += _between(page, waiting, told=told, follows=True)
            waiting = []
            blocks.append(Block("bullet" if line.bullet else "paragraph", line.text))
            told = True
        else:
            waiting.append(at)
    return blocks + _between(page, waiting, told=told, follows=False)


def _box(page: Page, start: int, blocks: list[Block]) -> int:
    """Read a quote box whose ends are written out; return the index after it."""
    inside: list[str] = []
    for at in range(start + 1, min(start + 1 + _BOX_LINES, len(page.lines))):
        end = _END_QUOTE.fullmatch(page.lines[at].text)
        if end:
            page.leave(start, "mark of a quote box")
            blocks.append(quote_box(" ".join(inside), end["speaker"]))
            return at + 1
        inside.append(page.lines[at].text)
    page.leave(start, "mark of a quote box")
    return start + 1


def quote_box(text: str, speaker: str) -> Block:
    """Return the block of a quote box: its marks may have been images."""
    marked = f"“{text.strip(' “”«»„') or text}”"
    return Block("pullquote", f"{marked} – {speaker}" if speaker else marked)


def _between(page: Page, run: Sequence[int], *, told: bool, follows: bool) -> list[Block]:
    """Return what the short lines between two paragraphs are: cross-head, captions, quote box.

    Args:
        page: The page.
        run: Their indexes.
        told: A paragraph came before: only then are there cross-heads.
        follows: A paragraph comes after.

    """
    run = list(run)
    head: list[Block] = []
    # A cross-head is a paragraph of its own; it comes first, or alone before the next paragraph.
    if run and told and follows and _heads(page, run):
        head = [Block("crosshead", page.lines[run.pop(0)].text)]
    blocks: list[Block] = []
    while run:
        at = run[0]
        pair = len(run) >= _PAIR and run[1] == at + 1 and not page.lines[at + 1].gap
        text = page.lines[at].text
        if pair and told and page.lines[at].words >= _BOX and looks_named(page.lines[at + 1].text):
            blocks.append(quote_box(text, page.lines[at + 1].text))
            del run[:_PAIR]
            continue
        blocks.append(_single(page, run, told=told, follows=follows))
        del run[0]
    return head + blocks


def _heads(page: Page, run: Sequence[int]) -> bool:
    line = page.lines[run[0]]
    if not line.gap or line.words > _CROSSHEAD or _sentence(line.text):
        return False
    # Followed by a pair (picture or quotation), or by the next paragraph.
    return len(run) == 1 or len(run) % _PAIR == 1 or line.closed


def _sentence(text: str) -> bool:
    """Cross-heads may ask, exclaim or quote."""
    return ends_sentence(text) and text[-1] not in "?!'\"’”"


def _single(page: Page, run: Sequence[int], *, told: bool, follows: bool) -> Block:
    line = page.lines[run[0]]
    if told and follows and len(run) == 1 and line.alone and line.words <= _CROSSHEAD and not ends_sentence(line.text):
        return Block("crosshead", line.text)
    if ends_sentence(line.text) and line.alone:
        return Block("paragraph", line.text)
    return Block("caption", line.text)
