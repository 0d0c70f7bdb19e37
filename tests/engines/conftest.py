"""The engines that the contract holds for, each with a way to open several handles on one store."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine, Store
from tests.engines.clusters import cluster_index
from tests.engines.engine_articles import HARBOUR

Opener = Callable[[], Engine]


@pytest.fixture(params=["memory", "whoosh", pytest.param("opensearch", marks=pytest.mark.cluster)])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """A function that opens one more handle on the same, at first empty, store."""
    store = Store()
    with ExitStack() as handles:
        url = (
            handles.enter_context(cluster_index()) if request.param == "opensearch" else f"whoosh:{tmp_path / 'index'}"
        )

        def open_one_more() -> Engine:
            engine = MemoryEngine(store) if request.param == "memory" else open_engine(url)
            return handles.enter_context(closing(engine))

        yield open_one_more


@pytest.fixture
def engine(opener: Opener) -> Engine:
    """An empty engine."""
    return opener()


@pytest.fixture
def harbour(engine: Engine) -> Engine:
    """An engine with the four articles of the harbour town."""
    with engine.writer() as writer:
        for documents in HARBOUR:
            writer.put(documents)
    return engine
