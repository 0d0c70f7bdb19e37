"""More like this: an article's own weighted words → the articles that have most of them.

After MoreLikeThis of Lucene (`org.apache.lucene.queries.mlt`): words that the article repeats are weighed by how often
it has them and how few articles do (tf × idf), the heaviest are asked as a disjunction, and the engine's own score
ranks. As there, words of one article only, and words beyond the first MAX_TOKENS, are left out. Ours: an occurrence in
the headline counts as in a query; where few words are repeated others follow them, so that short news has a query,
too; and the score is told as a share of the article's own for the same query, by which different articles compare.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from searchsvc.analysis import is_stop, stem, tokenize
from searchsvc.engines.base import Engine
from searchsvc.languages import STEMMERS
from searchsvc.model.article import STORY_KINDS, Article, ArticleHead
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import TEXT, TITLE
from searchsvc.model.query import Filter, Or, Query, Word
from searchsvc.model.result import Hit, IndexInfo
from searchsvc.search.versions_of_article import find_article

#: Words of a text that are read, stems whose articles are counted, words of the query, at most.
MAX_TOKENS, MAX_CANDIDATES, MAX_WORDS = 5_000, 100, 25
#: Articles that must have a word, at least; and the share that may, at most: in a collection of SMALL articles or more,
#: and in a smaller one, which may be of few subjects.
MIN_ARTICLES, MAX_SHARE, SMALL, MAX_SHARE_SMALL = 2, 0.25, 1_000, 0.5
#: Words that an article must have for others to be like it, and that these share, at least.
MIN_SHARED = 4
#: Likeness of similar articles, at least.
LIKENESS = 0.25
#: Similar articles that are returned unless more are asked for, and at most; and words shown of each.
SIMILAR_SHOWN, MAX_SIMILAR, WORDS_SHOWN = 8, 50, 6
#: Occurrences that one in the headline counts for.
_IN_TITLE = round(TEXT[TITLE].weight or 1)


@dataclass(frozen=True, slots=True)
class WeightedWord:
    """A word of an article that tells it from others."""

    #: The form that the article has most often.
    word: str
    #: Times in the article; one in the headline counts for several.
    occurrences: int
    #: Articles that have it, or another form of it.
    articles: int
    weight: float


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """An article that is like another one."""

    head: ArticleHead
    #: Its score as a share of that which the article itself has, from 0 to 1.
    likeness: float
    #: The words that made it so, the heaviest first.
    words: tuple[str, ...]
    #: Ids of its copies, of the first printed ones.
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """The answer to a question for similar articles."""

    article: ArticleHead
    #: The words that were asked for.
    words: tuple[WeightedWord, ...]
    results: tuple[SimilarArticle, ...]
    index: IndexInfo


def find_similar(engine: Engine, article_id: str, *, limit: int = SIMILAR_SHOWN) -> SimilarPage:
    """Return the articles that are like one, most alike first; neither it nor copies of it are among them.

    Raises:
        NotFoundError: There is no such article.
        EngineError: The index cannot be read.

    """

    def answer(at: Engine) -> SimilarPage:
        article = find_article(at, article_id)
        return similar_to(at, article, at.copies(article.head.article), limit=limit)

    return engine.at_one_commit(answer)


def similar_to(
    engine: Engine, article: Article, copies: Sequence[ArticleHead], *, limit: int = SIMILAR_SHOWN
) -> SimilarPage:
    """Return the articles that are like a given one with these copies, as `find_similar` does."""
    words = weighted_words(engine, article)
    found = similar_articles(engine, article.head, words, copies, limit=min(limit, MAX_SIMILAR))
    return SimilarPage(article.head, words, found, engine.info())


def weighted_words(engine: Engine, article: Article) -> tuple[WeightedWord, ...]:
    """Return the MAX_WORDS heaviest words of an article: those it repeats before all others; equal ones by the word."""
    language = article.head.language if article.head.language in STEMMERS else None
    occurrences: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for form, times in islice(_forms(article), MAX_TOKENS):
        if _tells(form, language):
            root = stem(form, language)
            occurrences[root] += times
            forms.setdefault(root, Counter())[form] += 1
    roots = sorted(occurrences, key=lambda root: (-occurrences[root], root))[:MAX_CANDIDATES]
    if not roots:
        return ()
    shown = [min(forms[root], key=lambda form: (-forms[root][form], form)) for root in roots]
    having, articles = engine.frequencies(list(map(Word, shown))), engine.count()
    most = max(MIN_ARTICLES, articles * (MAX_SHARE if articles >= SMALL else MAX_SHARE_SMALL))
    words = [
        WeightedWord(word, occurrences[root], count, occurrences[root] * _idf(articles, count))
        for root, word, count in zip(roots, shown, having, strict=True)
        if MIN_ARTICLES <= count <= most
    ]
    words.sort(key=lambda one: (one.occurrences == 1, -one.weight, one.word))
    return tuple(words[:MAX_WORDS])


def similar_articles(
    engine: Engine,
    head: ArticleHead,
    words: Sequence[WeightedWord],
    copies: Sequence[ArticleHead],
    *,
    filters: Sequence[Filter] = (),
    limit: int,
) -> tuple[SimilarArticle, ...]:
    """Return at most `limit` articles that have most of an article's words, most alike first; copies stand with one.

    Args:
        engine: The index.
        head: Head of the article.
        words: Its words.
        copies: Its copies, which are not like it, but the same.
        filters: What similar articles must match, as the article itself does.
        limit: Articles at most.

    """
    if len(words) < MIN_SHARED:
        return ()
    own = {head.id, head.article, *(copy.id for copy in copies)}
    root = Or(tuple(Word(one.word) for one in words))
    query = Query(root, tuple(filters), explain=True, grouped=True)
    hits = engine.search(query, limit=limit + 1, facets=False, texts=False).hits
    whole = next((hit.score for hit in hits if hit.head.id in own), hits[0].score if hits else 1.0)
    found = []
    for hit in hits:
        check_deadline()
        likeness = min(1.0, hit.score / whole)
        shared = {part.leaf for part in hit.parts or ()}
        if hit.head.id not in own and likeness >= LIKENESS and len(shared) >= MIN_SHARED:
            others = tuple(copy.id for copy in hit.copies)
            found.append(SimilarArticle(hit.head, likeness, _words_of(hit), others))
    return tuple(found[:limit])


def _words_of(hit: Hit) -> tuple[str, ...]:
    """Return the words that add most to a hit's score, the heaviest first."""
    weights: dict[str, float] = {}
    for part in hit.parts or ():
        if isinstance(part.leaf, Word):
            weights[part.leaf.text] = weights.get(part.leaf.text, 0.0) + part.score
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:WORDS_SHOWN])


def _forms(article: Article) -> Iterator[tuple[str, int]]:
    """Yield the surface forms of headline and story, with how many times each occurrence counts."""
    yield from ((token.text, _IN_TITLE) for token in tokenize(article.head.title))
    for block in article.blocks:
        check_deadline()
        if block.kind in STORY_KINDS:
            yield from ((token.text, 1) for token in tokenize(block.text))


def _tells(form: str, language: str | None) -> bool:
    """Return whether a word may tell articles apart: no stop word, number or single letter."""
    return not form[0].isdigit() and not (len(form) == 1 and form.isascii()) and not is_stop(form, language)


def _idf(articles: int, having: int) -> float:
    """Return the idf of BM25 as Lucene computes it, ln(1 + (N - n + 0.5) / (n + 0.5))."""
    return math.log(1 + (articles - having + 0.5) / (having + 0.5))
