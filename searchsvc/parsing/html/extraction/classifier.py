"""Linear classifier of text blocks: TextFeatures give a score, the sum of weights for position, text, tags and names.

The weights and thresholds were chosen by hand on the development pages that `make quality` measures. On pages of which
much text has a score near the threshold, trafilatura is run as a second extractor, and its result is added as a vote.
"""

from collections.abc import Sequence

from searchsvc.parsing.html.dom import HtmlDocument
from searchsvc.parsing.html.extraction.feature_patterns import mostly_capitals, mostly_digits
from searchsvc.parsing.html.extraction.features import TextFeatures
from searchsvc.parsing.html.extraction.text_density import MainContent
from searchsvc.parsing.html.metadata import words_of

#: Hint (see `hints_of`) → what it takes from the score; for some hints half of it in an element that is called a body.
_HINTS_AGAINST = {
    "comment": 4.0,
    "related": 2.5,
    "letter": 3.0,
    "social": 1.5,
    "nav": 2.0,
    "ad": 1.0,
    "caption": 3.2,
    "media": 1.0,
    "author": 3.5,
    "side": 1.8,
    "meta": 1.2,
    "modal": 3.0,
}
_SOFTER = frozenset({"side", "ad", "meta", "media"})
_OUTER_SHARE, _ANCESTOR_SHARE = 0.7, 0.25
_TAGS_AGAINST = {
    "aside": 2.5,
    "nav": 3.0,
    "footer": 3.0,
    "figure": 3.0,
    "figcaption": 3.0,
    "form": 1.0,
    "table": 1.2,
    "header": 1.0,
    "button": 2.0,
    "address": 1.5,
}
_OUT_OF_REACH = -9.0
_DECK_SCORE = 4.0
HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_SUBHEADINGS = frozenset({"h2", "h3", "h4"})
#: Distance from the threshold within which a text is doubtful; ratio of doubtful to kept words above which the second
#: extractor is run; what its vote adds or subtracts.
_NEAR = 3.0
_DOUBT = 0.08
_VOTE_WEIGHT = 1.5
#: Factor of a vote against a text whose container has one of these hints: name and second extractor agree.
_AGREED, _AGREEING = 3.5, frozenset({"caption", "ad"})
#: Least words of a doubtful text: shorter lines do not count.
_LINE_WORDS = 8
_GRAM = 4
_KEPT_SHARE = 0.6
#: Largest markup in characters, most attributes of an element, greatest depth, most elements with which trafilatura is
#: run: on hostile pages beyond them it took minutes.
_MAX_LENGTH, _MAX_ATTRIBUTES, _MAX_DEPTH, _MAX_ELEMENTS = 1_500_000, 100, 150, 20_000


def scores_of(all_features: list[TextFeatures], content: MainContent) -> list[float]:
    """Return the score of each text block, in document order."""
    return [_score(i, all_features, content) for i in range(len(all_features))]


def _score(i: int, all_features: list[TextFeatures], content: MainContent) -> float:
    features = all_features[i]
    if features.far:
        return _OUT_OF_REACH
    if features.deck and "tail" not in features.phrases:
        return _DECK_SCORE
    return (
        _position_score(features, content)
        + _text_score(features, content)
        + _tag_score(i, all_features)
        + _hint_score(features)
        + _phrase_score(features)
        + _neighbour_score(i, all_features)
        - (5.0 if features.repeated and features.text_block.words > 3 else 0.0)  # noqa: PLR2004 - a few words may well repeat
        - (5.0 if features.is_title else 0.0)
    )


def _position_score(features: TextFeatures, content: MainContent) -> float:
    text_block = features.text_block
    share = content.signature_words.get(content.signatures[text_block.index], 0.0) / content.total_words
    score = 1.6 if features.inside else {1: 0.4, 2: -0.6}.get(features.levels_up, -2.5)
    score += 1.2 * (share > 0.15) + 0.6 * (share > 0.5)  # noqa: PLR2004 - weights belong together
    score -= 0.5 * min(max(0, features.levels_down - 2), 4)
    if features.before:
        score -= 1.5 + 0.1 * min(20, content.first - text_block.index)
    if features.after:
        score -= 1.5 + 0.1 * min(20, text_block.index - content.last)
    if text_block.element.hidden and not content.hidden_counts:
        score -= 3.0
    if 0 <= text_block.index < content.headline:
        score -= 1.5
    return score


def _text_score(features: TextFeatures, content: MainContent) -> float:
    text_block, text = features.text_block, features.text_block.text
    words = text_block.words
    score = 1.4 * features.is_good + 0.5 * (text[-1] in ".!?”\"’'" and words >= 8)  # noqa: PLR2004
    score += content.lowercase_shares[text_block.index] - 0.6
    score -= 0.8 * (words < 3) + 0.4 * (words < 8 and text_block.element.tag != "li")  # noqa: PLR2004
    score -= 2.2 * (text_block.link_density > 0.4) + 1.2 * (text_block.link_density > 0.9)  # noqa: PLR2004
    score -= 0.3 * mostly_capitals(text, words) + 0.8 * mostly_digits(text, words)
    score -= 0.7 * (" | " in text or " · " in text or " • " in text)
    if text_block.italic_share > 0.9:  # noqa: PLR2004
        score -= 0.6 + 1.5 * (features.at_end or features.after)
    return score


