"""A long stretch → the part of it that shows most of the query's words and is cut between words."""

from collections.abc import Iterator, Sequence

from searchsvc.model.result import Span
from searchsvc.snippets.matcher import Match


def windows(text: str, stretch: Span, matches: Sequence[Match], longest: int) -> Iterator[Span]:
    """Yield the stretch, or if it is over-long windows that share no text and together hold its matches."""
    if stretch.end - stretch.start <= longest:
        yield stretch
        return
    waiting = [stretch]
    while waiting:
        part = waiting.pop()
        shown = window(text, part, matches, longest)
        yield shown
        rests = (_trimmed(text, part.start, shown.start), _trimmed(text, shown.end, part.end))
        waiting += [rest for rest in rests if _holds(rest, matches)]


def _holds(stretch: Span, matches: Sequence[Match]) -> bool:
    return any(stretch.start <= match.span.start and match.span.end <= stretch.end for match in matches)


def window(text: str, stretch: Span, matches: Sequence[Match], longest: int) -> Span:
    """Return a span inside the stretch, at most `longest` code points, that begins and ends at white space.

    It holds the most distinct leaves that any such span can hold (the first of equals). Only
    where a single match is longer than `longest` the span is that match.
    """
    if stretch.end - stretch.start <= longest:
        return stretch
    inside = [match for match in matches if stretch.start <= match.span.start and match.span.end <= stretch.end]
    if not inside:
        return _trimmed(text, stretch.start, _last_break(text, stretch.start, stretch.start + longest))
    core = _core(inside, longest)
    if core.end - core.start >= longest:
        return core
    spare = longest - (core.end - core.start)
    start = max(stretch.start, core.start - spare // 2)
    end = min(stretch.end, start + longest)
    start = max(stretch.start, end - longest)
    return _trimmed(
        text, _first_break(text, start, core.start, stretch.start), _last_break(text, core.end, end, stretch.end)
    )


def _trimmed(text: str, start: int, end: int) -> Span:
    """Leave white space at the edges out."""
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip()))


def _core(matches: Sequence[Match], longest: int) -> Span:
    """The shortest stretch of matches within reach that holds the most distinct leaves."""
    best = (0, 0, matches[0].span)
    first = 0
    ends: list[int] = []
    for last, match in enumerate(matches):
        ends.append(match.span.end)
        while first < last and max(ends[first : last + 1]) - matches[first].span.start > longest:
            first += 1
        held = matches[first : last + 1]
        span = Span(held[0].span.start, max(m.span.end for m in held))
        rank = (len({m.leaf for m in held}), span.start - span.end)
        if rank > best[:2] or last == 0:
            best = (*rank, span)
    return best[2]


def _first_break(text: str, start: int, limit: int, edge: int) -> int:
    """The first place from `start` on, up to `limit`, where a word begins."""
    if start == edge or text[start - 1].isspace():
        return start
    return next((at + 1 for at in range(start, limit) if text[at].isspace()), limit)


def _last_break(text: str, limit: int, end: int, edge: int | None = None) -> int:
    """The last place up to `end`, from `limit` on, where a word ends."""
    if end == edge or end >= len(text) or text[end].isspace():
        return end
    return next((at for at in range(end - 1, limit, -1) if text[at].isspace()), max(limit, 0))
