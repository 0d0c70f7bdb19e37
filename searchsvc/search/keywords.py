"""Words that stand out in a result: those that its first articles have more often than the rest of the collection.

Articles are counted, not occurrences, so that no single article makes a word stand out. What is counted is the stem,
in title and text; what is shown is its commonest form, as it is printed. Words of the query do not stand out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from msgspec import Meta

from searchsvc.analysis import stem, surface_forms
from searchsvc.engines.base import Engine
from searchsvc.model.deadline import check_deadline
from searchsvc.model.message import Message
from searchsvc.model.query import Fuzzy, MatchAll, Node, Notice, Phrase, Prefix, Query, Sort, Word, positive_leaves
from searchsvc.model.result import Asked, Hit, IndexInfo
from searchsvc.search.articles import read_first
from searchsvc.search.printed_words import spellings_in
from searchsvc.search.request import SearchRequest, with_language
from searchsvc.search.telling_words import is_telling, log_likelihood

#: Hits that are read, words that are counted in the whole collection, and words that are returned, at most.
MAX_READ, MAX_CANDIDATES, MAX_KEYWORDS = 500, 800, 50
#: Articles among those read that have a word, at least: of fewer than SMALL, and of more.
MIN_ARTICLES_SMALL, MIN_ARTICLES, SMALL = 2, 3, 50
#: Log-likelihood of a word, at least: one in a thousand words exceeds it by chance.
MIN_LOG_LIKELIHOOD = 10.83
#: Hits in which the spelling of a word is looked for.
SPELLED = 40
_ADVICE = Message("ask for fewer days")


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that stands out."""

    word: Annotated[str, Meta(description="Its commonest form, as it is printed.")]
    #: The form as a query finds it.
    form: Annotated[str, Meta(description="The form in small letters, without accents.")]
    articles: Annotated[int, Meta(description="Articles among those read that have the word, in any form.")]
    all_articles: Annotated[int, Meta(description="Articles of the whole collection that have it.")]
    log_likelihood: Annotated[float, Meta(description="How much it stands out (Dunning 1993); most first.")]


@dataclass(frozen=True, slots=True)
class KeywordsPage:
    """The words that stand out in a result."""

    text: str
    asked: Asked
    understood: str
    notices: tuple[Notice, ...]
    sort: Sort
    #: Articles that match, and how many of them were read.
    articles: int
    read: int
    words: tuple[Keyword, ...]
    index: IndexInfo


def search_keywords(engine: Engine, request: SearchRequest) -> KeywordsPage:
    """Return the words that stand out in the first MAX_READ articles that match, at most MAX_KEYWORDS.

    Of a result that is the whole collection none stands out.

    Args:
        engine: The index to search.
        request: The search; its page and size do not count.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
        EngineError: The index cannot be read.

    """
    return engine.at_one_commit(lambda held: _page(held, with_language(held, request)))


def _page(engine: Engine, request: SearchRequest) -> KeywordsPage:
    answered, ranked, hits, notices = read_first(engine, request, MAX_READ)
    return KeywordsPage(
        text=request.text,
        asked=request.asked,
        understood=answered.understood.text,
        notices=notices,
        sort=answered.order,
        articles=ranked.ranking.total,
        read=len(hits),
        words=_keywords(engine, hits, ranked.query),
        index=engine.info(),
    )


def _keywords(engine: Engine, hits: Sequence[Hit], query: Query) -> tuple[Keyword, ...]:
    """Return the words that stand out in the hits of a query, but for its own.

    Hits and collection are counted alike: where older versions are hits, those of the collection count, too; where
    copies are one hit, they count once.
    """
    counts, forms = _stems(hits)
    least = MIN_ARTICLES if len(hits) >= SMALL else MIN_ARTICLES_SMALL
    common = {one: max(forms[one], key=lambda form: (forms[one][form], form)) for one in counts if counts[one] >= least}
    asked = _QueryWords.of(query.root, {hit.head.language for hit in hits})
    candidates = sorted(
        (one for one in common if not asked.have(one, forms[one])),
        key=lambda one: (-counts[one], one),
    )[:MAX_CANDIDATES]
    nodes: list[Node] = [MatchAll(), *(Word(common[one]) for one in candidates)]
    whole, *found = engine.totals([Query(node, versions=query.versions, grouped=query.grouped) for node in nodes])
    others = whole - len(hits)
    scored = []
    for one, having in zip(candidates, found, strict=True):
        outside = min(max(having - counts[one], 0), max(others, 0))
        score = log_likelihood(counts[one], len(hits), outside, others)
        if score >= MIN_LOG_LIKELIHOOD:
            scored.append((score, one, counts[one] + outside))
    best = sorted(scored, key=lambda item: (-item[0], item[1]))[:MAX_KEYWORDS]
    spelled = spellings_in(hits[:SPELLED], [common[one] for _, one, _ in best])
    return tuple(
        Keyword(spelled[common[one]], common[one], counts[one], whole, round(score, 2)) for score, one, whole in best
    )


def _stems(hits: Sequence[Hit]) -> tuple[Counter[str], Mapping[str, Counter[str]]]:
    """Return in how many hits each stem of a telling word stands, and each of its forms."""
    counts: Counter[str] = Counter()
    by_language: dict[str | None, Counter[str]] = defaultdict(Counter)
    roots: dict[str | None, dict[str, str]] = defaultdict(dict)
    for hit in hits:
        check_deadline(_ADVICE)
        language = hit.head.language
        known = roots[language]
        here = set(surface_forms("\n".join([hit.head.title, *(block.text for block in hit.blocks)]), language))
        for form in here - known.keys():
            known[form] = stem(form, language) if is_telling(form, language) else ""
        counts.update({known[form] for form in here})
        by_language[language].update(here)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for language, counted in by_language.items():
        for form, count in counted.items():
            forms[roots[language][form]][form] += count
    del counts[""]
    return counts, forms


@dataclass(frozen=True, slots=True)
class _QueryWords:
    """The words of a query, which do not stand out in its result."""

    #: Their forms and stems, and the beginnings of words that are looked for.
    words: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, root: Node, languages: Iterable[str | None]) -> Self:
        """Return the words of a query in some languages."""
        words: set[str] = set()
        leaves = positive_leaves(root)
        for leaf in leaves:
            match leaf:
                case Word(text):
                    words.add(text)
                case Phrase(several):
                    words.update(several)
                case Fuzzy(text, forms=forms):
                    words.update((text, *(forms or ())))
        words |= {stem(word, language) for word in words for language in languages}
        return cls(frozenset(words), tuple(leaf.text for leaf in leaves if isinstance(leaf, Prefix)))

    def have(self, root: str, forms: Iterable[str]) -> bool:
        """Return whether a stem, or one of its forms, is among them."""
        return any(form in self.words or form.startswith(self.beginnings) for form in (root, *forms))
