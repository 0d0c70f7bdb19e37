"""`searchsvc alerts`: searches are saved, listed, removed and run; what is wrong is told with its exit code."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from searchsvc.cli import commands
from searchsvc.errors import EngineError, NotFoundError, UsageError
from searchsvc.reindex import reindex_places
from tests.alerts.receivers import Receiver, receiver, status

RECORD = '{{"id": "{id}", "title": "Tide of {id}", "body": "The harbour office said so.", "outlet": "{outlet}"}}\n'
Run = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    (tmp_path / "key").write_text("0123456789abcdef")
    come(tmp_path, "first")
    return tmp_path


def come(home: Path, *ids: str, outlet: str = "Courier") -> None:
    for one in ids:
        (home / "pages" / f"{one}.jsonl").write_text(RECORD.format(id=one, outlet=outlet))
    reindex_places([str(home / "pages")], index=str(home / "index"))


@pytest.fixture
def run(home: Path) -> Run:
    def call(*arguments: str, index: str | None = None, **environ: str) -> Result:
        env = {"SEARCHSVC_ALERTS_KEY": str(home / "key"), "SEARCHSVC_ALERTS": "", **environ}
        index = index or str(home / "index")
        return CliRunner().invoke(commands, ["alerts", *arguments, "--index", index], env=env)

    return call


def titles(server: Receiver) -> list[str]:
    return [one["article"]["title"] for got in server.taken for one in json.loads(got.body)["data"]["results"]]


def test_a_saved_search_sends_what_comes_in_after_it(home: Path, run: Run, server: Receiver) -> None:
    added = run("add", "tide", "--query", "tide", "--url", server.url, "--outlet", "Courier")
    assert (added.exit_code, added.output) == (0, "")
    listed = run("list")
    assert listed.output == f"tide\ttide\t{server.url}\tarticles; outlet Courier\n"
    assert json.loads(run("list", "--json").output)["filters"] == {"outlet": ["Courier"]}
    assert run("run").output == "tide: 0 sent\n"
    come(home, "second")
    come(home, "third", outlet="Letter")
    assert run("run", "--dry-run").output == "tide: 1 would be sent\n"
    assert run("run").output == "tide: 1 sent\n"
    assert titles(server) == ["Tide of second"]
    assert run("remove", "tide").exit_code == 0
    listed = run("list")
    assert (listed.stdout, listed.stderr) == ("", "no search is saved yet: `searchsvc alerts add --help` says how\n")


def test_what_came_in_before_can_be_sent_too(run: Run, server: Receiver) -> None:
    run("add", "every", "--url", server.url, "--added-after", "2000-01-01")
    assert run("run").output == "every: 1 sent\n"
    assert titles(server) == ["Tide of first"]


def test_what_is_not_taken_is_told_and_waits(home: Path, run: Run, server: Receiver) -> None:
    run("add", "every", "--url", server.url)
    run("add", "other", "--query", "tide", "--url", server.url)
    come(home, "second")
    server.behaviours = [status(403)]
    done = run("run")
    assert done.exit_code == 1
    assert done.stderr == "every: 0 sent; answered 403: 1 or more wait for the next run\n"
    assert done.stdout == "other: 1 sent\n"
    assert run("run", "every").output == "every: 1 sent\n"


def test_searches_of_a_file_begin_with_the_run_that_meets_them(home: Path, run: Run, server: Receiver) -> None:
    file = home / "alerts.toml"
    file.write_text(f'[[alert]]\nname = "tide"\nurl = "{server.url}"\nquery = "tide"\noutlet = "Courier"\n')
    settings = {"SEARCHSVC_ALERTS": str(file)}
    assert run("run", **settings).output == "tide: what comes in from now on is sent\n"
    come(home, "second")
    assert run("run", **settings).output == "tide: 1 sent\n"
    assert "tide\ttide" in run("list", **settings).output
    for command in (("add", "tide", "--url", server.url), ("remove", "tide")):
        assert isinstance(run(*command, **settings).exception, UsageError)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[alert]\n", "no TOML"),
        ("alert = 7\n", "[[alert]]"),
        ("more = 7\n", "[[alert]]"),
        ('[[alert]]\nname = "a"\n', "url"),
        ('[[alert]]\nname = "a"\nurl = "ftp://x.example"\n', "https://"),
        ('[[alert]]\nname = "a"\nurl = "https://x.example"\ncolour = "red"\n', "colour"),
        ('[[alert]]\nname = "a"\nurl = "https://x.example"\nof = "jokes"\n', "jokes"),
        ('[[alert]]\nname = "a"\nurl = "https://x.example"\nquery = 7\n', "no text"),
        ('[[alert]]\nname = "a"\nurl = "https://x.example"\nquery = "date:2009-13"\n', "date"),
        ('[[alert]]\nname = "a"\nurl = "https://x.example"\nfrom = "June"\n', "June"),
        ('[[alert]]\nname = "a"\nurl = "https://x.example"\n' * 2, "several"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(home: Path, run: Run, text: str, message: str) -> None:
    file = home / "alerts.toml"
    file.write_text(text)
    error = run("run", SEARCHSVC_ALERTS=str(file)).exception
    assert isinstance(error, UsageError)
    assert message in str(error)


@pytest.mark.parametrize(
    ("command", "kind", "message"),
    [
        (("add", "a", "--url", "https://user:pass@x.example"), UsageError, "without name"),
        (("add", "a", "--url", "https://x.example/ä"), UsageError, "https://"),
        (("add", "a\nb", "--url", "https://x.example"), UsageError, "no name"),
        (("add", "a", "--url", "https://x.example", "--added-before", "2020-01-01"), UsageError, "leave it out"),
        (("remove", "nobody"), NotFoundError, "nobody"),
        (("run", "nobody"), UsageError, "nobody"),
    ],
)
def test_wrong_use_is_told(run: Run, command: tuple[str, ...], kind: type[Exception], message: str) -> None:
    error = run(*command).exception
    assert isinstance(error, kind)
    assert message in str(error)


def test_without_a_key_nothing_is_sent(home: Path, run: Run, server: Receiver) -> None:
    run("add", "every", "--url", server.url)
    come(home, "second")
    error = run("run", SEARCHSVC_ALERTS_KEY="").exception
    assert isinstance(error, UsageError)
    assert run("run", "--dry-run", SEARCHSVC_ALERTS_KEY="").output == "every: 1 would be sent\n"
    assert server.requests == []


def test_an_index_without_a_folder_needs_a_file_of_state(home: Path, run: Run) -> None:
    error = run("list", index="opensearch://127.0.0.1:9/news").exception
    assert isinstance(error, UsageError)
    assert "--state" in str(error)
    assert run("list", "--state", str(home / "state"), index="opensearch://127.0.0.1:9/news").stdout == ""


def test_a_damaged_state_is_told(home: Path, run: Run) -> None:
    (home / "index" / "alerts.sqlite").write_bytes(b"no database" * 100)
    assert isinstance(run("run").exception, EngineError)
