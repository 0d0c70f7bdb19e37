"""The command line interface: each command calls one function of the library and prints its answer as text or JSON.

Exit codes: 0 done, 1 done but some pages failed or an article is not there (they are named), 2 wrong use, 3 the index
cannot be used, 70 a bug in this package, 130 interrupted. A closed output pipe counts as done.
"""

import io
import os
import sys
import traceback

import click

from searchsvc import __version__
from searchsvc.cli import (
    alert_commands,
    analysis_commands,
    page_commands,
    search_commands,
    service_commands,
    story_commands,
    verify_command,
)
from searchsvc.errors import EngineError, QueryError, SearchsvcError, transient_reason

#: Exit codes of an unexpected exception (EX_SOFTWARE of sysexits.h), and of an interrupted command (128 + SIGINT).
BUG, INTERRUPTED = 70, 130


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
    "a b"~5 · "a b"@s @p (in one sentence, paragraph) · +word (no synonyms).

    Exit codes: 0 done · 1 done, but some pages failed, or an article is not there · 2 wrong use ·
    3 index trouble · 70 a fault of ours.
    """  # noqa: D301  click's own mark, a real backspace


for command in (
    *page_commands.COMMANDS,
    *search_commands.COMMANDS,
    *analysis_commands.COMMANDS,
    *story_commands.COMMANDS,
    verify_command.verify_command,
    alert_commands.alerts_command,
    *service_commands.COMMANDS,
):
    commands.add_command(command)


def main() -> None:
    """Run a command and end the process with its exit code."""
    _print_any_text()
    printed = sys.stdout
    try:
        code = commands.main(standalone_mode=False)
    except SystemExit:
        if sys.stdout is printed:
            raise
        # Click puts something else in the place of standard output where its pipe is closed.
        code = 0
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except SearchsvcError as error:
        click.echo(_message(error), err=True)
        code = error.exit_code
    except BrokenPipeError:
        _discard_output()
        code = 0
    except Exception as error:  # noqa: BLE001  the outermost frame: the error is printed
        if reason := transient_reason(error):
            _discard_output()
            click.echo(f"searchsvc: {reason}", err=True)
            code = EngineError.exit_code
        else:
            click.echo(f"{traceback.format_exc()}searchsvc: a fault of ours; please report the lines above", err=True)
            code = BUG
    sys.exit(code if isinstance(code, int) else 0)


def _print_any_text() -> None:
    """Print a question mark for each character that the encoding of a terminal or a pipe does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() not in {"utf-8", "utf8"}:
            stream.reconfigure(errors="replace")


def _discard_output() -> None:
    """Redirect standard output to the null device, so that flushing its buffer at exit raises no second error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _message(error: SearchsvcError) -> str:
    """Return the lines printed for an error; for a refused query with position and suggestion."""
    lines = [f"searchsvc: {error}"]
    if isinstance(error, QueryError):
        if error.position is not None:
            lines.append(f"  at character {error.position + 1}")
        if error.suggestion:
            lines.append(f"  try: {error.suggestion}")
    return "\n".join(lines)
