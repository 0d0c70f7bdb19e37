"""Body of a page in a known layout. A layout more is a table in a module and an entry in `LAYOUTS`."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from searchsvc.model.article import Block, BlockKind
from searchsvc.parsing.html.bbc_layouts import BBC_2002, BBC_2003, BBC_2010, BBC_2014, BBC_2020
from searchsvc.parsing.html.dom import Element, HtmlDocument, TextBlock
from searchsvc.parsing.html.layout import Layout, Rules, selector
from searchsvc.parsing.parse_result import LeftOut

#: Newest first: a page may keep some markup of the layout before its own, but has none of a later one.
LAYOUTS = (BBC_2020, BBC_2014, BBC_2010, BBC_2003, BBC_2002)
_SIGNS = Rules.of({sign: layout.name for layout in LAYOUTS for sign in layout.signs})
#: First character of the verdicts that leave a text out: `-` for all in the element, `~` unless a rule inside matches.
_OUT, _SOFTLY_OUT = "-", "~"
_SPEAKER = "speaker"
#: Verdicts that become `factbox` in the zone of a fact box; its bullets stay bullets.
_WITHIN_BOX = frozenset({"paragraph", "crosshead"})
#: Quotation marks of old quote boxes: images with this in their file name, or elements with one of these ids.
_QUOTE_IMAGE = "quote"
_QUOTE_ELEMENTS = frozenset({"q1", "q2"})
_ALT_WORDS = 3
#: Least characters of a text that is left out when it was read before; shorter lines may repeat.
_REPEATED = 40
_WHOLLY_LINK = 0.9
#: An appeal to readers to write in; the bullets after it are the ways to do so.
_APPEAL = re.compile(
    r"haveyoursay@|(?:share|send|tell) (?:it )?(?:us |with us )?"
    r"(?:by emailing|your (?:experiences?|stories|comments|views|pictures))"
    r"|contact number if you are willing|contact us in the following ways|using the form below",
    re.IGNORECASE,
)
_APPEAL_REASON = "appeal to readers"
#: Most words of a cross-head in bold type, and the least share of bold characters.
_CROSSHEAD_WORDS = 12
_BOLD = 0.9
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LIST_DEPTH = 3
_FACT_BOX = re.compile(r"\b(?:fact-?_?(?:box|file|sheet)|info-?_?box|fakten-?box|fakta-?(?:boks|ruta))")
_BOX_DEPTH = 4
_OPENING_MARKS = "\"'“‘«„"
_MARK_PAIRS = "“”"


@dataclass(slots=True)
class ArticleBody:
    """The blocks of a story, and the texts of the page that are not in it."""

    #: Name of the layout, else `scored`, `json-ld` or `trafilatura`.
    reader: str
    blocks: list[Block] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    #: Language tag that the data of a script give for the text, where it is read from there.
    language: str | None = None
    #: Indexes of the text blocks in it; filled by `extraction` alone.
    block_indexes: set[int] = field(default_factory=set)

    @property
    def lead(self) -> str | None:
        """The first paragraph; None if there is none."""
        return next((block.text for block in self.blocks if block.kind == "paragraph"), None)

    @property
    def words(self) -> int:
        """Number of words in paragraphs and bullets."""
        return sum(block.text.count(" ") + 1 for block in self.blocks if block.kind in {"paragraph", "bullet"})


def layout_of(document: HtmlDocument, address: str | None = None) -> Layout | None:
    """Return the newest layout of which the page has a sign, if the page is its outlet's; None if there is none.

    Args:
        document: The page.
        address: Its address, if its container gives it.

    """
    shown = {name for element in document.elements if element.attrs and (name := _SIGNS.verdict(element))}
    shown |= {
        _SIGNS.zones[name]
        for text_block in document.text_blocks
        for name, _ in text_block.zones
        if name in _SIGNS.zones
    }
    layout = next((layout for layout in LAYOUTS if layout.name in shown), None)
    return layout if layout and layout.answers_for(document, address) else None


def body_in_layout(document: HtmlDocument, layout: Layout) -> ArticleBody:
    """Return the blocks of a page in a known layout."""
    rules = Rules.of(layout.rules)
    body = ArticleBody(layout.name)
    inside = _inside(document, layout)
    verdicts = _verdicts(document.elements, rules)
    quote_boxes = _quote_boxes(document)
    stream = sorted(
        [(text_block.index, 1, text_block) for text_block in document.text_blocks]
        + [(image.index, 0, image) for image in document.images],
        key=lambda entry: entry[:2],
    )
    seen: set[str] = set()
    for _, is_text, text_block in stream:
        if not inside(text_block):
            if is_text:
                body.left_out.append(LeftOut(text_block.text, "outside the story"))
            continue
        verdict = _verdict(text_block, verdicts, rules)
        if is_text and layout.labels:
            text_block = _without_label(text_block, layout.labels)  # noqa: PLW2901 - the same text from here on
            verdict = verdict if text_block.text else f"{_OUT}label"
        if not is_text:
            _append_caption(body, text_block, verdict, seen)
            continue
        reason = _exclusion_reason(text_block, verdict, body, seen)
        if reason:
            body.left_out.append(LeftOut(text_block.text, reason))
        else:
            _append_block(body, text_block, verdict, quote_boxes)
            seen.add(text_block.text)
    _warn(body, document, layout)
    return body


def _exclusion_reason(text_block: TextBlock, verdict: str | None, body: ArticleBody, seen: set[str]) -> str | None:
    """Return why a text in the body is no part of the story; None if it is part of it."""
    if verdict and verdict[0] in _OUT + _SOFTLY_OUT:
        return verdict[1:]
    if text_block.text in seen and len(text_block.text) >= _REPEATED:
        return "repeated"
    if text_block.link_density > _WHOLLY_LINK and (
        verdict == "bullet" or block_kind(text_block, first=False) == "bullet"
    ):
        return "link to another page"
    if _APPEAL.search(text_block.text):
        return _APPEAL_REASON
    after_appeal = bool(body.left_out) and body.left_out[-1].reason == _APPEAL_REASON
    if after_appeal and block_kind(text_block, first=False) == "bullet":
        return _APPEAL_REASON
    return None


def _inside(document: HtmlDocument, layout: Layout) -> "_BodyRoot":
    """Return the body: of the first selector or zone in `layout.bodies` that the page has, the one with most words."""
    for name in layout.bodies:
        if name.startswith("zone:"):
            words: dict[tuple[str, int], int] = defaultdict(int)
            for text_block in document.text_blocks:
                for zone in text_block.zones:
                    if zone[0] == name.removeprefix("zone:") and not text_block.element.hidden:
                        words[zone] += text_block.words if text_block.link_density < 0.5 else 0  # noqa: PLR2004 - half
            if words:
                return _BodyRoot(zone=max(words, key=lambda zone: words[zone]))
            continue
        wanted = selector(name)
        elements = [element for element in document.elements if wanted.matches(element) and not element.skip]
        if elements:
            return _BodyRoot(element=max(elements, key=lambda element: _words_in(document, element)))
    return _BodyRoot(element=document.elements[0])


class _BodyRoot:
    """The element or zone that holds the story."""

    __slots__ = ("element", "zone")

    def __init__(self, element: Element | None = None, zone: tuple[str, int] | None = None) -> None:
        self.element = element
        self.zone = zone

    def __call__(self, text_block: TextBlock) -> bool:
        """Return whether a text or an image is in it."""
        return (
            self.zone in text_block.zones
            if self.zone
            else self.element is not None and self.element.contains(text_block.element)
        )


def _words_in(document: HtmlDocument, element: Element) -> int:
    return sum(text_block.words for text_block in document.text_blocks if element.contains(text_block.element))


def _verdicts(elements: Sequence[Element], rules: Rules) -> list[str | None]:
    """Return the verdict on each element: `-reason` of an ancestor, else its own, else that of its parent."""
    verdicts: list[str | None] = []
    for element in elements:
        inherited = verdicts[element.parent.seq] if element.parent is not None else None
        verdicts.append(inherited if inherited and inherited[0] == _OUT else rules.verdict(element) or inherited)
    return verdicts


def _verdict(text_block: TextBlock, verdicts: list[str | None], rules: Rules) -> str | None:
    zone_verdict: str | None = None
    for name, _ in text_block.zones:
        verdict = rules.zones.get(name)
        if verdict and verdict[0] == _OUT:
            return verdict
        zone_verdict = verdict or zone_verdict
    element = text_block.inner or text_block.element
    own = verdicts[element.seq]
    return zone_verdict if own in _WITHIN_BOX and zone_verdict == "factbox" else own or zone_verdict


def _quote_boxes(document: HtmlDocument) -> set[int]:
    """Return the numbers of the IBOX zones that hold a quotation: with an image or element of its marks."""
    drawn = [image for image in document.images if image.href and _QUOTE_IMAGE in image.href.rsplit("/", 1)[-1]]
    boxes = {number for image in drawn for name, number in image.zones if name == "IBOX"}
    marked = [element for element in document.elements if element.attrs.get("id") in _QUOTE_ELEMENTS]
    for element in marked:
        for text_block in document.text_blocks:
            if text_block.element.seq >= element.seq:
                boxes.update(number for name, number in text_block.zones if name == "IBOX")
                break
    return boxes


def _without_label(text_block: TextBlock, labels: tuple[str, ...]) -> TextBlock:
    label = next((label for label in labels if text_block.text.startswith(label)), None)
    return replace(text_block, text=text_block.text[len(label) :].lstrip(" ,:")) if label else text_block


def _append_block(body: ArticleBody, text_block: TextBlock, verdict: str | None, quote_boxes: set[int]) -> None:
    """Append a text as a block of the kind that its verdict, zone or markup gives."""
    if any(name == "IBOX" and number in quote_boxes for name, number in text_block.zones):
        verdict = "pullquote" if text_block.bold_share > 0.5 else _SPEAKER  # noqa: PLR2004 - half
    last = body.blocks[-1] if body.blocks else None
    if verdict == _SPEAKER:
        if last is not None and last.kind == "pullquote":
            body.blocks[-1] = Block("pullquote", quotation_text(last.text.partition("” – ")[0], text_block.text))
        else:
            body.left_out.append(LeftOut(text_block.text, "speaker of a quote box"))
        return
    if verdict == "pullquote":
        body.blocks.append(Block("pullquote", quotation_text(text_block.text, None)))
        return
    first = body.lead is None
    if verdict in {None, "paragraph"}:
        body.blocks.append(Block(block_kind(text_block, first=first), text_block.text))
    elif verdict == "bullet" and block_kind(text_block, first=False) == "crosshead":
        body.blocks.append(Block("crosshead", text_block.text))
    else:
        body.blocks.append(Block(cast("BlockKind", verdict), text_block.text))


def _append_caption(body: ArticleBody, image: TextBlock, verdict: str | None, seen: set[str]) -> None:
    """Append the text of an image as a caption, unless the layout leaves out what stands there."""
    wanted = verdict in {"caption", "factbox", None} or verdict == "~picture credit"
    if wanted and image.text.count(" ") + 1 >= _ALT_WORDS and image.text not in seen:
        body.blocks.append(Block("caption", image.text))
        seen.add(image.text)


def _warn(body: ArticleBody, document: HtmlDocument, layout: Layout) -> None:
    table = Rules.of(layout.warnings)
    warnings = (
        {verdict for element in document.elements if (verdict := table.verdict(element))} if layout.warnings else set()
    )
    body.warnings.extend(sorted(warnings))


def block_kind(text_block: TextBlock, *, first: bool) -> BlockKind:
    """Return the kind of a text of the story, by its markup alone.

    Args:
        text_block: The text.
        first: Whether no paragraph came before it: a bold text is then the lead and no cross-head.

    """
    element = text_block.element
    walk = element
    for _ in range(_BOX_DEPTH):
        if _FACT_BOX.search(walk.hint):
            return "factbox"
        if walk.parent is None:
            break
        walk = walk.parent
    if element.tag in _HEADINGS:
        return "crosshead"
    walk = element
    for _ in range(_LIST_DEPTH):
        if walk.tag == "li":
            return "bullet"
        if walk.parent is None or walk.tag in {"div", "section", "article"}:
            break
        walk = walk.parent
    if (
        not first
        and text_block.bold_share > _BOLD
        and text_block.words <= _CROSSHEAD_WORDS
        and text_block.link_density < _BOLD
    ):
        last = text_block.text.rstrip("\"'”’»)")[-1:]
        if last not in ".,;:!":
            return "crosshead"
    return "paragraph"


def quotation_text(text: str, speaker: str | None) -> str:
    """Return the text of a quote box in quotation marks, as `“…” – speaker`; on the page the marks may be images."""
    inner = text.strip(" " + _OPENING_MARKS + "”’»")
    whole = f"{_MARK_PAIRS[0]}{inner}{_MARK_PAIRS[1]}"
    return f"{whole} – {speaker}" if speaker else whole
