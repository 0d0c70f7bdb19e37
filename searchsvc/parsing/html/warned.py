"""Clues → warnings: pages that are not one whole story."""

from collections.abc import Iterator

from searchsvc.parsing.html.clues import Clues
from searchsvc.parsing.html.linked_data import kind_of
from searchsvc.parsing.html.walk import MAX_PIECES

_LIVE = "LiveBlogPosting"
_GALLERIES = ("ImageGallery", "MediaGallery")
_FREE = "isAccessibleForFree"


def warnings_of(clues: Clues) -> Iterator[str]:
    """Yield what the page says of itself that makes its text incomplete, and what we did not read."""
    kinds = [kind_of(thing) for thing in clues.things]
    if any(_LIVE in kind for kind in kinds):
        yield "live page: entries may be missing"
    if any(name in kind for kind in kinds for name in _GALLERIES):
        yield "gallery: its text stands in captions"
    if any(str(article.get(_FREE)).lower() == "false" for article in clues.articles):
        yield "behind a paywall: the text may be cut short"
    if len(clues.outline.pieces) >= MAX_PIECES:
        yield f"more than {MAX_PIECES:,} texts: the rest was not read"
