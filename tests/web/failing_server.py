"""A server, in a process of its own, whose index fails while a file is sent."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port, running

#: Serves an engine that fails in the second slice of a search for "storm".
FAILING = """
from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import EngineError
from searchsvc.search import whole_results
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.engine_articles import documents

whole_results.SLICE = 2

class Failing(MemoryEngine):
    def pinned(self):
        return self

    def at_one_commit(self, answer):
        return answer(self)

    def search(self, query, **asked):
        if "storm" in str(query.root) and asked.get("offset", 0) >= 2:
            raise EngineError("the disk is gone")
        return super().search(query, **asked)

engine = Failing()
with engine.writer() as writer:
    for number in range(9):
        text = "A ferry waits for the storm. " * 3000 + f"Boat {number}."
        writer.put(documents(f"a{number}", f"Storm and ferry {number}", text))
application = create_app(Settings(), engine)
"""


@contextmanager
def failing_server(folder: Path) -> Iterator[int]:
    """A server that runs while the block does, and its port; `folder` takes its program."""
    (folder / "failing.py").write_text(FAILING)
    port = free_port()
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--workers", "1"]
    command += ["--worker-class", "searchsvc.web.gunicorn_worker.FairWorker", "--no-control-socket"]
    command += ["--pythonpath", f"{folder},{root}", "--chdir", str(folder), "failing:application"]
    with running(command, {}, port):
        yield port
