"""Faults of array operations → the damage of the index that explains them, if there is any."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from searchsvc.engines.whoosh.codec.container import ARRAY_ERRORS
from searchsvc.errors import CorruptIndexError
from searchsvc.trouble import told

P = ParamSpec("P")
T = TypeVar("T")


class Checkable(Protocol):
    """What can be checked for damage."""

    def faults(self) -> Sequence[str]:
        """Return what is wrong with the index that answers now."""


C = TypeVar("C", bound=Checkable)


def guarded(method: Callable[Concatenate[C, P], T]) -> Callable[Concatenate[C, P], T]:
    """Return a method that says which part of the index is damaged where that is why it failed.

    An array is checked when it is first asked for. Numbers that point nowhere although their checksums
    are right are noticed by numpy when a search follows them, and those that count too much as a MemoryError.
    """

    @wraps(method)
    def call(self: C, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except ARRAY_ERRORS as error:
            faults: Sequence[str] = ()
            with suppress(MemoryError):
                faults = self.faults()
            if faults:
                raise CorruptIndexError(faults[0]) from error
            if isinstance(error, MemoryError):
                raise told(error, "the index", "it cannot be searched") from error
            raise

    return call
