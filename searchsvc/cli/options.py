"""Options and exit codes that several commands share."""

from pathlib import Path

import click

#: Exit code of a command that is done, but some pages or names failed.
SOME_FAILED = 1

index_option = click.option(
    "--index",
    default="index",
    show_default=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the index.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
day_option = click.DateTime(["%Y-%m-%d"])
