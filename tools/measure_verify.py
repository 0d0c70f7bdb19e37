"""Measure the verbatim check: `python tools/measure_verify.py FILE.jsonl.gz… [--quotations N] [--index DIR]`.

Each line is a record with `id` and `text` or `body`. Every second article is indexed; from those,
runs of words are checked as printed and with 1-3 words dropped, replaced or put in; runs of the
others must be absent (a phrase that both halves print is told apart as found word by word).
With --index the articles are taken to be in that index and only the time is measured.
"""

import argparse
import gzip
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from searchsvc.engines import engine_url, open_engine
from searchsvc.engines.base import Engine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk
from searchsvc.model.query import MatchAll, Query
from searchsvc.verify import Verdict, verify_quotation

LENGTHS = (3, 4, 5, 6, 8, 10, 15, 25)
Texts = dict[str, str]


def read(paths: list[Path]) -> Texts:
    """Return the texts by id."""
    found = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                found[record["id"]] = record.get("text") or f"{record.get('title', '')}\n{record['body']}".lstrip("\n")
    return found


def fill(engine: Engine, texts: Texts) -> None:
    """Index the articles."""
    with engine.writer(fresh=True) as writer:
        for name, text in texts.items():
            title, *paragraphs = filter(None, text.split("\n"))
            head = ArticleHead(name, title, language="en")
            blocks = tuple(Block("paragraph", paragraph) for paragraph in paragraphs or [title])
            writer.put(chunk(Article(head, blocks, Provenance("measure/1", name, "0" * 64))))


def runs(rng: random.Random, texts: Texts, size: int, count: int) -> Iterator[tuple[str, list[str]]]:
    """Yield runs of words with the id of their article."""
    names = sorted(texts)
    while count:
        name = rng.choice(names)
        words = texts[name].split()
        at = rng.randrange(max(1, len(words) - size))
        run = words[at : at + size]
        if len(run) == size and run[0].isalnum() and "[" not in "".join(run):
            yield name, run
            count -= 1


def mutated(rng: random.Random, words: list[str], strange: list[str]) -> list[str]:
    """Return the words with some dropped, replaced or put in; of few words, one."""
    words = list(words)
    for _ in range(1 if len(words) < LENGTHS[4] else rng.randint(1, 3)):
        at, kind = rng.randrange(1, len(words) - 1), rng.randrange(3)
        words[at : at + (kind != 1)] = [] if kind == 0 else [rng.choice(strange)]
    return words


def one_wrong(rng: random.Random, words: list[str], strange: list[str]) -> list[str]:
    """Return the words with one of them, not the first or the last, replaced."""
    at = rng.randrange(1, len(words) - 1)
    return [*words[:at], rng.choice(strange), *words[at + 1 :]]


def timed(engine: Engine, words: list[str], spent: list[float]) -> Verdict:
    """Check one quotation."""
    start = time.perf_counter()
    verdict = verify_quotation(engine, " ".join(words))
    spent.append((time.perf_counter() - start) * 1000)
    return verdict


def told(spent: list[float]) -> str:
    """Return mean and p95 in words."""
    ordered = sorted(spent)
    return f"mean {sum(ordered) / len(ordered):.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.1f} ms"


def measure(engine: Engine, inside: Texts, outside: Texts, count: int) -> None:
    """Print found and absent by length, then the times."""
    rng = random.Random(11)
    strange = [word for text in list(inside.values())[:200] for word in text.split()[:40]]
    spent: dict[str, list[float]] = {"as printed": [], "one wrong word": [], "mutated": [], "not there": []}
    print(f"{engine.count()} articles; {count} quotations a length and kind")
    for size in LENGTHS:
        exact = 0
        for _, words in runs(rng, inside, size, count):
            exact += timed(engine, words, spent["as printed"]).status == "exact"
        wrong = 0
        for name, words in runs(rng, inside, size, count):
            verdict = timed(engine, one_wrong(rng, words, strange), spent["one wrong word"])
            wrong += any(place.head.id == name for place in verdict.places)
        right: Counter[str] = Counter()
        for name, words in runs(rng, inside, size, count):
            verdict = timed(engine, mutated(rng, words, strange), spent["mutated"])
            right[verdict.status] += 1
            right["right"] += any(place.head.id == name for place in verdict.places)
        away: Counter[str] = Counter()
        for _, words in runs(rng, outside, size, count) if outside else ():
            away[timed(engine, words, spent["not there"]).status] += 1
        printed, mistaken = away["exact"] + away["punctuation"], away["words"]
        print(
            f"{size:3} words: as printed, exact {exact / count:.2f}; one wrong word, right article {wrong / count:.2f}",
            end="; ",
        )
        print(f"mutated, right article {right['right'] / count:.2f}, absent {right['absent'] / count:.2f}", end="; ")
        print(
            f"of other articles, absent {away['absent'] / count:.2f}, printed here too {printed / count:.2f}", end=", "
        )
        print(f"words {mistaken / count:.2f}, a stretch of 6 words or more {away['stretch'] / count:.2f}")
    for kind, times in spent.items():
        if times:
            print(f"{kind}: {told(times)}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--quotations", type=int, default=100)
    parser.add_argument("--index", type=Path)
    args = parser.parse_args()
    if args.index:
        engine = open_engine(engine_url(args.index))
        hits = engine.search(Query(MatchAll()), limit=1000, facets=False).hits
        inside = {hit.head.id: max((block.text for block in hit.blocks), key=len, default="") for hit in hits}
        measure(engine, inside, read(args.files), args.quotations)
        return
    texts = read(args.files)
    names = sorted(texts)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(engine_url(folder))
        inside = {name: texts[name] for name in names[::2]}
        fill(engine, inside)
        measure(engine, inside, {name: texts[name] for name in names[1::2]}, args.quotations)


if __name__ == "__main__":
    main()
