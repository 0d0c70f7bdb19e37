"""Body of a page whose layout is unknown: each text block gets a score, and those above a threshold are the story.

Steps: locate the main content by text density, compute the features of each text block, score them, smooth the result.
If it is much shorter than the JSON-LD body, or nearly empty, the body is that of JSON-LD or of trafilatura.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from searchsvc.model.article import Block
from searchsvc.parsing.html.dom import Element, HtmlDocument, TextBlock, spaced
from searchsvc.parsing.html.extraction.classifier import (
    ScoreParts,
    is_doubtful,
    score_parts_of,
    trafilatura_text,
    with_second_vote,
)
from searchsvc.parsing.html.extraction.feature_patterns import HEADINGS
from searchsvc.parsing.html.extraction.features import TextFeatures, features_of
from searchsvc.parsing.html.extraction.script_data import story_in_scripts
from searchsvc.parsing.html.extraction.text_density import MainContent, locate_content
from searchsvc.parsing.html.extraction.units import units_of
from searchsvc.parsing.html.layout_body import ArticleBody, block_kind, quotation_text
from searchsvc.parsing.html.metadata import PageMetadata, body_of
from searchsvc.parsing.parse_result import LeftOut

__all__ = ["LINKS", "NOT_ENOUGH", "extracted_body"]

#: Reasons for leaving out: of texts with a low score but no feature against them; of lists of links.
NOT_ENOUGH = "not enough speaks for it"
LINKS = "links to other pages"
_REASONS = {
    "comment": "readers' comments",
    "related": LINKS,
    "letter": "newsletter or sign-up box",
    "modal": "notice or dialog",
    "hidden": "notice or dialog",
    "nav": "navigation",
    "ad": "advertisement",
    "shop": "advertisement",
    "author": "about the author",
    "caption": "caption or credit",
    "social": "share bar or embedded post",
    "notice": "a notice of the publisher",
    "meta": "date, topics or label",
    "side": "side box",
    "box": "side box",
    "media": "gallery or player",
}
_PHRASES = {
    "promo": "a promotion",
    "call": "a call to action",
    "credit": "a credit",
    "hard": "a notice of the publisher",
    "tail": "a note about author or source",
    "when": "a date",
    "by": "a byline",
    "handle": "an address",
    "mark": "a list mark",
}
#: Code points of the longest `<cite>` that signs a quotation.
_LONGEST_SIGNATURE = 120
#: Score above which a text block is kept.
_THRESHOLD = 0.5
#: Distance from the threshold within which a text block follows its neighbours: it is kept between two kept ones, and
#: dropped between two dropped ones if it has fewer than `_ALONE_WORDS` words.
_LENIENCE = 1.0
_ALONE_WORDS = 25
#: A heading is kept only if one of this many text blocks after it is kept.
_HEADED = 3
#: A heading of so many words that ends like a sentence needs no text after it.
_SENTENCE_WORDS = 8
#: Least words of an `articleBody`, and the share of it below which the page is taken to load its text by a script.
_DECLARED_WORDS, _SHOWN_SHARE = 60, 0.5
#: A body of fewer words is replaced by trafilatura's, if that has `_MORE` times as many characters, and at least
#: `_LEAST_LENGTH`.
_FEW_WORDS, _MORE, _LEAST_LENGTH = 25, 2, 80
_CAPTION_WORDS = 4
#: Levels from an image up to its `<figure>`: `figure > a > picture > img`.
_FIGURE_DEPTH = 4
_CREDIT = re.compile(r"^\W*(?:photo|image|picture|credit|getty|reuters|afp|ap)\b[^.]{0,60}$", re.IGNORECASE)


def extracted_body(metadata: PageMetadata) -> ArticleBody:
    """Return the body of a page by scores, else by JSON-LD or trafilatura; its `reader` says by which."""
    body = ArticleBody("scored")
    declared = body_of(metadata.articles)
    if not metadata.document.text_blocks:
        return _from_scripts(_from_json_ld(body, declared), metadata)
    classification = classify(metadata)
    shown = sum(text_block.words for text_block in classification.kept)
    words = sum(text.count(" ") + 1 for text in declared)
    if words >= _DECLARED_WORDS and shown < _SHOWN_SHARE * words:
        return _from_json_ld(body, declared)
    _append_blocks(body, classification, metadata.document)
    return body if shown >= _FEW_WORDS else _from_scripts(_second_extraction(body, metadata), metadata)


class _Signature(NamedTuple):
    """The `<cite>` of a quotation, and its text."""

    cite: Element
    text: str


@dataclass(frozen=True, slots=True)
class Classification:
    """The text blocks of the story, with the features and scores of all text blocks of the page."""

    kept: list[TextBlock]
    content: MainContent
    all_features: list[TextFeatures]
    #: The score of each text block, and its parts without the vote of the second extractor.
    scores: list[float]
    parts: list[ScoreParts]
    #: Indexes of the texts that are cells of tables of the story.
    cells: frozenset[int] = frozenset()


def classify(metadata: PageMetadata) -> Classification:
    """Return which text blocks belong to the story. The page must have at least one text block."""
    content = locate_content(metadata)
    all_features = features_of(metadata, content)
    parts = score_parts_of(all_features, content)
    scores = [sum(points for _, points in own) for own in parts]
    if is_doubtful(all_features, scores, _THRESHOLD):
        scores = with_second_vote(metadata, all_features, scores, _THRESHOLD, content.out)
    keep = [score > _THRESHOLD for score in scores]
    _smooth(keep, scores, all_features)
    cells: set[int] = set()
    for index, is_cell in list(units_of(metadata.document, content, keep)):
        keep[index] = True
        cells |= {index} if is_cell else set()
    kept = [features.text_block for features, kept in zip(all_features, keep, strict=True) if kept]
    return Classification(kept, content, all_features, scores, parts, frozenset(cells))


def _smooth(keep: list[bool], scores: list[float], all_features: list[TextFeatures]) -> None:
    last = len(keep) - 1
    for i in range(len(keep)):
        before = i > 0 and scores[i - 1] > _THRESHOLD
        after = i < last and scores[i + 1] > _THRESHOLD
        if not keep[i] and before and after and scores[i] > _THRESHOLD - _LENIENCE:
            keep[i] = True
        alone = not before and not after and all_features[i].text_block.words < _ALONE_WORDS
        if keep[i] and alone and scores[i] < _THRESHOLD + _LENIENCE:
            keep[i] = False
    for i in range(last, -1, -1):
        if (
            keep[i]
            and all_features[i].text_block.element.tag in HEADINGS
            and not all_features[i].deck
            and not any(keep[i + 1 : i + 1 + _HEADED])
            and not _is_sentence(all_features[i])
        ):
            keep[i] = False


def _is_sentence(features: TextFeatures) -> bool:
    """Return whether a heading says something itself: in lists of facts and in galleries no paragraph follows it."""
    text = features.text_block.text
    return features.is_good or (features.text_block.words >= _SENTENCE_WORDS and text[-1] in ".!?")


def _second_extraction(body: ArticleBody, metadata: PageMetadata) -> ArticleBody:
    """Replace a nearly empty body by trafilatura's text, if that is much longer; happens in scripts without spaces."""
    text = trafilatura_text(metadata) or ""
    shown = sum(len(block.text) for block in body.blocks)
    if len(text) > _MORE * shown and len(text) >= _LEAST_LENGTH:
        body.reader = "trafilatura"
        headline = metadata.headline.text if metadata.headline else None
        lines = (" ".join(line.split()) for line in text.split("\n"))
        body.blocks = [Block("paragraph", line) for line in lines if line and line != headline]
        body.warnings.append("read by trafilatura: our own reader found next to nothing")
    return body


