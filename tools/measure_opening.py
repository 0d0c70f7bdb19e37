"""Measure what opening and the first search of each kind cost: `python tools/measure_opening.py FOLDER [--articles N]`.

Each kind is asked in a process of its own, several times over: milliseconds to open the index, of the
first search, of the next ones, and megabytes resident after the first. FOLDER is filled with N
invented articles if it holds no index. The files are in the system's cache.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.task import memory
from searchsvc.analysis import is_stop
from searchsvc.engines import engine_url, open_engine
from searchsvc.engines.base import Engine
from searchsvc.model.article import Article, Quote
from searchsvc.model.document import chunk
from searchsvc.model.fields import SECTION
from searchsvc.model.query import And, FacetFilter, Fuzzy, MatchAll, Node, Or, Phrase, Prefix, Query, Word

#: Processes for each kind, and searches after the first in each.
TURNS, AGAIN = 5, 200
#: A quotation is made of so many words of each article, and said by one of so many people.
QUOTED, SPEAKERS = 8, 500
Ask = Callable[[Engine], object]


def fill(engine: Engine, articles: int) -> None:
    """Index invented articles, a quotation in each."""
    with engine.writer(fresh=True) as writer:
        for number, article in enumerate(Corpus(articles)):
            said = " ".join(article.blocks[1].text.split()[:QUOTED])
            speaker = f"Ada Person{number % SPEAKERS}"
            quote = Quote(said, "full", speaker, speaker, block=1, start=0, end=len(said))
            writer.put(chunk(replace(article, quotes=(quote,))))


def content(article: Article) -> list[str]:
    """Return three words that follow one another in the body of an article, none of them frequent everywhere."""
    words = " ".join(block.text for block in article.blocks).lower().split()
    runs = (words[at : at + 3] for at in range(len(words)))
    return next(run for run in runs if all(word.isalpha() and not is_stop(word) for word in run))


def ranked(root: Node, **more: object) -> Ask:
    """Return a search for articles as the service asks it."""
    query = Query(root, **more)  # type: ignore[arg-type]
    return lambda engine: engine.search(query, limit=10)


def kinds(words: list[str]) -> dict[str, Ask]:
    """Return a search of each kind, made of the words of one article."""
    a, b, c = words[:3]
    return {
        "word": ranked(Word(a)),
        "two words": ranked(Or((Word(a), Word(b)))),
        "all of two": ranked(And((Word(a), Word(b)))),
        "phrase": ranked(Phrase((a, b))),
        "near": ranked(Phrase((a, c), 3)),
        "prefix": ranked(Prefix(a[:4])),
        "fuzzy": ranked(Fuzzy(a)),
        "newest": ranked(MatchAll(), filters=(FacetFilter(SECTION, "World"),), sort="newest"),
        "article": lambda engine: engine.article("n0000042"),
        "suggest": lambda engine: engine.words(a[:2], limit=10),
        "spelling": lambda engine: engine.similar_words(a, limit=5),
        "quotes": lambda engine: engine.search_quotes(Word(a), (), limit=10),
        "speakers": lambda engine: engine.search_speakers(MatchAll(), (), limit=10),
        "headlines": lambda engine: engine.search_headlines(Word(a), (), limit=10),
    }


def ask(folder: Path, kind: str, words: list[str]) -> dict[str, float]:
    """Ask one kind in this process."""
    search = kinds(words)[kind]
    engine = open_engine(engine_url(folder))
    spent = []
    for step in (lambda engine: engine.count(), search, *[search] * AGAIN):
        start = time.perf_counter()
        step(engine)
        spent.append((time.perf_counter() - start) * 1000)
        if len(spent) == 2:  # noqa: PLR2004  opened and asked once
            resident = memory()["rss"]
    opened, first, *again = spent
    return {"open": opened, "first": first, "warm": sorted(again)[len(again) // 4], "rss": resident}


def main() -> None:
    """Print a row a kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=10_000, help="invented ones, where there is no index")
    parser.add_argument("--kind", help="ask only this one, in this process, and print JSON")
    parser.add_argument("--words", nargs="+", help="words to ask for")
    args = parser.parse_args()
    if args.kind:
        print(json.dumps(ask(args.folder, args.kind, args.words)))
        return
    words = content(next(iter(Corpus(1))))
    if not args.folder.is_dir():
        fill(open_engine(engine_url(args.folder)), args.articles)
    print(f"{'':12}{'open ms':>9}{'first':>9}{'warm':>9}{'RSS MB':>9}")
    for kind in kinds(words):
        command = [sys.executable, __file__, str(args.folder), "--kind", kind, "--words", *words]
        found = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(TURNS)]
        best = {name: min(one[name] for one in found) for name in found[0]}
        print(f"{kind:12}{best['open']:9.2f}{best['first']:9.2f}{best['warm']:9.3f}{best['rss']:9.1f}")


if __name__ == "__main__":
    main()
