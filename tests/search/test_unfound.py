"""Queries that found nothing are counted where a setting says so: words, times and days, and nothing else."""

import sqlite3
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from click.testing import CliRunner

from searchsvc.cli import commands
from searchsvc.errors import UsageError
from searchsvc.search import unfound
from searchsvc.search.unfound import MAX_LENGTH, UnfoundQueries, unfound_queries
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.web.web_articles import filled_engine


def test_the_service_counts_what_found_nothing(tmp_path: Path) -> None:
    path = tmp_path / "queries.sqlite"
    client = create_app(Settings.from_env({"SEARCHSVC_UNFOUND": str(path)}), filled_engine()).test_client()
    for address in (
        "/?q=Zzqqx  WWkk",
        "/api/search?q=zzqqx+wwkk",
        "/?q=zzqqx+wwkk&page=2",
        "/?q=otters",
        "/?q=otters&section=Nowhere",
        "/?q=otters&added_after=2100-01-01",
        "/?q=",
        f"/?q={'x' * (MAX_LENGTH + 1)}",
        "/api/search?q=onlyhere&match=all",
    ):
        client.get(address)
    found = [(one.query, one.asked) for one in unfound_queries(path)]
    assert found == [("zzqqx wwkk", 2), ("onlyhere", 1)]
    done = CliRunner().invoke(commands, ["unfound", str(path)], catch_exceptions=False)
    assert [line.split("\t")[::2] for line in done.stdout.splitlines()] == [["2", "zzqqx wwkk"], ["1", "onlyhere"]]
    columns = [row[1] for row in sqlite3.connect(path).execute("PRAGMA table_info(unfound)")]
    assert columns == ["query", "asked", "last"]


def test_without_the_setting_nothing_is_counted_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    create_app(Settings(), filled_engine()).test_client().get("/?q=zzqqx")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UsageError, match="SEARCHSVC_UNFOUND"):
        CliRunner().invoke(commands, ["unfound"], catch_exceptions=False, env={"SEARCHSVC_UNFOUND": ""})


def test_the_number_of_queries_is_bounded_and_the_frequent_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfound, "MAX_QUERIES", 5)
    queries = UnfoundQueries(tmp_path / "q")
    for _ in range(3):
        queries.note("often")
    for i in range(20):
        queries.note(f"once {i:02}")
    found = [one.query for one in unfound_queries(tmp_path / "q")]
    assert len(found) == 5
    assert found[0] == "often"
    assert "once 19" in found


def note_often(path: str) -> None:
    queries = UnfoundQueries(path)
    for _ in range(50):
        queries.note("shared")


def test_several_workers_write_one_file(tmp_path: Path) -> None:
    path = str(tmp_path / "q")
    UnfoundQueries(path)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(note_often, [path] * 2))
    (shared,) = unfound_queries(path)
    assert 50 <= shared.asked <= 100


def test_what_cannot_be_written_is_told_at_the_start_and_breaks_no_search(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "no" / "folder", Path(__file__)):
        with pytest.raises(UsageError, match="cannot be counted"):
            UnfoundQueries(place)
    path = tmp_path / "q"
    queries = UnfoundQueries(path)
    path.write_bytes(b"no database any more" * 100)
    queries.note("zzqqx")
    with pytest.raises(UsageError, match="holds no queries"):
        unfound_queries(path)
    with pytest.raises(UsageError, match="no such file"):
        unfound_queries(tmp_path / "nowhere")
