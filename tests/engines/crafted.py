"""Segment files whose checksums are right and whose numbers are not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter
from searchsvc.engines.whoosh.codec.snapshot import open_snapshot


def rewritten(folder: Path, change: dict[str, Callable[[np.ndarray], np.ndarray]], meta: dict[str, object]) -> None:
    """Write the article segment anew, its checksums right, with some arrays changed."""
    segment = open_snapshot(folder).articles[0]
    old = segment.arrays.file
    out = ContainerWriter(old.path.with_suffix(".new"))
    for name in old.names():
        array = old.array(name)
        out.add(name, change[name](array) if name in change else array)
    out.meta = {"family": "article", "documents": segment.arrays.count} | meta
    out.close()
    out.path.replace(old.path)


def put(place: int, value: int) -> Callable[[np.ndarray], np.ndarray]:
    def change(array: np.ndarray) -> np.ndarray:
        wide = array.astype(np.uint32)
        wide[place] = value
        return wide

    return change
