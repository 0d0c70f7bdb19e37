"""Find the spans of a text in quotation marks.

Each block is read on its own, with a look at the first character of the next one: a stray mark
spoils at most the block it is in. Marks are paired with a stack. Straight marks (`"`) and marks set
the wrong way round are taken for opening or closing ones by the characters beside them.
"""

import re
from bisect import bisect_left
from typing import NamedTuple

#: Every alternative begins with a literal character, so that a search skips all other characters quickly.
_DOUBLE_MARK = re.compile(r"\"|“|”|„|«|»|``|''|″|＂|‟|「|」|『|』")
_SINGLE_MARK = re.compile(r"(?<!')'(?!')|[‘’]")
#: A single mark that may open a quotation. Most paragraphs with an apostrophe have none, and are not read further.
_SINGLE_OPENER = re.compile(r"['‘’](?=\S)(?<![^\s(\[{—–\-/‘'“„«…\"].)")
#: Deepest nesting of quotations; marks that would open a deeper one are ignored. It bounds the work for each mark.
_MAX_DEPTH = 6
#: Characters before an opening mark, and after a closing one.
_SPACE_BEFORE = frozenset(" \t\n\r\f\v\xa0\u2009\u200a\u202f\u200b([{—–-/‘'“„«…")
_CLOSERS_AFTER = frozenset(".,;:!?)]}—–-…")
#: Beginning of a quotation that starts in mid-sentence (`". . . and then"`), or with a handle or decimal point.
_ELLIPSIS = re.compile(r"\.\s?\.|…|\.[\w@#]")
_DASHES = frozenset("—–-…")
_SENTENCE_ENDS = frozenset(".?!…")
_ALWAYS_OPENING = frozenset({"„", "``", "「", "『"})
#: Speech between dashes, as in Spanish: the dash is joined to the first word, and a space precedes the next one.
_DASHED = re.compile(r"[—―](?=[^\W\d_¿¡])([^—―]{8,400}?)\s[—―](?=[^\W\d_])")
#: Contractions whose apostrophe is where an opening mark could be: 'n', 'em, 'tis, '90s, rock 'n' roll.
_ELISION = re.compile(
    r"['‘’](?:n['’]?(?=\W|$)|(?:em|tis|twas|til|till|cause|cos|bout|round|cuz|ere|neath|nuff|tude|hood|scuse|sup|s)\b"
    r"|\d\d(?:s|['’]s)?\b|\d0s\b)",
    re.IGNORECASE,
)
#: Mark → its family, named by an opening mark. A quotation is closed by a mark of the family that opened it.
_FAMILIES = {
    "″": '"', "＂": '"', "‟": "“", "「": "「", "」": "「", "『": "『", "』": "『",
    "“": "“", "”": "“", "„": "„", "«": "«", "»": "«", '"': '"', "``": "``", "''": "''",
}  # fmt: skip
#: Mark → the other family that it may close: “ closes the German „, and '' the `` of TeX.
_ALTERNATE_FAMILIES = {"“": "„", "''": "``"}


class QuotedSpan(NamedTuple):
    """A span of a text in quotation marks. Offsets are code points; ends are exclusive."""

    #: The text between the marks.
    start: int
    end: int
    #: The same with the marks.
    outer_start: int
    outer_end: int
    #: False if the block ends before the closing mark.
    closed: bool
    #: True for single marks.
    single: bool


class _OpenMark(NamedTuple):
    """An opening mark on the stack: its family, and the offsets of the mark and of the character after it."""

    family: str
    outer: int
    inner: int


def find_quoted_spans(text: str, *, continued: bool = False) -> list[QuotedSpan]:
    """Return the outermost spans in quotation marks, in order; they do not overlap.

    Args:
        text: The text of one block.
        continued: True if the next block begins with an opening mark. Then a quotation without a
            closing mark continues there; else its opening mark may be a stray one.

    """
    dashed = _DASHED.match(text)
    if dashed is not None:
        return [QuotedSpan(*dashed.span(1), 0, dashed.end(), closed=True, single=False)]
    doubles = _find_doubles(text, continued=continued)
    if "'" not in text and "‘" not in text and "’" not in text:
        return doubles
    singles = _find_singles(text, doubles)
    if not doubles:
        return singles
    # In a block with double marks, single marks are quotation marks only if they enclose a span in double ones.
    enclosing = [s for s in singles if _contains_double(s, doubles)]
    if not enclosing:
        return doubles
    return sorted(
        enclosing + [d for d in doubles if not any(s.start <= d.start < s.end for s in enclosing[:_MAX_DEPTH])]
    )


