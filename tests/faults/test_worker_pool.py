"""Workers: what a page can do to its reader, and that it costs that page only."""

import os
import signal
import time
from collections.abc import Generator, Iterable

import pytest

from searchsvc.errors import RefusedError, SearchsvcError, SourceError
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.source import Source
from searchsvc.reindex.worker_pool import BATCH_PAGES, read_articles
from tests.narrowing import of_type

#: Short, for the pages that never end; a page that does takes no time at all.
SECONDS = 3.0
MEMORY = 1 << 30


def reader(source: Source) -> Article:  # noqa: C901 - one case a trouble
    """Do what the page says."""
    word, _, rest = source.data.decode().partition(" ")
    match word:
        case "refuse":
            raise RefusedError(source.path, rest)
        case "fail":
            raise SourceError(source.path, rest)
        case "fault":
            raise KeyError(rest)
        case "hang":
            time.sleep(3600)
        case "loop":
            while True:
                pass
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(3)
        case "eat":
            b"x" * (2 * MEMORY)
        case "recurse":
            reader(Source(source.path, "", source.data, "", ""))
        case "print":
            os.write(1, b"not a frame" * 1000)
    blocks = (Block("paragraph", source.data.decode()), Block("paragraph", "x" * len(source.data)))
    return Article(ArticleHead(source.name, "T"), blocks, Provenance("own", source.path, source.sha256))


def surrogates(source: Source) -> Article:
    """Hand back a text that no encoding can carry."""
    return Article(ArticleHead(source.name, "\ud800"), (), Provenance("own", source.path, ""))


def pages(*texts: str, media_type: str = "text/html") -> list[Source]:
    return [Source(f"{n}.html", f"{n}.html", text.encode(), media_type, "") for n, text in enumerate(texts)]


def read(items: Iterable[Source | SourceError], *, jobs: int = 1) -> list[Article | SourceError]:
    return list(read_articles(items, reader, jobs=jobs, timeout=SECONDS, memory=MEMORY))


def outcome(item: Article | SourceError) -> str:
    return f"{type(item).__name__}: {item.reason}" if isinstance(item, SourceError) else item.blocks[0].text


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_read_articles_keeps_the_order_and_passes_errors_through(jobs: int) -> None:
    items: list[Source | SourceError] = list(pages(*(f"page {n}" for n in range(5 * BATCH_PAGES))))
    items[7] = SourceError("7.html", "gone")
    items[11] = pages("refuse too deep")[0]
    items[13] = pages("fail no story")[0]
    items[17] = pages("text", media_type="text/plain")[0]
    expected = [f"page {n}" for n in range(len(items))]
    expected[7], expected[11], expected[13] = "SourceError: gone", "RefusedError: too deep", "SourceError: no story"
    expected[17] = "text"
    assert [outcome(item) for item in read(items, jobs=jobs)] == expected


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("kill", "RefusedError: brought its reader down (SIGKILL)"),
        ("exit", "RefusedError: brought its reader down (exit code 3)"),
        ("hang", "RefusedError: not read within 3 s"),
        ("loop", "RefusedError: not read within 3 s"),
        ("eat", "RefusedError: needs more memory than one page may have"),
        ("recurse", "RefusedError: nested too deeply"),
        ("fault here", "SourceError: fault of the reader, please report it: KeyError: 'here'"),
        ("print", "print"),
    ],
)
def test_read_articles_lets_a_page_cost_only_itself(page: str, reason: str) -> None:
    found = read(pages("first", page, "last"))
    assert [outcome(item) for item in found] == ["first", reason, "last"]


def test_read_articles_survives_many_deaths_among_many_pages() -> None:
    texts = [("kill" if n % 7 == 3 else f"page {n}") for n in range(4 * BATCH_PAGES)]
    found = [outcome(item) for item in read(pages(*texts), jobs=2)]
    assert found == [text if text != "kill" else "RefusedError: brought its reader down (SIGKILL)" for text in texts]


def test_read_articles_carries_large_pages_both_ways() -> None:
    texts = ["x" * 2_000_000 + str(n) for n in range(6)]
    assert [outcome(item) for item in read(pages(*texts), jobs=2)] == texts


def test_read_articles_names_a_text_that_cannot_be_written() -> None:
    (found,) = read_articles(pages("x"), surrogates, jobs=1, timeout=SECONDS, memory=MEMORY)
    assert isinstance(found, RefusedError)
    assert "cannot be written" in found.reason


@pytest.mark.parametrize("page", ["recurse", "fault here", "refuse it"])
def test_read_articles_without_workers_names_what_it_can(page: str) -> None:
    first, second = read(pages(page, "last"), jobs=0)
    assert isinstance(first, SourceError)
    assert outcome(second) == "last"


def test_read_articles_reads_small_texts_and_records_here() -> None:
    """A worker would die of it: this process must be the one that reads."""
    here: list[str] = [str(os.getpid())]
    for media_type in ("text/plain", "application/json"):
        (found,) = read_articles(
            pages("x", media_type=media_type), name_of_process, jobs=1, timeout=SECONDS, memory=MEMORY
        )
        assert [of_type(Article, found).head.title] == here
    (found,) = read_articles(pages("x"), name_of_process, jobs=1, timeout=SECONDS, memory=MEMORY)
    assert [of_type(Article, found).head.title] != here


def name_of_process(source: Source) -> Article:
    """Hand back the number of the process."""
    return Article(ArticleHead(source.name, str(os.getpid())), (), Provenance("own", source.path, ""))


def test_read_articles_ends_its_workers_when_it_is_left() -> None:
    found = read_articles(pages(*["page"] * 99), name_of_process, jobs=1, timeout=SECONDS, memory=MEMORY)
    worker = int(of_type(Article, next(found)).head.title)
    assert isinstance(found, Generator)
    found.close()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def nowhere(source: Source) -> Article:
    """Stand in a module that no worker finds."""
    raise NotImplementedError(source)


nowhere.__module__ = "no_module_of_this_name"


def test_read_articles_says_when_a_worker_cannot_start() -> None:
    with pytest.raises(SearchsvcError, match="could not start"):
        list(read_articles(pages("x"), nowhere, jobs=1, timeout=SECONDS, memory=MEMORY))
