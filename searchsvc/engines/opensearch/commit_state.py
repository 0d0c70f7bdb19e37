"""The last commit of an index: which indices hold it, and the statistics that scores need; read with every question.

A document of the index `NAME-state` names the last commit. It is written when all that it names can be searched, and
every question to the cluster asks for it, too: an answer that belongs to another commit is asked for again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

import msgspec

from searchsvc.engines.opensearch.cluster import Cluster
from searchsvc.engines.opensearch.mapping import (
    ARTICLE,
    COPY,
    HEADLINE,
    NAMES,
    OWN,
    PASSAGES,
    QUOTE,
    fingerprint,
    length_field,
    members_of_groups,
    versions_index,
)
from searchsvc.engines.opensearch.wire_format import Json, search_line
from searchsvc.errors import CorruptIndexError, EngineError, IndexMissingError, OutdatedIndexError
from searchsvc.model.fields import ARTICLE_FACETS, LANGUAGE, TEXT, FacetField, TextField

T = TypeVar("T")
#: Document ids of the current commit, and of the last one of the generation before.
CURRENT, PREVIOUS = "current", "previous"
#: Times that a question is asked when commits come in between.
ATTEMPTS = 8
#: Languages of an index at most.
LANGUAGES_AT_MOST = 1000
#: Values of a facet that an answer lists at least, in each spelling: so many are counted exactly.
LISTED = 100


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts and average lengths of a commit; averages are over the texts that have words which are no stop words."""

    articles: int = 0
    average: Mapping[TextField, float] = field(default_factory=dict)
    average_passage: float = 1.0
    #: Languages of the articles, most frequent first, ties by code; and those whose stemmers they have.
    languages: tuple[str, ...] = ()
    stemmers: tuple[str, ...] = ()
    quotes: int = 0
    headlines: int = 0
    #: Average lengths of the own texts of quotes and of headlines.
    of_quotes: Mapping[str, float] = field(default_factory=dict)
    of_headlines: Mapping[str, float] = field(default_factory=dict)
    #: Articles that are in groups of copies.
    copies: int = 0
    #: Shards of the index; 0: not known.
    shards: int = 0
    #: Facets of articles that have more values than an answer lists as a rule (LISTED); None: not known.
    with_many_values: frozenset[FacetField] | None = None

    def records(self, kind: str) -> tuple[int, Mapping[str, float]]:
        """Return the number of quotes, or headlines, and the average lengths of their own texts."""
        return (self.quotes, self.of_quotes) if kind == QUOTE else (self.headlines, self.of_headlines)


class CommitStatistics(NamedTuple):
    """Statistics of the articles of an index; and of articles and older versions together, if there are any."""

    articles: Statistics
    with_versions: Statistics | None


@dataclass(frozen=True, slots=True)
class CommitState:
    """One commit."""

    generation: int
    #: Number of the commit within its generation.
    number: int
    #: Identity: random, so that no other state of any index has it.
    id: str
    updated: datetime
    #: Names of the indices of articles and of words.
    articles: str
    words: str
    #: `mapping.fingerprint` of the program that made the indices.
    layout: str
    statistics: Statistics
    #: Those of articles and older versions together; None: there are no older versions.
    with_versions: Statistics | None = None

    def asked(self, *, versions: bool) -> "CommitState":
        """Return the commit as a search sees it: with older versions, if they are asked for and there are any."""
        if not versions or self.with_versions is None:
            return self
        both = f"{self.articles},{versions_index(self.articles)}"
        return replace(self, articles=both, statistics=self.with_versions, with_versions=None)


_decode = msgspec.json.Decoder(CommitState).decode


