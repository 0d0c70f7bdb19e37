"""Linear classifier of text blocks: TextFeatures give a score, the sum of weights for position, text, tags and names.

The weights and thresholds were chosen by hand on the development pages that `make quality` measures. On pages of which
much text has a score near the threshold, trafilatura is run as a second extractor, and its result is added as a vote.
"""

from collections.abc import Container, Sequence
from functools import lru_cache

from searchsvc.parsing.html.extraction.feature_patterns import HEADINGS, mostly_capitals, mostly_digits
from searchsvc.parsing.html.extraction.features import TextFeatures
from searchsvc.parsing.html.extraction.text_density import MainContent
from searchsvc.parsing.html.metadata import PageMetadata, words_of

#: Hint (see `hints_of`) → what it takes from the score; for some hints half of it in an element that is called a body.
_HINTS_AGAINST = {
    "comment": 4.0,
    "related": 2.5,
    "letter": 3.0,
    "social": 1.5,
    "nav": 2.0,
    "ad": 1.0,
    "shop": 0.6,
    "caption": 3.2,
    "media": 1.0,
    "legend": 4.0,
    "notice": 3.0,
    "author": 3.5,
    "side": 1.8,
    "box": 1.5,
    "meta": 1.2,
    "modal": 3.0,
    "hidden": 2.0,
}
_SOFTER = frozenset({"side", "box", "ad", "shop", "meta", "media"})
#: Share of the story's good words under a name up to which the name counts in full.
_RARE = 0.5
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
#: Name and points of each part of a score.
ScoreParts = tuple[tuple[str, float], ...]
_OUT_OF_REACH = -9.0
_DECK_SCORE = 4.0
_SUBHEADINGS = frozenset({"h2", "h3", "h4"})
#: Tags of texts of a word or two that the second extractor's vote counts for.
_SHORT_LINES = HEADINGS | {"li"}
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
#: The second extractor is believed for texts far from the story where it reads so many times our words, and so large a
#: share of ours; it is asked where so large a share of the page's good words is far.
_MUCH_MORE, _AGREED_SHARE, _FAR_SHARE = 1.2, 0.8, 0.1


def score_parts_of(all_features: list[TextFeatures], content: MainContent) -> list[ScoreParts]:
    """Return the parts of each text block's score, in document order: the score is their sum."""
    weights = _weights_of_hints(all_features, content)
    return [_score_parts(i, all_features, content, weights) for i in range(len(all_features))]


def _weights_of_hints(all_features: list[TextFeatures], content: MainContent) -> dict[str, float]:
    """Return what each hint takes from a score: less, the more of the story's good words stand under it.

    Some publishing systems put each paragraph into an element of its own, all of which are called `box` or `caption`:
    a name that most of the story has does not tell the story from what stands beside it.
    """
    named = dict.fromkeys(_HINTS_AGAINST, 0.0)
    for features in all_features:
        words = content.good_words[features.text_block.index] if features.levels_up == 0 else 0.0
        if words:
            for name in features.own_hints | features.outer_hints:
                if name in named:
                    named[name] += words
    return {
        name: weight * (1 - max(0.0, named[name] / content.core_words - _RARE) / (1 - _RARE))
        for name, weight in _HINTS_AGAINST.items()
    }


