"""Outline → the layout it was made in, if it is a known one. A new layout is a table in a file and a line here."""

from searchsvc.parsing.html.layouts.bbc_2002 import BBC_2002
from searchsvc.parsing.html.layouts.bbc_2003 import BBC_2003
from searchsvc.parsing.html.layouts.bbc_2010 import BBC_2010
from searchsvc.parsing.html.layouts.bbc_2014 import BBC_2014
from searchsvc.parsing.html.layouts.bbc_2020 import BBC_2020
from searchsvc.parsing.html.layouts.layout import Layout, RelatedItems
from searchsvc.parsing.html.outline import Outline
from searchsvc.parsing.html.selectors import selector

__all__ = ["LAYOUTS", "Layout", "RelatedItems", "layout_of"]

#: Newest first: a new page may keep words of the layout before it, never the other way round.
LAYOUTS = (BBC_2020, BBC_2014, BBC_2010, BBC_2003, BBC_2002)


def layout_of(outline: Outline) -> Layout | None:
    """Return the layout that the page shows a sign of, and a body."""
    return next((layout for layout in LAYOUTS if _shows(outline, layout.signs)), None)


def _shows(outline: Outline, signs: tuple[str, ...]) -> bool:
    zones = {sign.removeprefix("zone:") for sign in signs if sign.startswith("zone:")}
    if zones and any(name in zones for piece in outline.pieces for name, _ in piece.zones):
        return True
    wanted = [selector(sign) for sign in signs if not sign.startswith("zone:")]
    return any(sign.matches(node) for node in outline.nodes for sign in wanted)
