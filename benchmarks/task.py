"""One measurement in a process of its own, its result as a line of JSON: `python -m benchmarks.task …`.

A process of its own, so that one engine's memory and caches are not another's (building apart:
the articles are made once for all, and with them the queries that are asked later).
"""

import argparse
import json
import os
import pickle
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from benchmarks.corpus import Corpus, queries
from benchmarks.news import News
from benchmarks.pages import FORMS, write
from benchmarks.rivals import Searcher, rival
from searchsvc.model.article import Article
from searchsvc.reindex import reindex_places

#: Articles whose words the queries are made of.
SAMPLE = 2_000
KINDS = ("or", "and", "phrase")
#: Files beside the indexes: what is asked, and the articles that are put again.
ASKED, AGAIN = "asked.json", "again.pickle"
#: Rounds of warm queries: what else the machine does only makes a round slower.
ROUNDS = 3
#: Articles replaced one by one.
UPDATES = 9


def build(engines: list[str], corpus: Corpus | News, place: Path, count: int) -> dict[str, dict[str, float]]:
    """Index the corpus with each engine in turn; CPU seconds of this process and its children."""
    articles = list(corpus)
    place.mkdir(parents=True, exist_ok=True)
    asked = {kind: queries(corpus.seed, kind, count, articles[:SAMPLE]) for kind in KINDS}
    (place / ASKED).write_text(json.dumps(asked))
    (place / AGAIN).write_bytes(pickle.dumps(articles[:UPDATES]))
    return {engine: built(engine, articles, place / engine) for engine in engines}


def built(engine: str, articles: list[Article], place: Path) -> dict[str, float]:
    """Index articles that are at hand; what the engine takes of them is made before the clock starts."""
    module = rival(engine)
    given = [module.taken(article) for article in articles]
    found = clocked(len(given), lambda: module.build(given, place))
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    return {**found, "mb": size / 1e6}


def pages(engines: list[str], corpus: Corpus | News, place: Path, form: str) -> dict[str, dict[str, float]]:
    """Index saved pages with each engine in turn, the reading of them within the clock."""
    folder = place / "pages"
    count = write(form, iter(corpus), folder)
    found = {}
    for engine in engines:
        found[engine] = clocked(count, partial(_index_pages, engine, form, folder, place / engine))
    return found


def _index_pages(engine: str, form: str, folder: Path, home: Path) -> None:
    if engine == "ours":
        reindex_places([str(folder)], index=str(home))
    else:
        rival(engine).build(FORMS[form].read(folder), home)


def clocked(count: int, work: Callable[[], object]) -> dict[str, float]:
    """Return how many documents a second of processor, and of the clock, some work does."""
    before, wall = cpu(), time.perf_counter()
    work()
    spent, wall = cpu() - before, time.perf_counter() - wall
    return {"docs_per_cpu_s": count / spent, "docs_per_s": count / wall}


def latency(engine: str, place: Path, count: int) -> dict[str, dict[str, float]]:
    """Time queries one by one: first touch after the files left the page cache, then warm, the best of several."""
    evict(place)
    asked = json.loads((place.parent / ASKED).read_text())
    searcher = rival(engine).open(place)
    found = {}
    with closing(searcher):
        for kind in KINDS:
            ready = [searcher.query(kind, words) for words in asked[kind][:count]]
            found[f"{kind} first"] = timed(searcher, ready)
            warm = [timed(searcher, ready) for _ in range(ROUNDS)]
            found[f"{kind} warm"] = min(warm, key=lambda spent: spent["mean"])
        return {**found, "memory": memory()}


def timed(searcher: Searcher, ready: list[object]) -> dict[str, float]:
    """Milliseconds of each query: mean and p95."""
    spent = []
    for query in ready:
        start = time.perf_counter()
        searcher.search(query)
        spent.append((time.perf_counter() - start) * 1000)
    spent.sort()
    return {"mean": sum(spent) / len(spent), "p95": spent[int(len(spent) * 0.95)]}


def update(engine: str, place: Path) -> dict[str, float]:
    """Milliseconds to replace one article and commit: the median of several."""
    spent = []
    module = rival(engine)
    for article in pickle.loads((place.parent / AGAIN).read_bytes()):  # noqa: S301  written by `build`
        given = module.taken(article)
        start = time.perf_counter()
        module.update(place, given)
        spent.append((time.perf_counter() - start) * 1000)
    return {"ms": sorted(spent)[len(spent) // 2]}


def cpu() -> float:
    """CPU seconds of this process and its ended children."""
    used = map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def memory(process: int | str = "self") -> dict[str, float]:
    """Resident and anonymous memory of a process, MB."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return {name: int(lines[key].split()[0]) / 1024 for name, key in (("rss", "VmRSS"), ("anonymous", "RssAnon"))}


def evict(place: Path) -> None:
    """Ask the kernel to drop the index from the page cache."""
    for file in place.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main() -> None:
    """Run one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["build", "pages", "latency", "update"])
    parser.add_argument("engine", help="for build and pages: several, parted by commas")
    parser.add_argument("place", type=Path)
    parser.add_argument("--articles", type=int, help="for build and pages: so many invented ones")
    parser.add_argument("--news", type=Path, help="for build and pages: folder of JSONL records")
    parser.add_argument("--form", choices=sorted(FORMS), help="for pages: how they are saved")
    parser.add_argument("--queries", type=int, default=1000)
    args = parser.parse_args()
    corpus = News(args.news) if args.news else Corpus(args.articles)
    engines = args.engine.split(",")
    tasks: dict[str, Callable[[], object]] = {
        "build": lambda: build(engines, corpus, args.place, args.queries),
        "pages": lambda: pages(engines, corpus, args.place, args.form),
        "latency": lambda: latency(args.engine, args.place, args.queries),
        "update": lambda: update(args.engine, args.place),
    }
    print(json.dumps(tasks[args.task]()))


if __name__ == "__main__":
    main()
