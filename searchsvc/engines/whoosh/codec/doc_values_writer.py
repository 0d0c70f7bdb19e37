"""Values of documents → columns: facets with dictionaries of their own, keys, ids, dates."""

from array import array
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from searchsvc.engines.whoosh.codec.container import Ints, Mask
from searchsvc.engines.whoosh.codec.container_writer import ContainerWriter, compact, offsets
from searchsvc.engines.whoosh.codec.field_arrays import UNDATED, Column
from searchsvc.engines.whoosh.codec.string_table import write_strings


def steps(first: Ints) -> npt.NDArray[np.uint32]:
    """Return how long each stretch is."""
    return (first[1:] - first[:-1]).astype(np.uint32)


class FacetBuilder:
    """Gathers one facet's values, document by document."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._values, self._counts = array("I"), array("I")

    def add(self, documents: Sequence[Sequence[str]]) -> None:
        """Add the values of the next documents; empty and repeated ones are left out."""
        found, counts, numbers = self._values, self._counts, self._numbers
        for values in documents:
            before = len(found)
            for value in values if len(values) <= 1 else dict.fromkeys(values):
                if value:
                    found.append(numbers.setdefault(value, len(numbers)))
            counts.append(len(found) - before)

    def take(self, column: Column, alive: Mask | None) -> None:
        """Add the documents of a finished segment."""
        known = [value.decode("utf-8", "surrogatepass") for value in column.values.all()]
        number = np.array([self._numbers.setdefault(value, len(self._numbers)) if value else 0 for value in known])
        if column.first is None:
            counts, ordinal = (column.ordinal > 0).astype(np.uint32), column.ordinal[column.ordinal > 0]
        else:
            counts, ordinal = steps(column.first), column.ordinal
        if alive is not None:
            ordinal, counts = ordinal[np.repeat(alive, counts)], counts[alive]
        self._values.frombytes(number[ordinal].astype(np.uint32).tobytes())
        self._counts.frombytes(counts.tobytes())

    def write(self, out: ContainerWriter, name: str) -> None:
        """Write the column; values that no document has left are dropped."""
        values, counts = np.array(self._values, np.uint32), np.array(self._counts, np.uint32)
        texts = list(self._numbers)
        used = sorted(np.unique(values).tolist(), key=lambda i: texts[i].encode("utf-8", "surrogatepass"))
        place = np.zeros(len(texts) + 1, np.uint32)
        place[used] = np.arange(1, len(used) + 1)
        ordinal = place[values]
        strings = [b"", *(texts[i].encode("utf-8", "surrogatepass") for i in used)]
        write_strings(out, f"facet.{name}.values", strings)
        if int(counts.max(initial=0)) <= 1:
            single = np.zeros(len(counts), np.uint32)
            single[counts == 1] = ordinal
            out.add(f"facet.{name}.ordinal", compact(single))
        else:
            out.add(f"facet.{name}.ordinal", compact(ordinal))
            out.add(f"facet.{name}.first", offsets(counts))


def months(dates: npt.NDArray[np.int64]) -> list[tuple[str, ...]]:
    """Return the month of every date as a facet value: `2009-07`."""
    names = np.datetime_as_string(dates.astype("M8[s]"), unit="M").tolist() if len(dates) else []
    return [() if date == UNDATED else (str(name),) for name, date in zip(names, dates.tolist(), strict=True)]


def write_key(out: ContainerWriter, name: str, values: Sequence[bytes | None]) -> None:
    """Write a key field: values in byte order, and the documents that have each."""
    order = sorted((i for i, value in enumerate(values) if value is not None), key=lambda i: (values[i] or b"", i))
    sorted_values = [values[i] or b"" for i in order]
    first = [0] * bool(order) + [i for i, (a, b) in enumerate(pairwise(sorted_values), 1) if a != b]
    write_strings(out, f"{name}.terms", [sorted_values[i] for i in first])
    out.add(f"{name}.poff", compact([*first, len(order)]))
    out.add(f"{name}.doc", compact(order))
