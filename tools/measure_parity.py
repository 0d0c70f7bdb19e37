"""Measure how alike an index in a folder and its copy in a cluster answer: `make parity`.

Of the articles in DATA/news (`.jsonl.gz`, each line a record with `title` and `body`) queries of 14 forms are made, the
same on every run. Printed are, for each form and for all, the shares of queries with the same totals, the same values
of facets and the same numbers of these values, the share of the first ten articles of the folder that are among those
of the cluster, the share of queries whose common articles have the same title, snippets and fields, and the mean time
of a page; each query whose results are in another order, with the reason, and each facet that differs; and nDCG@10 of
both on the judged sets of DATA/ir.
"""

import argparse
import gzip
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from quality.ranking import of_set
from searchsvc.analysis import tokenize
from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.model.result import ArticlePage, ArticleResult, Facets
from searchsvc.reindex import copy_index, reindex_places
from searchsvc.search import SearchRequest, search_articles

#: Every so-manieth record lends its words; letters of a word that is asked for; share of queries that any word matches.
EACH, LETTERS, ANY = 7, 4, 0.1
#: Relative difference of scores that single precision explains.
LAST_DIGITS = 1e-5
#: Words of a title, and of a text printed as a phrase.
TITLE_WORDS, PHRASE_WORDS = 5, 3


@dataclass(frozen=True)
class Text:
    """What a record lends to queries."""

    title: Sequence[str]
    body: Sequence[str]
    printed: Sequence[str]


#: A query of each form, from words of a text.
FORMS: dict[str, Callable[[Text, Sequence[str], random.Random], str]] = {
    "word": lambda _, w, _rng: w[0],
    "two words": lambda _, w, _rng: f"{w[0]} {w[1]}",
    "three words": lambda _, w, _rng: " ".join(w),
    "or": lambda _, w, _rng: f"{w[0]} OR {w[1]}",
    "not": lambda _, w, _rng: f"{w[0]} -{w[1]}",
    "phrase": lambda text, _w, rng: f'"{_printed(text, rng)}"',
    "near": lambda _, w, _rng: f'"{w[0]} {w[1]}"~8',
    "prefix": lambda _, w, _rng: f"{w[0][:LETTERS]}*",
    "fuzzy": lambda _, w, _rng: f"{w[0][:-1]}x~",
    "title": lambda text, w, _rng: f"title:{(*text.title, w[0])[0]}",
    "headline": lambda text, w, _rng: " ".join(text.title[:TITLE_WORDS]) or w[0],
    "dates": lambda _, w, _rng: f"{w[0]} after:2009-03 before:2009-09",
    "nested": lambda _, w, _rng: f"({w[0]} OR {w[1]}) {w[2]}",
    "speaker": lambda _, w, _rng: f"{w[0]} speaker:{w[1]}",
}


@dataclass
class Tally:
    """What was counted of the queries of one form."""

    queries: int = 0
    totals: int = 0
    facets: int = 0
    numbers: int = 0
    first_ten: float = 0.0
    shown: int = 0
    seconds: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def add(self, one: ArticlePage, two: ArticlePage, seconds: Sequence[float]) -> None:
        """Count a query."""
        first, second = _by_id(one), _by_id(two)
        common = first.keys() & second.keys()
        self.queries += 1
        self.totals += (one.total, one.total_all_words) == (two.total, two.total_all_words)
        self.facets += replace(one.facets, totals={}) == replace(two.facets, totals={})
        self.numbers += one.facets.totals == two.facets.totals
        self.first_ten += len(common) / len(first) if first else 1.0
        self.shown += all(_shown(first[name]) == _shown(second[name]) for name in common)
        self.seconds = [a + b for a, b in zip(self.seconds, seconds, strict=True)]

    def __str__(self) -> str:
        """Say it in a line."""
        shares = [
            share / self.queries for share in (self.totals, self.facets, self.numbers, self.first_ten, self.shown)
        ]
        names = ("totals", "facets", "numbers of values", "first ten", "snippets")
        told = "  ".join(f"{name} {share:.3f}" for name, share in zip(names, shares, strict=True))
        times = " | ".join(f"{1000 * spent / self.queries:.0f}" for spent in self.seconds)
        return f"{self.queries:5} queries  {told}  ms a page {times}"


def _by_id(page: ArticlePage) -> dict[str, ArticleResult]:
    return {result.head.id: result for result in page.results}


def _shown(result: ArticleResult) -> tuple[object, ...]:
    return result.title, result.snippets, result.matched_in