def _from_scripts(body: ArticleBody, metadata: PageMetadata) -> ArticleBody:
    """Replace a nearly empty body by the text that the page's own program would show."""
    if sum(block.text.count(" ") + 1 for block in body.blocks) < _FEW_WORDS:
        story = story_in_scripts(metadata.scripted)
        if story:
            body.reader, body.language = "script", story.language
            body.blocks = [Block("paragraph", paragraph) for paragraph in story.paragraphs]
            body.warnings.append("the text is loaded by a script: read from the data that the page carries")
    return body


def _from_json_ld(body: ArticleBody, declared: list[str]) -> ArticleBody:
    if declared:
        body.reader = "json-ld"
        body.blocks = [Block("paragraph", paragraph) for paragraph in declared]
        body.warnings.append("the page shows less text than its JSON-LD holds: read from articleBody")
    return body


def _append_blocks(body: ArticleBody, classification: Classification, document: HtmlDocument) -> None:
    kept = {text_block.index for text_block in classification.kept}
    body.block_indexes = kept
    figures = _figures(document, classification)
    signatures: dict[int, _Signature | None] = {}
    for at, (features, parts) in enumerate(zip(classification.all_features, classification.parts, strict=True)):
        text_block = features.text_block
        body.blocks.extend(Block("caption", text) for text in figures.pop(text_block.index, ()))
        signature = _signature(text_block, document, signatures)
        if signature is not None and text_block.index in kept:
            body.blocks.extend(_signed_quotation(text_block, signature))
        elif text_block.index in kept:
            is_cell = text_block.index in classification.cells
            kind = "table" if is_cell else block_kind(text_block, first=body.lead is None)
            body.blocks.append(Block(kind, text_block.text))
        elif _is_caption(text_block, features, classification.content.headline):
            body.blocks.append(Block("caption", text_block.text))
        else:
            out = classification.content.out.get(text_block.index)
            reason, points = out or _reason(features), classification.scores[at]
            vote = points - sum(part for _, part in parts)
            weighed = () if out or features.far else (*parts, ("second extractor", vote))
            body.left_out.append(LeftOut(text_block.text, reason, points, weighed))


