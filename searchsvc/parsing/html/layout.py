"""Layout: the tables of one publishing system's markup, and the selectors in them.

A selector (`div.cap`, `#q1`, `[data-component=text-block]`, `zone:IBOX`) is one compound selector without
combinators: what a layout needs to say about one element. Rules are looked up by their most specific part,
so that a page with thousands of elements stays cheap.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bs4 import BeautifulSoup

from searchsvc.model.article import RelatedGroup
from searchsvc.parsing.html.dom import Element, HtmlDocument, markup_of

_PART = re.compile(r"(?P<sign>[.#])?(?P<name>[\w-]+)|\[(?P<attribute>[\w-]+)(?:(?P<how>\^?)=(?P<value>[^\]]+))?\]")


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
    #: Elements of which one must be there (selectors, or `zone:…`).
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
    #: Labels in front of a text that say what it is: `Image caption`.
    labels: tuple[str, ...] = ()
    #: Elements whose presence means that the page is not one whole story → warning.
    warnings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selector:
    """What must be true of an element."""

    tag: str | None
    classes: tuple[str, ...]
    identifier: str | None
    #: (name, value, whether the value only has to begin so); no value: the attribute must be there.
    attributes: tuple[tuple[str, str | None, bool], ...]

    def matches(self, element: Element) -> bool:
        """Say whether an element is meant."""
        if self.tag is not None and element.tag != self.tag:
            return False
        attrs = element.attrs
        if self.identifier is not None and attrs.get("id") != self.identifier:
            return False
        if self.classes:
            names = element.classes
            if not all(name in names for name in self.classes):
                return False
        for name, value, begins in self.attributes:
            actual = attrs.get(name)
            if actual is None or (value is not None and actual != value and not (begins and actual.startswith(value))):
                return False
        return True

    @property
    def weight(self) -> int:
        """How much it asks for."""
        return len(self.classes) + len(self.attributes) + (self.tag is not None)


def selector(text: str) -> Selector:
    """Return the selector of a text like `div.cap`."""
    tag = identifier = None
    classes: list[str] = []
    attributes: list[tuple[str, str | None, bool]] = []
    for part in _PART.finditer(text):
        if part["attribute"]:
            attributes.append((part["attribute"], part["value"], part["how"] == "^"))
        elif part["sign"] == ".":
            classes.append(part["name"])
        elif part["sign"] == "#":
            identifier = part["name"]
        else:
            tag = part["name"]
    return Selector(tag, tuple(classes), identifier, tuple(attributes))


#: Selectors with their verdicts, the one that asks for most first.
Entries = list[tuple[Selector, str]]


@dataclass(slots=True)
class Rules:
    """Selectors with a verdict each, in tables by their most specific part: identifier, class, attribute, tag."""

    by_identifier: dict[str, Entries] = field(default_factory=dict)
    by_class: dict[str, Entries] = field(default_factory=dict)
    by_attribute: dict[str, Entries] = field(default_factory=dict)
    by_tag: dict[str, Entries] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Mapping[str, str]) -> "Rules":
        """Return the rules of a table: selectors, separated by commas, → verdict (never empty)."""
        rules = cls()
        for texts, verdict in table.items():
            for text in texts.split(","):
                name = text.strip()
                if name.startswith("zone:"):
                    rules.zones[name.removeprefix("zone:")] = verdict
                else:
                    wanted = selector(name)
                    rules._entries(wanted).append((wanted, verdict))
        for entries_by_name in (rules.by_identifier, rules.by_class, rules.by_attribute, rules.by_tag):
            for entries in entries_by_name.values():  # what asks for more means fewer elements: it is asked first
                entries.sort(key=lambda entry: -entry[0].weight)
        return rules

    def _entries(self, wanted: Selector) -> Entries:
        if wanted.identifier:
            return self.by_identifier.setdefault(wanted.identifier, [])
        if wanted.classes:
            return self.by_class.setdefault(wanted.classes[0], [])
        if wanted.attributes:
            return self.by_attribute.setdefault(wanted.attributes[0][0], [])
        return self.by_tag.setdefault(wanted.tag or "", [])

    def verdict(self, element: Element) -> str | None:
        """Return the verdict of the first rule that means this element: by identifier, class, attribute, tag."""
        attrs = element.attrs
        if attrs:
            found = _first_verdict(self.by_identifier.get(attrs.get("id", "")), element)
            if found is None and self.by_class and "class" in attrs:
                found = _first_of(self.by_class, element.classes, element)
            if found is None and self.by_attribute:
                found = _first_of(self.by_attribute, attrs, element)
            if found is not None:
                return found
        return _first_verdict(self.by_tag.get(element.tag), element)


def _first_of(entries_by_name: Mapping[str, Entries], names: Iterable[str], element: Element) -> str | None:
    for name in names:
        verdict = _first_verdict(entries_by_name.get(name), element)
        if verdict is not None:
            return verdict
    return None


def _first_verdict(entries: Entries | None, element: Element) -> str | None:
    if entries:
        for wanted, verdict in entries:
            if wanted.matches(element):
                return verdict
    return None


def soup_of_boxes(document: HtmlDocument, layout: Layout) -> BeautifulSoup:
    """Return one bs4 tree of the layout's bylines and related headlines: their markup alone is parsed again.

    A box is an element that matches the first compound selector of `byline`, `items` or `headings` (`div.see-also` of
    `div.see-also li`) and stands in no other box; boxes keep the order of the page. Those selectors have descendant
    and child combinators only, so they select the same elements in this tree as they would in a tree of the whole page.
    """
    texts = [*layout.byline, *(table.items for table in layout.related)]
    texts += [table.headings for table in layout.related if table.headings]
    boxes = Rules.of({text.split()[0]: "box" for texts_of_one in texts for text in texts_of_one.split(",")})
    markup: list[str] = []
    last = -1
    for element in document.elements:
        if element.seq > last and boxes.verdict(element):
            markup.append(markup_of(document, element))
            last = element.end
    # Lists of classes cost time, and selectors do without them; line numbers are never asked for.
    return BeautifulSoup("".join(markup), "lxml", multi_valued_attributes=None, store_line_numbers=False)