def _printed(text: Text, rng: random.Random) -> str:
    at = rng.randrange(max(1, len(text.printed) - PHRASE_WORDS))
    return " ".join(text.printed[at : at + PHRASE_WORDS]).replace('"', "")


def read(paths: Sequence[Path]) -> Iterator[Text]:
    """Yield the texts that lend their words: those that have enough."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % EACH == 0:
                    record = json.loads(line)
                    text = Text(_words(record["title"]), _words(record["body"]), record["body"].split())
                    if len(text.body) > EACH:
                        yield text


def _words(text: str) -> list[str]:
    return [word.text for word in tokenize(text) if word.text.isalpha() and len(word.text) > LETTERS - 1]


def main() -> None:
    """Make an index in a folder and a copy of it in the cluster, ask both, and print what differs."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--cluster", default=os.environ.get("SEARCHSVC_TEST_CLUSTER", ""), metavar="HOST:PORT,…")
    arguments.add_argument("--queries", type=int, default=500)
    given = arguments.parse_args()
    if not given.cluster:
        arguments.error("no cluster: make parity starts one")
    with tempfile.TemporaryDirectory(prefix="parity-") as folder:
        files = sorted((given.data / "news").glob("*.jsonl.gz"))
        one, two = f"whoosh:{folder}/news", f"opensearch://{given.cluster}/{Path(folder).name.lower()}"
        reindex_places(list(map(str, files)), index=one, jobs=os.cpu_count() or 1)
        report = copy_index(one, two)
        seconds = f"{report.seconds:.0f} s, {report.articles / report.seconds:.0f}/s"
        print(f"{report.articles} articles copied ({seconds}), {report.queries} queries of the copy found the same")
        with closing(open_engine(one)) as here, closing(open_engine(two)) as there:
            compare(here, there, files, given.queries)
        for judged in sorted((given.data / "ir").iterdir()):
            in_folder, number = of_set(judged)
            in_cluster, _ = of_set(judged, f"{two}-{judged.name}")
            figures = f"{in_folder:.4f} in a folder, {in_cluster:.4f} in the cluster"
            print(f"nDCG@10 of {judged.name:10} {number:4} queries  {figures}")


def compare(one: Engine, two: Engine, files: Sequence[Path], queries: int) -> None:
    """Ask both indices of the same articles the same queries, and print what differs, with the reason."""
    texts, rng = list(read(files)), random.Random(3)
    tallies = {name: Tally() for name in FORMS}
    every, reasons = Tally(), Counter[str]()
    for number in range(queries):
        form = list(FORMS)[number % len(FORMS)]
        text = rng.choice(texts)
        query = FORMS[form](text, rng.sample(text.body, 3), rng)
        request = SearchRequest(query, match="any" if rng.random() < ANY else "auto")
        pages, seconds = [], []
        for engine in (one, two):
            begun = time.perf_counter()
            pages.append(search_articles(engine, request))
            seconds.append(time.perf_counter() - begun)
        tallies[form].add(pages[0], pages[1], seconds)
        every.add(pages[0], pages[1], seconds)
        if _order(pages[0]) != _order(pages[1]):
            reason = why(form, pages[0], pages[1])
            reasons[reason] += 1
            print(f"other order: {query}: {reason}")
        for told in _other_facets(pages[0].facets, pages[1].facets):
            print(f"other facets: {query}: {told}")
    for name, tally in tallies.items():
        if tally.queries:
            print(f"{name:12}{tally}")
    print(f"{'all':12}{every}")
    for reason, count in reasons.most_common():
        print(f"{count} in another order: {reason}")


def why(form: str, one: ArticlePage, two: ArticlePage) -> str:
    """Return why two pages list articles in another order."""
    scores = zip((r.score for r in one.results), (r.score for r in two.results), strict=False)
    other = [(a, b) for a, b in scores if abs(a - b) > LAST_DIGITS * max(abs(a), abs(b))]
    if not other:
        return "scores that differ in the last digits"
    known = {"near": "how often a near phrase stands", "prefix": "forms of a prefix"}
    return known.get(form) or f"not explained: scores {other[0][0]:.6f} and {other[0][1]:.6f}"


def _other_facets(one: Facets, two: Facets) -> Iterator[str]:
    """Yield what differs in the facets of two pages."""
    for name, values in one.values.items():
        if values != two[name]:
            yield f"{name}: {set(values) ^ set(two[name]) or 'in another order'}"
    for name, number in one.totals.items():
        if number != two.totals[name]:
            yield f"{name}: {number} values in the folder, {two.totals[name]} in the cluster"


def _order(page: ArticlePage) -> list[str]:
    return [result.head.id for result in page.results]


if __name__ == "__main__":
    main()
