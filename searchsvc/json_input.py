"""Parse JSON from untrusted sources, with a fixed limit of nesting depth.

Python's own parser stops where its stack ends: at another depth in each version, thread and caller. Code that walks
a parsed value recurses as deep as the value. `parsing` and `web`, which may not import each other, both need this
limit, so it has a module of its own below them.
"""

import json
import re

#: Arrays and objects inside each other at most. JSON-LD whose `@graph` holds an article with a list of authors has 5.
MAX_DEPTH = 100
#: A string (an unclosed one reaches to the end), or one bracket. Each bracket is a match of its own, so that
#: `check_depth` stops at the first bracket that is too deep.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_OPENING, _CLOSING = frozenset("[{"), frozenset("]}")


class NestingError(ValueError):
    """JSON is nested too deeply."""


def read_json(text: str, *, strict: bool = True) -> object:
    """Return the value of a JSON text.

    Args:
        text: A JSON text.
        strict: Whether control characters in strings are errors, as in `json.loads`.

    Raises:
        NestingError: More than `MAX_DEPTH` arrays and objects lie inside each other.
        JSONDecodeError: The text is not JSON.
        ValueError: It contains a whole number with more digits than Python converts (`sys.get_int_max_str_digits`).

    """
    check_depth(text)
    value: object = json.loads(text, strict=strict)
    return value


def check_depth(text: str) -> None:
    """Refuse a text that is nested too deeply. The text need not be JSON: brackets outside of strings are counted.

    Raises:
        NestingError: More than `MAX_DEPTH` arrays and objects lie inside each other.

    """
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in _OPENING:
            depth += 1
            if depth > MAX_DEPTH:
                raise NestingError(f"nested more than {MAX_DEPTH} deep")
        elif token in _CLOSING:
            depth -= 1
