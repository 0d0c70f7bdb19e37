"""The verify command, as other programs and people call it."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (
    "Ferry stays in port\n\nFog kept the morning ferry in port.\n\n"
    '"We wait for the wind and for nothing else," harbour master Ida Lund said.\n'
)


def run(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "searchsvc", *args], input=stdin, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("verify")
    (folder / "ferry.txt").write_text(PAGE)
    done = run("reindex", str(folder / "ferry.txt"), "--index", str(folder / "index"))
    assert done.returncode == 0, done.stderr
    return str(folder / "index")


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("We wait for the wind", ["printed exactly so · 1 place", "Ida Lund", "in quotation marks"]),
        ("we wait for the wind", ["punctuation"]),
        ("We wait for the rain and for nothing else", ["other words", "the [-rain-] {+wind+} and"]),
        ("The captain was asleep all morning", ["not in this collection"]),
    ],
    ids=["exact", "punctuation", "words", "absent"],
)
def test_verify_tells_the_verdict_and_exits_with_0(index: str, quote: str, told: list[str]) -> None:
    done = run("verify", quote, "--index", index)
    assert done.returncode == 0, done.stderr
    assert [words for words in told if words not in done.stdout] == []


def test_verify_reads_standard_input_and_prints_json(index: str) -> None:
    done = run("verify", "-", "--json", "--index", index, stdin="“We wait …\nfor nothing else”\n")
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["places"][0]["left_out"]) == ("exact", [{"text": "for the wind and", "words": 4}])


def test_verify_refuses_what_has_no_words(index: str) -> None:
    done = run("verify", "?!", "--index", index)
    assert (done.returncode, "no words" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_verify_help_teaches() -> None:
    assert "searchsvc verify" in run("verify", "--help").stdout


@pytest.mark.parametrize("form", ["lines", "table"])
def test_a_file_of_quotations_gives_a_table_of_verdicts(index: str, tmp_path: Path, form: str) -> None:
    quotes = ["We wait for the wind", "=1+1", "?!", "We wait for the wind, said Jo Pike"]
    file = tmp_path / "quotes.txt"
    with file.open("w", newline="", encoding="utf-8") as stream:
        if form == "table":
            csv.writer(stream).writerows([("id", "Quote"), *enumerate(quotes)])
        else:
            stream.write("\n".join(quotes))
    done = run("verify", "--file", str(file), "--index", index)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["status"] for row in rows] == ["exact", "too_short", "refused", "exact"]
    assert (rows[0]["said_by"], rows[0]["title"], rows[1]["quote"]) == ("Ida Lund", "Ferry stays in port", "'=1+1")
    assert "the article names Ida Lund instead" in rows[3]["answer"]


def test_a_file_of_quotations_gives_a_line_of_json_each(index: str) -> None:
    done = run("verify", "--file", "-", "--json", "--index", index, stdin="We wait for the wind\n?!\n")
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["status"], "no words" in second["error"]["reason"]) == ("exact", True)


@pytest.mark.parametrize("args", [(), ("a quote", "--file", "-")])
def test_verify_takes_a_quotation_or_a_file(index: str, args: tuple[str, ...]) -> None:
    done = run("verify", *args, "--index", index)
    assert (done.returncode, "not both" in done.stderr) == (2, True)
