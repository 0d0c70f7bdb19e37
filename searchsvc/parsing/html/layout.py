"""Layout: the tables of one publishing system's markup, and the selectors in them.

A selector (`div.cap`, `#q1`, `[data-component=text-block]`, `zone:IBOX`) is one compound selector without
combinators: what a layout needs to say about one element. Rules are looked up by their most specific part,
so that a page with thousands of elements stays cheap.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from searchsvc.model.article import RelatedGroup
from searchsvc.parsing.html.dom import Element

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

    @property
    def key(self) -> str:
        """The part to look it up by."""
        if self.identifier:
            return f"#{self.identifier}"
        if self.classes:
            return f".{self.classes[0]}"
        return f"[{self.attributes[0][0]}" if self.attributes else self.tag or ""


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


@dataclass(slots=True)
class Rules:
    """Selectors with a verdict each."""

    by_key: dict[str, list[tuple[Selector, str]]] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Mapping[str, str]) -> "Rules":
        """Return the rules of a table: selectors, separated by commas, → verdict."""
        rules = cls()
        for texts, verdict in table.items():
            for text in texts.split(","):
                name = text.strip()
                if name.startswith("zone:"):
                    rules.zones[name.removeprefix("zone:")] = verdict
                else:
                    made = selector(name)
                    rules.by_key.setdefault(made.key, []).append((made, verdict))
        for entries in rules.by_key.values():  # what asks for more means fewer elements: it is asked first
            entries.sort(key=lambda entry: -entry[0].weight)
        return rules

    def verdict(self, element: Element) -> str | None:
        """Return the verdict of the first rule that means this element."""
        for key in _keys(element):
            for made, verdict in self.by_key.get(key, ()):
                if made.matches(element):
                    return verdict
        return None


def _keys(element: Element) -> Iterator[str]:
    attrs = element.attrs
    if attrs:
        if "id" in attrs:
            yield f"#{attrs['id']}"
        for name in element.classes:
            yield f".{name}"
        for name in attrs:
            yield f"[{name}"
    yield element.tag
