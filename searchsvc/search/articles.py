"""Search articles: a SearchRequest in, an ArticlePage out.

If few articles have all the words, the query is relaxed and a better spelling is looked for; if none is found, wider
searches are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from searchsvc.analysis import edit_distance, tokenize
from searchsvc.engines.base import Engine
from searchsvc.errors import QueryError
from searchsvc.highlighting import highlight, highlight_related, make_page_snippets
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import RELATED, TEXT_FIELDS, TITLE, TextField
from searchsvc.model.query import LEAVES, Leaf, Node, Notice, ParsedQuery, Phrase, Query, Sort, Word
from searchsvc.model.result import ArticlePage, ArticleResult, Hit, Ranking, Snippet, WordFrequency, ZeroHitSuggestions
from searchsvc.search.request import RELAX_BELOW, SearchRequest, any_word, most_words

#: Fields that are not part of the article's own text: if only they match, no snippet contains a word of the query.
NOT_HIGHLIGHTED_FIELDS: frozenset[TextField] = frozenset(row.name for row in TEXT_FIELDS if row.beside)
#: A better spelling is looked for if fewer articles than this have all the words.
RESPELL_BELOW = 3
#: Nodes of the query whose document frequencies are reported, at most.
MAX_REPORTED_WORDS = 8
#: Similar words that are reported for a word of the query that no article has, at most, and the least length of such a
#: word in characters: shorter ones resemble too many.
MAX_SIMILAR_WORDS, MIN_SIMILAR_LENGTH = 3, 4
#: Words with their document frequencies, in articles.
Counted = Sequence[tuple[str, int]]
#: Characters of a word that is respelled, at least: shorter ones resemble too many.
MIN_RESPELLED_LENGTH = 4
#: Words of at most this many characters may be respelled by one edit, longer ones by two.
MAX_ONE_EDIT_LENGTH = 5
#: A suggested word occurs in at least so many articles, and in at least so many times as many as the word typed.
MIN_SUGGESTED_ARTICLES, MIN_FREQUENCY_RATIO = 2, 5
#: A word that occurs in this many articles is not respelled.
MIN_CORRECT_ARTICLES = 3
#: Rare words of a query that are respelled, at most: with more, its text is likely in a language that is not indexed.
MAX_RESPELLED_WORDS = 8


def search_articles(engine: Engine, request: SearchRequest, *, offers: bool = False) -> ArticlePage:
    """Return one page of the articles that match a request.

    With `match="auto"`, if fewer than RELAX_BELOW articles of the whole index have all the words, articles with most
    of the words are found, too, and a notice says so.

    Args:
        engine: The index to search.
        request: The search.
        offers: Also compute what a results page offers next: a facet with chosen values is counted as if none were
            chosen, so that others can be added; and if nothing is found, `zero_hit_suggestions`.

    Raises:
        QueryError: The text cannot be parsed, or the query would cost too much.
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
    """Return the query that was ranked, strict or relaxed, its ranking, and the notice if it was relaxed.

    Whether the query is relaxed depends on counts over the whole index, not on filters or the page, so that all pages
    of a result agree.
    """
    understood, filters = request.understood, request.filters(sideways=sideways)
    query = Query(understood.root, filters, request.order)
    if request.match == "any":
        root = any_word(understood)
        strict = None if root == understood.root else understood.root
        return root, _ask(engine, request, replace(query, root=root, all_words=strict)), ()
    relaxed = most_words(understood) if request.match == "auto" else None
    ranking = _ask(engine, request, query, least=RELAX_BELOW if relaxed else 0)
    if relaxed is None or ranking.total_unfiltered >= RELAX_BELOW:
        return query.root, ranking, ()
    ranking = _ask(engine, request, replace(query, root=relaxed))
    return relaxed, ranking, (_relaxed(ranking, query.sort),) if ranking.total > ranking.total_all_words else ()


def _ask(engine: Engine, request: SearchRequest, query: Query, *, least: int = 0) -> Ranking:
    """Return the ranking of a query on the requested page; `least` as of `Engine.search`."""
    return engine.search(query, limit=request.size, offset=request.offset, least=least)


