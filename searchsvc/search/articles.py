"""Search articles: a SearchRequest in, an ArticlePage out.

If few articles have all the words, the query is relaxed; if none has any, and a better spelling finds some, those are
shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from searchsvc.engines.base import Engine, Expected
from searchsvc.engines.ranking_rules import FUZZY_FORMS
from searchsvc.highlighting import highlight_hits, highlight_related
from searchsvc.model.article import RelatedHeadline
from searchsvc.model.fields import RELATED, TEXT_FIELDS, TextField
from searchsvc.model.message import Message
from searchsvc.model.query import Fuzzy, Leaf, Node, Notice, ParsedQuery, Query, Sort, positive_leaves, with_leaves
from searchsvc.model.result import ArticlePage, ArticleResult, Hit, Ranking, Snippet
from searchsvc.query_parser.canonical_form import format_query
from searchsvc.search.other_spellings import (
    EXACT_WINDOW,
    exact_first,
    expected_spellings,
    widened,
    with_possessives,
)
from searchsvc.search.request import RELAX_BELOW, SearchRequest, any_word, most_words, with_language
from searchsvc.search.spelling import doubtable
from searchsvc.search.suggestions import Respelling, suggestions

#: Fields that are not part of the article's own text: if only they match, no snippet contains a word of the query.
NOT_HIGHLIGHTED_FIELDS: frozenset[TextField] = frozenset(row.name for row in TEXT_FIELDS if row.beside)
_POSSESSIVES = Notice(
    "possessives", Message("No article has the phrase as typed: words that end in s may be possessives.")
)


@dataclass(frozen=True, slots=True)
class RankedQuery:
    """The query that was ranked, strict or relaxed, and its ranking."""

    query: Query
    #: What was typed, with other spellings: the nodes that an article with all the words matches.
    understood: ParsedQuery
    ranking: Ranking
    #: How the query was widened or relaxed.
    notices: tuple[Notice, ...]

    @property
    def wanted(self) -> Iterator[Node]:
        """Yield the words and phrases that a reader looks for in each hit: those without a field."""
        for node in (*self.understood.bare, *self.understood.fixed):
            leaves = positive_leaves(node)
            if leaves and all(leaf.field is None for leaf in leaves):
                yield node


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
    return engine.at_one_commit(lambda held: _page(held, with_language(held, request), offers=offers))


def _page(engine: Engine, request: SearchRequest, *, offers: bool) -> ArticlePage:
    """Return one page of the articles that match a request which has its language."""
    spelling = Respelling(engine, request)
    answered, ranked, suggestion = rank_articles(engine, request, spelling, sideways=offers)
    ranking = ranked.ranking
    (root, *wanted), cut = expanded(engine, (ranked.query.root, *ranked.wanted))
    zero_hit = None
    if answered is request:
        suggestion, zero_hit = suggestions(engine, request, ranking, spelling, offers=offers)
    return ArticlePage(
        text=request.text,
        asked=request.asked,
        understood=answered.understood.text,
        notices=(*answered.searched.notices, *ranked.notices, *cut),
        sort=answered.order,
        page=request.page,
        size=request.size,
        total=ranking.total,
        total_articles=ranking.total_articles,
        total_all_words=ranking.total_all_words,
        results=_results(engine, ranking.hits, root, wanted),
        facets=ranking.facets,
        suggestion=suggestion,
        index=engine.info(),
        respelled=answered is not request,
        zero_hit_suggestions=zero_hit,
    )


def rank_articles(
    engine: Engine, request: SearchRequest, spelling: Respelling, *, sideways: bool = False, facets: bool = True
) -> tuple[SearchRequest, RankedQuery, str | None]:
    """Return the request that was answered (another spelling's, maybe), its ranking, and the spelling that is better.

    Args:
        engine: The index to search, at one commit.
        request: The search, which has its language.
        spelling: Tells a better spelling where the text finds nothing.
        sideways: As of `SearchRequest.filters`.
        facets: As of `Engine.search`.

    """
    answered = request
    engine.prefetch(lambda: _expected(request, sideways=sideways))
    if request.page == 1:
        engine.prefetch(spelling.expected)
    ranked = _rank(engine, request, sideways=sideways, facets=facets)
    is_hopeless = not (ranked.ranking.total_unfiltered or request.plain or request.spelling == "typed")
    suggestion = spelling.better if is_hopeless else None
    if suggestion is not None:
        better = _rank(engine, replace(request, text=suggestion), sideways=sideways, facets=facets)
        if better.ranking.total:
            answered = replace(request, text=suggestion)
            ranked = replace(better, notices=(_shown_instead(request.text, suggestion), *better.notices))
    return answered, ranked, suggestion


def read_first(
    engine: Engine, request: SearchRequest, limit: int
) -> tuple[SearchRequest, RankedQuery, Sequence[Hit], tuple[Notice, ...]]:
    """Return the request that was answered, its ranking, its first hits with their texts, and its notices.

    Hits are those of the pages, in their order; words of the ranked query are told with the forms of fuzzy ones.

    Args:
        engine: The index to search, at one commit.
        request: The search, which has its language; its page and size do not count.
        limit: Hits at most.

    """
    asked = replace(request, page=1, size=1, explain=False)
    answered, ranked, _ = rank_articles(engine, asked, Respelling(engine, asked), facets=False)
    hits = engine.search(ranked.query, limit=limit, facets=False).hits
    printed = answered.understood.printed
    if printed and ranked.query.sort == "relevance":
        hits = (*exact_first(hits[:EXACT_WINDOW], printed), *hits[EXACT_WINDOW:])
    (root,), cut = expanded(engine, (ranked.query.root,))
    notices = (*answered.searched.notices, *ranked.notices, *cut)
    return answered, replace(ranked, query=replace(ranked.query, root=root)), hits, notices


def _expected(request: SearchRequest, *, sideways: bool) -> Expected:
    """Return what the engine is asked before it ranks."""
    understood = request.understood
    root = any_word(understood) if request.match == "any" else understood.root
    filters = request.filters(sideways=sideways)
    first = Query(
        root,
        filters,
        request.order,
        explain=request.explain,
        versions=request.versions,
        grouped=request.is_grouped,
    )
    expected = Expected() if request.plain else expected_spellings(understood)
    doubted = doubtable(understood) if request.page == 1 else ()
    return Expected([*expected.leaves, *doubted], expected.seldom, [first])


def _rank(engine: Engine, request: SearchRequest, *, sideways: bool, facets: bool) -> RankedQuery:
    """Return the query that was ranked, its ranking, and notices of how it was widened and relaxed.

    Whether the query is relaxed depends on counts over the whole index, not on filters or the page, so that all pages
    of a result agree.
    """
    ask = partial(_ask, engine, request, facets=facets)
    understood = request.searched
    wide = None if request.plain else widened(engine, understood, request.language)
    notices: tuple[Notice, ...] = ()
    if wide:
        understood, notices = wide.understood, (wide.notice,)
    all_words = wide.all_words if wide else None
    asked = Query(understood.root, request.filters(sideways=sideways), request.order, all_words)
    query = replace(asked, explain=request.explain, versions=request.versions, grouped=request.is_grouped)
    if request.match == "any":
        root = any_word(understood)
        strict = None if root == understood.root else all_words or understood.root
        query = replace(query, root=root, all_words=strict)
        return RankedQuery(query, understood, ask(query), notices)
    relaxed = most_words(understood) if request.match == "auto" else None
    ranking = ask(query, least=RELAX_BELOW if relaxed else 0)
    if not ranking.total_unfiltered and (possessive := with_possessives(understood)):
        wider = replace(query, root=possessive.root)
        again = ask(wider)
        if again.total_unfiltered:
            return RankedQuery(wider, possessive, again, (*notices, _POSSESSIVES))
    if relaxed is None or ranking.total_unfiltered >= RELAX_BELOW:
        return RankedQuery(query, understood, ranking, notices)
    query = replace(query, root=relaxed, all_words=None)
    ranking = ask(query)
    told = (_relaxed(ranking, query.sort),) if ranking.total > ranking.total_all_words else ()
    return RankedQuery(query, understood, ranking, (*notices, *told))


def expanded(engine: Engine, nodes: Sequence[Node]) -> tuple[Sequence[Node], tuple[Notice, ...]]:
    """Return nodes with the forms of their fuzzy words, and a notice that names the words that have more of them."""
    near = {
        leaf: [form for form, _ in engine.similar_words(leaf.text, edits=leaf.edits, limit=FUZZY_FORMS + 1)]
        for leaf in dict.fromkeys(leaf for node in nodes for leaf in positive_leaves(node))
        if isinstance(leaf, Fuzzy)
    }
    if not near:
        return nodes, ()
    told: dict[Leaf, Leaf] = {leaf: replace(leaf, forms=tuple(forms[:FUZZY_FORMS])) for leaf, forms in near.items()}
    cut = dict.fromkeys(f"{leaf.text}~" for leaf, forms in near.items() if len(forms) > FUZZY_FORMS)
    text = Message(
        "%(words)s: more words are so near; the %(most)s nearest were looked for.",
        words=", ".join(cut),
        most=FUZZY_FORMS,
    )
    return [with_leaves(node, told) for node in nodes], (Notice("fuzzy-cut", text),) if cut else ()


def _shown_instead(typed: str, better: str) -> Notice:
    return Notice(
        "respelled",
        Message("No article matches “%(typed)s”: those that match “%(better)s” are shown.", typed=typed, better=better),
    )


def _ask(engine: Engine, request: SearchRequest, query: Query, *, facets: bool, least: int = 0) -> Ranking:
    """Return the ranking of a query on the requested page; `facets` and `least` as of `Engine.search`.

    Of the first EXACT_WINDOW hits those come first that print the query's phrases with the accents typed.
    """
    search = partial(engine.search, facets=facets, selection=request.selection, least=least)
    printed, end = request.understood.printed, request.offset + request.size
    if not printed or query.sort != "relevance" or end > EXACT_WINDOW:
        limit, offset = request.size, request.offset
        return search(query, limit=limit, offset=offset)
    ranking = search(query, limit=EXACT_WINDOW)
    return replace(ranking, hits=tuple(exact_first(ranking.hits, printed)[request.offset : end]))


def _relaxed(ranking: Ranking, sort: Sort) -> Notice:
    """Return the notice that articles without all the words are among the hits."""
    count = ranking.total_all_words
    if not count:
        return Notice("relaxed", Message("No article has all the words: those with most of them are shown."))
    if sort == "relevance":
        text = Message(
            "%(n)s article has all the words; those with most of them follow.",
            plural="%(n)s articles have all the words; those with most of them follow.",
            n=count,
        )
    else:
        text = Message(
            "%(n)s article has all the words; those with most of them stand among them.",
            plural="%(n)s articles have all the words; those with most of them stand among them.",
            n=count,
        )
    return Notice("relaxed", text)


def _results(engine: Engine, hits: Sequence[Hit], root: Node, wanted: Sequence[Node]) -> tuple[ArticleResult, ...]:
    """Return the hits with title and snippets, the words of the query marked.

    A hit that only its related headlines explain gets the best of them as a snippet after its first one.
    """
    related = _related(engine, hits)
    results = []
    for hit, shown in zip(hits, highlight_hits(hits, root, wanted), strict=True):
        snippets = shown.snippets
        if hit.head.id in related:
            snippets = (*snippets[:1], *_best(related[hit.head.id], hit, root))
        missing = tuple(format_query(positive_leaves(node)[0]) for node in shown.missing)
        explained = hit.matched_in, missing, hit.parts
        results.append(
            ArticleResult(hit.head, hit.score, shown.title, snippets, *explained, hit.copies, hit.copies_total)
        )
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
