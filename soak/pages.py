"""Hostile pages through the readers in a real run, and damaged crawls through the readers of crawls.

Right: every run ends, within its memory; every page is in the index or named with the reason; no page is a fault of its
reader, or brings it down; a whole page among them is read as ever. Every record of a crawl is read, or something is
told.
"""

import json
from pathlib import Path
from random import Random
from shutil import rmtree
from typing import ClassVar, Self

from searchsvc.reindex.worker_pool import PAGE_MEMORY, PAGE_SECONDS
from soak import page_mutations
from soak.archive import marks, text
from soak.commands import Commands, check_ending
from soak.crawls import crawl
from soak.part import Part, Wrong, require

#: Pages of a step, and crawls beside them.
PAGES, CRAWLS = 100, 10
#: Bytes and seconds that the reading of a crawl of some kilobytes may take; and a run beside the limits of its pages.
CRAWL_MEMORY, CRAWL_SECONDS = 1 << 30, 60.0
MORE_MEMORY, MORE_SECONDS = 1 << 29, 240.0
#: Parts of reasons that are no refusals.
FAULTS = ("fault of the reader", "brought its reader down", "Traceback")


class Pages(Part):
    """Steps of one run over pages, and some crawls."""

    name: ClassVar[str] = "pages"
    full: ClassVar[int] = 10_000
    step: ClassVar[int] = PAGES

    def __enter__(self) -> Self:
        """Start the launcher."""
        self._commands = Commands()
        self._refused = self._told = self._crawls = 0
        return self

    def __exit__(self, *_: object) -> None:
        """End the launcher."""
        self._commands.close()

    def trial(self, number: int, rng: Random) -> None:  # noqa: ARG002  the generator knows it
        """Index PAGES hostile pages, and read CRAWLS damaged crawls."""
        folder, index = self.place / "pages", self.place / "index"
        for path in (folder, index):
            if path.exists():
                rmtree(path)
        pages = page_mutations.write(folder, PAGES, rng)
        (folder / "whole.txt").write_text(text(1, 0))
        self._read_pages(folder, index, pages)
        for _ in range(CRAWLS):
            self._read_crawl(rng)

    def finish(self) -> str:
        """Tell how many pages were refused, and of how many crawls something was told."""
        return f"{self._refused:,} pages refused; {self._told:,} of {self._crawls:,} crawls told as damaged"

    def _read_pages(self, folder: Path, index: Path, pages: dict[str, bytes]) -> None:
        report = self.place / "report.json"
        done = self._commands.run(
            "reindex",
            folder,
            "--index",
            index,
            "--jobs",
            "1",
            "--report",
            report,
            patience=MORE_SECONDS + 10 * PAGE_SECONDS,
        )
        require((wrong := check_ending(done, "reindex", codes=(0, 1))) is None, wrong or "")
        require(done.peak <= PAGE_MEMORY + MORE_MEMORY, f"reindex takes {done.peak >> 20} MB")
        found = json.loads(report.read_bytes())
        for failure in found["failures"]:
            name = Path(failure["path"]).name.partition("#")[0]
            if any(fault in failure["reason"] for fault in FAULTS):
                raise Wrong(f"{name}: {failure['reason']}", pages.get(name))
        self._refused += found["failed"]
        accounted = found["added"] + found["failed"] + found["superseded"]
        require(found["pages"] == accounted, f"{found['pages']} pages, but only {accounted} are accounted for")
        named = {Path(one["path"]).name.partition("#")[0] for one in (*found["changes"], *found["failures"])}
        silent = sorted(set(pages) - named)
        # An empty file of records has none; a page with the address of another is its other capture.
        silent = [name for name in silent if pages[name].strip() or not name.endswith(".jsonl")]
        require(
            len(silent) <= found["superseded"], f"not in the report: {silent}", pages[silent[0]] if silent else None
        )
        done = self._commands.run("search", "title:number1", "--json", "--index", index)
        whole = marks(hit["title"] for hit in json.loads(done.out)["hits"])
        require(whole == {1: 0}, f"the whole page is not found: {done.out[:300]}")
        require((wrong := check_ending(self._commands.run("doctor", "--index", index), "doctor")) is None, wrong or "")

    def _read_crawl(self, rng: Random) -> None:
        made = crawl(rng)
        path = self.place / f"crawl{made.ending}"
        path.write_bytes(made.data)
        done = self._commands.run(path, function="soak.crawls:read_crawl", memory=CRAWL_MEMORY, patience=CRAWL_SECONDS)
        what = f"{made.ending}, {made.damage}"
        wrong = check_ending(done, what)
        require(wrong is None, wrong or "", made.data)
        found = json.loads(done.out)
        self._crawls += 1
        self._told += bool(found["errors"])
        faults = [error for error in found["errors"] if str(path) not in error]
        require(not faults, f"{what}: the message does not name the file: {faults}", made.data)
        path.unlink()
        wrong = made.wrong(found["read"], found["errors"])
        require(not wrong, f"{what}: {wrong}", made.data)
