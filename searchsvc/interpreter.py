"""Run Python code of this package so that no module is ever imported from the current folder.

Commands run in folders of saved pages, which are files of other people. Python by itself looks for modules in the
current folder if a program is started with `-c` or `-m`, or if an entry of `PYTHONPATH` is empty or relative.
"""

# ruff: noqa: PTH117, PTH119, PTH120  importing pathlib would search the current folder, which is still on the path
import os
import sys

#: Base name of `sys.argv[0]` while this package is imported by `python -m searchsvc`, and by the installed script.
_COMMANDS = frozenset({"-m", "searchsvc"})
#: Environment variables that name folders Python reads code from; a relative one lies in the current folder.
_FOLDER_VARIABLES = ("PYTHONHOME", "PYTHONUSERBASE", "PYTHONPYCACHEPREFIX")


def python_of_ours(function: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Return a command line that calls a function in a new Python process, and the environment to run it in.

    The new process finds the same modules as this one, except those in the current folder.

    Args:
        function: `module:function`; it is called with the arguments.
        arguments: Arguments of the function; it receives them as `str`.

    """
    module, _, name = function.partition(":")
    code = f"import sys; from {module} import {name}; {name}(*sys.argv[1:])"
    environ = {key: value for key, value in os.environ.items() if key not in _FOLDER_VARIABLES or os.path.isabs(value)}
    # An entry that contains the separator would be read as several entries, some of them relative.
    entries = [entry for entry in _trusted() if os.pathsep not in entry]
    environ |= {"PYTHONPATH": os.pathsep.join(entries), "PYTHONSAFEPATH": "1"}
    return [sys.executable, "-P", "-c", code, *arguments], environ


def leave_current_folder() -> None:
    """Remove the current folder from `sys.path` if this process runs one of the package's commands.

    A program that uses the package as a library keeps its path unchanged.
    """
    if os.path.basename(sys.argv[0] if sys.argv else "") in _COMMANDS:
        sys.path[:] = _trusted()


def _trusted() -> list[str]:
    """Return `sys.path` without relative entries, the current folder, and folders named relative to it.

    The folder that holds this package stays in any case: its code is already running.
    """
    variable = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    try:
        untrusted = {os.path.realpath(entry) for entry in ("", *variable) if not os.path.isabs(entry)}
    except FileNotFoundError:  # the current folder was deleted
        untrusted = set()
    untrusted.discard(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    return [entry for entry in sys.path if os.path.isabs(entry) and os.path.realpath(entry) not in untrusted]
