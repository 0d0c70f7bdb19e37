"""A search that stumbles over numbers that point nowhere names the damaged part of the index."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from searchsvc.engines.whoosh import WhooshEngine
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot
from searchsvc.errors import CorruptIndexError
from searchsvc.model.query import And, Node, Or, Phrase, Query, Word
from tests.engines.crafted import put, rewritten
from tests.engines.engine_articles import documents

Change = Callable[[np.ndarray], np.ndarray]
BEYOND = 60_000


def filled(value: int) -> Change:
    return lambda array: np.full_like(array.astype(np.uint32), value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with WhooshEngine(tmp_path).writer(fresh=True) as writer:
        for number in range(12):
            writer.put(documents(f"a{number}", f"Storm {number}", "A storm came.", "The storm broke the harbour wall."))
    return tmp_path


@pytest.mark.parametrize(
    ("change", "part", "root"),
    [
        pytest.param({"body.doc": filled(BEYOND)}, "body.doc", Word("storm"), id="documents"),
        pytest.param({"side.key": filled(BEYOND)}, "side.key", Or((Word("storm"), Word("wall"))), id="side postings"),
        pytest.param({"side.link": filled(BEYOND)}, "side.link", Or((Word("3"), Word("7"))), id="links"),
        pytest.param({"forms.of": filled(BEYOND)}, "forms.of", And((Word("storm"), Word("wall"))), id="forms"),
        pytest.param({"body.base": put(3, BEYOND)}, "body.base", Phrase(("harbour", "wall")), id="streams"),
    ],
)
def test_a_search_names_what_is_damaged(folder: Path, change: dict[str, Change], part: str, root: Node) -> None:
    rewritten(folder / "generation-1", change, {})
    engine = WhooshEngine(folder)
    with pytest.raises(CorruptIndexError, match=rf"{part} is damaged.*reindex --full"):
        engine.search(Query(root), limit=10)


def test_a_fault_of_ours_stays_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise IndexError("ours")

    engine = WhooshEngine(folder)
    engine.search(Query(Word("storm")), limit=10)
    monkeypatch.setattr("searchsvc.engines.whoosh.engine.Searcher", stumble)
    with pytest.raises(IndexError, match="ours"):
        engine.search(Query(Word("storm")), limit=10)


def test_a_rollback_to_a_damaged_generation_is_refused(folder: Path) -> None:
    engine = WhooshEngine(folder)
    with engine.writer(fresh=True) as writer:
        writer.put(documents("b", "Calm", "Nothing happened."))
    file = open_snapshot(folder / "generation-1").articles[0].arrays.file
    data = bytearray(file.path.read_bytes())
    data[file.where("stored.frames")[0]] ^= 1
    file.path.write_bytes(data)
    with pytest.raises(CorruptIndexError, match=rf"{file.path.name}: array stored\.frames is damaged"):
        engine.rollback()
    assert (engine.generation(), engine.count()) == ("2", 1)
