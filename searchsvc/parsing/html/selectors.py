"""`div.cap`, `#q1`, `[data-component=text-block]`, `zone:IBOX` → which elements a layout means.

One compound selector, without combinators: what a layout needs to say about one element. Rules
are looked up by their most telling part, so that a page with thousands of elements stays cheap.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from searchsvc.parsing.html.dom import Node

_PART = re.compile(r"(?P<sign>[.#])?(?P<name>[\w-]+)|\[(?P<attribute>[\w-]+)(?:(?P<how>\^?)=(?P<value>[^\]]+))?\]")


@dataclass(frozen=True, slots=True)
class Selector:
    """What must be true of an element."""

    tag: str | None
    classes: tuple[str, ...]
    identifier: str | None
    #: (name, value, whether the value only has to begin so); no value: the attribute must be there.
    attributes: tuple[tuple[str, str | None, bool], ...]

    def matches(self, node: Node) -> bool:
        """Say whether an element is meant."""
        if self.tag is not None and node.tag != self.tag:
            return False
        attrs = node.attrs
        if self.identifier is not None and attrs.get("id") != self.identifier:
            return False
        if self.classes:
            names = node.classes
            if not all(name in names for name in self.classes):
                return False
        for name, value, begins in self.attributes:
            told = attrs.get(name)
            if told is None or (value is not None and told != value and not (begins and told.startswith(value))):
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
    """Return the selector a text says."""
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
        """Return the rules of a table: selectors, parted by commas, → verdict."""
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

    def verdict(self, node: Node) -> str | None:
        """Return the verdict of the first rule that means this element."""
        for key in _keys(node):
            for made, verdict in self.by_key.get(key, ()):
                if made.matches(node):
                    return verdict
        return None


def _keys(node: Node) -> Iterator[str]:
    attrs = node.attrs
    if attrs:
        if "id" in attrs:
            yield f"#{attrs['id']}"
        for name in node.classes:
            yield f".{name}"
        for name in attrs:
            yield f"[{name}"
    yield node.tag
