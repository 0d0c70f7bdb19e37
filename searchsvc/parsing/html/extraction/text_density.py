"""Location of the main content of a page: the element that holds the running text of the story.

The words of good text (see `feature_patterns`) are summed up the tree, multiplied by `_DECAY` at each level, so that
the nearest element around most of them has the highest score. Each sum is one pass over the list of elements, linear
in their number whatever the depth. The constants were chosen by hand on the pages that `make quality` measures.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from searchsvc.parsing.html.dom import Element, HtmlDocument, TextBlock
from searchsvc.parsing.html.extraction.feature_patterns import (
    good_words_of,
    hints_of,
    lowercase_share,
)
from searchsvc.parsing.html.extraction.groups import groups_out
from searchsvc.parsing.html.metadata import PageMetadata, words_of

#: Hidden text counts if it has at least this share of all words of good text: a paywall's script hides whole stories.
_HIDDEN_SHARE = 0.4
#: Factor of a text's words for each level up.
_DECAY = 0.72
_AWAY_FROM_HEADLINE = 0.85
_MAX_AWAY = 8
#: Factor for elements around a text that repeats the page's description: for descriptions of at least so many 4-grams
#: of words, more than so large a share of which is in the text.
_DESCRIPTION, _DESCRIPTION_GRAMS, _DESCRIPTION_SHARE = 1.5, 3, 0.4
_BODY, _ARTICLE = 1.25, 1.1
_SIDE, _ASIDE = 0.6, 0.3
_SIDE_HINTS = frozenset({"comment", "related", "nav", "modal", "side", "letter"})
#: Levels above the best element in which further containers of the same body are searched: page builders wrap each
#: section of a text in many.
_WIDEN_LEVELS = 14
_GAIN, _LIKENESS, _KIND_SHARE = 0.03, 0.7, 0.1
_FAR = 9
#: A hidden element is a folded part of the story if so many good texts stand visibly beside it, at most so many levels
#: up.
_BESIDE_FOLD, _FOLD_LEVELS = 2, 3
_SIGNATURE_DEPTH = 4


@dataclass(slots=True)
class MainContent:
    """The root of the story, and the position of each text and element relative to it.

    `good_words`, `signatures` and `lowercase_shares` are indexed by text block; `subtree_words`, `levels_up` and
    `levels_down` by element.
    """

    root: Element
    #: Words of good text in each text block, see `good_words_of`.
    good_words: list[float]
    total_words: float
    #: Words of good text in each element with its descendants.
    subtree_words: list[float]
    #: Levels from the root up to the lowest common ancestor with each element, and from there down to the element.
    levels_up: list[int]
    levels_down: list[int]
    #: Tag and first name of each text block's element and the three above it.
    signatures: list[str]
    signature_words: dict[str, float]
    core_words: float
    #: Index of the first and last text block of good text in the root.
    first: int
    last: int
    #: Index of the text block that is the headline; None if the page shows none.
    headline: int | None
    #: Whether hidden text belongs to the story.
    hidden_counts: bool
    lowercase_shares: list[float]
    #: Texts that are no part of the story because of their group: index of the text block → the reason.
    out: Mapping[int, str]
    #: Hidden texts that the story goes on with: a reader unfolds them.
    folded: frozenset[int]


def locate_content(metadata: PageMetadata) -> MainContent:
    """Return the main content of a page, which must have at least one text block."""
    document = metadata.document
    text_blocks = document.text_blocks
    share = [lowercase_share(text_block.text, text_block.words) for text_block in text_blocks]
    good_words = good_words_of(text_blocks, share)
    hidden = sum(words for text_block, words in zip(text_blocks, good_words, strict=True) if text_block.element.hidden)
    hidden_counts = hidden >= _HIDDEN_SHARE * sum(good_words)
    folded = frozenset() if hidden_counts else _folded(text_blocks, good_words)
    if not hidden_counts:
        good_words = [
            0.0 if text_block.element.hidden and text_block.index not in folded else words
            for text_block, words in zip(text_blocks, good_words, strict=True)
        ]
    out = groups_out(metadata, good_words)
    good_words = [0.0 if index in out else words for index, words in enumerate(good_words)]
    subtree_words, score = _summed(document, good_words)
    headline = metadata.headline.index if metadata.headline else None
    _weigh(metadata, score, good_words, headline)
    best = max(score, key=lambda seq: (score[seq], -seq), default=text_blocks[0].element.seq)
    signatures = _signatures(text_blocks)
    root = _widened(document, document.elements[best], good_words, subtree_words, signatures)
    return _measured(document, root, good_words, subtree_words, signatures, headline, share, hidden_counts, out, folded)


def _folded(text_blocks: list[TextBlock], good_words: list[float]) -> frozenset[int]:
    """Return the hidden good texts in an element beside visible ones of the same kind, none of which they repeat."""
    visible: dict[int, int] = defaultdict(int)
    shown: set[str] = set()
    for text_block in text_blocks:
        if good_words[text_block.index] and not text_block.element.hidden:
            shown.add(text_block.text)
            parent = text_block.element.parent
            visible[parent.seq if parent else -1] += 1
    found = set()
    for text_block in text_blocks:
        element: Element | None = text_block.element
        if not good_words[text_block.index] or not text_block.element.hidden or text_block.text in shown:
            continue
        for _ in range(_FOLD_LEVELS):
            if element is None or not element.hidden:
                break
            element = element.parent
        if element is not None and not element.hidden and visible.get(element.seq, 0) >= _BESIDE_FOLD:
            found.add(text_block.index)
    return frozenset(found)


def _summed(document: HtmlDocument, good_words: list[float]) -> tuple[list[float], dict[int, float]]:
    """Return the words of good text in each element, and the decayed sums (element → score) of those above 0.

    score(e) = sum over children c of own(c) + _DECAY * score(c), where own(c) are the words directly in c.
    """
    elements = document.elements
    own = [0.0] * len(elements)
    for text_block, words in zip(document.text_blocks, good_words, strict=True):
        own[text_block.element.seq] += words
    total_words = own[:]
    decayed = [0.0] * len(elements)
    for element in reversed(elements):
        if element.parent is not None and total_words[element.seq]:
            up = element.parent.seq
            total_words[up] += total_words[element.seq]
            decayed[up] += own[element.seq] + _DECAY * decayed[element.seq]
    return total_words, {seq: words for seq, words in enumerate(decayed) if words}


def _weigh(metadata: PageMetadata, score: dict[int, float], good_words: list[float], headline: int | None) -> None:
    """Multiply the scores by factors for its names, its distance from the headline, and the description in it."""
    document = metadata.document
    away = _levels_from_headline(document, headline)
    repeating = _repeating_description(metadata, good_words)
    for seq in score:
        element = document.elements[seq]
        hints = hints_of(element.hint)
        if "body" in hints or "articlebody" in (element.attrs.get("itemprop") or "").lower():
            score[seq] *= _BODY
        elif hints & _SIDE_HINTS:
            score[seq] *= _SIDE
        if element.tag in {"article", "main"}:
            score[seq] *= _ARTICLE
        elif element.tag in {"aside", "footer", "nav", "form"}:
            score[seq] *= _ASIDE
        if away:
            score[seq] *= _AWAY_FROM_HEADLINE ** min(away[seq], _MAX_AWAY)
        if seq in repeating:
            score[seq] *= _DESCRIPTION


def _levels_from_headline(document: HtmlDocument, headline: int | None) -> list[int]:
    """Return the levels from each element up to the nearest one that holds the headline; empty without a headline."""
    if headline is None:
        return []
    on_path = set()
    element: Element | None = document.text_blocks[headline].element
    while element is not None:
        on_path.add(element.seq)
        element = element.parent
    away = [0] * len(document.elements)
    for element in document.elements:
        away[element.seq] = 0 if element.seq in on_path or element.parent is None else away[element.parent.seq] + 1
    return away


def _repeating_description(metadata: PageMetadata, good_words: list[float]) -> set[int]:
    """Return the elements around the texts that repeat the page's description, by `seq`."""
    description = metadata.meta("og:description", "description", "twitter:description")
    grams = _grams(words_of(description[0])) if description else set()
    repeating: set[int] = set()
    if len(grams) < _DESCRIPTION_GRAMS:
        return repeating
    for text_block, good in zip(metadata.document.text_blocks, good_words, strict=True):
        if not good:
            continue
        words = words_of(text_block.text)
        shared = sum(tuple(words[i : i + 4]) in grams for i in range(len(words) - 3))
        if shared > _DESCRIPTION_SHARE * len(grams):
            element: Element | None = text_block.element
            while element is not None and element.seq not in repeating:
                repeating.add(element.seq)
                element = element.parent
    return repeating


