"""Function and arguments → command and environment of a Python of ours; nothing of the current folder is code.

Commands are run where saved pages lie, and these are files of other people. Python looks for modules in the current
folder all the same, wherever a program is named by `-c` or `-m` or an entry of `PYTHONPATH` is empty or relative.
"""

# ruff: noqa: PTH117, PTH119, PTH120  pathlib would be looked for in the current folder, as long as that is on the path
import os
import sys

#: Names of the commands while this package is imported: `python -m searchsvc`, and the script.
_COMMANDS = frozenset({"-m", "searchsvc"})
#: Folders of the environment that Python reads code in; where they are relative, in the current folder.
_FOLDERS = ("PYTHONHOME", "PYTHONUSERBASE", "PYTHONPYCACHEPREFIX")


def python_of_ours(function: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Return the command that calls a function in a Python of its own, and the environment to run it in.

    It finds the modules that this process finds, but for those of the current folder.

    Args:
        function: `module:function`; it takes the arguments.
        arguments: Texts.

    """
    module, _, name = function.partition(":")
    code = f"import sys; from {module} import {name}; {name}(*sys.argv[1:])"
    environ = {key: value for key, value in os.environ.items() if key not in _FOLDERS or os.path.isabs(value)}
    # An entry with the character that parts entries would be read as several, the last of them relative.
    entries = [entry for entry in _trusted() if os.pathsep not in entry]
    environ |= {"PYTHONPATH": os.pathsep.join(entries), "PYTHONSAFEPATH": "1"}
    return [sys.executable, "-P", "-c", code, *arguments], environ


def leave_current_folder() -> None:
    """Look for no more modules in the current folder, if this process is one of our commands.

    A program that uses the package keeps its path: where it lies is its own business.
    """
    if os.path.basename(sys.argv[0] if sys.argv else "") in _COMMANDS:
        sys.path[:] = _trusted()


def _trusted() -> list[str]:
    """Return where modules are looked for, without the current folder and what was named relative to it.

    The folder that this package lies in stays: its code is run already.
    """
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    try:
        strange = {os.path.realpath(entry) for entry in ("", *named) if not os.path.isabs(entry)}
    except FileNotFoundError:  # the current folder is gone, and what lay in it
        strange = set()
    strange.discard(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    return [entry for entry in sys.path if os.path.isabs(entry) and os.path.realpath(entry) not in strange]
