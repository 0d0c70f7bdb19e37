"""Text → stretches in quotation marks, block by block; of pull quotes those that the body does not hold already.

State is kept for one block only: a stray mark costs at most its own paragraph.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from searchsvc.model.article import Block

#: Each alternative begins with a character of its own: so the search is quick to pass over what is none.
_DOUBLE = re.compile(r"\"|“|”|„|«|»|``|''")
_SINGLE = re.compile(r"(?<!')'(?!')|[‘’]")
#: What could open a quotation: most paragraphs with an apostrophe hold none.
_SINGLE_OPENER = re.compile(r"['‘’](?=\S)(?<![^\s(\[{—–\-/‘'“„«…\"].)")
#: Deeper nesting is noise; the cap also bounds the work for each mark.
_MAX_DEPTH = 6
_SPACE_BEFORE = frozenset(" \t\n\r\f\v\xa0\u2009\u200a\u202f\u200b([{—–-/‘'“„«…")
_CLOSERS_AFTER = frozenset(".,;:!?)]}—–-…")
#: Speech that begins in the middle: ". . . and then".
_ELLIPSIS = re.compile(r"\.\s?\.|…|\.[\w@#]")
_DASHES = frozenset("—–-…")
#: Apostrophes that stand where a mark could open: 'n', 'em, 'tis, '90s, rock 'n' roll.
_ELISION = re.compile(
    r"['‘’](?:n['’]?(?=\W|$)|(?:em|tis|twas|til|till|cause|cos|bout|round|cuz|ere|neath|nuff|tude|hood|scuse|sup|s)\b"
    r"|\d\d(?:s|['’]s)?\b|\d0s\b)",
    re.IGNORECASE,
)
#: A pull quote repeats or shortens the body: so much of it in one block means it is there.
_CONTAINED = 0.8
_WORD = re.compile(r"\w+")
_EDGES = "\"“”„«»'‘’` \t\n\r\xa0"
_PARTNER = {"“": "“", "”": "“", "„": "„", "«": "«", "»": "«", '"': '"', "``": "``", "''": "''"}
#: Marks that close another kind than their own: German “, TeX's ''.
_ALTERNATE = {"“": "„", "''": "``"}


class QuotedSpan(NamedTuple):
    """A stretch in marks: offsets inside the marks, and with them."""

    start: int
    end: int
    outer_start: int
    outer_end: int
    #: False if the block ends before the closing mark.
    closed: bool
    single: bool


class _OpenMark(NamedTuple):
    family: str
    outer: int
    inner: int


def quoted_spans_of_blocks(blocks: Sequence[Block]) -> list[list[QuotedSpan]]:
    """Return for each block of an article the stretches that are quotations of its own.

    A cross-head has none: it quotes the paragraphs under it. A pull quote is one if it is not in the body.
    """
    pulled = _pullquote_spans(blocks)
    spans: list[list[QuotedSpan]] = []
    for number, block in enumerate(blocks):
        if block.kind == "pullquote":
            spans.append([pulled[number]] if number in pulled else [])
        elif block.kind == "crosshead":
            spans.append([])
        else:
            following = blocks[number + 1].text if number + 1 < len(blocks) else ""
            spans.append(find_quoted_spans(block.text, continued=opens_with_mark(following)))
    return spans


def find_quoted_spans(text: str, *, continued: bool = False) -> list[QuotedSpan]:
    """Return the outermost stretches in quotation marks, in order.

    Args:
        text: The block.
        continued: True if the next block begins with an opening mark, so that a mark left
            open here is a quotation that goes on rather than a slip.

    """
    doubles = _find_doubles(text, continued=continued)
    if "'" not in text and "‘" not in text and "’" not in text:
        return doubles
    singles = _find_singles(text, doubles)
    if not doubles:
        return singles
    # In a paragraph with double marks, single ones are a quotation only around them.
    holding = [s for s in singles if _holds_one(s, doubles)]
    if not holding:
        return doubles
    return sorted(holding + [d for d in doubles if not any(s.start <= d.start < s.end for s in holding[:_MAX_DEPTH])])


def find_single_quoted_spans(text: str) -> list[QuotedSpan]:
    """Return the stretches in single marks: the marks of headlines."""
    return _find_singles(text, [])


def opens_with_mark(text: str) -> bool:
    """Return whether a block begins with an opening mark."""
    return text.lstrip()[:1] in {'"', "“", "„", "«", "‘", "'"} or text.lstrip().startswith("``")


def _find_doubles(text: str, *, continued: bool) -> list[QuotedSpan]:
    marks = [(m[0], *m.span()) for m in _DOUBLE.finditer(text)]
    if not marks:
        return []
    remaining: dict[str, int] = {}
    for mark, _, _ in marks:
        remaining[mark] = remaining.get(mark, 0) + 1
    stack: list[_OpenMark] = []
    outermost: list[QuotedSpan] = []
    inner: list[QuotedSpan] = []
    for mark, start, end in marks:
        remaining[mark] -= 1
        left = remaining[mark]
        if _opens(text, mark, start, end, stack, left):
            if len(stack) < _MAX_DEPTH:
                stack.append(_OpenMark(_family(mark), start, end))
            continue
        depth = _closes(text, mark, start, stack, left)
        if depth < 0:
            continue
        opened = stack[depth]
        del stack[depth:]
        inner.append(QuotedSpan(opened.inner, start, opened.outer, end, closed=True, single=False))
        if not stack:
            outermost.append(inner[-1])
            inner.clear()
    if stack:
        outermost.extend(_left_open(text, stack, inner, continued=continued))
    return [span for span in outermost if text[span.start : span.end].strip()]


def _left_open(text: str, stack: list[_OpenMark], inner: list[QuotedSpan], *, continued: bool) -> list[QuotedSpan]:
    first = stack[0]
    if inner and not continued:
        # The open mark was a slip: what closed after it stands, without what it holds in turn.
        kept: list[QuotedSpan] = []
        for span in reversed(inner):
            if not kept or span.outer_end <= kept[-1].outer_start:
                kept.append(span)
        return kept[::-1]
    end = len(text.rstrip())
    return [QuotedSpan(first.inner, end, first.outer, end, closed=False, single=False)] if end > first.inner else []


def _family(mark: str) -> str:
    return "“" if mark == "”" else _PARTNER[mark]


def _opens(text: str, mark: str, start: int, end: int, stack: list[_OpenMark], left: int) -> bool:
    """Return whether a mark opens a quotation; `left` counts the marks of its form still to come."""
    before, after = text[start - 1 : start], text[end : end + 1]
    could = (not before or before in _SPACE_BEFORE) and bool(after) and not after.isspace()
    if mark in {"„", "``"}:
        return True
    if mark == "“":
        closes_low = any(o.family == "„" for o in stack)
        miscurled = bool(stack) and bool(before.strip()) and (not after or after.isspace() or after in _CLOSERS_AFTER)
        return not closes_low and not miscurled
    if mark == "«":
        return could or not stack
    if mark in {"”", "»"}:
        return could and not stack and after not in _CLOSERS_AFTER
    if could and not stack and _ELLIPSIS.match(text, end):
        return True
    if not stack and after.isalnum():
        # A space was forgotten: `she said:"We know."`, `they told us."We know."`.
        could = could or before == ":" or (mark == '"' and left > 0 and (before.isalpha() or before in _CLOSERS_AFTER))
    return could and after not in _CLOSERS_AFTER - _DASHES and _opens_straight(mark, before, after, stack, left)


def _opens_straight(mark: str, before: str, after: str, stack: list[_OpenMark], left: int) -> bool:
    """Return whether a straight mark in an opener's place is one, given what is open."""
    families = {o.family for o in stack}
    if mark == "''" and "``" in families:
        return False
    if mark in families:
        # A second opener: a nested quotation if marks enough follow, else a closer set wrong.
        return left > 0 and (before.isspace() or before in "([{") and after.isalnum()
    return True


