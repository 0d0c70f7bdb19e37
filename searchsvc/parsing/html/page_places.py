"""Places of a page as the head is read: before, in, or after the story, and elements that speak of something else."""

import re
from dataclasses import dataclass

from searchsvc.parsing.html.dom import Element, TextBlock
from searchsvc.parsing.html.extraction.feature_patterns import hints_of
from searchsvc.parsing.html.metadata import PageMetadata

#: Element → why what stands in it is not said of the story.
IN_SIDE_BOX, IN_NAVIGATION = "stands in a side box", "stands in the navigation"
_FOREIGN_TAGS = {
    "aside": IN_SIDE_BOX,
    "nav": IN_NAVIGATION,
    "figure": "belongs to a picture",
    "figcaption": "belongs to a picture",
    "blockquote": "stands in a quotation",
}
_FOREIGN_HINTS = {
    "comment": "belongs to readers' comments",
    "related": "belongs to another story",
    "letter": "belongs to a sign-up box",
    "modal": "belongs to a dialog",
}
#: Types of microdata (schema.org) whose properties are not those of the story.
_FOREIGN_TYPES = re.compile(
    r"(?:Comment|UserComments|VideoObject|ImageObject|AudioObject|Event|ItemList|Product|Offer|Review|Rating|Answer)\b",
    re.IGNORECASE,
)
#: Levels up in which elements and their names are examined.
_LEVELS = 12
#: A text block is near the headline if it is at most so many after it, or so many before it.
_AFTER, _BEFORE = 14, 6
#: Blocks of a story after its first one among which the stamp may stand: behind the standfirst.
_LEAD_BLOCKS = 2


@dataclass(frozen=True, slots=True)
class PagePlaces:
    """Where headline and story stand on a page, by indexes of text blocks."""

    metadata: PageMetadata
    headline: int | None
    #: Indexes of the first and last text block of the story; None if it was not found on the page.
    first: int | None
    last: int | None

    @classmethod
    def of(cls, metadata: PageMetadata, story: set[int]) -> "PagePlaces":
        """Return the places of a page whose story consists of these text blocks."""
        headline = metadata.headline
        after = [index for index in story if headline is None or index > headline.index]
        return cls(
            metadata,
            headline.index if headline else None,
            min(after, default=None),
            max(after, default=None),
        )

    def foreign(self, element: Element, *, boxes: bool = True) -> str | None:
        """Return why what stands in an element is not said of the story; None if it may be.

        An element that also holds the headline is never foreign, whatever its name; nor is one between headline and
        story for the names alone: a bar of dates counts comments, too.

        Args:
            element: The element.
            boxes: Whether side boxes are foreign: many layouts have the byline and the date in one.

        """
        leads_in = self._leads_in(element.first)
        around: Element | None = element
        for _ in range(_LEVELS):
            if around is None or self._holds_headline(around):
                return None
            if around.tag == "article" and self.headline is not None and not self.holds_story(around):
                return "belongs to another story"
            if around.tag in _FOREIGN_TAGS:
                told = _FOREIGN_TAGS[around.tag]
                return told if boxes or told != IN_SIDE_BOX else None
            hints = frozenset() if leads_in else hints_of(around.hint)
            if reason := next((reason for hint, reason in _FOREIGN_HINTS.items() if hint in hints), None):
                return reason
            if _FOREIGN_TYPES.search(around.attrs.get("itemtype", "")):
                return f"is said of a {around.attrs['itemtype'].rsplit('/', 1)[-1][:30]}"
            around = around.parent
        return None

    def nearness(self, index: int) -> float:
        """Return how near a text block is to the headline, 0 to 1; 0 in the story and far from the headline.

        Without a headline it is how near the block is to the beginning of the story.
        """
        at = self.headline if self.headline is not None else self.first
        if at is None:
            return 0.5
        if index < at:
            return max(0.0, 0.5 * (1 - (at - index) / (_BEFORE + 1)))
        after = index - at
        if self.first is not None and index <= self.first + _LEAD_BLOCKS:
            return max(0.3, 1 - after / (_AFTER + 1))
        begun = self.first is not None and self.last is not None and self.first < index <= self.last
        return 0.0 if after > _AFTER else (0.4 if begun else 1.0) * (1 - after / (_AFTER + 1))

    def in_story(self, index: int) -> bool:
        """Return whether a text block stands in the story, behind its lead."""
        return self.first is not None and self.last is not None and self.first + _LEAD_BLOCKS < index <= self.last

    def holds_story(self, element: Element) -> bool:
        """Return whether an element holds the headline, or the beginning of the story."""
        first = None if self.first is None else self.metadata.document.text_blocks[self.first]
        return self._holds_headline(element) or (first is not None and element.contains(first.element))

    def _leads_in(self, index: int) -> bool:
        return self.headline is not None and self.first is not None and self.headline < index < self.first

    def text_block(self, element: Element) -> TextBlock | None:
        """Return the text block that holds an element's text or stands in it; None if there is none."""
        blocks = self.metadata.document.text_blocks
        for index in (element.first, element.first - 1):
            if 0 <= index < len(blocks):
                block = blocks[index]
                if block.element.contains(element) or element.contains(block.element):
                    return block
        return None

    def _holds_headline(self, element: Element) -> bool:
        if self.headline is None:
            return element.tag in {"body", "html", "main"}
        return element.contains(self.metadata.document.text_blocks[self.headline].element)
