"""Clues → Body, for a page whose layout nobody has described."""

import re

from searchsvc.model.article import Block, LeftOut
from searchsvc.parsing.html.body import Body, kind_of
from searchsvc.parsing.html.clues import Clues
from searchsvc.parsing.html.linked_data import body_of
from searchsvc.parsing.html.outline import Piece
from searchsvc.parsing.html.scoring import Chosen, choose
from searchsvc.parsing.html.scoring.traces import Trace

#: The page shows less than half of what its JSON-LD tells: the text is loaded by a script.
_TOLD_WORDS, _SHOWN_SHARE = 60, 0.5
_CAPTION_WORDS = 4
_CREDIT = re.compile(r"^\W*(?:photo|image|picture|credit|getty|reuters|afp|ap)\b[^.]{0,60}$", re.IGNORECASE)


def scored(clues: Clues) -> Body:
    """Return the blocks of a page by points for each text."""
    body = Body("scored")
    told = body_of(clues.articles)
    if not clues.outline.pieces:
        return _from_linked_data(body, told)
    chosen = choose(clues)
    shown = sum(piece.words for piece in chosen.kept)
    words = sum(text.count(" ") + 1 for text in told)
    if words >= _TOLD_WORDS and shown < _SHOWN_SHARE * words:
        return _from_linked_data(body, told)
    _arrange(body, chosen)
    return body


def _from_linked_data(body: Body, told: list[str]) -> Body:
    if told:
        body.reader = "json-ld"
        body.blocks = [Block("paragraph", text) for text in told]
        body.warnings.append("the page shows less text than its JSON-LD holds: read from articleBody")
    return body


def _arrange(body: Body, chosen: Chosen) -> None:
    kept = {piece.at for piece in chosen.kept}
    body.taken = kept
    for trace in chosen.traces:
        piece = trace.piece
        if piece.at in kept:
            body.blocks.append(Block(kind_of(piece, first=body.lead is None), piece.text))
        elif _is_caption(piece, trace):
            body.blocks.append(Block("caption", piece.text))
        else:
            body.left_out.append(LeftOut(piece.text, _reason(trace)))


def _is_caption(piece: Piece, trace: Trace) -> bool:
    if trace.far or trace.climb or trace.repeated or trace.before or trace.after or piece.node.hidden:
        return False
    named = piece.node.tag == "figcaption" or "figcaption" in trace.tags or "caption" in trace.own
    return named and piece.words >= _CAPTION_WORDS and not _CREDIT.match(piece.text)


def _reason(trace: Trace) -> str:
    """What spoke most against a text."""
    if trace.far:
        return "far from the story"
    if trace.is_title:
        return "headline"
    if trace.repeated:
        return "repeated"
    names = trace.own | trace.around
    for name, reason in _REASONS.items():
        if name in names:
            return reason
    if trace.phrases:
        return "reads like " + ", ".join(sorted(_PHRASES.get(name, name) for name in trace.phrases))
    return "not enough speaks for it"


_REASONS = {
    "comment": "readers' comments",
    "related": "links to other pages",
    "letter": "newsletter or sign-up box",
    "modal": "notice or dialog",
    "nav": "navigation",
    "ad": "advertisement",
    "author": "about the author",
    "caption": "caption or credit",
    "social": "share bar or embedded post",
    "meta": "date, topics or label",
    "side": "side box",
    "media": "gallery or player",
}
_PHRASES = {
    "promo": "a promotion",
    "call": "a call to action",
    "credit": "a credit",
    "hard": "a notice of the publisher",
    "tail": "a note about author or source",
    "when": "a date",
    "by": "a byline",
    "handle": "an address",
    "mark": "a list mark",
}
