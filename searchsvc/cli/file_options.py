"""Options that write the records of a search as CSV, JSONL, RIS or BibTeX, alike for the commands that search.

A command with `file_options` gets their values as one argument, `file`, and asks `file.is_wanted` before it prints its
answer. Records are those of the page asked for, or with `--all` all of them, made in slices as the service does.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from itertools import chain, islice
from typing import Any

import click

from searchsvc.cli.filter_options import CliFunction
from searchsvc.engines.base import Engine
from searchsvc.errors import UsageError
from searchsvc.exports import FILE_FORMATS, RECORD_KINDS, chosen_columns, written
from searchsvc.exports.columns import Around
from searchsvc.search import SearchRequest
from searchsvc.settings import Settings


@dataclass(frozen=True, slots=True)
class WantedFile:
    """How the records of a search are written."""

    #: Suffix of the format; None: no file is wanted.
    suffix: str | None
    whole: bool
    columns: str

    @property
    def is_wanted(self) -> bool:
        """Whether records are written, instead of the answer.

        Raises:
            UsageError: `--all` or `--columns` is given without a format.

        """
        if self.suffix is None and (self.whole or self.columns):
            raise UsageError(f"give a format to --all and --columns: {', '.join(f'--{name}' for name in FILE_FORMATS)}")
        return self.suffix is not None

    def print(self, name: str, engine: Engine, request: SearchRequest) -> None:
        """Write the records to standard output, as UTF-8 whatever the terminal's encoding.

        Args:
            name: What they are, as in `RECORD_KINDS`.
            engine: The index to search.
            request: The search.

        Raises:
            UsageError: There is no such column.
            QueryError: The text cannot be parsed, or the query would cost too much.
            EngineError: The index cannot be read: what is written is not whole.

        """
        kind, output = RECORD_KINDS[name], FILE_FORMATS[self.suffix or ""]
        columns = chosen_columns(kind, self.columns)
        found = kind.find(engine, request, any(column.reads for column in columns))
        slices = found.slices if self.whole else _page(found.slices, request)
        out = sys.stdout.buffer
        for piece in written(output, kind, columns, slices, Around(found.root, Settings.from_env().base_url)):
            out.write(piece)
        out.flush()


def _page(slices: Iterator[Sequence[Any]], request: SearchRequest) -> Iterator[Sequence[Any]]:
    """Yield the records of the page asked for."""
    yield list(islice(chain.from_iterable(slices), request.offset, request.offset + request.size))


def file_options(command: CliFunction) -> CliFunction:
    """Add an option for each format of files to a command, and `--all` and `--columns`."""

    @wraps(command)
    def call(**given: Any) -> None:
        file = WantedFile(given.pop("file_suffix"), given.pop("whole"), given.pop("columns"))
        command(**given, file=file)

    options: list[Callable[[CliFunction], CliFunction]] = [
        click.option(f"--{suffix}", "file_suffix", flag_value=suffix, help=f"Print {one.title} instead of text.")
        for suffix, one in FILE_FORMATS.items()
    ]
    options += [
        click.option("--all", "whole", is_flag=True, help="All that matches, not one page, in these formats."),
        click.option("--columns", default="", metavar="NAME,NAME", help="Which columns they have, in this order."),
    ]
    decorated: CliFunction = call
    for option in reversed(options):
        decorated = option(decorated)
    return decorated
