"""Copying an archive into another index, of any engine: all of it arrives, or it is said what does not."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from searchsvc.cli import commands
from searchsvc.engines import engine_url, open_engine
from searchsvc.errors import EngineError, IndexMissingError, UsageError
from searchsvc.model.article import Article
from searchsvc.model.document import Document, chunk
from searchsvc.reindex import catalogue_faults, copy_index, copying, forget, reindex_places
from searchsvc.search import SearchRequest, search_articles
from tests.engines.clusters import cluster_index
from tests.reindex.test_reindex_cluster import end_leases

RECORD = '{{"id": "{id}", "title": "Tide of {id}", "body": "The harbour office said so of {id}."}}\n'


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    source = tmp_path / "pages"
    source.mkdir()
    write(source, "a", "b", "c", "d", "e")
    return source


@pytest.fixture
def original(pages: Path, tmp_path: Path) -> str:
    index = f"whoosh:{tmp_path / 'original'}"
    reindex_places([str(pages)], index=index)
    return index


@pytest.fixture(params=["whoosh", pytest.param("opensearch", marks=pytest.mark.cluster)])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an index that is not there yet."""
    with ExitStack() as stack:
        yield stack.enter_context(cluster_index()) if request.param == "opensearch" else f"whoosh:{tmp_path / 'copy'}"


def write(source: Path, *ids: str) -> None:
    """Make the folder hold the pages of some articles, and no others."""
    for page in source.iterdir():
        page.unlink()
    for one in ids:
        (source / f"{one}.jsonl").write_text(RECORD.format(id=one))


def ids(index: str) -> list[str]:
    with closing(open_engine(engine_url(index))) as engine:
        return sorted(engine.ids())


def everything(index: str) -> Sequence[object]:
    """What an index holds, and answers to a few queries."""
    with closing(open_engine(engine_url(index))) as engine:
        requests = [SearchRequest(text) for text in ("harbour", "title:tide", '"said so" -a', "offic*")]
        found = [search_articles(engine, request) for request in requests]
        answers = [[(r.head.id, r.snippets, r.matched_in) for r in page.results] for page in found]
        return [engine.articles(sorted(engine.ids())), answers, [page.facets for page in found]]


def test_a_copy_answers_as_the_original_and_the_next_run_goes_on_from_it(
    original: str, target: str, pages: Path
) -> None:
    report = copy_index(original, target)
    assert (report.articles, report.written, report.pages) == (5, 5, 5)
    assert report.queries > 5
    assert everything(target) == everything(original)
    write(pages, "b", "c", "d", "e", "f")
    run = reindex_places(index=target)
    assert {(change.kind, change.id) for change in run.changes} == {("added", "f"), ("deleted", "a")}
    assert (run.unchanged, run.mended, catalogue_faults(target)) == (4, None, [])
    assert ids(original) == ["a", "b", "c", "d", "e"], "nothing is written to the original"


@pytest.mark.cluster
def test_an_archive_comes_back_from_a_cluster(original: str, tmp_path: Path) -> None:
    back = f"whoosh:{tmp_path / 'back'}"
    with cluster_index() as away:
        copy_index(original, away)
        copy_index(away, back)
        assert everything(back) == everything(original)
        assert reindex_places(index=back).changes == ()


#: Copies an index, two articles a commit, and ends as by `kill -9` when it is about to write the fourth.
KILLED = """
import os, signal, sys
from searchsvc.reindex import copying
copying.COMMIT_ARTICLES = 2
real, written = copying.chunk, []
def dying(article):
    written.append(article)
    if len(written) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(article)
copying.chunk = dying
copying.copy_index(sys.argv[1], sys.argv[2])
"""


def test_a_copy_that_was_killed_is_named_and_goes_on_where_it_was(original: str, target: str) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, original, target], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    assert ids(target) == ["a", "b"]
    assert "a copy that is not whole: run `searchsvc copy` again" in "".join(catalogue_faults(target))
    report = copy_index(original, target) if target.startswith("whoosh") else when_free(original, target)
    assert (report.kept, report.written) == (2, 3)
    assert everything(target) == everything(original)
    assert catalogue_faults(target) == []


