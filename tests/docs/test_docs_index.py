"""docs/backup.md and docs/index-format.md: their commands do what is said of them, in a shell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.documents import DOCS, ROOT, fenced

BIN = Path(sys.executable).parent
BACKUP = DOCS / "backup.md"


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    command = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=300)


def run(script: str, folder: Path) -> str:
    done = shell(script, folder)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, seeds: Path) -> Path:
    """A folder with an index and the archive it was made of."""
    shutil.copytree(seeds, tmp_path / "index")
    (tmp_path / "archive").mkdir()
    for path in sorted((ROOT / "seeds").glob("*.html"))[:5]:
        shutil.copy(path, tmp_path / "archive")
    (tmp_path / "archive.jsonl").write_text('{"id": "mine", "title": "Buoy adrift", "body": "A buoy was found."}\n')
    run("searchsvc reindex archive.jsonl --index index", tmp_path)
    return tmp_path


def test_a_copy_that_is_made_is_whole_and_can_take_the_place_of_the_index(folder: Path) -> None:
    copy, check, mirror, restore, rebuild = fenced(BACKUP, "sh")
    run(copy, folder)
    assert "whole" in run(check, folder)
    run("searchsvc forget mine --index index && searchsvc search buoy --index index", folder)
    run(restore, folder)
    assert run("searchsvc search ferry --index index", folder)
    assert '"total":0' in run("searchsvc search '\"buoy\"' --json --index index", folder), (
        "it was taken down after the copy"
    )
    run(rebuild, folder)
    run("searchsvc rollback --index index && searchsvc doctor --index index", folder)
    if shutil.which("rsync"):
        run(mirror, folder)
        run("searchsvc doctor --index backup/mirror", folder)


def test_a_copy_waits_for_a_run_that_writes_and_a_run_is_told_of_a_copy(folder: Path) -> None:
    copy = fenced(BACKUP, "sh")[0].splitlines()[1].replace("cp -a index", "searchsvc reindex --index index #")
    done = shell(copy, folder)
    assert done.returncode == 3, done.stderr
    assert "lock" in done.stderr or "another" in done.stderr


def test_whooshs_own_searcher_reads_the_index(folder: Path) -> None:
    (program,) = fenced(DOCS / "index-format.md", "python")
    (folder / "read.py").write_text(program)
    assert int(run("python read.py", folder)) > 0


def test_the_table_of_files_names_what_is_there(folder: Path) -> None:
    table = (DOCS / "index-format.md").read_text()
    run("searchsvc forget mine --index index", folder)
    unnamed = [path.name for path in (folder / "index").iterdir() if path.is_file() and f"`{path.name}`" not in table]
    assert unnamed == []
