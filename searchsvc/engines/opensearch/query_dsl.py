"""Node of a query → the cluster's query: which documents match, and how often a leaf stands in a field.

A word stands for its stem in each language that articles of the index are stemmed by; a fuzzy word for forms that were
looked up before (`index_session`); a word of a phrase for its spellings, in the texts of each language for its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import ceil, prod
from typing import Literal, assert_never

from searchsvc.analysis import spellings, stem
from searchsvc.analysis.keys import url_key, value_key
from searchsvc.engines.opensearch.indexed_documents import key_term, microseconds, stem_token, token
from searchsvc.engines.opensearch.mapping import (
    ALL_FORMS,
    ALL_STEMS,
    ARTICLE,
    HEADLINE,
    LINKS,
    NAMES,
    OWN,
    POSITION_GAP,
    QUOTE,
    form_field,
    sentence_field,
    stem_field,
    stemmer_field,
)
from searchsvc.engines.opensearch.wire_format import Json
from searchsvc.engines.ranking_rules import WEIGHTS, node_of, without_bare_stops
from searchsvc.errors import QueryError
from searchsvc.model.deadline import check_deadline
from searchsvc.model.fields import QUOTED, RELATED, SPEAKER_NAME, TextField
from searchsvc.model.message import Message
from searchsvc.model.query import (
    AddedRange,
    And,
    DateRange,
    FacetFilter,
    Filter,
    Fuzzy,
    Leaf,
    LinksTo,
    MatchAll,
    MinShouldMatch,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Url,
    Word,
    needs_leaf,
)

#: Kinds of documents that queries look for.
Kind = Literal["article", "quote", "headline"]
#: Field of text and its two fields of tokens.
TokenFields = tuple[str, str]

ALL: Json = {"match_all": {}}
NOTHING: Json = {"match_none": {}}
_NEWEST: list[Json] = [{"dated": {"order": "desc", "missing": "_last"}}, {"id": "asc"}]
#: Orders of articles; `dated` and `added` are in whole seconds, articles without them come last.
ORDERS: dict[str, list[Json]] = {
    "relevance": [{"_score": "desc"}, {"id": "asc"}],
    "newest": _NEWEST,
    "oldest": [{"dated": {"order": "asc", "missing": "_last"}}, {"id": "asc"}],
    "added": [{"added": {"order": "desc", "missing": "_last"}}, *_NEWEST],
}
#: A scripted similarity is asked once for each term of a phrase or span, and the answers are added up.
OF_ALL_TERMS = "_score / terms"
#: A near phrase that matches stands somewhere, whatever its places were counted as.
ONE_AT_LEAST = "max(_score / terms, 1)"
#: The score of intervals, n / (n + 1) → n.
OF_INTERVALS = "floor(_score / (1 - _score) + 0.5)"
OF_INTERVALS_ONE_AT_LEAST = "max(floor(_score / (1 - _score) + 0.5), 1)"
#: Forms that a prefix stands for in scores, for each field; which articles match does not depend on it.
PREFIX_FORMS = 512
#: Wordings that a near phrase stands for, in all spellings of its words, at most.
MOST_WORDINGS = 256
#: Tokens of the spellings of a word.
Spellings = tuple[str, ...]
#: Own texts of quotes and headlines by the field of a leaf; leaves of other fields look into the article.
OWN_FIELDS: Mapping[Kind, Mapping[TextField | None, str]] = {
    ARTICLE: {},
    QUOTE: {None: OWN, QUOTED: OWN, SPEAKER_NAME: NAMES},
    HEADLINE: {None: OWN, RELATED: OWN},
}


def _within(period: DateRange | AddedRange) -> Json:
    """Return the query of the documents that are dated, or whose articles came in, within a period."""
    if isinstance(period, AddedRange):
        limits = {} if period.start is None else {"gte": ceil(period.start.timestamp())}
        limits |= {} if period.end is None else {"lt": ceil(period.end.timestamp())}
        return {"range": {"added": limits}} if limits else {"exists": {"field": "added"}}
    (first, after), (start, end) = period.days, period.instants
    days = {} if first is None else {"gte": first.toordinal()}
    days |= {} if after is None else {"lt": after.toordinal()}
    instants = {} if start is None else {"gte": microseconds(start)}
    instants |= {} if end is None else {"lt": microseconds(end)}
    both = [{"range": {name: limit}} for name, limit in (("day", days), ("dated_exactly", instants)) if limit]
    return all_of(both) if both else {"exists": {"field": "dated_exactly"}}


def token_fields(own: str) -> TokenFields:
    """Return the fields of stems and forms of an own text or of passages."""
    return f"{own}.stem", f"{own}.form"


def any_of(queries: Sequence[Json]) -> Json:
    """Return the query that matches what one of several matches; its score is the sum of theirs."""
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries)}} if queries else NOTHING


def all_of(queries: Sequence[Json]) -> Json:
    """Return the query that matches what all of several match, without scores."""
    return queries[0] if len(queries) == 1 else {"bool": {"filter": list(queries)}} if queries else ALL


def has_any(name: str, terms: Sequence[str]) -> Json:
    """Return the query of the documents that have any of some terms in a field."""
    return {"term": {name: terms[0]}} if len(terms) == 1 else {"terms": {name: list(terms)}}


def scripted(query: Json, source: str, **params: object) -> Json:
    """Return the query with its scores changed by a script in Lucene's language of expressions."""
    return {"script_score": {"query": query, "script": {"lang": "expression", "source": source, "params": params}}}