def when_free(original: str, target: str) -> copying.CopyReport:
    """Copy when the locks of the process that was killed have ended."""
    end_leases(target)
    return copy_index(original, target)


def test_a_later_copy_brings_what_has_changed_and_takes_what_is_gone(original: str, target: str, pages: Path) -> None:
    copy_index(original, target)
    assert copy_index(original, target).written == 0
    write(pages, "b", "c", "d", "x")
    (pages / "c.jsonl").write_text(RECORD.format(id="c").replace("harbour", "customs"))
    reindex_places(index=original)
    report = copy_index(original, target)
    assert (report.written, report.kept, report.deleted) == (2, 2, 2)
    assert everything(target) == everything(original)


def test_a_commit_to_the_source_during_the_copy_is_copied_too(
    original: str, tmp_path: Path, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = f"whoosh:{tmp_path / 'copy'}"
    changed: list[Article] = []

    def chunk_and_change(article: Article) -> Sequence[Document]:
        if not changed:
            changed.append(article)
            write(pages, "a", "b", "new")
            reindex_places(index=original)
        return chunk(article)

    monkeypatch.setattr(copying, "chunk", chunk_and_change)
    copy_index(original, target)
    assert ids(target) == ["a", "b", "new"]


def test_what_was_taken_down_is_not_copied_and_stays_out(original: str, target: str) -> None:
    copy_index(original, target)
    forget("b", index=original)
    copy_index(original, target)
    assert ids(target) == ["a", "c", "d", "e"]
    forget("d", index=target)
    run = reindex_places(index=target, full=True)
    assert (run.forgotten, ids(target)) == (2, ["a", "c", "e"])


@pytest.mark.parametrize("changed_since", [False, True])
def test_an_index_with_other_articles_is_not_overwritten(original: str, tmp_path: Path, *, changed_since: bool) -> None:
    other, more = f"whoosh:{tmp_path / 'other'}", tmp_path / "more"
    more.mkdir()
    if changed_since:
        copy_index(original, other)
    write(more, "z")
    reindex_places([str(more)], index=other)
    there = ids(other)
    says = "changed since it was copied" if changed_since else "holds 1 articles of something else"
    with pytest.raises(UsageError, match=f"{says}: name an index that is not there yet"):
        copy_index(original, other)
    assert ids(other) == there


def test_an_index_is_not_copied_onto_itself_nor_from_nowhere(original: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="are one index"):
        copy_index(original, original.removeprefix("whoosh:"))
    with pytest.raises(IndexMissingError):
        copy_index(f"whoosh:{tmp_path / 'nowhere'}", f"whoosh:{tmp_path / 'copy'}")
    assert not (tmp_path / "copy").exists()


def test_a_copy_that_differs_is_no_copy(original: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = f"whoosh:{tmp_path / 'copy'}"
    with monkeypatch.context() as patch:
        patch.setattr(copying, "chunk", lambda article: chunk(replace(article, blocks=article.blocks[:0])))
        with pytest.raises(EngineError, match=r"is not like .*: article . is not the same"):
            copy_index(original, target)
    assert catalogue_faults(target)


def test_an_index_without_its_catalogue_is_copied_and_that_is_said(original: str, tmp_path: Path, pages: Path) -> None:
    Path(original.removeprefix("whoosh:"), "catalogue.sqlite").unlink()
    target = str(tmp_path / "copy")
    done = CliRunner().invoke(commands, ["copy", "--from", original, "--to", target])
    assert done.exit_code == 0, done.output
    assert f"5 articles in {target}: 5 written" in done.output
    assert f"the next reindex of {target} must be --full, with all places" in done.output
    reindex_places([str(pages)], index=target, full=True)
    assert len(ids(target)) == 5
