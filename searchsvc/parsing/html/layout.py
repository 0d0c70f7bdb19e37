"""What is known of one layout: the words its markup uses, as tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from searchsvc.model.article import RelatedGroup


@dataclass(frozen=True, slots=True)
class RelatedItems:
    """Where a layout lists headlines of other stories. Selectors are CSS."""

    #: Elements that hold one headline each.
    items: str
    #: Their group; None if the heading before them says it.
    group: RelatedGroup | None = None
    #: Headings that say the group of what follows them.
    headings: str | None = None
    #: Inside an item: the headline (the item itself if None), and what is printed beside it.
    headline: str | None = "a"
    date: str | None = None
    section: str | None = None
    outlet: str | None = None
    age: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One publishing system's markup in the years it was used."""

    name: str
    #: First and last year.
    years: tuple[int, int | None]
    #: Elements of which one must be there (selectors as in `selectors`, or `zone:…`).
    signs: tuple[str, ...]
    #: The element or zone that holds the story; the first in this list that the page has.
    bodies: tuple[str, ...]
    #: Selector → block kind, or `-` and the reason why what stands in it is left out.
    rules: Mapping[str, str]
    #: Elements that hold the headline, if no `<h1>` does.
    title: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    #: Printed date and time.
    stamp: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    related: tuple[RelatedItems, ...] = ()
    outlet: str | None = None
    #: Texts in front of a text that say what it is.
    labels: tuple[str, ...] = ()
    #: Elements whose presence means that the page is not one whole story → warning.
    warnings: Mapping[str, str] = field(default_factory=dict)
