"""SearchRequest → ArticlePage: the articles found and, where they are few, a better spelling and wider searches."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from searchsvc.analysis import edit_distance, tokenize
from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.highlighting import highlight, highlight_related, make_page_snippets
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.fields import RELATED, TEXT_FIELDS, TITLE, TextField
from searchsvc.model.query import LEAVES, Leaf, Node, Notice, ParsedQuery, Phrase, Query, Sort, Word
from searchsvc.model.result import ArticlePage, ArticleResult, Hit, Ranking, Snippet, WordFrequency, ZeroHitSuggestions
from searchsvc.search.request import FEW, SearchRequest, any_word, most_words

#: Fields that are no text of the article itself: where only they match, no snippet shows why it was found.
NOT_HIGHLIGHTED_FIELDS: frozenset[TextField] = frozenset(row.name for row in TEXT_FIELDS if row.beside)
#: A correction is looked for where fewer articles than this have all the words.
FEW_FOR_SPELLING = 3
#: Words whose numbers of articles are reported.
MOST_WORDS = 8
#: Words of the collection that are reported beside one that it does not have; shorter ones are like too many.
MOST_NEAR, SHORTEST = 3, 4
#: Words with their numbers of articles.
Counted = Sequence[tuple[str, int]]
#: Shorter words have too many neighbours to guess between.
SHORTEST_RESPELLED = 4
#: Words this short may differ in one letter only.
ONE_EDIT = 5
#: A suggested word stands in that many articles at least, and in that many times more than the word typed.
COMMON, TIMES = 2, 5
#: A word that stands in that many articles is no slip of the hand.
KNOWN = 3
#: Rare words that are looked at: where more are wrong, the text is in another language.
MOST_RESPELLED = 8


def search_articles(engine: Engine, request: SearchRequest, *, offers: bool = False) -> ArticlePage:
    """Find articles; where few have all the words, those with most of them follow (`match=auto`), and a notice says so.

    Args:
        engine: The collection.
        request: What is asked.
        offers: Also find out what a page offers to go on with: a facet that has chosen values is
            counted as if it had none, for these may be added; where nothing is found, what else may be asked.

    Raises:
        QueryError: The text cannot be read, or would cost too much.
        EngineError: The index cannot be read.

    """
    understood = request.understood
    info = engine.info()
    root, ranking, notices = _rank(engine, request, sideways=offers)
    suggestion, zero_hit = suggestions(engine, request, ranking, offers=offers)
    return ArticlePage(
        text=request.text,
        understood=understood.text,
        notices=(*understood.notices, *notices),
        sort=request.order,
        page=request.page,
        size=request.size,
        total=ranking.total,
        total_all_words=ranking.total_all_words,
        results=_results(engine, ranking.hits, root),
        facets=ranking.facets,
        suggestion=suggestion,
        index=info,
        zero_hit_suggestions=zero_hit,
    )


def _rank(engine: Engine, request: SearchRequest, *, sideways: bool) -> tuple[Node, Ranking, tuple[Notice, ...]]:
    """Rank by the words an article must have; the rule looks at the whole collection, so all pages agree."""
    understood, filters = request.understood, request.filters(sideways=sideways)
    query = Query(understood.root, filters, request.order)
    if request.match == "any":
        root = any_word(understood)
        strict = None if root == understood.root else understood.root
        return root, _ask(engine, request, replace(query, root=root, all_words=strict)), ()
    relaxed = most_words(understood) if request.match == "auto" else None
    ranking = _ask(engine, request, query, least=FEW if relaxed else 0)
    if relaxed is None or ranking.total_unfiltered >= FEW:
        return query.root, ranking, ()
    ranking = _ask(engine, request, replace(query, root=relaxed))
    return relaxed, ranking, (_relaxed(ranking, query.sort),) if ranking.total > ranking.total_all_words else ()


def _ask(engine: Engine, request: SearchRequest, query: Query, *, least: int = 0) -> Ranking:
    return engine.search(query, limit=request.size, offset=request.offset, least=least)


def _relaxed(ranking: Ranking, sort: Sort) -> Notice:
    count = ranking.total_all_words
    if not count:
        return Notice("relaxed", "No article has all the words: those with most of them are shown.")
    others = "those with most of them follow" if sort == "relevance" else "those with most of them stand among them"
    return Notice("relaxed", f"{count} article{'s have' if count > 1 else ' has'} all the words; {others}.")


def _results(engine: Engine, hits: Sequence[Hit], root: Node) -> tuple[ArticleResult, ...]:
    related = _related(engine, hits)
    results = []
    for hit, snippets in zip(hits, make_page_snippets(hits, root), strict=True):
        if hit.head.id in related:
            snippets = (*snippets[:1], *_best(related[hit.head.id], hit, root))  # noqa: PLW2901  and what shows why
        results.append(ArticleResult(hit.head, hit.score, _title(hit, root), snippets, hit.matched_in))
    return tuple(results)


def _related(engine: Engine, hits: Sequence[Hit]) -> Mapping[str, Sequence[RelatedHeadline]]:
    """Return the related headlines of the articles that are found by these, or by nothing that they show."""
    ids = [
        hit.head.id for hit in hits if RELATED in hit.matched_in and NOT_HIGHLIGHTED_FIELDS.issuperset(hit.matched_in)
    ]
    found = engine.annotations(ids) if ids else ()
    return {article_id: one.related for article_id, one in zip(ids, found, strict=True)}


def _best(related: Sequence[RelatedHeadline], hit: Hit, root: Node) -> tuple[Snippet, ...]:
    """Return the related headline that shows most of the query."""
    marked = highlight_related([headline.text for headline in related], root, hit.head.language)
    best = max(range(len(marked)), key=lambda i: (len(marked[i].marks), -i), default=None)
    return () if best is None or not marked[best].marks else (replace(marked[best], anchor=f"r{best}"),)


def _title(hit: Hit, root: Node) -> Snippet:
    title = hit.head.title
    return highlight(title, root, hit.head.language) if TITLE in hit.matched_in else Snippet(title)


def suggestions(
    engine: Engine, request: SearchRequest, ranking: Ranking, *, offers: bool
) -> tuple[str | None, ZeroHitSuggestions | None]:
    """Return a spelling that finds more, and what else may be asked where nothing was found and it is offered.

    What must be counted is counted at once: first the words, then what may be asked instead.
    """
    found = ranking.total if request.match == "any" else ranking.total_all_words
    zero_hits = offers and not ranking.total and bool(request.text)
    spelled = spelled_words(request.understood) if found < FEW_FOR_SPELLING and request.page == 1 else ()
    reported = _counted_leaves(request) if zero_hits else ()
    counts = _frequencies(engine, (*spelled, *reported))
    near = _near(engine, counts, reported)
    better = respell(engine, request.text, {word.text: counts[word] for word in spelled}, near)
    respelled = _respelled_queries(request, better, ranking) if better else ()
    wider = _wider_queries(request) if zero_hits else ()
    totals = engine.totals((*respelled, *wider)) if respelled or wider else ()
    # Where nothing at all was found, articles with some of the words are more, if those are listed too.
    is_better = bool(respelled) and (totals[0] > ranking.total_all_words or any(totals[1 : len(respelled)]))
    words = (_word_frequency(leaf, counts[leaf], near) for leaf in reported)
    return (
        better if is_better else None,
        ZeroHitSuggestions(tuple(words), ranking.total_unfiltered, *totals[len(respelled) :]) if zero_hits else None,
    )


def _counted_leaves(request: SearchRequest) -> Sequence[Leaf]:
    """Return the words, and the like, of the query's first parts that are looked for everywhere."""
    nodes = (*request.understood.bare, *request.understood.fixed)[:MOST_WORDS]
    leaves = (node for node in nodes if isinstance(node, LEAVES) and node.field is None)
    return [leaf for leaf in leaves if not (isinstance(leaf, Phrase) and leaf.slop)]


