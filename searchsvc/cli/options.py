"""Options and exit codes that several commands share."""

from pathlib import Path

import click

from searchsvc.errors import UsageError
from searchsvc.settings import Settings

#: Exit code of a command that is done, but some pages or names failed.
SOME_FAILED = 1


def _index() -> str:
    """Return the folder that the environment names."""
    engine = Settings.from_env().engine
    scheme, _, folder = engine.partition(":")
    if scheme != "whoosh" or not folder:
        raise UsageError(
            f"SEARCHSVC_ENGINE={engine!r} names no folder of an index: use whoosh:DIR, or give --index DIR"
        )
    return folder


index_option = click.option(
    "--index",
    default=_index,
    show_default="that of SEARCHSVC_ENGINE, or index",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the index.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
day_option = click.DateTime(["%Y-%m-%d"])
