"""How fast do articles, and saved pages, get into an index: ours, tantivy, SQLite FTS5, Whoosh's own."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.engines import BUILT, Figures, task
from benchmarks.pages import FORMS

#: What each stage begins with: what ours does there, and what is given to the rivals.
STAGES = {
    "articles": "articles -> commit: ours cuts documents and writes; the rivals get the same texts, by field",
    "jsonl": "JSONL -> commit: ours is all of `reindex`; the rivals get title and body by json.loads",
    "html": "HTML -> commit: ours is all of `reindex`; the rivals get all text of the page by lxml",
}


def run(corpus: Sequence[str], place: Path, without: Sequence[str] = ()) -> None:
    """Clock both stages, from articles and from pages, and print a table of each.

    Args:
        corpus: Which articles, as `benchmarks.task` takes it.
        place: Folder of pages and indexes.
        without: Engines to leave out.

    """
    chosen = ",".join(engine for engine in BUILT if engine not in without)
    print(f"\n{' '.join(corpus)}")
    table(STAGES["articles"], task("build", chosen, place, 1, *corpus))
    for form in FORMS:
        table(STAGES[form], task("pages", chosen, place / form, 0, "--form", form, *corpus))


def table(title: str, rows: Figures) -> None:
    """Print what a CPU second does, and how that stands to tantivy."""
    print(f"\n  {title}\n  {'':16}{'docs/CPU-s':>12}{'x tantivy':>11}{'docs/s':>10}")
    theirs = rows.get("tantivy_engine", {}).get("docs_per_cpu_s", float("nan"))
    for engine, row in rows.items():
        rate = row["docs_per_cpu_s"]
        print(f"  {engine:16}{rate:12,.0f}{rate / theirs:11.2f}{row['docs_per_s']:10,.0f}")
