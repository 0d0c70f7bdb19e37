"""What `reindex` says of the pages that failed, and the file that names them all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "searchsvc", *args], capture_output=True, text=True, check=False)


@pytest.fixture(name="pages")
def made_pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    lines = ["no record"] * 300 + ['{"title": "Ferry stays in port", "body": "Fog kept the ferry in port."}']
    (folder / "export.jsonl").write_text("\n".join(lines))
    (folder / "odd.txt.gz").write_bytes(b"no gzip at all")
    return folder


def test_reindex_says_one_line_for_each_reason(pages: Path, tmp_path: Path) -> None:
    done = run("reindex", str(pages), "--index", str(tmp_path / "index"))
    told = done.stderr.splitlines()
    assert (done.returncode, len(told)) == (1, 2), done.stderr
    assert told[0].startswith("failed: 300 pages: not a JSON object")
    assert told[0].endswith(f"{pages}/export.jsonl#1, {pages}/export.jsonl#2, {pages}/export.jsonl#3 and 297 more")
    assert told[1].startswith(f"failed: {pages}/odd.txt.gz: ends in .gz but is not gzip")


def test_reindex_writes_all_into_the_report(pages: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text("of an earlier run")
    done = run("reindex", str(pages), "--index", str(tmp_path / "index"), "--report", str(file))
    report = json.loads(file.read_text())
    assert done.returncode == 1
    assert (report["pages"], report["added"], report["failed"]) == (302, 1, 301)
    assert len(report["failures"]) == 301
    assert set(report["failures"][0]) == {"path", "reason", "kind"}
    assert [kind["count"] for kind in report["kinds"]] == [300, 1]
    assert (report["changes"][0]["kind"], report["index"]["articles"]) == ("added", 1)
    assert [path.name for path in tmp_path.iterdir() if "unfinished" in path.name] == []


@pytest.mark.parametrize("name", ["nowhere/run.json", "pages", "pages/odd.txt.gz/run.json"])
def test_reindex_says_before_it_begins_that_the_report_cannot_be_written(
    name: str, pages: Path, tmp_path: Path
) -> None:
    done = run("reindex", str(pages), "--index", str(tmp_path / "index"), "--report", str(tmp_path / name))
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert name.partition("/")[0] in done.stderr
    assert not (tmp_path / "index").exists()


def test_a_run_that_fails_leaves_the_report_of_the_last_one(pages: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_text("of an earlier run")
    assert run("reindex", str(pages), "--index", "/proc/nowhere", "--report", str(file)).returncode == 3
    assert file.read_text() == "of an earlier run"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pages", "run.json"]