def find_single_quoted_spans(text: str) -> list[QuotedSpan]:
    """Return the spans in single marks, which headlines use."""
    return _find_singles(text, [])


def opens_with_mark(text: str) -> bool:
    """Return whether a block begins with a mark that may open a quotation."""
    return text.lstrip()[:1] in {'"', "“", "„", "«", "‘", "'", "″", "＂", "‟", "「", "『"} or text.lstrip().startswith(
        "``"
    )


def _find_doubles(text: str, *, continued: bool) -> list[QuotedSpan]:
    """Return the outermost spans in double marks, in order.

    Invariant of the loop: `inner` holds the spans closed since the stack was last empty. They are
    nested in the quotation that is still open, and are used only if its mark proves a stray one.
    """
    marks = [(m[0], *m.span()) for m in _DOUBLE_MARK.finditer(text)]
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
        later = remaining[mark]
        if stack and _opens_anew(text, mark, start, end, stack):
            outermost.append(_cut_short(text, stack[0], start))
            stack.clear()
            inner.clear()
        if _opens(text, mark, start, end, stack, later):
            if len(stack) < _MAX_DEPTH:
                stack.append(_OpenMark(_family(mark), start, end))
            continue
        depth = _closes(text, mark, start, stack, later)
        if depth < 0:
            continue
        opened = stack[depth]
        del stack[depth:]
        inner.append(QuotedSpan(opened.inner, start, opened.outer, end, closed=True, single=False))
        if not stack:
            outermost.append(inner[-1])
            inner.clear()
    if stack:
        outermost.extend(_spans_left_open(text, stack, inner, continued=continued))
    return [span for span in outermost if text[span.start : span.end].strip()]


def _opens_anew(text: str, mark: str, start: int, end: int, stack: list[_OpenMark]) -> bool:
    """Return whether a mark repeats the opening one, at the beginning of a sentence of the quotation that is open.

    Papers repeat the mark for each paragraph of a quotation; texts whose paragraphs were joined have it in mid-line.
    """
    if len(stack) > 1 or mark not in {'"', "“"} or stack[0].family != mark:
        return False
    before = text[:start].rstrip()[-1:] if text[start - 1 : start].isspace() else ""
    after = text[end : end + 1]
    return before in _SENTENCE_ENDS and bool(before) and (after.isupper() or after.isdigit())


def _cut_short(text: str, opened: _OpenMark, start: int) -> QuotedSpan:
    """Return the span from an opening mark up to the mark at `start`, which opens it anew."""
    end = len(text[:start].rstrip())
    return QuotedSpan(opened.inner, end, opened.outer, end, closed=False, single=False)


def _spans_left_open(
    text: str, stack: list[_OpenMark], inner: list[QuotedSpan], *, continued: bool
) -> list[QuotedSpan]:
    """Return the spans after an opening mark that was never closed.

    If spans after it were closed, and the next block does not continue it, the mark is a stray one,
    and those spans are returned without the ones nested in them. Else the quotation extends to the
    end of the block.
    """
    first = stack[0]
    if inner and not continued:
        kept: list[QuotedSpan] = []
        for span in reversed(inner):
            if not kept or span.outer_end <= kept[-1].outer_start:
                kept.append(span)
        return kept[::-1]
    end = len(text.rstrip())
    return [QuotedSpan(first.inner, end, first.outer, end, closed=False, single=False)] if end > first.inner else []


def _family(mark: str) -> str:
    return "“" if mark == "”" else _FAMILIES[mark]


def _opens(text: str, mark: str, start: int, end: int, stack: list[_OpenMark], later: int) -> bool:
    """Return whether a mark opens a quotation.

    Args:
        text: The block.
        mark: The mark.
        start: Offset of the mark.
        end: Offset of the character after it.
        stack: The marks that are open.
        later: How many equal marks follow in the block.

    """
    before, after = text[start - 1 : start], text[end : end + 1]
    could = (not before or before in _SPACE_BEFORE) and bool(after) and not after.isspace()
    if mark in _ALWAYS_OPENING or mark in {"」", "』"}:
        return mark in _ALWAYS_OPENING
    if mark in {"“", "‟"}:
        closes_low = any(o.family == "„" for o in stack)
        miscurled = bool(stack) and bool(before.strip()) and (not after or after.isspace() or after in _CLOSERS_AFTER)
        return not closes_low and not miscurled
    if mark in {"«", "”", "»"}:
        return could or not stack if mark == "«" else could and not stack and after not in _CLOSERS_AFTER
    if could and not stack and _ELLIPSIS.match(text, end):
        return True
    if not stack and after.isalnum():
        # The space before the mark is missing: `she said:"We know."`, `they told us."We know."`.
        could = could or before == ":" or (mark == '"' and later > 0 and (before.isalpha() or before in _CLOSERS_AFTER))
    return could and after not in _CLOSERS_AFTER - _DASHES and _opens_straight(mark, before, after, stack, later)


