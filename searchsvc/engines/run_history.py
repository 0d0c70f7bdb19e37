"""What each run of `reindex` has read, kept beside the index: its growth, and which pages were refused.

It holds counts and kinds of reasons: no words of pages, no paths. An index in a folder has a file of it; an engine that
several machines reach keeps the same text itself.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from searchsvc.engines.base import Engine
from searchsvc.errors import EngineError

#: Name of the file, the runs that it keeps (the last ones), and the bytes of it that are read, at most.
RUNS_FILE = "runs.json"
MOST_RUNS, MAX_BYTES = 500, 1 << 22


@dataclass(frozen=True, slots=True)
class RefusedPages:
    """Pages that could not be read for one kind of reason."""

    reason: str
    pages: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, and the index after it."""

    at: datetime
    #: Articles in the index.
    articles: int
    #: Pages that were looked at: those of which nothing had changed, older captures, and those taken down among them.
    pages: int
    unchanged: int
    superseded: int
    forgotten: int
    #: Most frequent reason first.
    refused: tuple[RefusedPages, ...] = ()


@runtime_checkable
class RunStore(Protocol):
    """An engine that keeps the runs of its index itself."""

    def load_runs(self) -> bytes:
        """Return the text that was last kept; b"" if there is none."""

    def save_runs(self, text: bytes, /) -> None:
        """Keep a text in the place of the last one."""


def runs_of(engine: Engine) -> Sequence[RunRecord]:
    """Return the runs of an engine's index, the oldest first; none if they are not kept, or cannot be read."""
    if not isinstance(engine, RunStore):
        return read_runs(engine.folder)
    try:
        return _decoded(engine.load_runs())
    except EngineError:
        return ()


def add_run(engine: Engine, run: RunRecord) -> None:
    """Add a run to those of an engine's index; where it cannot be kept, it is not noted."""
    if not isinstance(engine, RunStore):
        note_run(engine.folder, run)
        return
    with suppress(EngineError):
        engine.save_runs(_with(runs_of(engine), run))


def read_runs(folder: Path | None) -> Sequence[RunRecord]:
    """Return the runs, the oldest first; none if there is no folder, no file, or what it holds cannot be read."""
    if folder is None:
        return ()
    try:
        with (folder / RUNS_FILE).open("rb") as file:
            return _decoded(file.read(MAX_BYTES))
    except OSError:
        return ()


def note_run(folder: Path | None, run: RunRecord) -> None:
    """Add a run to the file, whose place is taken by one rename; where it cannot be written, the run is not noted."""
    if folder is None:
        return
    text = _with(read_runs(folder), run)
    new = folder / f"{RUNS_FILE}.new"
    with suppress(OSError):
        with new.open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / RUNS_FILE)


def _decoded(text: bytes) -> tuple[RunRecord, ...]:
    try:
        return msgspec.json.decode(text, type=tuple[RunRecord, ...])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ()


def _with(runs: Sequence[RunRecord], run: RunRecord) -> bytes:
    return msgspec.json.encode((*runs, run)[-MOST_RUNS:])
