"""The benchmarks run: each task once, small, for the engines that need no library of their own."""

from pathlib import Path

import pytest

from benchmarks.corpus import Corpus, queries
from benchmarks.task import KINDS, build, latency, update

SMALL = Corpus(40)


@pytest.mark.parametrize("engine", ["ours", "fts5", "whoosh_stock"])
def test_every_task_gives_its_figures(engine: str, tmp_path: Path) -> None:
    built = build([engine], SMALL, tmp_path)[engine]
    assert built["mb"] > 0
    asked = latency(engine, SMALL, tmp_path / engine, 5)
    assert set(asked) == {f"{kind} {round_}" for kind in KINDS for round_ in ("first", "warm")} | {"memory"}
    assert update(engine, SMALL, tmp_path / engine)["ms"] > 0


def test_the_corpus_is_the_same_each_time() -> None:
    first, again = list(SMALL), list(Corpus(40))
    assert first == again
    assert queries(SMALL, "or", 5, first) == queries(SMALL, "or", 5, again)
