"""The commands, as other programs call them: output, errors, exit codes."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = {
    "ferry.txt": "Ferry stays in port\n\nFog kept the morning ferry in port.\n\n"
    '"We wait for the wind," harbour master Ida Lund said.\n',
    "museum.txt": "Museum finds its clock\n\nThe stolen clock stood in a barn near Oster.\n\n"
    "The ferry brought it home.\n",
}


def run(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "searchsvc", *args], input=stdin, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "pages").mkdir()
    for name, text in PAGES.items():
        (folder / "pages" / name).write_text(text)
    done = run("reindex", str(folder / "pages"), "--index", str(folder / "index"))
    assert done.returncode == 0, done.stderr
    assert "2 added" in done.stdout
    return folder


def test_search_json_is_one_line(home: Path) -> None:
    done = run("search", "fog", "--json", "--index", str(home / "index"))
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["total"]) == (0, 1)
    assert answer["hits"][0]["snippets"][0]["html"].count("<mark>Fog</mark>") == 1
    assert done.stderr.endswith("ms\n")


def test_search_text_can_be_read(home: Path) -> None:
    done = run("search", "ferry", "--index", str(home / "index"))
    assert "2 articles" in done.stdout
    assert "Ferry stays in port" in done.stdout


def test_search_without_text_lists_the_newest(home: Path) -> None:
    answer = json.loads(run("search", "", "--json", "--index", str(home / "index")).stdout)
    assert answer["total"] == 2


def test_search_batch_answers_each_line_with_one(home: Path) -> None:
    lines = ["fog", "", '"unclosed', "a*", "x" * 3000, "clock\tbarn"]
    done = run("search", "--batch", "-", "--json", "--index", str(home / "index"), stdin="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert len(answers) == len(lines)
    assert answers[4]["hits"] == []
    assert answers[4]["error"]["reason"]
    assert answers[5]["total"] == 1


def test_search_plain_takes_operators_as_words(home: Path) -> None:
    done = run("search", "fog OR -ferry", "--plain", "--json", "--index", str(home / "index"))
    assert json.loads(done.stdout)["hits"][0]["title"] == "Ferry stays in port"


def test_quotes_tell_who_said_it_and_why(home: Path) -> None:
    answer = json.loads(run("quotes", "wind", "--json", "--index", str(home / "index")).stdout)
    assert answer["total"] == 1
    (hit,) = answer["hits"]
    assert (hit["quote"]["text"], hit["quote"]["speaker"]) == ("We wait for the wind,", "Ida Lund")
    assert hit["article"]["title"] == "Ferry stays in port"
    assert "harbour master Ida Lund said" in hit["context"]
    assert answer["facets"]["speaker"] == [{"value": "Ida Lund", "count": 1}]


@pytest.mark.parametrize(("name", "found"), [("Lund", 1), ("ida lund", 1), ("Kelly", 0)])
def test_quotes_of_one_speaker(name: str, found: int, home: Path) -> None:
    done = run("quotes", "--speaker", name, "--index", str(home / "index"))
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, f"{found} quote{'' if found == 1 else 's'}")


def test_parse_gives_a_line_for_each_page(home: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html.gz"
    bad.write_bytes(b"no gzip at all")
    good = str(home / "pages" / "ferry.txt")
    done = run("parse", "--json", good, str(bad))
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert first["provenance"]["path"] == good
    assert [quote["speaker"] for quote in first["quotes"]] == ["Ida Lund"]
    assert second["path"] == str(bad)
    assert second["error"]


def test_check_tells_where_things_came_from(home: Path) -> None:
    done = run("check", str(home / "pages" / "ferry.txt"))
    assert done.returncode == 0
    assert "Ferry stays in port" in done.stdout
    assert "Ida Lund" in done.stdout


def test_stats_and_doctor(home: Path) -> None:
    stats = run("stats", "--json", "--index", str(home / "index"))
    assert json.loads(stats.stdout)["index"]["articles"] == 2
    doctor = run("doctor", "--index", str(home / "index"))
    assert (doctor.returncode, "is whole: 2 articles" in doctor.stdout) == (0, True)


def test_reindex_exits_with_1_where_a_page_failed(tmp_path: Path) -> None:
    (tmp_path / "bad.txt.gz").write_bytes(b"no gzip at all")
    (tmp_path / "good.txt").write_text(PAGES["ferry.txt"])
    done = run("reindex", str(tmp_path), "--index", str(tmp_path / "index"))
    assert done.returncode == 1
    assert "failed: " in done.stderr
    assert "bad.txt.gz" in done.stderr


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["search", "x", "--index", "{tmp}/none"], 3, "reindex"),
        (["stats", "--index", "{tmp}/none"], 3, "reindex"),
        (["reindex", "{tmp}/nowhere", "--index", "{tmp}/i"], 2, "nowhere"),
        (["search"], 2, "QUERY"),
        (["search", "x", "--size", "0", "--index", "{tmp}/none"], 2, "size"),
        (["search", "a*", "--index", "{home}/index"], 2, "letters"),
        (["frobnicate"], 2, "frobnicate"),
        (["rollback", "--index", "{home}/index"], 3, "generation"),
        (["reindex", "{home}/pages", "--index", "/proc/nowhere/index"], 3, "/proc/nowhere: nothing can be written"),
        (["forget", "x", "--index", "{home}/pages/ferry.txt/index"], 3, "ferry.txt/index"),
        (["reindex", "--drop", "{tmp}", "--index", "{home}/index"], 2, "{home}/pages"),
        (["serve", "--host", "203.0.113.7", "--index", "{home}/index"], 2, "203.0.113.7:8000"),
        (["forget", "nothing-of-that-id", "--index", "{home}/index"], 1, "nothing-of-that-id"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_wrong_use_is_told_and_has_its_code(args: list[str], code: int, told: str, home: Path, tmp_path: Path) -> None:
    done = run(*(arg.format(tmp=tmp_path, home=home) for arg in args))
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert told.format(tmp=tmp_path, home=home) in done.stderr


def test_serve_says_at_once_that_a_port_is_taken(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), "--index", str(home / "index"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert f"127.0.0.1:{port}: address already in use" in done.stderr.lower()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_no_space_for_the_output_is_told_in_a_line(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "searchsvc", "search", "ferry", "--index", str(home / "index")]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "searchsvc: No space left on device\n")


@pytest.mark.parametrize("asked", [["search", "ferry"], ["search", "ferry", "--all", "--csv"], ["quotes", "--jsonl"]])
def test_a_closed_pipe_counts_as_done(asked: list[str], home: Path) -> None:
    command = [sys.executable, "-m", "searchsvc", *asked, "--index", str(home / "index")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.close()
        told = running.stderr.read() if running.stderr else ""
    assert running.returncode == 0, told
    assert "Error" not in told


def test_text_is_printed_in_an_encoding_that_lacks_some_of_it(home: Path) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-m", "searchsvc", "quotes", "wind", "--index", str(home / "index")]
    done = subprocess.run(command, capture_output=True, env=environ, check=False)
    assert done.returncode == 0, done.stderr
    assert "?We wait for the wind?" in done.stdout.decode("latin-1")


def test_the_environment_names_the_index(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHSVC_ENGINE", f"whoosh:{home / 'index'}")
    assert "2 articles" in run("search", "ferry").stdout
    monkeypatch.setenv("SEARCHSVC_ENGINE", "shelf:index")
    done = run("search", "ferry")
    assert (done.returncode, "shelf:index" in done.stderr, "--index" in done.stderr) == (2, True, True)
    assert run("search", "ferry", "--index", str(home / "index")).returncode == 0


def test_text_is_folded_as_it_is_seen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    lines = run("search", "ferry", "--index", str(home / "index")).stdout.splitlines()
    assert "   Fog kept the morning ferry" in lines
    assert '   in port. "We wait for the' in lines


def test_doctor_finds_a_damaged_catalogue(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "index", tmp_path / "index")
    (tmp_path / "index/catalogue.sqlite").write_bytes(b"nonsense" * 1000)
    done = run("doctor", "--index", str(tmp_path / "index"))
    assert (done.returncode, done.stdout) == (3, "")
    assert "catalogue.sqlite: file is not a database" in done.stderr
    assert "taken down" in done.stderr


def test_reindex_says_what_it_reads_no_more(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "index", tmp_path / "index")
    done = run("reindex", "--drop", str(home / "pages"), "--index", str(tmp_path / "index"))
    assert (done.returncode, done.stderr) == (0, f"read no more: {home / 'pages'}\n")
    assert "2 deleted" in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        "reindex",
        "parse",
        "search",
        "quotes",
        "trends",
        "concordance",
        "keywords",
        "check",
        "forget",
        "serve",
        "stats",
        "doctor",
        "rollback",
    ],
)
def test_help_teaches(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 5
    assert command in run("--help").stdout
    assert "\\b" not in done.stdout, "the mark that keeps lines of examples apart is none for readers"


def test_version() -> None:
    assert run("--version").stdout.startswith("searchsvc, version ")


INDEX_COMMANDS = {
    "search": ("search", "ferry", "--json"),
    "quotes": ("quotes", "wind", "--json"),
    "verify": ("verify", "We wait for the wind", "--json"),
    "stats": ("stats", "--json"),
    "doctor": ("doctor",),
    "dry run": ("reindex", "--dry-run"),
    "rollback": ("rollback",),
    "forget": ("forget", "0123456789abcdef", "--later"),
}


@pytest.mark.parametrize("command", INDEX_COMMANDS.values(), ids=INDEX_COMMANDS)
def test_index_by_folder_and_by_url_give_the_same(command: tuple[str, ...], home: Path, tmp_path: Path) -> None:
    told = []
    for where in ("{}", "whoosh:{}"):
        folder = tmp_path / "index"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(home / "index", folder)
        done = run(*command, "--index", where.format(folder))
        # The time that a run took is another each time.
        told.append((done.returncode, re.sub(r"\d+\.\d+ m?s\b", "", done.stdout + done.stderr)))
    assert told[0] == told[1]


@pytest.mark.parametrize("command", INDEX_COMMANDS.values(), ids=INDEX_COMMANDS)
def test_index_of_an_unknown_scheme_is_told_in_a_line(command: tuple[str, ...]) -> None:
    done = run(*command, "--index", "shelf:index")
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert line.startswith("searchsvc: 'shelf:index' names no engine: use whoosh:DIR or memory:")


def test_index_without_a_folder_can_be_searched_and_not_filled(home: Path) -> None:
    assert run("search", "ferry", "--index", "memory:").stdout.startswith("0 articles")
    done = run("reindex", str(home / "pages"), "--index", "memory:")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_search_and_quotes_write_files(home: Path) -> None:
    index = ("--index", str(home / "index"))
    total = json.loads(run("search", "", "--json", *index).stdout)["total"]
    rows = run("search", "", "--csv", "--all", "--columns", "id,title", *index).stdout.splitlines()
    assert rows[0].removeprefix("\ufeff") == "id,title"
    assert len(rows) == total + 1
    page = run("search", "", "--jsonl", "--size", "1", "--page", "2", *index).stdout.splitlines()
    every = run("search", "", "--jsonl", "--all", *index).stdout.splitlines()
    assert page == every[1:2]
    (quote,) = run("quotes", "wind", "--jsonl", "--all", *index).stdout.splitlines()
    assert json.loads(quote)["speaker"] == "Ida Lund"
    assert run("search", "ferry", "--ris", *index).stdout.startswith("TY  - NEWS")


@pytest.mark.parametrize(
    "wrong",
    [
        ("search", "ferry", "--all"),
        ("search", "ferry", "--columns", "id"),
        ("search", "ferry", "--csv", "--columns", "colour"),
        ("search", "ferry", "--csv", "--json"),
        ("quotes", "wind", "--csv", "--json"),
        ("search", "--batch", "-", "--csv"),
    ],
)
def test_wrong_options_of_files_are_wrong_use(wrong: tuple[str, ...], home: Path) -> None:
    done = run(*wrong, "--index", str(home / "index"))
    assert (done.returncode, done.stdout) == (2, "")
