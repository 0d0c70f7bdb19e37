"""Features of each text block for the classifier: position, elements around it, phrases, repetition."""

from dataclasses import dataclass, field

from searchsvc.parsing.html.dom import Element, TextBlock
from searchsvc.parsing.html.extraction.feature_patterns import hints_of, mostly_digits, phrases_in
from searchsvc.parsing.html.extraction.text_density import MainContent
from searchsvc.parsing.html.metadata import PageMetadata, words_of

#: Levels up in which the elements around a text are examined; from `_OUTER` on their names no longer count.
_WALK = 14
_OUTER = 8
#: The names of an element with more than this share of the story's words do not count: it cannot be beside the story.
_HOLDS_STORY = 0.5
_BIG_HINTS = frozenset({"body", "comment"})
_SECTIONING = frozenset({"article", "main", "section"})
#: A text is far from the story if its lowest common ancestor with the root is this many levels above the root, or if
#: it is more than `_FAR_AFTER` text blocks after the last one of the story.
_FAR_LEVELS = 3
_FAR_AFTER = 25
_LAST_TENTH = 0.97
#: A short line of which most is a link behind a label of few words is a promotion.
_LINE_WORDS, _LABEL_WORDS, _PROMOTION_LINK = 25, 4, 0.5
_DECK_LOOK = 8
_DECK_WORDS = (5, 70)
_DECK_HEADER_WORDS = 7
_DECK_LOWERCASE = 0.4
_DECK_HEADING = 3
_DECK_LINK = 0.3
_NO_DECK = frozenset({"hard", "when", "by", "credit", "handle"})
_NO_DECK_HINTS = frozenset({"modal", "letter"})
#: Hints of what also stands in a header that is called a standfirst: author, player, controls.
_BESIDE_DECK = frozenset({"author", "media", "hidden"})
_KEY_LENGTH = 20
_CONTAINED, _CONTAINED_WORDS = 0.85, 8
_DESCRIPTION_START = 60


@dataclass(slots=True)
class TextFeatures:
    """Features of one text block."""

    text_block: TextBlock
    #: Far from the story; surroundings, phrases and deck are not computed then.
    far: bool = False
    #: As in MainContent.
    levels_up: int = 0
    levels_down: int = 0
    #: In the root, or directly in its parent.
    inside: bool = False
    tags: set[str] = field(default_factory=set)
    #: Hints of its element and the parent of that; of the elements between them and the root; of those above.
    own_hints: set[str] = field(default_factory=set)
    outer_hints: set[str] = field(default_factory=set)
    ancestor_hints: set[str] = field(default_factory=set)
    phrases: set[str] = field(default_factory=set)
    is_title: bool = False
    repeated: bool = False
    #: It is the standfirst between headline and story.
    deck: bool = False
    #: It has words of good text.
    is_good: bool = False
    #: It comes after the share `_LAST_TENTH` of the story's words, or is its last good text: a note about the author
    #: often is.
    at_end: bool = False
    before: bool = False
    after: bool = False


def features_of(metadata: PageMetadata, content: MainContent) -> list[TextFeatures]:
    """Return the features of each text block, in document order."""
    titles = {" ".join(words_of(text)) for text in metadata.titles} - {""}
    declared = metadata.meta("og:description", "description", "twitter:description")
    description = " ".join(words_of(declared[0])) if declared else ""
    seen: set[str] = set()
    contained = _contained(metadata, content)
    passed = 0.0
    all_features = []
    for text_block in metadata.document.text_blocks:
        words = words_of(text_block.text)
        key = " ".join(words)
        features = _positioned(text_block, content)
        features.is_title = key in titles or (len(key) > _KEY_LENGTH and any(title.startswith(key) for title in titles))
        features.repeated = key in seen or text_block.index in contained
        seen.add(key)
        features.at_end = passed / content.core_words > _LAST_TENTH or text_block.index >= content.last
        if not features.far:
            _add_surroundings(features, content)
            features.phrases = phrases_in(text_block.text)
            if _is_promotion(text_block):
                features.phrases |= {"promo", "call"}
            repeats_description = (
                len(words) > _DECK_WORDS[0]
                and bool(description)
                and (key == description or key[:_DESCRIPTION_START] == description[:_DESCRIPTION_START])
            )
            features.deck = _is_deck(features, content, repeats_description=repeats_description)
        if features.levels_up == 0:
            passed += content.good_words[text_block.index]
        all_features.append(features)
    return all_features