def _closes(text: str, mark: str, start: int, stack: list[_OpenMark], left: int) -> int:
    """Return the depth of the opening mark this one closes, or -1."""
    if not stack or (mark == '"' and _is_inches(text, start, stack, left)):
        return -1
    families = [o.family for o in stack]
    wanted = _ALTERNATE.get(mark, "")
    if wanted not in families:
        wanted = _family(mark)
    for depth in range(len(stack) - 1, -1, -1):
        if families[depth] == wanted:
            return depth
    return len(stack) - 1 if mark in {'"', "”", "“"} else -1


def _is_inches(text: str, start: int, stack: list[_OpenMark], left: int) -> bool:
    before = text[max(0, start - 6) : start]
    if not before[-1:].isdigit():
        return False
    if re.search(r"\d['’]\s?\d+$", before):
        return True
    after = text[start + 1 : start + 3].strip()
    return left % 2 == 1 and bool(stack) and after[:1].isalnum()


def _holds_one(single: QuotedSpan, doubles: list[QuotedSpan]) -> bool:
    at = bisect_left(doubles, (single.start,))
    return at < len(doubles) and doubles[at].outer_end <= single.end


def _find_singles(text: str, doubles: list[QuotedSpan]) -> list[QuotedSpan]:
    if _SINGLE_OPENER.search(text) is None:
        return []
    opens: list[int] = []
    strong: list[int] = []
    weak: list[int] = []
    skip_to = -1
    for match in _SINGLE.finditer(text):
        at = match.start()
        if at < skip_to or _inside(at, doubles):
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        elision = _ELISION.match(text, at)
        if (not before or before in _SPACE_BEFORE or before == '"') and after and not after.isspace():
            if elision and text[at] != "‘":
                skip_to = elision.end()
            else:
                opens.append(at)
        elif before and not before.isspace() and not after.isalnum():
            possessive = before in "sSzx" and after.isspace() and text[at + 2 : at + 3].isalnum()
            (weak if possessive else strong).append(at)
    return _pair_singles(text, opens, strong, weak)


