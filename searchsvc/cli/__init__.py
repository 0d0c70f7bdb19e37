"""The commands: arguments → one call of the library → text or JSON, and an exit code.

Exit codes: 0 done, 1 done but some pages failed (named), 2 wrong use, 3 index trouble,
70 a fault of ours.
"""

import os
import sys
import traceback

import click

from searchsvc import __version__
from searchsvc.cli import page_commands, search_commands, service_commands
from searchsvc.errors import EngineError, QueryError, SearchsvcError, transient_reason

FAULT_OF_OURS = 70


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="searchsvc")
def commands() -> None:
    """Search an archive of saved news pages.

    \b
    A first round:
      searchsvc reindex seeds            read a folder of saved pages
      searchsvc search "harbour wall"    search it here
      searchsvc serve                    search it in the browser

    Queries: all words (by stem) · "exact phrase" · OR · -without · (groups) · harb* · word~
    · title: quote: speaker: section: outlet: author: · after:2024-05 before: date:2024-07 ·
    "a b"~5.

    Exit codes: 0 done · 1 done, but some pages failed (they are named) · 2 wrong use ·
    3 index trouble · 70 a fault of ours.
    """  # noqa: D301  click's own mark, a real backspace


for command in (
    *page_commands.COMMANDS,
    *search_commands.COMMANDS,
    *service_commands.COMMANDS,
):
    commands.add_command(command)


def main() -> None:
    """Run a command and end the process with its exit code."""
    try:
        code = commands.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except SearchsvcError as error:
        click.echo(_told(error), err=True)
        code = error.exit_code
    except BrokenPipeError:
        _leave_output()
        code = 0
    except Exception as error:  # noqa: BLE001  the outermost frame: told, not swallowed
        if reason := transient_reason(error):
            _leave_output()
            click.echo(f"searchsvc: {reason}", err=True)
            code = EngineError.exit_code
        else:
            click.echo(f"{traceback.format_exc()}searchsvc: a fault of ours; please report the lines above", err=True)
            code = FAULT_OF_OURS
    sys.exit(code if isinstance(code, int) else 0)


def _leave_output() -> None:
    """Write no more to standard output, what waits to be written included."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(error: SearchsvcError) -> str:
    lines = [f"searchsvc: {error}"]
    if isinstance(error, QueryError):
        if error.position is not None:
            lines.append(f"  at character {error.position + 1}")
        if error.suggestion:
            lines.append(f"  try: {error.suggestion}")
    return "\n".join(lines)
