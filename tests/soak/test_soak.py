"""The soak, in short: a few trials of every part with a fixed seed; and what finds faults in it finds them."""

from pathlib import Path

import pytest

from searchsvc.engines.whoosh.codec.commit import LAYOUT
from searchsvc.query_parser import parse_query
from soak import queries
from soak.__main__ import PARTS
from soak.archive import Archive, leftovers, marks, record, state_of
from soak.commands import Commands
from soak.crawls import Crawl
from soak.flips import Answers
from soak.part import Wrong
from soak.runner import run
from soak.striking import NoCompilerError

pytestmark = pytest.mark.no_cover

#: Trials of each part: some seconds.
SHORT = {"kills": 8, "calls": 12, "flips": 6, "commits": 10, "queries": 2_000, "pages": 100}
SEED = 24


@pytest.mark.parametrize("name", PARTS)
def test_nothing_fails_in_a_few_trials(name: str, tmp_path: Path) -> None:
    try:
        row = run(PARTS[name], count=SHORT[name], seed=SEED, states=tmp_path)
    except NoCompilerError as error:
        pytest.skip(str(error))
    assert row.trials == SHORT[name]
    assert [failure.text for failure in row.failures] == []


@pytest.fixture(name="archive")
def made_archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "pages")
    archive.add(9)
    return archive


def test_an_index_is_of_one_state_or_told(archive: Archive, tmp_path: Path) -> None:
    index = tmp_path / "index"
    with Commands() as commands:
        assert commands.run("reindex", archive.folder, "--index", index, "--jobs", "1").code == 0
        assert state_of(commands, index, "made") == archive.state
        assert leftovers(index) == []
        page = archive.folder / "p4.txt"
        page.write_text(page.read_text().replace("number4 round0", "number4 round7", 1))  # the quotation stays
        assert commands.run("reindex", "--index", index, "--jobs", "1").code == 0
        with pytest.raises(
            Wrong, match=r"mixed: articles are 9 articles: 0 1 2 3 4\.7.*quotations are of 9 articles: 0 1"
        ):
            state_of(commands, index, "mixed")
        (index / "generation-1" / "MAIN_0123.arrays").write_bytes(b"")
        (index / "current.unfinished").write_bytes(b"")
        assert sorted(leftovers(index)) == ["current.unfinished", "generation-1/MAIN_0123.arrays"]
        (index / f"current-{LAYOUT}").write_text("generation-5\n")
        with pytest.raises(Wrong, match=r"lost: a search says: .*generation-5, which is not there"):
            state_of(commands, index, "lost")


def test_every_text_of_an_article_names_its_round() -> None:
    made = record(3, 2)
    assert marks([str(made["title"])]) == marks(str(made["body"]).splitlines()) == {3: 2}


def test_a_query_that_is_no_query_error_is_found_and_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    real = parse_query

    def parse(text: str, **more: object) -> object:
        if "é" in text and "(" in text:
            raise ValueError("no such thing")
        return real(text, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(queries, "parse_query", parse)
    assert queries.read("storm OR wall") == "read"
    with pytest.raises(Wrong, match=r"ValueError: no such thing: 'a café \(b\)', at its shortest 'é\('"):
        queries.read("a café (b)")


def test_a_query_that_costs_more_than_others_of_its_length_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    queries.check_cost("storm wall", 1e-4)
    seconds = iter((3.0, 0.9, 0.8, 7.0))
    monkeypatch.setattr(queries, "_seconds", lambda _: next(seconds))
    with pytest.raises(Wrong, match=r"800\.0 ms for 10 characters: 'storm wall'"):
        queries.check_cost("storm wall", 1e-4)


def test_a_record_that_is_lost_in_silence_is_found() -> None:
    made = Crawl(".warc.gz", b"", ("a", "b", "c"), frozenset({1}), tells=True, damage="flip")
    assert made.wrong(["a", "b", "c"], []) == made.wrong(["a"], ["damaged in 1 place"]) == ""
    assert "[1] are lost" in made.wrong(["a", "c"], [])
    assert "[0], which the damage does not touch" in made.wrong(["b", "c"], [])


def test_answers_that_stop_at_an_error_are_no_wrong_ones() -> None:
    right = Answers((1, 2, 3), "")
    assert Answers((1, 2), "damaged").fit(right)
    assert not Answers((1, 2), "").fit(right)
    assert not Answers((1, 3), "damaged").fit(right)