def of_kind(kind: Kind) -> Json:
    """Return the query of all documents of a kind."""
    return {"term": {"kind": kind}}


@dataclass(frozen=True)
class QueryBuilder:
    """Makes queries for the state of the index that it is made of."""

    #: Languages whose stemmers articles of the index have.
    stemmers: tuple[str, ...]
    #: Surface forms that fuzzy words stand for, and the most frequent ones of prefixes at the ends of phrases.
    expansions: Mapping[Fuzzy | Prefix, Sequence[str]] = field(default_factory=dict)

    def matching(self, kind: Kind, root: Node, filters: Sequence[Filter] = ()) -> Json:
        """Return the query of the documents of a kind that match root and filters; the root without bare stop words."""
        nodes = [without_bare_stops(root), *map(node_of, filters)]
        queries = [self.node(node, kind) for node in nodes if not isinstance(node, MatchAll)]
        # Texts of articles are in no other documents.
        return all_of(queries if kind == ARTICLE and any(map(needs_leaf, nodes)) else [of_kind(kind), *queries])

    def node(self, node: Node, kind: Kind) -> Json:  # noqa: C901, PLR0911 - one return a kind of node
        """Return the query of the documents that match a node; where it is negated, of any kind."""
        match node:
            case Word() | Phrase() | Prefix() | Fuzzy():
                return self._leaf(node, kind)
            case FacetFilter(name, value):
                return {"term": {f"key.{name}": key_term(value_key(value))}}
            case Url(url):
                key = url_key(url)
                return {"term": {"address": key_term(key)}} if key else NOTHING
            case LinksTo(keys):
                found = {"terms": {LINKS: list(map(key_term, keys))}}
                return found if kind != QUOTE else {"has_parent": {"parent_type": ARTICLE, "query": found}}
            case DateRange() | AddedRange():
                return _within(node)
            case And(children):
                return all_of([self.node(child, kind) for child in children])
            case Or(children):
                return any_of([self.node(child, kind) for child in children])
            case MinShouldMatch(children, minimum):
                queries = [self.node(child, kind) for child in children]
                return {"bool": {"should": queries, "minimum_should_match": minimum}} if minimum > 0 else ALL
            case Not(child):
                return {"bool": {"must_not": [self.node(child, kind)]}}
            case MatchAll():
                return ALL
            case _:
                assert_never(node)

    def _leaf(self, leaf: Leaf, kind: Kind) -> Json:
        check_deadline()
        own = OWN_FIELDS[kind]
        if leaf.field in own:
            return self.occurrences(leaf, token_fields(own[leaf.field]))
        if kind == ARTICLE:
            return self.in_article(leaf)
        return {"has_parent": {"parent_type": ARTICLE, "query": self.in_article(leaf)}}

    def in_article(self, leaf: Leaf) -> Json:
        """Return the query of the articles that have a leaf, without a meaningful score."""
        if leaf.field is not None:
            return self.in_field(leaf, leaf.field)
        match leaf:
            case Word(text):
                return has_any(ALL_STEMS, self._stems(text))
            case Prefix(text):
                return {"prefix": {ALL_FORMS: token(text)}}
            case Fuzzy():
                return has_any(ALL_FORMS, self._forms(leaf))
            case Phrase((word,)) if leaf.ending is None and len(forms := self.same_words(word)) == 1:
                return has_any(ALL_FORMS, forms)
            case Phrase():
                return any_of([self.in_field(leaf, name) for name in WEIGHTS])
            case _:
                assert_never(leaf)

    def same_words(self, word: str) -> list[str]:
        """Return the tokens of all spellings of a word, in any language of the index."""
        return list(dict.fromkeys(token(one) for language in self.stemmers for one in spellings(word, language)))

    def in_field(self, leaf: Leaf, name: TextField) -> Json:
        """Return the query of the articles that have a leaf in a text field; its score is how often."""
        return self.occurrences(leaf, (stem_field(name), form_field(name)))

    def occurrences(self, leaf: Leaf, fields: TokenFields) -> Json:
        """Return the query of the documents that have a leaf in two fields of tokens; its score is how often."""
        stems, forms = fields
        match leaf:
            case Word(text):
                return any_of([{"term": {stems: one}} for one in self._stems(text)])
            case Phrase(words):
                if leaf.ending and len(words) == 1:
                    return self.occurrences(leaf.ending, fields)
                return any_of(list(self._in_languages(leaf, forms)))
            case Prefix(text):
                return {"prefix": {forms: {"value": token(text), "rewrite": f"top_terms_{PREFIX_FORMS}"}}}
            case Fuzzy():
                return any_of([{"term": {forms: one}} for one in self._forms(leaf)])
            case _:
                assert_never(leaf)

    def _in_languages(self, phrase: Phrase, forms: str) -> Iterator[Json]:
        """Yield the query of a phrase for each group of languages in which its words have the same spellings."""
        exact = phrase.words[:-1] if phrase.ending else phrase.words
        groups: dict[tuple[Spellings, ...], list[str]] = {}
        for language in self.stemmers:
            spelled = tuple(tuple(map(token, spellings(word, language))) for word in exact)
            groups.setdefault(spelled, []).append(language)
        for spelled, languages in groups.items():
            if isinstance(phrase.ending, Prefix):
                found = _before_prefix(spelled, phrase.ending, self._forms(phrase.ending), forms)
            elif phrase.ending is not None:
                found = _following([*spelled, tuple(self._forms(phrase.ending)) or (token(phrase.ending.text),)], forms)
            elif phrase.within:
                found = _together(spelled, sentence_field(forms) if phrase.within == "sentence" else forms)
            else:
                found = _phrase(spelled, phrase.slop, forms)
            if len(groups) > 1:
                own = {"terms": {stemmer_field(forms): languages}}
                found = {"bool": {"must": [found], "filter": [own]}}
            yield found

    def _stems(self, text: str) -> list[str]:
        return list(dict.fromkeys(stem_token(stem(text, language), language) for language in self.stemmers))

    def _forms(self, leaf: Fuzzy | Prefix) -> list[str]:
        return [token(form) for form in self.expansions.get(leaf, ())]