def _is_promotion(text_block: TextBlock) -> bool:
    """Return whether a short line is a label and a link to another story, in any language: `Baca juga: …`."""
    label, colon, _ = text_block.text.partition(":")
    is_label = bool(colon) and len(label.split()) <= _LABEL_WORDS
    return text_block.words < _LINE_WORDS and text_block.link_density > _PROMOTION_LINK and is_label


def _contained(metadata: PageMetadata, content: MainContent) -> set[int]:
    """Return the indexes of texts near the story that repeat it: pull quotes, summaries, a second copy of the story.

    A text repeats the story if more than the share `_CONTAINED` of its 4-grams of words occur in it.
    """
    near = [
        p
        for p in metadata.document.text_blocks
        if p.words >= _CONTAINED_WORDS and content.levels_up[p.element.seq] < _FAR_LEVELS
    ]
    story = {p.index for p in near if content.good_words[p.index] and content.levels_up[p.element.seq] == 0}
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


def _positioned(text_block: TextBlock, content: MainContent) -> TextFeatures:
    at, seq = text_block.index, text_block.element.seq
    levels_up, levels_down = content.levels_up[seq], content.levels_down[seq]
    leads_in = content.headline is not None and content.headline < at <= content.first
    return TextFeatures(
        text_block,
        far=(levels_up >= _FAR_LEVELS or at > content.last + _FAR_AFTER) and not leads_in,
        levels_up=levels_up,
        levels_down=levels_down,
        inside=levels_up == 0 or (levels_up == 1 and levels_down == 0),
        is_good=content.good_words[at] > 0,
        before=at < content.first,
        after=at > content.last,
    )


def _add_surroundings(features: TextFeatures, content: MainContent) -> None:
    """Set the tags and hints of the elements around a text."""
    element: Element | None = features.text_block.element
    limit = _HOLDS_STORY * content.core_words
    for depth in range(_WALK):
        if element is None:
            break
        small = content.subtree_words[element.seq] <= limit
        hints = hints_of(element.hint) if small else hints_of(element.hint) & _BIG_HINTS
        if depth < features.levels_down or element.tag in _SECTIONING or (small and element.tag != "table"):
            features.tags.add(element.tag)
        if depth <= 1:
            features.own_hints |= hints
        elif depth < features.levels_down:
            features.outer_hints |= hints
        elif depth < _OUTER:
            features.ancestor_hints |= hints
        element = element.parent


def _is_deck(features: TextFeatures, content: MainContent, *, repeats_description: bool) -> bool:
    text_block, own = features.text_block, features.own_hints
    least, most = _DECK_WORDS
    if content.headline is None or not content.headline < text_block.index <= content.first:
        return False
    after_headline = text_block.index - content.headline
    if after_headline > _DECK_LOOK:
        return False
    if (
        not least <= text_block.words <= most
        or text_block.link_density >= _DECK_LINK
        or features.repeated
        or features.phrases & _NO_DECK
        or (own | features.outer_hints) & _NO_DECK_HINTS
        or (own & _BESIDE_DECK and "deck" not in hints_of(text_block.element.hint))
        or "caption" in features.outer_hints
        or mostly_digits(text_block.text, text_block.words)
    ):
        return False
    if features.tags & {"figure", "figcaption"} or ("caption" in own and "deck" not in own):
        return "deck" in hints_of(text_block.element.hint) and "figure" not in features.tags
    share = content.lowercase_shares[text_block.index]
    in_header = "header" in features.tags and text_block.words >= _DECK_HEADER_WORDS and share >= _DECK_LOWERCASE
    return (
        "deck" in own
        or "deck" in features.outer_hints
        or repeats_description
        or (text_block.element.tag == "h2" and after_headline <= _DECK_HEADING)
        or (in_header and "caption" not in own)
    )
