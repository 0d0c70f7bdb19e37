"""Does a file of a million rows take more memory than one of a few?

CSV by command and by the service, and the same index read by the Python API: rows a second, and the curve of anonymous
memory, all processes together.

The clock of each begins when it is asked, with the start of its process where it has one.
"""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, cast

from benchmarks.growth import WORDS, anonymous
from benchmarks.http import PORT, serving
from searchsvc.cli.service_commands import ONE_HEAP
from searchsvc.engines import engine_url, open_engine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk

#: Rows of the files, and points of the curve.
ROWS, POINTS = 1_000_000, 20
PIECE = 1 << 13
START = datetime(2000, 1, 1, tzinfo=UTC)
#: Prints a line a row, so that rows are counted in the same way.
READ = """
import sys
from searchsvc.engines import open_engine
from searchsvc.search import SearchRequest, all_articles
for hits in all_articles(open_engine(sys.argv[1]), SearchRequest(sort="oldest")).slices:
    sys.stdout.write("".join(f"{hit.head.id}\\n" for hit in hits))
"""


#: Starts a way of reading: a stream with a line end a row, and the process whose memory is looked at.
Start = Callable[[], AbstractContextManager[tuple[IO[bytes], int]]]


@dataclass
class Curve:
    """What one way took."""

    name: str
    seconds: float = 0.0
    rows: int = 0
    #: Rows read, and MB of anonymous memory then.
    points: list[tuple[int, float]] = field(default_factory=list)


def run(rows: int, place: Path, *, served: bool = True) -> list[Curve]:
    """Build an index of so many short articles, unless it is there; read it in each way; print rates and curves.

    Args:
        rows: Articles.
        place: Folder of the index.
        served: Whether the service is asked, too; it needs a port.

    """
    folder = place / f"exports-{rows}"
    index = engine_url(folder / "index")
    if not (folder / "whole").exists():
        built = _build(index, rows)
        (folder / "whole").touch()
        print(f"\n  exports: an index of {rows:,} articles, built in {built:.0f} s")
    search = [sys.executable, "-m", "searchsvc", "search", "", "--index", index, "--sort", "oldest", "--all", "--csv"]
    environ = {**ONE_HEAP, **os.environ, "SEARCHSVC_ENGINE": index}
    ways: list[tuple[str, Start, int]] = [("command, CSV", partial(_running, search), 1)]
    if served:
        ways.append(("service, CSV", partial(_served, environ, folder), 1))
    ways.append(("Python API", partial(_running, [sys.executable, "-c", READ, index]), 0))
    print(f"\n  {'':<14}{'rows':>12}{'seconds':>10}{'rows/s':>10}{'MB first':>10}{'MB most':>10}{'MB last':>10}")
    curves = []
    for name, start, heads in ways:
        curve = _watched(name, start, rows, heads)
        used, rate = [mb for _, mb in curve.points], curve.rows / curve.seconds
        print(
            f"  {curve.name:<14}{curve.rows:12,}{curve.seconds:10.1f}{rate:10,.0f}"
            f"{used[0]:10.1f}{max(used):10.1f}{used[-1]:10.1f}",
            flush=True,
        )
        curves.append(curve)
    print("\n  MB of anonymous memory by rows that were read")
    print(f"  {'rows':>10}" + "".join(f"{curve.name:>14}" for curve in curves))
    for at in zip(*(curve.points for curve in curves), strict=False):
        print(f"  {at[0][0]:10,}" + "".join(f"{mb:14.1f}" for _, mb in at), flush=True)
    return curves


def _build(index: str, rows: int) -> float:
    started = time.perf_counter()
    engine = open_engine(index)
    with engine.writer(fresh=True) as writer:
        for number in range(rows):
            writer.put(chunk(_article(number)))
    engine.close()
    return time.perf_counter() - started


def _article(number: int) -> Article:
    """Return an invented article of a headline and a sentence, always the same one."""
    words = [WORDS[(number * step + step) % len(WORDS)] for step in (1, 3, 7, 11, 13, 17, 19)]
    head = ArticleHead(
        id=f"e{number:07}",
        title=f"{' '.join(words[:3])} {number}".capitalize(),
        url=f"https://post.example/{number}",
        outlet="The Invented Post",
        section=words[3].capitalize(),
        published=START + timedelta(minutes=number),
        language="en",
    )
    text = f"The {' '.join(words[3:])} of {number}."
    return Article(head, (Block("paragraph", text),), Provenance("benchmark/1", f"{number}", f"{number:064}"))


@contextmanager
def _running(command: list[str]) -> Iterator[tuple[IO[bytes], int]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield cast("IO[bytes]", process.stdout), process.pid
    if process.returncode:
        msg = f"{' '.join(command[:5])} ended with {process.returncode}"
        raise RuntimeError(msg)


@contextmanager
def _served(environ: dict[str, str], place: Path) -> Iterator[tuple[IO[bytes], int]]:
    with serving("searchsvc.web:create_app()", environ, place) as server:
        address = f"http://127.0.0.1:{PORT}/search.csv?sort=oldest"
        with urllib.request.urlopen(address, timeout=600) as answer:
            yield answer, server


def _watched(name: str, start: Start, rows: int, heads: int) -> Curve:
    """Read all that one way gives, and look at the memory of its processes each time a part of it is read.

    Args:
        name: The way.
        start: Starts it.
        rows: Rows that it gives.
        heads: Lines before them.

    """
    curve = Curve(name, rows=-heads)
    started = time.perf_counter()
    with start() as (stream, process):
        every = due = max(1, rows // POINTS)
        piece = stream.read(PIECE)
        curve.points.append((0, anonymous(process)))
        while piece:
            curve.rows += piece.count(b"\n")
            piece = stream.read(PIECE)
            if curve.rows >= due:
                due += every
                # A process that has written all may have ended.
                if piece and (used := anonymous(process)):
                    curve.points.append((curve.rows, used))
        curve.seconds = time.perf_counter() - started
    return curve