def _phrase(words: Sequence[Spellings], slop: int, forms: str) -> Json:
    """Return the query of a phrase whose words are given by the tokens of their spellings."""
    if not words:
        return NOTHING
    if len(words) == 1:
        return any_of([{"term": {forms: one}} for one in words[0]])
    if not slop and any(len(word) > 1 for word in words):
        return _following(words, forms)
    if prod(map(len, words)) > MOST_WORDINGS:
        raise QueryError(
            Message(
                "the words of a near phrase may be spelled in too many ways: "
                "put them in one spelling, or look for fewer"
            ),
            too_costly=True,
        )
    return any_of([_wording(tokens, slop, forms) for tokens in product(*words)])


def _wording(tokens: Sequence[str], slop: int, forms: str) -> Json:
    most = POSITION_GAP - 1 - len(tokens)
    found: Json = {"match_phrase": {forms: {"query": " ".join(tokens), "slop": max(0, min(slop, most))}}}
    return _counted(found, tokens, slop, forms) if slop else scripted(found, OF_ALL_TERMS, terms=len(tokens))


def _following(words: Sequence[Spellings], forms: str) -> Json:
    """Return the query of words, given by their spellings, that stand one right after the other.

    The score of `intervals` is n / (n + 1) for n places, in single precision; the script inverts and rounds it.
    """
    return scripted(_ordered(words, forms), OF_INTERVALS)