class CommitReader:
    """Asks questions of the last commit, whichever process made it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.index = f"{cluster.access.name}-state"
        #: The last commit that was read, and its text.
        self._read: tuple[object, CommitState] | None = None

    @property
    def last(self) -> CommitState | None:
        """The last commit that was read; None: none yet."""
        return self._read and self._read[1]

    def now(self) -> CommitState:
        """Return the last commit.

        Raises:
            IndexMissingError: There is none yet.
            OutdatedIndexError: Another version of this program made it.

        """
        found = self._cluster.find(self.index, CURRENT)
        return self._newest(found["_source"]["commit"] if found else None)

    def read(self, document: str) -> CommitState | None:
        """Return the commit that a document names, of whatever layout; None if there is none."""
        found = self._cluster.find(self.index, document)
        return self._decoded(found["_source"]["commit"]) if found else None

    def ask(self, question: Callable[[CommitState], Sequence[tuple[str, Json]]]) -> tuple[CommitState, list[Json]]:
        """Return the answers to searches, and the commit that they belong to, in one request.

        Args:
            question: Gives the searches, as index and body, for a commit.

        Raises:
            EngineError: As `now`, or an answer is not whole.

        """
        state = self.last or self.now()
        for _ in range(ATTEMPTS):
            try:
                newest, answers = self.ask_once([search_line(*one) for one in question(state)])
            except IndexMissingError:
                # The indices of a commit that was replaced twice are gone.
                newer = self.now()
                if newer.id == state.id:
                    raise
                state = newer
                continue
            if newest.id == state.id:
                return state, answers
            state = newest
        raise EngineError(f"{self._cluster.access.where}: commits come faster than a question is answered: ask again")

    def ask_once(self, lines: Sequence[str]) -> tuple[CommitState, list[Json]]:
        """Return the last commit, and the answers to searches, each given by its `search_line`, in one request."""
        marker = search_line(self.index, {"query": {"ids": {"values": [CURRENT]}}, "size": 1})
        found, *answers = self._cluster.search_lines([marker, *lines])
        hits = found["hits"]["hits"]
        return self._newest(hits[0]["_source"]["commit"] if hits else None), answers

    def _newest(self, text: object) -> CommitState:
        """Return the commit of a text, which is read and checked if it is another one than before."""
        known = self._read
        if known is None or text != known[0]:
            known = self._read = text, self._checked(text)
        return known[1]

    def _checked(self, text: object) -> CommitState:
        where = self._cluster.access.where
        if text is None:
            raise IndexMissingError(
                f"{where}: there is no index of that name yet: run `searchsvc reindex` with a place"
            )
        state = self._decoded(text)
        if state.layout != fingerprint():
            raise OutdatedIndexError(
                f"{where}: another version of searchsvc, with other fields or rules of words, made this index: "
                "run `searchsvc reindex`"
            )
        return state

    def _decoded(self, text: object) -> CommitState:
        try:
            return _decode(str(text))
        except msgspec.MsgspecError as error:
            raise CorruptIndexError(
                f"{self._cluster.access.where}: the commit in {self.index} cannot be read ({error}): "
                "run searchsvc reindex --full"
            ) from error


def encoded_commit(state: CommitState) -> Json:
    """Return the document that names a commit."""
    return {"commit": msgspec.json.encode(state).decode()}


def new_commit(
    commit_id: str, generation: int, number: int, articles: str, words: str, counted: CommitStatistics
) -> CommitState:
    """Return a commit of now, made by this version of the program."""
    return CommitState(generation, number, commit_id, datetime.now(UTC), articles, words, fingerprint(), *counted)


def count_both(cluster: Cluster, articles: str) -> CommitStatistics:
    """Return the statistics of an index of articles, and those with older versions; None: there are none."""
    own, older = count_statistics(cluster, articles), versions_index(articles)
    there = cluster.search(older, {"size": 0, "track_total_hits": True})["hits"]["total"]
    return CommitStatistics(own, count_statistics(cluster, f"{articles},{older}") if there else None)


def count_statistics(cluster: Cluster, index: str) -> Statistics:
    """Return the statistics of an index of articles, counted by the cluster."""
    of_articles = {f"length {name}": _average(length_field(name)) for name in TEXT} | {
        "languages": _terms(f"facet.{LANGUAGE}"),
        "stemmers": _terms("stemmer"),
        PASSAGES: {"nested": {"path": PASSAGES}, "aggs": {"average": _average(f"{PASSAGES}.length")}},
    }
    facets = {row.name: f"values of {row.name}" for row in ARTICLE_FACETS}
    of_articles |= {counted: {"cardinality": {"field": f"spelled.{name}"}} for name, counted in facets.items()}
    own = {name: _average(f"{name}.length") for name in (OWN, NAMES)}
    kinds = ((ARTICLE, of_articles), (QUOTE, own), (HEADLINE, own))
    aggregations: Json = {kind: {"filter": {"term": {"kind": kind}}, "aggs": inner} for kind, inner in kinds}
    aggregations[COPY] = {"filter": members_of_groups()}
    answer = cluster.search(index, {"size": 0, "aggs": aggregations})
    found = answer["aggregations"]
    articles, quotes, headlines = (found[kind] for kind, _ in kinds)
    return Statistics(
        articles=articles["doc_count"],
        average={name: _mean(articles[f"length {name}"]) for name in TEXT},
        average_passage=_mean(articles[PASSAGES]["average"]),
        languages=tuple(bucket["key"] for bucket in articles["languages"]["buckets"]),
        stemmers=tuple(sorted(bucket["key"] for bucket in articles["stemmers"]["buckets"])),
        quotes=quotes["doc_count"],
        headlines=headlines["doc_count"],
        of_quotes={name: _mean(quotes[name]) for name in own},
        of_headlines={name: _mean(headlines[name]) for name in own},
        copies=found[COPY]["doc_count"],
        shards=answer["_shards"]["total"],
        with_many_values=frozenset(name for name, counted in facets.items() if articles[counted]["value"] >= LISTED),
    )


def _average(name: str) -> Json:
    return {"filter": {"range": {name: {"gt": 0}}}, "aggs": {"sum": {"sum": {"field": name}}}}


def _mean(found: Json) -> float:
    """Return the mean of the lengths that are not 0; 1 if there are none."""
    return found["sum"]["value"] / found["doc_count"] if found["doc_count"] else 1.0


def _terms(name: str) -> Json:
    order = [{"_count": "desc"}, {"_key": "asc"}]
    return {"terms": {"field": name, "size": LANGUAGES_AT_MOST, "shard_size": LANGUAGES_AT_MOST, "order": order}}