def _relaxed(ranking: Ranking, sort: Sort) -> Notice:
    """Return the notice that articles without all the words are among the hits."""
    count = ranking.total_all_words
    if not count:
        return Notice("relaxed", "No article has all the words: those with most of them are shown.")
    others = "those with most of them follow" if sort == "relevance" else "those with most of them stand among them"
    return Notice("relaxed", f"{count} article{'s have' if count > 1 else ' has'} all the words; {others}.")


def _results(engine: Engine, hits: Sequence[Hit], root: Node) -> tuple[ArticleResult, ...]:
    """Return the hits with title and snippets, the words of the query marked.

    A hit that only its related headlines explain gets the best of them as a snippet after its first one.
    """
    related = _related(engine, hits)
    results = []
    for hit, snippets in zip(hits, make_page_snippets(hits, root), strict=True):
        if hit.head.id in related:
            snippets = (*snippets[:1], *_best(related[hit.head.id], hit, root))  # noqa: PLW2901  replaces them
        results.append(ArticleResult(hit.head, hit.score, _title(hit, root), snippets, hit.matched_in))
    return tuple(results)


def _related(engine: Engine, hits: Sequence[Hit]) -> Mapping[str, Sequence[RelatedHeadline]]:
    """Return, by article id, the related headlines of the hits that match there and not in the article's own text."""
    ids = [
        hit.head.id for hit in hits if RELATED in hit.matched_in and NOT_HIGHLIGHTED_FIELDS.issuperset(hit.matched_in)
    ]
    annotations = engine.annotations(ids) if ids else ()
    return {article_id: one.related for article_id, one in zip(ids, annotations, strict=True)}


def _best(related: Sequence[RelatedHeadline], hit: Hit, root: Node) -> tuple[Snippet, ...]:
    """Return the related headline with the most marked words, the first of equals; () if none has any."""
    marked = highlight_related([headline.text for headline in related], root, hit.head.language)
    best = max(range(len(marked)), key=lambda i: (len(marked[i].marks), -i), default=None)
    return () if best is None or not marked[best].marks else (replace(marked[best], anchor=f"r{best}"),)


def _title(hit: Hit, root: Node) -> Snippet:
    """Return the title, with the words of the query marked if the query matches in the title."""
    title = hit.head.title
    return highlight(title, root, hit.head.language) if TITLE in hit.matched_in else Snippet(title)


def suggestions(
    engine: Engine, request: SearchRequest, ranking: Ranking, *, offers: bool
) -> tuple[str | None, ZeroHitSuggestions | None]:
    """Return a spelling that finds more articles, and suggestions for a search without hits; None for what is not due.

    The engine counts in two calls: one for all words, one for all queries.
    """
    strict_total = ranking.total if request.match == "any" else ranking.total_all_words
    zero_hits = offers and not ranking.total and bool(request.text)
    spelled = spelled_words(request.understood) if strict_total < RESPELL_BELOW and request.page == 1 else ()
    reported = _counted_leaves(request) if zero_hits else ()
    counts = _frequencies(engine, (*spelled, *reported))
    near = _near(engine, counts, reported)
    better = respell(engine, request.text, {word.text: counts[word] for word in spelled}, near)
    respelled = _respelled_queries(request, better, ranking) if better else ()
    wider = _wider_queries(request) if zero_hits else ()
    totals = engine.totals((*respelled, *wider)) if respelled or wider else ()
    # `totals` begins with the strict query of the new spelling; the relaxed one follows only if nothing was found.
    is_better = bool(respelled) and (totals[0] > ranking.total_all_words or any(totals[1 : len(respelled)]))
    words = (_word_frequency(leaf, counts[leaf], near) for leaf in reported)
    return (
        better if is_better else None,
        ZeroHitSuggestions(tuple(words), ranking.total_unfiltered, *totals[len(respelled) :]) if zero_hits else None,
    )


def _counted_leaves(request: SearchRequest) -> Sequence[Leaf]:
    """Return the words, phrases, prefixes and fuzzy words without a field among the first MAX_REPORTED_WORDS nodes."""
    nodes = (*request.understood.bare, *request.understood.fixed)[:MAX_REPORTED_WORDS]
    leaves = (node for node in nodes if isinstance(node, LEAVES) and node.field is None)
    return [leaf for leaf in leaves if not (isinstance(leaf, Phrase) and leaf.slop)]