def _signature(text_block: TextBlock, document: HtmlDocument, known: dict[int, _Signature | None]) -> _Signature | None:
    """Return the `<cite>` of the `<blockquote>` around a text; None if there is none.

    `known` has those that were found before, by the number of their element.
    """
    quote: Element | None = text_block.element
    for _ in range(_FIGURE_DEPTH):
        if quote is None or quote.tag == "blockquote":
            break
        quote = quote.parent
    if quote is None or quote.tag != "blockquote":
        return None
    if quote.seq not in known:
        cite = next((one for one in document.elements[quote.seq : quote.end + 1] if one.tag == "cite"), None)
        known[quote.seq] = None
        if cite is not None:
            nodes = document.markup[cite.markup_start : cite.markup_end]
            text = spaced("".join(node for node in nodes if isinstance(node, str))).strip(" –—-")
            if 0 < len(text) <= _LONGEST_SIGNATURE:
                known[quote.seq] = _Signature(cite, text)
    return known[quote.seq]


def _signed_quotation(text_block: TextBlock, signature: _Signature) -> list[Block]:
    """Return the text of a signed `<blockquote>` as a pull quote; nothing for the signature itself, which is in it."""
    words = text_block.text.removesuffix(signature.text).rstrip(" –—-")
    inner = text_block.inner or text_block.element
    return (
        []
        if not words or signature.cite.contains(inner)
        else [Block("pullquote", quotation_text(words, signature.text))]
    )


def _figures(document: HtmlDocument, classification: Classification) -> dict[int, list[str]]:
    """Return the texts of images in figures of the story, by the index of the text block that follows."""
    figures: dict[int, list[str]] = defaultdict(list)
    seen: set[str] = set()
    content = classification.content
    headline = content.headline
    start = headline if headline is not None and headline < content.first else content.first - 1
    for image in document.images:
        element: Element | None = image.element
        for _ in range(_FIGURE_DEPTH):
            if element is None or element.tag == "figure":
                break
            element = element.parent
        near = start < image.index <= content.last and content.levels_up[image.element.seq] <= 1
        in_figure = element is not None and element.tag == "figure" and not element.hidden
        if near and in_figure and image.text not in seen and image.text.count(" ") + 1 >= _CAPTION_WORDS:
            seen.add(image.text)
            figures[image.index].append(image.text)
    return figures


def _is_caption(text_block: TextBlock, features: TextFeatures, headline: int | None) -> bool:
    if features.far or features.repeated or features.after or text_block.element.hidden:
        return False
    if features.levels_up > 1 or (features.before and (headline is None or headline >= text_block.index)):
        return False
    named = text_block.element.tag == "figcaption" or "figcaption" in features.tags or "caption" in features.own_hints
    return named and text_block.words >= _CAPTION_WORDS and not _CREDIT.match(text_block.text)


def _reason(features: TextFeatures) -> str:
    """Return why a text block was left out: the first reason that applies, in the order of the tests here."""
    if features.far:
        return "far from the story"
    if features.is_title:
        return "headline"
    if features.repeated:
        return "repeated"
    names = features.own_hints | features.outer_hints
    for name, reason in _REASONS.items():
        if name in names:
            return reason
    if features.phrases:
        return "reads like " + ", ".join(sorted(_PHRASES.get(name, name) for name in features.phrases))
    return NOT_ENOUGH
