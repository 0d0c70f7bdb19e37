"""JSON that somebody else wrote → its value, if it is nested no deeper than it may be.

A module of its own since pages, records and requests all come from strangers, on floors that do not meet. Python's
own parser goes as deep as its stack, which is another depth in every version, every thread and under every caller;
and what is deep costs those who walk through the value afterwards their stack as well.
"""

import json
import re

#: Arrays and objects inside each other. An article in a graph in a page needs five.
DEEPEST = 100
#: A string, closed or not; or one bracket. No two brackets in one match: what is deep is left at once.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_OPENING, _CLOSING = frozenset("[{"), frozenset("]}")


class NestingError(ValueError):
    """JSON is nested too deeply."""


def read_json(text: str, *, strict: bool = True) -> object:
    """Return the value of a JSON text.

    Args:
        text: The text.
        strict: Whether control characters in strings are errors.

    Raises:
        NestingError: More than `DEEPEST` arrays and objects lie inside each other.
        JSONDecodeError: It is no JSON.
        ValueError: It holds too long a number.

    """
    check_depth(text)
    value: object = json.loads(text, strict=strict)
    return value


def check_depth(text: str) -> None:
    """Refuse what is nested too deeply; where it is no JSON, what stands before that place counts.

    Raises:
        NestingError: More than `DEEPEST` arrays and objects lie inside each other.

    """
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in _OPENING:
            depth += 1
            if depth > DEEPEST:
                raise NestingError(f"nested more than {DEEPEST} deep")
        elif token in _CLOSING:
            depth -= 1
