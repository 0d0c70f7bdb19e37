"""Options and exit codes that several commands share."""

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

import click

from searchsvc.cli.formats import FORMATS, TEXT
from searchsvc.engines import engine_url, open_engine
from searchsvc.errors import UsageError
from searchsvc.settings import Settings

#: Exit code of a command that is done, although some pages failed or an id was not found.
SOME_FAILED = 1

Command = TypeVar("Command", bound=Callable[..., object])


def _index_url(_context: click.Context, _option: click.Parameter, index: str) -> str:
    """Return the engine's URL for the value of `--index`, a folder or a URL.

    Raises:
        UsageError: The URL names no known engine.
        BadParameter: The folder is a file.

    """
    url = engine_url(index)
    try:
        with closing(open_engine(url)) as engine:
            folder = engine.folder
    except UsageError as error:
        raise UsageError(f"{error}, or give --index a folder, as ./{index}") from error
    if folder is not None and folder.is_file():
        raise click.BadParameter(f"Directory {str(folder)!r} is a file.")
    return url


index_option = click.option(
    "--index",
    default=lambda: Settings.from_env().engine,
    show_default="SEARCHSVC_ENGINE, or index",
    metavar="DIR|URL",
    callback=_index_url,
    help="Folder of the index, or URL of an engine.",
)
day_option = click.DateTime(["%Y-%m-%d"])


def format_options(command: Command) -> Command:
    """Add an option for each output format except text to a command.

    The command's parameter `output` receives the name of the chosen format, or None.
    """
    for name, output in reversed(list(FORMATS.items())):
        if name != TEXT:
            command = click.option(f"--{name}", "output", flag_value=name, help=output.help)(command)
    return command
