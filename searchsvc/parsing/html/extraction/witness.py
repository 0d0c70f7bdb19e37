"""A second opinion on the body of a doubtful page, by trafilatura.

It costs as much as our own reading, and where our points are clear it only adds noise: it is
asked when much of the text lies near the threshold.
"""

from collections.abc import Sequence

from searchsvc.parsing.html.dom import Outline
from searchsvc.parsing.html.extraction.features import Trace
from searchsvc.parsing.html.metadata import words_of

#: Points around the threshold within which a text is doubtful, the share of doubtful words
#: from which the witness is asked, and how many points its word is worth.
_NEAR = 3.0
_DOUBT = 0.08
_WORD = 1.5
#: Where the container is called a caption or a shop, and the witness drops its text, both agree.
_AGREED, _AGREEING = 3.5, frozenset({"caption", "ad"})
#: Shorter lines prove nothing either way.
_LINE_WORDS = 8
_GRAM = 4
_SAYS_SO = 0.6
#: Pages on which it was seen to take minutes: it is not asked there.
_MAX_LENGTH, _MAX_ATTRIBUTES, _MAX_DEPTH, _MAX_NODES = 1_500_000, 100, 150, 20_000


def in_doubt(traces: Sequence[Trace], points: Sequence[float], threshold: float) -> bool:
    """Say whether much of the text lies near the threshold."""
    kept = doubtful = 0
    for trace, score in zip(traces, points, strict=True):
        if score > threshold:
            kept += trace.piece.words
        if not trace.far and trace.piece.words >= _LINE_WORDS and abs(score - threshold) < _NEAR:
            doubtful += trace.piece.words
    return doubtful > _DOUBT * max(1, kept)


def with_witness(markup: str, outline: Outline, traces: Sequence[Trace], points: Sequence[float]) -> list[float]:
    """Return the points with the witness's word added: for what it keeps, against what it drops."""
    text = told_by_witness(markup, outline)
    if not text:
        return list(points)
    words = words_of(text)
    grams = {tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)}
    return [score + _vote(trace, grams) for trace, score in zip(traces, points, strict=True)]


def _vote(trace: Trace, grams: set[tuple[str, ...]]) -> float:
    words = words_of(trace.piece.text)
    own = len(words) - _GRAM + 1
    if trace.far or own < 1 or trace.repeated or trace.is_title:
        return 0.0
    shared = sum(tuple(words[i : i + _GRAM]) in grams for i in range(own))
    if shared > _SAYS_SO * own:
        return _WORD
    return -_WORD * (_AGREED if (trace.own | trace.around) & _AGREEING else 1.0)


def told_by_witness(markup: str, outline: Outline) -> str | None:
    """Return the text that the witness reads, or None where it is not asked or reads nothing."""
    nodes = outline.nodes
    if len(markup) > _MAX_LENGTH or len(nodes) > _MAX_NODES:
        return None
    if any(node.depth > _MAX_DEPTH or len(node.attrs) > _MAX_ATTRIBUTES for node in nodes):
        return None
    import trafilatura  # noqa: PLC0415 - half a second that most pages need not pay

    told = trafilatura.extract(markup, fast=True, include_comments=False)
    return told if isinstance(told, str) else None