def _frequencies(engine: Engine, leaves: Sequence[Leaf]) -> Mapping[Leaf, int]:
    """Return each distinct leaf with its document frequency, in articles."""
    distinct = tuple(dict.fromkeys(leaves))
    return dict(zip(distinct, engine.frequencies(distinct), strict=True)) if distinct else {}


def _near(engine: Engine, counts: Mapping[Leaf, int], reported: Sequence[Leaf]) -> dict[str, Sequence[tuple[str, int]]]:
    """Return, for each reported word that no article has, the index's words of similar spelling."""
    missing = [leaf.text for leaf in reported if isinstance(leaf, Word) and not counts[leaf]]
    return {text: engine.similar_words(text) for text in missing if len(text) >= MIN_SIMILAR_LENGTH}


def _word_frequency(leaf: Leaf, count: int, near: Mapping[str, Sequence[tuple[str, int]]]) -> WordFrequency:
    similar = near.get(leaf.text, ()) if isinstance(leaf, Word) else ()
    return WordFrequency(leaf, count, tuple(similar[:MAX_SIMILAR_WORDS]))


def _respelled_queries(request: SearchRequest, text: str, ranking: Ranking) -> tuple[Query, ...]:
    """Return the queries of the better spelling: the strict one, and the relaxed one if the search had no hits.

    Empty if the new text is refused.
    """
    try:
        better = SearchRequest(text, plain=request.plain, now=request.now).understood
    except QueryError:  # a respelled word is longer, so the text may exceed a limit
        return ()
    relaxed = {"all": None, "any": any_word(better), "auto": most_words(better)}[request.match]
    roots = (better.root,) if ranking.total or relaxed is None else (better.root, relaxed)
    return tuple(Query(root, request.filters()) for root in roots)


def _wider_queries(request: SearchRequest) -> tuple[Query, ...]:
    """Return the queries for any of the words: with the filters, and without."""
    root = any_word(request.understood)
    return Query(root, request.filters()), Query(root)


def spelled_words(understood: ParsedQuery) -> tuple[Word, ...]:
    """Return the words of a query that may be misspelled: bare words of letters only, not too short."""
    words = (node for node in understood.bare if isinstance(node, Word) and node.field is None)
    return tuple(word for word in words if len(word.text) >= MIN_RESPELLED_LENGTH and word.text.isalpha())


def respell(engine: Engine, text: str, frequencies: Mapping[str, int], near: Mapping[str, Counted]) -> str | None:
    """Return the text with its rare words replaced by similar, more frequent ones; None if there are none.

    Args:
        engine: The index, whose words are suggested.
        text: The query as typed.
        frequencies: Words of the text that may be replaced, in order, with their document frequencies.
        near: For some of them, the words of the index within two edits, if already known.

    """
    rare = islice(((word, own) for word, own in frequencies.items() if own < MIN_CORRECT_ARTICLES), MAX_RESPELLED_WORDS)
    better = {word: nearest for word, own in rare if (nearest := _nearest(engine, word, own, near.get(word)))}
    if not better:
        return None
    parts, at = [], 0
    for token in tokenize(text):
        if token.text in better:
            parts += [text[at : token.start], better[token.text]]
            at = token.end
    return "".join(parts) + text[at:] if parts else None


def _nearest(engine: Engine, form: str, own: int, near: Counted | None) -> str | None:
    """Return the nearest word that is frequent enough; `own` is the document frequency of `form`."""
    check_deadline()
    edits = 1 if len(form) <= MAX_ONE_EDIT_LENGTH else 2
    if near is None:
        near = engine.similar_words(form, edits=edits)
    elif edits == 1:
        near = [(word, count) for word, count in near if edit_distance(form, word, edits) is not None]
    return next(
        (
            word
            for word, count in near
            if word != form and count >= max(MIN_SUGGESTED_ARTICLES, MIN_FREQUENCY_RATIO * own)
        ),
        None,
    )