def _frequencies(engine: Engine, leaves: Sequence[Leaf]) -> Mapping[Leaf, int]:
    asked = tuple(dict.fromkeys(leaves))
    return dict(zip(asked, engine.frequencies(asked), strict=True)) if asked else {}


def _near(engine: Engine, counts: Mapping[Leaf, int], reported: Sequence[Leaf]) -> dict[str, Sequence[tuple[str, int]]]:
    """Return for words that the collection does not have those that are spelled almost so."""
    missing = [leaf.text for leaf in reported if isinstance(leaf, Word) and not counts[leaf]]
    return {text: engine.similar_words(text) for text in missing if len(text) >= SHORTEST}


def _word_frequency(leaf: Leaf, count: int, near: Mapping[str, Sequence[tuple[str, int]]]) -> WordFrequency:
    alike = near.get(leaf.text, ()) if isinstance(leaf, Word) else ()
    return WordFrequency(leaf, count, tuple(alike[:MOST_NEAR]))


def _respelled_queries(request: SearchRequest, text: str, ranking: Ranking) -> tuple[Query, ...]:
    """Return what the better spelling asks for: all the words, and if nothing was found some of them."""
    try:
        better = SearchRequest(text, plain=request.plain, now=request.now).understood
    except QueryError:  # it has grown too long
        return ()
    relaxed = {"all": None, "any": any_word(better), "auto": most_words(better)}[request.match]
    roots = (better.root,) if ranking.total or relaxed is None else (better.root, relaxed)
    return tuple(Query(root, request.filters()) for root in roots)


def _wider_queries(request: SearchRequest) -> tuple[Query, ...]:
    """Return what asks for any of the words, within the filters and without."""
    root = any_word(request.understood)
    return Query(root, request.filters()), Query(root)


def spelled_words(understood: ParsedQuery) -> tuple[Word, ...]:
    """Return the words of a query that may be respelled, if they are rare."""
    words = (node for node in understood.bare if isinstance(node, Word) and node.field is None)
    return tuple(word for word in words if len(word.text) >= SHORTEST_RESPELLED and word.text.isalpha())


def respell(engine: Engine, text: str, frequencies: Mapping[str, int], near: Mapping[str, Counted]) -> str | None:
    """Return the text with its rare words replaced by near ones, or None if there are none.

    Args:
        engine: The collection.
        text: What was typed.
        frequencies: Words of it, in order, with their numbers of articles.
        near: Of some of them, what the engine has within two edits.

    """
    rare = islice(((word, own) for word, own in frequencies.items() if own < KNOWN), MOST_RESPELLED)
    better = {word: found for word, own in rare if (found := _nearest(engine, word, own, near.get(word)))}
    if not better:
        return None
    parts, at = [], 0
    for token in tokenize(text):
        if token.text in better:
            parts += [text[at : token.start], better[token.text]]
            at = token.end
    return "".join(parts) + text[at:] if parts else None


def _nearest(engine: Engine, form: str, own: int, near: Counted | None) -> str | None:
    edits = 1 if len(form) <= ONE_EDIT else 2
    if near is None:
        near = engine.similar_words(form, edits=edits)
    elif edits == 1:
        near = [(word, count) for word, count in near if edit_distance(form, word, edits) is not None]
    return next((word for word, count in near if word != form and count >= max(COMMON, TIMES * own)), None)
