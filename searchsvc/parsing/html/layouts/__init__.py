"""Outline → the layout it was made in, if it is a known one. A new layout is a table in a file and a line here."""

from searchsvc.parsing.html.bbc_layouts import BBC_2002, BBC_2003, BBC_2010, BBC_2014, BBC_2020
from searchsvc.parsing.html.dom import Outline
from searchsvc.parsing.html.layout import Layout, Rules

#: Newest first: a new page may keep words of the layout before it, never the other way round.
LAYOUTS = (BBC_2020, BBC_2014, BBC_2010, BBC_2003, BBC_2002)
_SIGNS = Rules.of({sign: layout.name for layout in LAYOUTS for sign in layout.signs})


def layout_of(outline: Outline) -> Layout | None:
    """Return the layout that the page shows a sign of, and a body."""
    shown = {name for node in outline.nodes if node.attrs and (name := _SIGNS.verdict(node))}
    shown |= {_SIGNS.zones[name] for piece in outline.pieces for name, _ in piece.zones if name in _SIGNS.zones}
    return next((layout for layout in LAYOUTS if layout.name in shown), None)
