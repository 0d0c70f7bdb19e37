"""Saved pages, shown by the real process, which all tests of a module share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from searchsvc.replay import SavedPages

Shower = Callable[[Path], SavedPages]


@pytest.fixture
def showing() -> Iterator[Shower]:
    """A function that shows the pages of a folder."""
    with ExitStack() as opened:

        def show(folder: Path) -> SavedPages:
            pages = SavedPages([str(folder)])
            opened.callback(pages.close)
            return pages

        yield show
