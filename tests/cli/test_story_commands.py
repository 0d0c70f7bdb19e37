"""The commands around an article: headlines, links, similar, story."""

import csv
import io
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from tests.search.story_articles import archive


def run(*args: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "searchsvc", *args], capture_output=True, check=False)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("stories") / "index"
    with closing(open_engine(f"whoosh:{folder}")) as engine:
        archive(engine)
    return str(folder)


def told(index: str, *args: str) -> str:
    done = run(*args, "--index", index)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_a_story_is_printed_by_date_with_who_speaks(index: str) -> None:
    lines = told(index, "story", "fall").splitlines()
    assert lines[0] == "5 articles, 2021-03-01 to 2021-05-30"
    assert lines[1] == "2021-03-01  Sea wall falls at Port Aldous · fall · the article · Ida Bloom 1"
    assert lines[2].endswith("· ferries · linked to")
    assert lines[-1] == "speaks: Ida Bloom 3, Tom Reed 1"
    rows = list(csv.DictReader(io.StringIO(told(index, "story", "fall", "--days", "3", "--csv").lstrip("\ufeff"))))
    assert [row["id"] for row in rows] == ["fall", "ferries", "lists", "column"]
    assert json.loads(told(index, "story", "fall", "--json"))["days"] == 14


def test_similar_articles_are_printed_with_their_words(index: str) -> None:
    text = told(index, "similar", "fall", "--limit", "1")
    assert "Masons mend the broken wall · The Courier · 2021-03-08 · repair" in text
    assert "shares " in text
    (hit,) = json.loads(told(index, "similar", "fall", "--limit", "1", "--json"))["hits"]
    assert hit["article"]["id"] == "repair"


def test_links_are_printed_both_ways(index: str) -> None:
    text = told(index, "links", "fall")
    assert "Ferries stay in port · in this archive: ferries" in text
    assert "What the papers say today · The Letter · known by its headline alone" in text
    assert "named by 2:" in text
    assert json.loads(told(index, "links", "fall", "--json"))["linking"]["total"] == 2


def test_headlines_are_printed_with_what_is_known(index: str) -> None:
    text = told(index, "headlines", "papers")
    assert text.startswith("1 headline\n")
    assert "known by its headline alone" in text
    assert json.loads(told(index, "headlines", "--json"))["total"] == 5
    assert told(index, "headlines", "ferries", "--csv").splitlines()[1].startswith("Ferries stay in port,")
    assert told(index, "headlines", "--outlet", "The Letter").startswith("1 headline\n")


@pytest.mark.parametrize("command", ["story", "similar", "links"])
def test_an_id_that_is_not_there_is_told(index: str, command: str) -> None:
    done = run(command, "nobody", "--index", index)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"No article has the id 'nobody'" in done.stderr


def test_numbers_out_of_range_are_wrong_use(index: str) -> None:
    assert run("story", "fall", "--days", "999", "--index", index).returncode == 2
    assert run("similar", "fall", "--limit", "0", "--index", index).returncode == 2