def _grams(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}


def _signatures(text_blocks: list[TextBlock]) -> list[str]:
    signatures = []
    named: dict[int, str] = {}
    for text_block in text_blocks:
        element: Element | None = text_block.element
        parts: list[str] = []
        for _ in range(_SIGNATURE_DEPTH):
            if element is None:
                break
            if element.seq not in named:
                named[element.seq] = f"{element.tag}.{element.hint.partition(' ')[0]}"
            parts.append(named[element.seq])
            element = element.parent
        signatures.append("/".join(parts))
    return signatures


def _widened(
    document: HtmlDocument, best: Element, good_words: list[float], subtree_words: list[float], signatures: list[str]
) -> Element:
    """Return the best element, or an ancestor if most text that it adds has the signatures of the text in the best one.

    Some publishing systems split a body into several containers.
    """
    held: dict[str, float] = defaultdict(float)
    for text_block, words in zip(document.text_blocks, good_words, strict=True):
        if words and best.contains(text_block.element):
            held[signatures[text_block.index]] += words
    kinds = {_short(name) for name, words in held.items() if words > _KIND_SHARE * subtree_words[best.seq]}
    top, element = best, best.parent
    for _ in range(_WIDEN_LEVELS):
        if element is None or element.tag in {"body", "html"}:
            break
        if subtree_words[element.seq] - subtree_words[best.seq] > _GAIN * subtree_words[best.seq]:
            like = other = 0.0
            for text_block, words in zip(document.text_blocks, good_words, strict=True):
                if words and element.contains(text_block.element) and not best.contains(text_block.element):
                    name = signatures[text_block.index]
                    if name in held or _short(name) in kinds:
                        like += words
                    else:
                        other += words
            if like > _LIKENESS * (like + other):
                top = element
        element = element.parent
    return top


