"""How fast is a ranked query, how fast an index, how large: ours, Whoosh's own, SQLite FTS5, tantivy."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ENGINES = ("ours", "ours_passages", "tantivy_engine", "fts5", "whoosh_stock")
BUILT = ("ours", "tantivy_engine", "fts5", "whoosh_stock")
#: Whoosh's own searcher is so slow that a tenth of the queries tells.
FEWER = {"whoosh_stock": 10, "fts5": 4}
#: The others are asked by turns, so that all of them meet the machine when it is quick.
TURNS = 3
#: Stands for an engine that a run leaves out: no ratio to it.
NOT_ASKED = {"docs_per_cpu_s": float("nan"), "update": float("nan")}
Figures = dict[str, dict[str, float]]


def run(corpus: Sequence[str], queries: int, place: Path, without: Sequence[str] = ()) -> None:
    """Build all, ask all, print the tables.

    Args:
        corpus: Which articles, as `benchmarks.task build` takes it.
        queries: Distinct ones of each kind.
        place: Folder of the indexes.
        without: Engines to leave out.

    """
    chosen = [engine for engine in BUILT if engine not in without]
    print(f"\n{' '.join(corpus)}: {queries:,} distinct queries a kind (fewer for the slow)\n")
    built: Figures = task("build", ",".join(chosen), place, queries, *corpus)
    built_table(built)
    asked: dict[str, Figures] = {}
    for turn in range(TURNS):
        for engine in [engine for engine in ENGINES if engine not in without and not (turn and engine in FEWER)]:
            home = place / ("ours" if engine.startswith("ours") else engine)
            found = task("latency", engine, home, max(20, queries // FEWER.get(engine, 1)))
            asked[engine] = faster(asked.get(engine, found), found)
            print(f"  asked {engine}", file=sys.stderr)
    latency_table(asked)
    for engine in chosen:
        built[engine]["update"] = task("update", engine, place / engine)["ms"]
    update_table(built)


def faster(one: Figures, other: Figures) -> Figures:
    """Return of each figure the better of two."""
    return {kind: min(one[kind], other[kind], key=lambda row: next(iter(row.values()))) for kind in one}


def task(name: str, engine: str, place: Path, queries: int = 0, *corpus: str) -> dict[str, Any]:
    """Run one measurement in its own process."""
    command = [sys.executable, "-m", "benchmarks.task", name, engine, str(place), "--queries", str(queries), *corpus]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def built_table(built: Figures) -> None:
    """Index rate from articles to commit, and size."""
    theirs = built["tantivy_engine"]
    stock = built.get("whoosh_stock", NOT_ASKED)
    print(f"  {'':16}{'docs/CPU-s':>12}{'x tantivy':>11}{'x Whoosh':>10}{'MB':>9}{'x tantivy':>11}")
    for engine, row in built.items():
        rate = row["docs_per_cpu_s"]
        print(
            f"  {engine:16}{rate:12,.0f}{rate / theirs['docs_per_cpu_s']:11.2f}"
            f"{rate / stock['docs_per_cpu_s']:10.1f}{row['mb']:9.1f}{row['mb'] / theirs['mb']:11.2f}"
        )


def latency_table(asked: dict[str, Figures]) -> None:
    """Milliseconds a query, mean / p95, the mean as a multiple of tantivy's, and how many of it Whoosh's own takes."""
    kinds = [kind for kind in asked["ours"] if kind != "memory"]
    for kind in kinds:
        print(f"\n  {kind:14}{'mean ms':>10}{'p95 ms':>10}{'x tantivy':>11}{'Whoosh x':>10}")
        theirs = asked["tantivy_engine"][kind]["mean"]
        stock = asked["whoosh_stock"][kind]["mean"] if "whoosh_stock" in asked else float("nan")
        for engine, row in asked.items():
            mean = row[kind]["mean"]
            print(f"  {engine:14}{mean:10.3f}{row[kind]['p95']:10.3f}{mean / theirs:11.2f}{stock / mean:10.0f}")
    print(f"\n  {'memory':14}{'RSS MB':>10}{'anonymous':>10}")
    for engine, row in asked.items():
        print(f"  {engine:14}{row['memory']['rss']:10.1f}{row['memory']['anonymous']:10.1f}")


def update_table(built: Figures) -> None:
    """Milliseconds to replace one article and commit."""
    print(f"\n  {'one update':14}{'ms':>10}{'Whoosh x':>11}")
    stock = built.get("whoosh_stock", NOT_ASKED)
    for engine, row in built.items():
        print(f"  {engine:14}{row['update']:10.1f}{stock['update'] / row['update']:11.1f}")
