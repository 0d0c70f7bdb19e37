"""Clues → the texts that are the story, on a page whose layout nobody has described."""

from dataclasses import dataclass

from searchsvc.parsing.html.dom import Piece
from searchsvc.parsing.html.extraction.mass import Place, place_of
from searchsvc.parsing.html.extraction.points import HEADINGS, points_of
from searchsvc.parsing.html.extraction.traces import Trace, traces_of
from searchsvc.parsing.html.extraction.witness import in_doubt, with_witness
from searchsvc.parsing.html.metadata import Clues

__all__ = ["Chosen", "choose"]

#: Points from which a text is kept.
THRESHOLD = 0.5
#: A single doubtful text between two kept ones is kept; one alone among dropped ones is dropped.
_LENIENCE = 1.0
_ALONE_WORDS = 25
#: Texts after a heading of which one must be kept.
_HEADED = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """The texts of the story with what they were judged by."""

    kept: list[Piece]
    place: Place
    traces: list[Trace]
    points: list[float]


def choose(clues: Clues) -> Chosen:
    """Return the texts that belong to the story. The page has at least one text."""
    place = place_of(clues)
    traces = traces_of(clues, place)
    points = points_of(traces, place)
    if in_doubt(traces, points, THRESHOLD):
        points = with_witness(clues.markup, clues.outline, traces, points)
    keep = [score > THRESHOLD for score in points]
    _smooth(keep, points, traces)
    kept = [trace.piece for trace, kept in zip(traces, keep, strict=True) if kept]
    return Chosen(kept, place, traces, points)


def _smooth(keep: list[bool], points: list[float], traces: list[Trace]) -> None:
    last = len(keep) - 1
    for i in range(len(keep)):
        before = i > 0 and points[i - 1] > THRESHOLD
        after = i < last and points[i + 1] > THRESHOLD
        if not keep[i] and before and after and points[i] > THRESHOLD - _LENIENCE:
            keep[i] = True
        alone = not before and not after and traces[i].piece.words < _ALONE_WORDS
        if keep[i] and alone and points[i] < THRESHOLD + _LENIENCE:
            keep[i] = False
    for i in range(last, -1, -1):
        if (
            keep[i]
            and traces[i].piece.node.tag in HEADINGS
            and not traces[i].deck
            and not any(keep[i + 1 : i + 1 + _HEADED])
        ):
            keep[i] = False
