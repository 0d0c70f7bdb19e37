"""Layout: the tables that describe the markup of one publishing system, and the matching of their selectors.

The selectors of `signs`, `bodies`, `rules` and `warnings` are single compound selectors without combinators or
pseudo-classes (`div.cap`, `#q1`, `[data-component=text-block]`), or `zone:NAME` for the zones that comments mark. They
are matched here, on Elements. Those of RelatedItems and `byline` are CSS, matched by bs4 in `soup_of_boxes`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from searchsvc.analysis.keys import unarchived
from searchsvc.model.article import RelatedGroup
from searchsvc.parsing.html.dom import Element, HtmlDocument, markup_of

#: Characters of a text in which the mark of an outlet is searched, at most.
_MARK_LENGTH = 120
_PART = re.compile(r"(?P<sign>[.#])?(?P<name>[\w-]+)|\[(?P<attribute>[\w-]+)(?:(?P<how>\^?)=(?P<value>[^\]]+))?\]")


@dataclass(frozen=True, slots=True)
class RelatedItems:
    """One list of headlines of other stories in a layout. The selectors are CSS.

    `text` as `date` or `section` means the texts directly in the item; `tail` as `age` means the end of its headline.
    """

    #: Elements that hold one headline each.
    items: str
    #: Group of the headlines; None if it is that of the heading before them.
    group: RelatedGroup | None = None
    #: Headings whose text gives the group of the items after them.
    headings: str | None = None
    #: In an item: the headline (None: the item itself), and what is printed beside it.
    headline: str | None = "a"
    date: str | None = None
    section: str | None = None
    outlet: str | None = None
    age: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The markup of one publishing system in the years it was used."""

    name: str
    #: First and last year of use; None if it is in use.
    years: tuple[int, int | None]
    #: A page is in this layout if it has one of these elements or zones.
    signs: tuple[str, ...]
    #: Elements or zones that hold the story: the first of this list that the page has.
    bodies: tuple[str, ...]
    #: Selectors → verdict on the texts in such an element: a block kind, `speaker` (names the speaker of the quote box
    #: before it), `-reason` (left out, with all in it), or `~reason` (left out unless an element in it has a rule).
    rules: Mapping[str, str]
    #: Elements that hold the headline.
    title: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    #: Elements that hold the printed date and time.
    stamp: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    related: tuple[RelatedItems, ...] = ()
    outlet: str | None = None
    #: Hosts of the outlet, without `www.`; where a page has no address, the word that its pages print somewhere.
    hosts: tuple[str, ...] = ()
    mark: str | None = None
    #: Labels that are cut from the beginning of a text, such as `Image caption`.
    labels: tuple[str, ...] = ()
    #: Selectors → warning, for elements which show that the page is not one complete story.
    warnings: Mapping[str, str] = field(default_factory=dict)

    def answers_for(self, document: HtmlDocument, address: str | None) -> bool:
        """Return whether a page may be the outlet's: by the host of its address, else by the mark in what it prints.

        Class names such as `bodytext` are those of many publishing systems.
        """
        hosts = [host for one in (document.canonical, address) if one and (host := _host_of(one))]
        if hosts:
            return any(host == own or host.endswith(f".{own}") for host in hosts for own in self.hosts)
        if self.mark is None:
            return True
        word = re.compile(rf"\b{re.escape(self.mark)}\b")
        printed = (block.text for block in (*document.text_blocks, *document.images) if len(block.text) < _MARK_LENGTH)
        declared = (content for _, content in document.metas)
        return any(map(word.search, (document.title, *declared, *printed)))


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(unarchived(address)).hostname
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Selector:
    """A compound selector."""

    tag: str | None
    classes: tuple[str, ...]
    identifier: str | None
    #: (name, value, whether a prefix is enough); without a value the attribute only has to exist.
    attributes: tuple[tuple[str, str | None, bool], ...]

    def matches(self, element: Element) -> bool:
        """Return whether an element matches."""
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
        """Number of its conditions; of several matching rules the one with most decides."""
        return len(self.classes) + len(self.attributes) + (self.tag is not None)


def selector(text: str) -> Selector:
    """Return the parsed compound selector, such as `div.cap`."""
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


#: Selectors with their verdicts, by falling weight.
Entries = list[tuple[Selector, str]]


@dataclass(slots=True)
class Rules:
    """Selectors with a verdict each, indexed by identifier, else first class, else first attribute, else tag.

    An element is thus compared with the few selectors that may match it.
    """

    by_identifier: dict[str, Entries] = field(default_factory=dict)
    by_class: dict[str, Entries] = field(default_factory=dict)
    by_attribute: dict[str, Entries] = field(default_factory=dict)
    by_tag: dict[str, Entries] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Mapping[str, str]) -> "Rules":
        """Return the rules of a table: selectors separated by commas → verdict, which must not be empty."""
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
            for entries in entries_by_name.values():
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
        """Return the verdict of the first rule that matches, by identifier, class, attribute, tag; else None."""
        attrs = element.attrs
        if attrs:
            verdict = _first_verdict(self.by_identifier.get(attrs.get("id", "")), element)
            if verdict is None and self.by_class and "class" in attrs:
                verdict = _first_of(self.by_class, element.classes, element)
            if verdict is None and self.by_attribute:
                verdict = _first_of(self.by_attribute, attrs, element)
            if verdict is not None:
                return verdict
        return _first_verdict(self.by_tag.get(element.tag), element)


def _first_of(entries_by_name: Mapping[str, Entries], names: Iterable[str], element: Element) -> str | None:
    for name in names:
        if name in entries_by_name and (verdict := _first_verdict(entries_by_name[name], element)) is not None:
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
    # Classes as lists and line numbers cost time and are not needed: selectors work on the plain attribute.
    return BeautifulSoup("".join(markup), "lxml", multi_valued_attributes=None, store_line_numbers=False)
