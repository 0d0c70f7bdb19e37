"""A writer killed at any moment leaves an index that opens whole, and readers never see half a commit."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from searchsvc.engines.whoosh.codec import snapshot
from searchsvc.engines.whoosh.codec.check_index import verify
from searchsvc.engines.whoosh.codec.commit import latest_commit, read_commit
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
from searchsvc.engines.whoosh.codec.snapshot import Snapshot, open_snapshot
from tests.engines.codec.codec_stories import make_stories

pytestmark = pytest.mark.no_cover

Fill = Callable[..., Path]
#: Articles of each commit of the child; it says a number once it is safe.
BATCH = 6

CHILD = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
from tests.engines.codec.codec_stories import make_stories
from searchsvc.engines.whoosh.codec.index_writer import IndexWriter
folder, stories, number = Path(sys.argv[1]), make_stories(90), int(sys.argv[2])
while True:
    with IndexWriter(folder, optimize=number % 4 == 0) as writer:
        for documents in stories[number * {BATCH} % 90 : number * {BATCH} % 90 + {BATCH}]:
            writer.put(documents)
    number += 1
    print(number, flush=True)
"""


def agreed(state: Snapshot) -> int:
    """How many articles there are; their quotes and headlines must be those of the same articles."""
    ids = {
        segment.arrays.id(doc)
        for segment in state.articles
        for doc in range(segment.arrays.count)
        if segment.alive is None or segment.alive[doc]
    }
    for segment in (*state.quotes, *state.headlines):
        for doc in range(segment.arrays.count):
            if segment.alive is None or segment.alive[doc]:
                assert segment.arrays.origin(doc)[0] in ids
    return len(ids)


def test_a_killed_writer_leaves_a_whole_index(fill: Fill) -> None:
    random = Random(5)  # noqa: S311  # nothing secret
    folder, said = fill(), 0
    for _ in range(4):
        command = [sys.executable, "-c", CHILD, str(folder), str(said)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = int(child.stdout.readline())
            time.sleep(random.random() * 0.2)
            child.send_signal(signal.SIGKILL)
            said = int([str(said), *child.stdout.read().split()][-1])
        assert verify(folder) == []
        found = agreed(open_snapshot(folder))
        assert found % BATCH == 0
        assert found >= min(said * BATCH, 90)
    with IndexWriter(folder):
        pass
    listed = {segment.id for segment in open_snapshot(folder).segments}
    assert {path.stem.removeprefix("MAIN_") for path in folder.glob("*.arrays")} == listed


def test_a_reader_beside_a_writer_sees_whole_commits(fill: Fill) -> None:
    stories = make_stories(61)
    folder = fill(stories[:1])
    faults: list[BaseException] = []

    def write() -> None:
        try:
            for at in range(1, 61, 3):
                with IndexWriter(folder, optimize=at % 2 == 0) as writer:
                    for documents in stories[at : at + 3]:
                        writer.put(documents)
        except BaseException as error:  # noqa: BLE001  # shown by the test's own thread
            faults.append(error)

    thread = Thread(target=write)
    thread.start()
    seen, state = [], None
    while thread.is_alive():
        state = open_snapshot(folder, state)
        seen.append(agreed(state))
    thread.join()
    assert not faults
    assert all((count - 1) % 3 == 0 for count in seen)
    assert seen == sorted(seen)


def test_a_file_that_vanished_is_looked_for_in_the_new_generation(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    stories = make_stories(8)
    folder = fill(stories[:4], stories[4:])
    stale = read_commit(folder)
    with IndexWriter(folder, optimize=True):
        pass
    answers = iter([stale, stale])
    monkeypatch.setattr(snapshot, "read_commit", lambda place: next(answers, None) or read_commit(place))
    assert open_snapshot(folder).number == latest_commit(folder) == stale.number + 1
