"""Place → traces of each text: what surrounds it, what it says, what stands next to it."""

from dataclasses import dataclass, field

from searchsvc.parsing.html.dom import Element, TextBlock
from searchsvc.parsing.html.extraction.feature_patterns import hints_of, phrases_in
from searchsvc.parsing.html.extraction.text_density import Place
from searchsvc.parsing.html.metadata import PageMetadata, words_of

#: Elements further up are too general to say anything about one text.
_WALK = 14
_OUTER = 8
#: An element that holds more of the story than this is not beside it, whatever it is called.
_HOLDS_STORY = 0.5
_BIG_HINTS = frozenset({"body", "comment"})
_SECTIONING = frozenset({"article", "main", "section"})
#: Levels above the root, or texts after its last paragraph, beyond which nothing belongs to the story.
_FAR_CLIMB = 3
_FAR_AFTER = 25
_LAST_TENTH = 0.97
_DECK_LOOK = 8
_DECK_WORDS = (5, 70)
_DECK_HEADER_WORDS = 7
_DECK_RUNNING = 0.4
_DECK_HEADING = 3
_DECK_LINK = 0.3
_NO_DECK = frozenset({"hard", "when", "by", "credit", "handle"})
_KEY_LENGTH = 20
_CONTAINED, _CONTAINED_WORDS = 0.85, 8
_DESCRIPTION_START = 60


@dataclass(slots=True)
class Trace:
    """What is known about one text."""

    text_block: TextBlock
    #: Too far from the story to be asked further.
    far: bool = False
    climb: int = 0
    down: int = 0
    #: Under the root, or directly in the element around it.
    inside: bool = False
    tags: set[str] = field(default_factory=set)
    #: What its own element and parent, those up to the root, and those above it are called.
    own: set[str] = field(default_factory=set)
    around: set[str] = field(default_factory=set)
    above: set[str] = field(default_factory=set)
    phrases: set[str] = field(default_factory=set)
    is_title: bool = False
    repeated: bool = False
    #: The standfirst between the headline and the story.
    deck: bool = False
    good: bool = False
    #: After 97 % of the story.
    at_end: bool = False
    before: bool = False
    after: bool = False


def traces_of(metadata: PageMetadata, place: Place) -> list[Trace]:
    """Return a trace of each piece."""
    titles = {" ".join(words_of(text)) for text in metadata.titles} - {""}
    told = metadata.meta("og:description", "description", "twitter:description")
    description = " ".join(words_of(told[0])) if told else ""
    seen: set[str] = set()
    contained = _contained(metadata, place)
    passed = 0.0
    found = []
    for text_block in metadata.document.text_blocks:
        words = words_of(text_block.text)
        key = " ".join(words)
        trace = _placed(text_block, place)
        trace.is_title = key in titles or (len(key) > _KEY_LENGTH and any(title.startswith(key) for title in titles))
        trace.repeated = key in seen or text_block.index in contained
        seen.add(key)
        trace.at_end = passed / place.core_mass > _LAST_TENTH
        if not trace.far:
            _surround(trace, place)
            trace.phrases = phrases_in(text_block.text)
            told_so = (
                len(words) > _DECK_WORDS[0]
                and bool(description)
                and (key == description or key[:_DESCRIPTION_START] == description[:_DESCRIPTION_START])
            )
            trace.deck = _is_deck(trace, place, told_so=told_so)
        if trace.climb == 0:
            passed += place.good[text_block.index]
        found.append(trace)
    return found


def _contained(metadata: PageMetadata, place: Place) -> set[int]:
    """Texts near the story that it holds already: pull quotes, summaries, a story that is printed twice."""
    near = [
        p
        for p in metadata.document.text_blocks
        if p.words >= _CONTAINED_WORDS and place.climb[p.element.seq] < _FAR_CLIMB
    ]
    story = {p.index for p in near if place.good[p.index] and place.climb[p.element.seq] == 0}
    taken: set[tuple[str, ...]] = set()
    found = set()
    for text_block in sorted(near, key=lambda text_block: (text_block.index not in story, -text_block.words)):
        words = words_of(text_block.text)
        grams = {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
        if grams and len(grams & taken) > _CONTAINED * len(grams):
            found.add(text_block.index)
        elif text_block.index in story:
            taken |= grams
    return found


def _placed(text_block: TextBlock, place: Place) -> Trace:
    at, seq = text_block.index, text_block.element.seq
    climb, down = place.climb[seq], place.down[seq]
    leads_in = 0 <= place.headline < at <= place.first
    return Trace(
        text_block,
        far=(climb >= _FAR_CLIMB or at > place.last + _FAR_AFTER) and not leads_in,
        climb=climb,
        down=down,
        inside=climb == 0 or (climb == 1 and down == 0),
        good=place.good[at] > 0,
        before=at < place.first,
        after=at > place.last,
    )


def _surround(trace: Trace, place: Place) -> None:
    """Gather tags and names of the elements around a text."""
    element: Element | None = trace.text_block.element
    limit = _HOLDS_STORY * place.core_mass
    for depth in range(_WALK):
        if element is None:
            break
        small = place.mass[element.seq] <= limit
        hints = hints_of(element.hint) if small else hints_of(element.hint) & _BIG_HINTS
        if depth < trace.down or element.tag in _SECTIONING or (small and element.tag != "table"):
            trace.tags.add(element.tag)
        if depth <= 1:
            trace.own |= hints
        elif depth < trace.down:
            trace.around |= hints
        elif depth < _OUTER:
            trace.above |= hints
        element = element.parent


def _is_deck(trace: Trace, place: Place, *, told_so: bool) -> bool:
    text_block, own = trace.text_block, trace.own
    after_headline = text_block.index - place.headline
    least, most = _DECK_WORDS
    if not (0 <= place.headline < text_block.index <= place.first and after_headline <= _DECK_LOOK):
        return False
    if (
        not least <= text_block.words <= most
        or text_block.link_density >= _DECK_LINK
        or trace.repeated
        or trace.phrases & _NO_DECK
    ):
        return False
    if trace.tags & {"figure", "figcaption"} or ("caption" in own and "deck" not in own):
        return "deck" in hints_of(text_block.element.hint) and "figure" not in trace.tags
    running = place.running[text_block.index]
    in_header = "header" in trace.tags and text_block.words >= _DECK_HEADER_WORDS and running >= _DECK_RUNNING
    return (
        "deck" in own
        or "deck" in trace.around
        or told_so
        or (text_block.element.tag == "h2" and after_headline <= _DECK_HEADING)
        or (in_header and not own & {"caption", "modal", "letter"})
    )