def _ordered(words: Sequence[Spellings], forms: str) -> Json:
    rules = [{"any_of": {"intervals": [_interval(one) for one in word]}} for word in words]
    return {"intervals": {forms: {"all_of": {"mode": "ordered", "max_gaps": 0, "intervals": rules}}}}


def _together(words: Sequence[Spellings], forms: str) -> Json:
    """Return the query of words, given by their spellings, that stand in one value of a field, in any order.

    The score is of places of the first word within the narrowest spans that have all words; where several of them
    stand on one side of the other words, it may be fewer than there are, and one at least.
    """
    clauses = [{"span_or": {"clauses": [{"span_term": {forms: one}} for one in word]}} for word in words]
    near: Json = {"span_near": {"clauses": clauses, "slop": POSITION_GAP - len(words), "in_order": False}}
    places = {"span_within": {"little": clauses[0], "big": near}}
    return scripted({"bool": {"filter": [near], "should": [places]}}, ONE_AT_LEAST, terms=len(words))


def _interval(one: str) -> Json:
    return {"match": {"query": one}}


def _before_prefix(words: Sequence[Spellings], ending: Prefix, known: Sequence[str], forms: str) -> Json:
    """Return the query of words that stand right before a form with a prefix.

    The score of spans is multiplied by the number of these forms, so they only filter: the number of places is counted
    for the forms that were looked up, and is one at least.
    """
    prefix = {"value": token(ending.text), "rewrite": "scoring_boolean"}
    clauses: list[Json] = [{"span_or": {"clauses": [{"span_term": {forms: one}} for one in word]}} for word in words]
    clauses.append({"span_multi": {"match": {"prefix": {forms: prefix}}}})
    found: Json = {"bool": {"filter": [{"span_near": {"clauses": clauses, "slop": 0, "in_order": True}}]}}
    if known:
        found["bool"]["should"] = [_ordered([*words, tuple(known)], forms)]
    return scripted(found, OF_INTERVALS_ONE_AT_LEAST)


def _counted(found: Json, tokens: Sequence[str], slop: int, forms: str) -> Json:
    """Return the query of a near phrase with a score that is how often it stands in a field.

    The number is of places of its first word that lie within a match, counted by spans, because Lucene counts a match
    of a near phrase as 1 ÷ (1 + its distance). It is right for two words, but for a place whose match begins with the
    second word and is cut short by another place; of three words and more it is of matches in their order, and one at
    least.
    """
    orders = [(tokens, slop)]
    if len(tokens) == 2 and slop > 1:  # noqa: PLR2004 - to exchange two words takes two steps
        orders.append((tokens[::-1], slop - 2))
    near = [
        {"span_near": {"clauses": [{"span_term": {forms: one}} for one in words], "slop": most, "in_order": True}}
        for words, most in orders
    ]
    first: Json = {"span_term": {forms: tokens[0]}}
    places = {"span_within": {"little": first, "big": {"span_or": {"clauses": near}}}}
    return scripted({"bool": {"filter": [found], "should": [places]}}, ONE_AT_LEAST, terms=len(set(tokens)))
