"""Trouble of the system and of SQLite is told as rights, locks, limits, devices; damage only where there is some."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from searchsvc.errors import (
    CorruptIndexError,
    DeviceError,
    EngineError,
    IndexBusyError,
    IndexMissingError,
    IndexRightsError,
    NoRoomError,
    ScarceError,
    error_from,
)
from soak.striking import Striker

#: Makes root obey the modes of files.
OBEY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", "--"]
DAMAGE = ("damaged", "--full", "rollback", "move it away", "Traceback")


@pytest.fixture(name="index")
def made_index(tmp_path: Path) -> Path:
    (tmp_path / "ferry.txt").write_text("Ferry stays in port\n\nFog kept the morning ferry in port.\n")
    assert run("reindex", str(tmp_path / "ferry.txt"), "--index", str(tmp_path / "index")).returncode == 0
    return tmp_path / "index"


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "searchsvc", *args]


def run(*args: str, obey: bool = False) -> subprocess.CompletedProcess[str]:
    if obey and os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root without setpriv: the modes of files cannot be tried")
    before = OBEY if obey and os.geteuid() == 0 else []
    return subprocess.run([*before, *command(*args)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EACCES, IndexRightsError),
        (errno.EROFS, IndexRightsError),
        (errno.ENOSPC, NoRoomError),
        (errno.EDQUOT, NoRoomError),
        (errno.EFBIG, NoRoomError),
        (errno.EBUSY, IndexBusyError),
        (errno.EMFILE, ScarceError),
        (errno.ENFILE, ScarceError),
        (errno.ENOMEM, ScarceError),
        (errno.EIO, DeviceError),
        (errno.ENOENT, IndexMissingError),
        (errno.ELOOP, EngineError),
    ],
)
def test_told_maps_what_the_system_says(number: int, kind: type[EngineError], tmp_path: Path) -> None:
    error = error_from(OSError(number, os.strerror(number), str(tmp_path / "a")), tmp_path, "it cannot be read")
    assert type(error) is kind
    assert str(error).startswith(f"{tmp_path / 'a'}: it cannot be read: ")


def test_told_maps_what_sqlite_says(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    first = sqlite3.connect(path, isolation_level=None)
    first.execute("CREATE TABLE t (x)")
    first.execute("BEGIN EXCLUSIVE")
    second = sqlite3.connect(path, timeout=0)
    with pytest.raises(sqlite3.Error) as busy:
        second.execute("INSERT INTO t VALUES (1)")
    assert type(error_from(busy.value, path)) is IndexBusyError
    first.close()
    second.close()
    path.write_bytes(b"no database" * 1000)
    third = sqlite3.connect(path)
    with pytest.raises(sqlite3.Error) as damaged:
        third.execute("SELECT * FROM t")
    third.close()
    assert (
        type(error_from(damaged.value, path, way_out="mend it")),
        str(error_from(damaged.value, path, way_out="mend it")),
    ) == (
        CorruptIndexError,
        f"{path}: file is not a database: mend it",
    )


def test_what_sqlite_can_only_read_is_called_a_matter_of_rights_only_if_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    sqlite3.connect(path).close()
    path.touch()
    only_read = sqlite3.connect(f"file:{path}?mode=ro", uri=True)  # as where the system fails the open for writing
    with pytest.raises(sqlite3.Error) as refused:
        only_read.execute("CREATE TABLE t (x)")
    only_read.close()
    error = error_from(refused.value, path, writing=True)
    assert (type(error), "may not be written" in str(error), "read only" in str(error)) == (EngineError, False, True)


@pytest.mark.parametrize("what", ["generation-1", "current-*", "*.arrays", "*.toc"])
def test_what_may_not_be_read_is_not_called_damaged(what: str, index: Path) -> None:
    path = next(iter(index.rglob(what)))
    path.chmod(0)
    for name in (["search", "ferry"], ["stats"], ["doctor"]):
        done = run(*name, "--index", str(index), obey=True)
        assert (done.returncode, len(done.stderr.splitlines())) == (3, 1), done.stderr
        assert "belongs to" in done.stderr
        assert [word for word in DAMAGE if word in done.stderr] == []
    path.chmod(0o755)


def test_what_can_only_be_read_can_be_searched(index: Path) -> None:
    for path in (*index.rglob("*"), index):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for name in (["search", "ferry"], ["stats"], ["doctor"], ["reindex", "--dry-run"]):
        assert run(*name, "--index", str(index), obey=True).returncode == 0
    for path in (index, *index.rglob("*")):
        path.chmod(0o755)


@pytest.mark.parametrize("kinds", ["f", "r"])
def test_a_commit_that_fails_says_whether_it_was_undone(
    kinds: str, index: Path, striker: Striker, tmp_path: Path
) -> None:
    (tmp_path / "ferry.txt").write_text("Ferry sails again\n\nThe fog has gone.\n")
    seen = set()
    for at in range(1, 9):
        copy = tmp_path / f"copy{at}"
        shutil.copytree(index, copy)
        args = command("reindex", "--index", str(copy), "--jobs", "1")
        struck = striker.strike(args, under=copy / "generation-1", kinds=kinds, at=at, error=errno.EIO)
        if struck.call is None:
            break
        new = run("search", "sails", "--index", str(copy)).stdout.startswith("1 ")
        assert ("commit was made" in struck.done.stderr, "commit was undone" in struck.done.stderr) == (new, not new)
        assert struck.done.returncode == 3
        seen.add(new)
    assert seen == ({True, False} if kinds == "f" else {False})