def _opens_straight(mark: str, before: str, after: str, stack: list[_OpenMark], later: int) -> bool:
    """Return whether a mark in the position of an opening one opens a quotation, given the open marks."""
    families = {o.family for o in stack}
    if mark == "''" and "``" in families:
        return False
    if mark in families:
        # Its family is open already: a nested quotation if a mark follows to close it, else a misplaced closing mark.
        return later > 0 and (before.isspace() or before in "([{") and after.isalnum()
    return True


def _closes(text: str, mark: str, start: int, stack: list[_OpenMark], later: int) -> int:
    """Return the index on the stack of the mark that this one closes; -1 if it closes none.

    It is the innermost mark of the same family; if there is none, `"`, `”` and `“` close any mark.
    """
    if not stack or (mark == '"' and _is_inches(text, start, stack, later)):
        return -1
    families = [o.family for o in stack]
    family = _ALTERNATE_FAMILIES.get(mark, "")
    if family not in families:
        family = _family(mark)
    for depth in range(len(stack) - 1, -1, -1):
        if families[depth] == family:
            return depth
    return len(stack) - 1 if mark in {'"', "”", "“"} else -1


def _is_inches(text: str, start: int, stack: list[_OpenMark], later: int) -> bool:
    """Return whether a straight mark after a digit stands for inches: `6' 2"`, `a 5" pipe` within a quotation."""
    before = text[max(0, start - 6) : start]
    if not before[-1:].isdigit():
        return False
    if re.search(r"\d['’]\s?\d+$", before):
        return True
    after = text[start + 1 : start + 3].strip()
    return later % 2 == 1 and bool(stack) and after[:1].isalnum()


def _contains_double(single: QuotedSpan, doubles: list[QuotedSpan]) -> bool:
    """Return whether a span in single marks encloses one in double marks; `doubles` are in order."""
    at = bisect_left(doubles, (single.start,))
    return at < len(doubles) and doubles[at].outer_end <= single.end


def _find_singles(text: str, doubles: list[QuotedSpan]) -> list[QuotedSpan]:
    """Return the spans in single marks; marks within the spans of `doubles` are ignored.

    A mark after a space may open one. A mark after a letter may close one. After `s`, `x` or `z`
    and before a word it is more likely a possessive (`the workers' party`): a weak closing mark.
    """
    if _SINGLE_OPENER.search(text) is None:
        return []
    opens: list[int] = []
    strong: list[int] = []
    weak: list[int] = []
    skip_to = -1
    for match in _SINGLE_MARK.finditer(text):
        at = match.start()
        if at < skip_to or _is_inside(at, doubles):
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
    """Return the spans between paired marks, given the offsets of opening, closing and weak closing marks.

    An opening mark is paired with the next closing mark. If another opening mark comes before
    that, a weak closing mark before the other opening mark is taken instead.
    """
    pairs: list[QuotedSpan] = []
    last_close = -1
    for index, at in enumerate(opens):
        if at < last_close:
            continue
        next_open = opens[index + 1] if index + 1 < len(opens) else len(text)
        close = _next_after(strong, at)
        if close is None or close > next_open:
            close = _next_after(weak, at) if (_next_after(weak, at) or next_open) < next_open else close
        if close is None or close - at < len("'ab"):
            continue
        pairs.append(QuotedSpan(at + 1, close, at, close + 1, closed=True, single=True))
        last_close = close
    return pairs


def _next_after(offsets: list[int], at: int) -> int | None:
    """Return the first of these ascending offsets that is greater than `at`."""
    index = bisect_left(offsets, at + 1)
    return offsets[index] if index < len(offsets) else None


def _is_inside(at: int, spans: list[QuotedSpan]) -> bool:
    """Return whether an offset is between the marks of one of these spans, which are in order."""
    index = bisect_left(spans, (at + 1,)) - 1
    return index >= 0 and spans[index].start <= at < spans[index].end