def _short(signature: str) -> str:
    return "/".join(signature.split("/")[:2])


def _measured(  # noqa: PLR0913, PLR0917 - the parts of one value
    document: HtmlDocument,
    root: Element,
    good_words: list[float],
    subtree_words: list[float],
    signatures: list[str],
    headline: int | None,
    share: list[float],
    hidden_counts: bool,  # noqa: FBT001 - a part of the value that is made
    out: Mapping[int, str],
    folded: frozenset[int],
) -> MainContent:
    chain: dict[int, int] = {}
    element: Element | None = root
    while element is not None:
        chain[element.seq] = len(chain)
        element = element.parent
    levels_up, levels_down = [_FAR] * len(document.elements), [0] * len(document.elements)
    for element in document.elements:
        if element.seq in chain:
            levels_up[element.seq] = chain[element.seq]
        elif element.parent is not None:
            levels_up[element.seq], levels_down[element.seq] = (
                levels_up[element.parent.seq],
                levels_down[element.parent.seq] + 1,
            )
    core = [
        i
        for i, text_block in enumerate(document.text_blocks)
        if good_words[i] and levels_up[text_block.element.seq] == 0
    ]
    of_kind: dict[str, float] = defaultdict(float)
    for name, words in zip(signatures, good_words, strict=True):
        of_kind[name] += words
    return MainContent(
        root=root,
        good_words=good_words,
        total_words=sum(good_words) or 1.0,
        subtree_words=subtree_words,
        levels_up=levels_up,
        levels_down=levels_down,
        signatures=signatures,
        signature_words=of_kind,
        core_words=sum(good_words[i] for i in core) or 1.0,
        first=core[0] if core else 0,
        last=core[-1] if core else len(document.text_blocks) - 1,
        headline=headline,
        hidden_counts=hidden_counts,
        lowercase_shares=share,
        out=out,
        folded=folded,
    )
