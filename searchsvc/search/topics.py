"""What a speaker talks about: phrases that the whole collection has as terms, and the speaker's quotes contain.

Single words tell little (`lead`, `choice`). A phrase of two or three words is a term where its words stand together in
far more articles than chance would have them: normalised pointwise mutual information over articles.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from searchsvc.analysis import fold
from searchsvc.engines.base import Engine
from searchsvc.model.deadline import check_deadline
from searchsvc.model.query import FacetFilter, Phrase, Query, Word
from searchsvc.model.result import QuoteWords
from searchsvc.search.telling_words import is_telling, mutual_information

#: Newest quotes that are read, phrases whose articles are counted, and topics that are returned, at most.
NEWEST_QUOTES, MAX_CANDIDATES, MAX_TOPICS = 300, 300, 12
#: Articles that have a term, at least: in a collection of fewer than SMALL articles, and in a larger one.
MIN_ARTICLES_SMALL, MIN_ARTICLES, SMALL = 2, 3, 1_000
#: Normalised mutual information of a term's first and last word, at least: 0 is chance, 1 never apart. Read on the five
#: speakers with most quotes of 2,225 BBC articles: of what is above, more than nine in ten are topics.
MIN_MUTUAL_INFORMATION = 0.26
#: Words of a phrase.
SIZES = (2, 3)
#: Words between the first and the last that join them.
_JOINING = frozenset({"of", "and", "de", "der", "du", "del"})


@dataclass(frozen=True, slots=True)
class Topic:
    """A phrase that is a term, and in how many of the speaker's quotes it stands: all of them, not only those read."""

    word: Annotated[str, Meta(description="The phrase, in small letters.")]
    quotes: int


def topics_of(engine: Engine, speaker: FacetFilter) -> tuple[Topic, ...]:
    """Return the terms in a speaker's quotes, best first, at most MAX_TOPICS; none where there are none.

    The score is the number of the quotes read that have the term, times its normalised mutual information, times its
    information, log (articles / articles that have it).
    """
    counts = _phrases(engine.quote_words((speaker,), limit=NEWEST_QUOTES), fold(speaker.value).split())
    candidates = sorted(counts, key=lambda phrase: (-counts[phrase], -sum(map(len, phrase)), phrase))[:MAX_CANDIDATES]
    if not candidates:
        return ()
    ends = list(dict.fromkeys(word for phrase in candidates for word in (phrase[0], phrase[-1])))
    found = engine.frequencies([*map(Phrase, candidates), *map(Word, ends)])
    articles = max(engine.count(), 1)
    word_articles = dict(zip(ends, found[len(candidates) :], strict=True))
    least = MIN_ARTICLES if articles >= SMALL else MIN_ARTICLES_SMALL
    scored: list[tuple[float, tuple[str, ...]]] = []
    for phrase, having in zip(candidates, found, strict=False):
        if least <= having < articles:
            mutual = mutual_information(having, word_articles[phrase[0]], word_articles[phrase[-1]], articles)
            if mutual >= MIN_MUTUAL_INFORMATION:
                scored.append((counts[phrase] * mutual * math.log(articles / having), phrase))
    best = _apart([phrase for _, phrase in sorted(scored, key=lambda item: (-item[0], item[1]))])
    totals = (
        engine.totals([Query(Phrase(phrase), (speaker,), grouped=True) for phrase in best], of="quotes") if best else ()
    )
    return tuple(Topic(" ".join(phrase), total) for phrase, total in zip(best, totals, strict=True))


def _phrases(quotes: Sequence[QuoteWords], own: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Return in how many quotes each phrase stands that may be a term; the speaker's own name is none."""
    counts: Counter[tuple[str, ...]] = Counter()
    for quote in quotes:
        check_deadline()
        counts.update({phrase for phrase in _phrases_of(quote) if not {phrase[0], phrase[-1]} & set(own)})
    return counts


def _phrases_of(quote: QuoteWords) -> Iterator[tuple[str, ...]]:
    may_end = [is_telling(form, quote.language) for form in quote.forms]
    for size in SIZES:
        for at in range(len(quote.forms) - size + 1):
            phrase = quote.forms[at : at + size]
            inside = zip(phrase[1:-1], may_end[at + 1 :], strict=False)
            if may_end[at] and may_end[at + size - 1] and all(ends or form in _JOINING for form, ends in inside):
                yield phrase


def _apart(phrases: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the first MAX_TOPICS phrases of which none is a part of another, or goes on where another ends."""
    kept: list[tuple[str, ...]] = []
    for phrase in phrases:
        words = set(phrase)
        part = any(words <= set(one) or set(one) <= words for one in kept)
        if not part and not any(phrase[0] == one[-1] or phrase[-1] == one[0] for one in kept):
            kept.append(phrase)
    return kept[:MAX_TOPICS]
