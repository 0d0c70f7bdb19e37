"""Lists and tables of the story: each is kept as a whole, by where it stands, whatever its short texts look like.

An item of two words and a cell with a number say nothing for themselves; that the list stands between paragraphs of the
story, in the same element, says that it belongs to it.
"""

from collections.abc import Iterator

from searchsvc.parsing.html.dom import Element, HtmlDocument, TextBlock
from searchsvc.parsing.html.extraction.feature_patterns import hints_of
from searchsvc.parsing.html.extraction.text_density import MainContent

_UNITS = frozenset({"ul", "ol", "dl", "table"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5"})
#: Names of elements that are no unit of the story.
_BESIDE = frozenset({"related", "social", "nav", "ad", "letter", "author", "comment", "modal", "side", "meta", "media"})
#: Share of the story's good words beyond which a table is the page's layout.
_LAYOUT_SHARE = 0.3
#: Share of links beyond which a list is one of links: things that a story recommends have links to what it says of
#: them, or to shops; most texts of a unit.
_LINKS, _MOST_TEXTS = 0.6, 400
#: Levels up to the element that also holds paragraphs of the story directly, and how many it holds at least.
_LEVELS, _PARAGRAPHS = 3, 2
#: Texts between a unit and a paragraph of the story at most: a heading, a caption, a button, a label.
_REACH = 4


def units_of(document: HtmlDocument, content: MainContent, keep: list[bool]) -> Iterator[tuple[int, bool]]:
    """Yield the text blocks of lists and tables of the story, with the headings before them; and whether one is a cell.

    Args:
        document: The page.
        content: Where its story stands.
        keep: Whether each text block is kept for its own sake.

    """
    beside = _paragraph_parents(document, content, keep)
    until = -1
    for element in document.elements:
        if element.tag not in _UNITS or element.seq <= until or element.hidden or element.skip:
            continue
        texts = _texts_in(document, element)
        if not texts or (
            element.tag == "table" and content.subtree_words[element.seq] > _LAYOUT_SHARE * content.core_words
        ):
            continue
        until = element.end
        if _stands_in_story(element, texts, beside, keep) and not any(one.index in content.out for one in texts):
            before = texts[0].index - 1
            if before >= 0 and document.text_blocks[before].element.tag in _HEADINGS:
                yield before, False
            yield from ((one.index, element.tag == "table") for one in texts)


def _paragraph_parents(document: HtmlDocument, content: MainContent, keep: list[bool]) -> dict[int, int]:
    """Return how many kept paragraphs stand directly in each element."""
    held: dict[int, int] = {}
    for block in document.text_blocks:
        if keep[block.index] and content.good_words[block.index] and block.element.parent is not None:
            held[block.element.parent.seq] = held.get(block.element.parent.seq, 0) + 1
    return held


def _texts_in(document: HtmlDocument, element: Element) -> list[TextBlock]:
    texts = []
    for block in document.text_blocks[element.first : element.first + _MOST_TEXTS]:
        if not element.contains(block.element):
            break
        texts.append(block)
    return texts


def _stands_in_story(element: Element, texts: list[TextBlock], beside: dict[int, int], keep: list[bool]) -> bool:
    length = sum(len(one.text) for one in texts)
    if sum(len(one.text) * one.link_density for one in texts) > _LINKS * length or hints_of(element.hint) & _BESIDE:
        return False
    parent: Element | None = element.parent
    for _ in range(_LEVELS):
        if parent is None or beside.get(parent.seq, 0) >= _PARAGRAPHS or hints_of(parent.hint) & _BESIDE:
            break
        parent = parent.parent
    if parent is None or beside.get(parent.seq, 0) < _PARAGRAPHS:
        return False
    first = texts[0].index
    return any(keep[max(0, first - _REACH) : first])