def _score_parts(
    i: int, all_features: list[TextFeatures], content: MainContent, weights: dict[str, float]
) -> ScoreParts:
    features = all_features[i]
    if features.far or features.text_block.index in content.out:
        return (("group", _OUT_OF_REACH),)
    if features.deck and "tail" not in features.phrases:
        return (("standfirst", _DECK_SCORE),)
    return (
        ("position", _position_score(features, content)),
        ("text", _text_score(features, content)),
        ("tags", _tag_score(i, all_features)),
        ("names", _hint_score(features, weights)),
        ("phrases", _phrase_score(features)),
        ("neighbours", _neighbour_score(i, all_features)),
        ("repeated", -5.0 if features.repeated and features.text_block.words > 3 else 0.0),  # noqa: PLR2004 - a few words may well repeat
        ("headline", -5.0 if features.is_title else 0.0),
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
    if text_block.element.hidden and not content.hidden_counts and text_block.index not in content.folded:
        score -= 3.0
    if content.headline is not None and text_block.index < content.headline:
        score -= 1.5
    return score


def _text_score(features: TextFeatures, content: MainContent) -> float:
    text_block, text = features.text_block, features.text_block.text
    words = text_block.words
    score = 1.4 * features.is_good + 0.5 * (text[-1] in ".!?”\"’'" and words >= 8)  # noqa: PLR2004
    score += content.lowercase_shares[text_block.index] - 0.6
    score -= 0.8 * (words < 3) + 0.4 * (words < 8 and text_block.element.tag != "li")  # noqa: PLR2004
    score -= 2.2 * (text_block.link_density > 0.4) + 1.2 * (text_block.link_density > 0.9)  # noqa: PLR2004
    # A paragraph that is a link as a whole leads elsewhere; a heading of the story may link to what it is about.
    score -= 1.2 * (text_block.link_density > 0.9 and text_block.element.tag == "p")  # noqa: PLR2004
    score += 1.5 * (text_block.link_density > 0.4 and text_block.element.tag in _SUBHEADINGS)  # noqa: PLR2004
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


def _hint_score(features: TextFeatures, weights: dict[str, float]) -> float:
    bodied = "body" in features.own_hints or "body" in features.outer_hints
    score = 0.4 if bodied else 0.0
    for name, weight in weights.items():
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
        score -= 5.5
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
    kept = doubtful = far = 0
    for features, score in zip(all_features, scores, strict=True):
        if score > threshold:
            kept += features.text_block.words
        far += features.text_block.words * (features.far and features.is_good)
        if not features.far and features.text_block.words >= _LINE_WORDS and abs(score - threshold) < _NEAR:
            doubtful += features.text_block.words
    return doubtful > _DOUBT * max(1, kept) or far > _FAR_SHARE * max(1, kept)


def with_second_vote(
    metadata: PageMetadata,
    all_features: Sequence[TextFeatures],
    scores: Sequence[float],
    threshold: float,
    out: Container[int],
) -> list[float]:
    """Return the scores with the vote of trafilatura added: positive for texts that it keeps, negative for the others.

    A text counts as kept if more than `_KEPT_SHARE` of its 4-grams of words occur in trafilatura's text.
    """
    text = trafilatura_text(metadata)
    if not text:
        return list(scores)
    words = words_of(text)
    grams = {tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)}
    lines = {" ".join(words_of(line)) for line in text.split("\n")}
    shares = [_share_in(features, grams, lines) for features in all_features]
    voted = [
        score + _second_vote(features, share)
        for features, score, share in zip(all_features, scores, shares, strict=True)
    ]
    kept = [index for index, score in enumerate(voted) if score > threshold]
    ours = sum(all_features[index].text_block.words for index in kept)
    agreed = sum(all_features[index].text_block.words for index in kept if _is_read(shares[index]))
    if len(words) < _MUCH_MORE * ours or agreed < _AGREED_SHARE * ours:
        return voted
    # It reads our story and much more of the page: sections that stand in containers beside the best one.
    return [
        threshold + _VOTE_WEIGHT
        if features.far and not features.repeated and index not in out and _is_read(shares[index])
        else score
        for index, (features, score) in enumerate(zip(all_features, voted, strict=True))
    ]


def _share_in(features: TextFeatures, grams: set[tuple[str, ...]], lines: set[str]) -> float | None:
    """Return the share of a text's 4-grams of words that are in a set.

    Of a text of fewer words nothing is known, None, unless it is a heading or an item that is a line of its own.
    """
    words = words_of(features.text_block.text)
    own = len(words) - _GRAM + 1
    if own > 0:
        return sum(tuple(words[i : i + _GRAM]) in grams for i in range(own)) / own
    is_short_line = features.text_block.element.tag in _SHORT_LINES and " ".join(words) in lines
    return 1.0 if is_short_line else None


def _is_read(share: float | None) -> bool:
    return share is not None and share > _KEPT_SHARE


def _second_vote(features: TextFeatures, share: float | None) -> float:
    if features.far or share is None or features.repeated or features.is_title:
        return 0.0
    if _is_read(share):
        # It reads captions as paragraphs.
        return 0.0 if "legend" in features.own_hints else _VOTE_WEIGHT
    return -_VOTE_WEIGHT * (_AGREED if (features.own_hints | features.outer_hints) & _AGREEING else 1.0)


def trafilatura_text(metadata: PageMetadata) -> str | None:
    """Return the text that trafilatura extracts; None if the page is too large for it, or it extracts nothing."""
    return _read_by_trafilatura(metadata.markup) if metadata.within_limits else None


@lru_cache(maxsize=1)
def _read_by_trafilatura(markup: str) -> str | None:
    """Return the text that trafilatura extracts. A short page asks twice: for its vote, and for its text."""
    import trafilatura  # noqa: PLC0415 - half a second that most pages need not pay

    text = trafilatura.extract(markup, fast=True, include_comments=False)
    return text if isinstance(text, str) else None