def _pair_singles(text: str, opens: list[int], strong: list[int], weak: list[int]) -> list[QuotedSpan]:
    """Pair each opening mark with the next sure closer, else the last plural-possessive-like one before the next."""
    pairs: list[QuotedSpan] = []
    until = -1
    for rank, at in enumerate(opens):
        if at < until:
            continue
        horizon = opens[rank + 1] if rank + 1 < len(opens) else len(text)
        close = _next(strong, at)
        if close is None or close > horizon:
            close = _next(weak, at) if (_next(weak, at) or horizon) < horizon else close
        if close is None or close - at < len("'ab"):
            continue
        pairs.append(QuotedSpan(at + 1, close, at, close + 1, closed=True, single=True))
        until = close
    return pairs


def _next(places: list[int], at: int) -> int | None:
    found = bisect_left(places, at + 1)
    return places[found] if found < len(places) else None


def _inside(at: int, spans: list[QuotedSpan]) -> bool:
    found = bisect_left(spans, (at + 1,)) - 1
    return found >= 0 and spans[found].start <= at < spans[found].end


def _pullquote_spans(blocks: Sequence[Block]) -> dict[int, QuotedSpan]:
    """Return block index → what it quotes, for the pull quotes that are not in the body."""
    pulled = [number for number, block in enumerate(blocks) if block.kind == "pullquote"]
    if not pulled:
        return {}
    bodies = [_words(block.text) for block in blocks if block.kind in {"paragraph", "bullet"}]
    kept = {}
    for number in pulled:
        span = _pulled_span(blocks[number].text)
        words = _words(blocks[number].text[span.start : span.end])
        if words and not any(len(words & body) >= _CONTAINED * len(words) for body in bodies):
            kept[number] = span
    return kept


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def _pulled_span(text: str) -> QuotedSpan:
    """Return what stands in marks if the block begins with it (a signature may follow), else the block."""
    marked = find_quoted_spans(text)
    if marked and not text[: marked[0].outer_start].strip():
        return marked[0]
    start = len(text) - len(text.lstrip(_EDGES))
    end = max(start, len(text.rstrip(_EDGES)))
    return QuotedSpan(start, end, start, end, closed=True, single=False)
