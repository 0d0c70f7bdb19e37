"""The verify command, as other programs and people call it."""

import json
import subprocess
import sys

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