def _tag_score(i: int, all_features: list[TextFeatures]) -> float:
    features = all_features[i]
    tag = features.text_block.element.tag
    score = -sum(weight for name, weight in _TAGS_AGAINST.items() if name in features.tags)
    if tag == "p":
        score += 0.7
    elif tag == "h1":
        score -= 4.0
    elif tag in _SUBHEADINGS:
        leads = any(_is_story(all_features, i + step) for step in (1, 2))
        score += 2.0 if leads else 0.8 if features.inside and not features.after else -1.0
    elif tag in HEADINGS or tag in {"td", "th", "dt", "dd"}:
        score -= 0.5
    if tag == "li" or features.tags & {"ul", "ol"}:
        between = features.inside and not features.before and not features.after
        in_story = between and features.text_block.link_density < 0.3  # noqa: PLR2004
        score += 1.2 if in_story else -0.5
    return score


def _hint_score(features: TextFeatures) -> float:
    bodied = "body" in features.own_hints or "body" in features.outer_hints
    score = 0.4 if bodied else 0.0
    for name, weight in _HINTS_AGAINST.items():
        size = weight * 0.5 if bodied and name in _SOFTER else weight
        if name in features.own_hints:
            score -= size
        elif name in features.outer_hints:
            score -= size * _OUTER_SHARE
        elif name in features.ancestor_hints and features.levels_up > 0:
            score -= size * _ANCESTOR_SHARE
    return score


def _phrase_score(features: TextFeatures) -> float:
    phrases, text_block = features.phrases, features.text_block
    words = text_block.words
    short = words < 25  # noqa: PLR2004
    sentence = text_block.text[-1] in ".!?”\"’'" and words >= 8  # noqa: PLR2004
    score = 0.0
    if "call" in phrases:
        score -= 3.5 if words < 30 else 1.2  # noqa: PLR2004
    if "promo" in phrases:
        score -= (3.2 if text_block.link_density > 0.2 or not sentence else 1.8) if short else 0.3  # noqa: PLR2004
    if "credit" in phrases and short:
        score -= 2.5
    if "hard" in phrases and words < 80:  # noqa: PLR2004
        score -= 4.0
    elif "tail" in phrases:
        score -= (1.8 if words < 60 else 0.8) + 2.0 * (features.at_end or features.after)  # noqa: PLR2004
    if "when" in phrases:
        score -= 4.0
    if "by" in phrases and words < 8:  # noqa: PLR2004
        score -= 1.2
    if "handle" in phrases:
        score -= 0.9
    if "mark" in phrases:
        score -= 0.5
    return score


def _neighbour_score(i: int, all_features: list[TextFeatures]) -> float:
    score = 0.8 * _is_story(all_features, i - 1) + 0.8 * _is_story(all_features, i + 1)
    score -= 0.8 * _is_link(all_features, i + 1) + 0.6 * _is_link(all_features, i - 1)
    return score


def _is_story(all_features: list[TextFeatures], i: int) -> bool:
    return 0 <= i < len(all_features) and all_features[i].is_good and all_features[i].levels_up == 0


def _is_link(all_features: list[TextFeatures], i: int) -> bool:
    return 0 <= i < len(all_features) and all_features[i].text_block.link_density > 0.9  # noqa: PLR2004


def is_doubtful(all_features: Sequence[TextFeatures], scores: Sequence[float], threshold: float) -> bool:
    """Return whether the words with a score near the threshold exceed the share `_DOUBT` of the kept ones."""
    kept = doubtful = 0
    for features, score in zip(all_features, scores, strict=True):
        if score > threshold:
            kept += features.text_block.words
        if not features.far and features.text_block.words >= _LINE_WORDS and abs(score - threshold) < _NEAR:
            doubtful += features.text_block.words
    return doubtful > _DOUBT * max(1, kept)


def with_second_vote(
    markup: str, document: HtmlDocument, all_features: Sequence[TextFeatures], scores: Sequence[float]
) -> list[float]:
    """Return the scores with the vote of trafilatura added: positive for texts that it keeps, negative for the others.

    A text counts as kept if more than `_KEPT_SHARE` of its 4-grams of words occur in trafilatura's text.
    """
    text = trafilatura_text(markup, document)
    if not text:
        return list(scores)
    words = words_of(text)
    grams = {tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)}
    return [score + _second_vote(features, grams) for features, score in zip(all_features, scores, strict=True)]


def _second_vote(features: TextFeatures, grams: set[tuple[str, ...]]) -> float:
    words = words_of(features.text_block.text)
    own = len(words) - _GRAM + 1
    if features.far or own < 1 or features.repeated or features.is_title:
        return 0.0
    shared = sum(tuple(words[i : i + _GRAM]) in grams for i in range(own))
    if shared > _KEPT_SHARE * own:
        return _VOTE_WEIGHT
    return -_VOTE_WEIGHT * (_AGREED if (features.own_hints | features.outer_hints) & _AGREEING else 1.0)


def trafilatura_text(markup: str, document: HtmlDocument) -> str | None:
    """Return the text that trafilatura extracts; None if the page is too large for it, or it extracts nothing."""
    elements = document.elements
    if len(markup) > _MAX_LENGTH or len(elements) > _MAX_ELEMENTS:
        return None
    if any(element.depth > _MAX_DEPTH or len(element.attrs) > _MAX_ATTRIBUTES for element in elements):
        return None
    import trafilatura  # noqa: PLC0415 - half a second that most pages need not pay

    text = trafilatura.extract(markup, fast=True, include_comments=False)
    return text if isinstance(text, str) else None
