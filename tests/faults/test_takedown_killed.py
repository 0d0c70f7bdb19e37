"""forget and rollback, killed before any of their calls: nobody who was taken down comes back, and no text stays."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.reindex import forget, reindex_places
from soak.striking import ALL, KILL, Striker

pytestmark = pytest.mark.no_cover

RARE = "Zyxomma"
#: So many calls of each command are struck, spread over all.
STRUCK = 10


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Two generations with the article."""
    records = [{"id": f"a{n}", "title": f"Story {n}", "body": "The ferry sails again."} for n in range(8)]
    records.append({"id": "secret", "title": f"{RARE} found", "body": f"The {RARE} stood in a barn, the owner said."})
    source = tmp_path / "pages.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    folder = tmp_path / "base"
    reindex_places([str(source)], index=str(folder))
    reindex_places(index=str(folder), full=True)
    return folder


def there(index: Path) -> bool:
    engine = open_engine(f"whoosh:{index}")
    found = engine.article("secret") is not None
    engine.close()
    return found


def has_words(index: Path) -> bool:
    return any(path.is_file() and RARE.lower().encode() in path.read_bytes().lower() for path in index.rglob("*"))


def command(*args: str) -> list[str]:
    return [sys.executable, "-P", "-m", "searchsvc", *args]


def strikes(striker: Striker, index: Path, *args: str) -> list[Path]:
    """Run a command on copies of the index, killed before one of its calls each; return the copies."""
    copy = index.with_name("copy")
    shutil.copytree(index, copy)
    calls = len(striker.calls(command(*args, "--index", str(copy)), under=copy))
    assert calls > 0
    copies = []
    for at in sorted({1 + number * (calls - 1) // (STRUCK - 1) for number in range(STRUCK)}):
        copies.append(index.with_name(f"copy{at}"))
        shutil.copytree(index, copies[-1])
        given = command(*args, "--index", str(copies[-1]))
        struck = striker.strike(given, under=copies[-1], kinds=ALL, at=at, error=KILL)
        assert (struck.call is not None, struck.done.returncode < 0) == (True, True)
    return copies


def test_a_killed_forget_is_done_or_was_never_begun(index: Path, striker: Striker) -> None:
    outcomes = set()
    for copy in strikes(striker, index, "forget", "secret"):
        begun = (copy / "forgotten").exists()
        assert there(copy) is not begun
        reindex_places(index=str(copy))
        assert (there(copy), has_words(copy)) == (not begun, not begun)
        outcomes.add(begun)
    assert outcomes == {True, False}


def test_a_killed_rollback_brings_nobody_back(index: Path, striker: Striker, tmp_path: Path) -> None:
    shutil.copytree(index / "generation-1", tmp_path / "backup")
    forget("secret", index=str(index))
    shutil.rmtree(index / "generation-1")
    (tmp_path / "backup").rename(index / "generation-1")
    for copy in strikes(striker, index, "rollback"):
        assert not there(copy)
        reindex_places(index=str(copy))
        assert (there(copy), has_words(copy)) == (False, False)
