"""Values ↔ what is sent and received: JSON in one line, searches and bulk actions in lines, errors → their reason."""

import json
from typing import Any

import msgspec

#: An object of JSON, as it is sent and received.
Json = dict[str, Any]
#: Results that one search reaches; deeper ones are walked to (`index.max_result_window`).
RESULT_WINDOW = 10_000
#: Keys of an action of `_bulk` that are no part of its line.
_BESIDE = ("_op_type", "_source", "bytes")


def encoded_json(value: object) -> str:
    """Return JSON in one line."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which a query may hold, is no UTF-8.
        return json.dumps(value)


def decoded_json(text: str) -> Any:
    """Return the value of JSON; raises ValueError if it is none."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)  # it may repeat half of a surrogate pair


def search_line(index: str, body: Json) -> str:
    """Return a search as `_msearch` takes it: a line with its index, and one with its body."""
    return f"{encoded_json({'index': index, 'allow_partial_search_results': False})}\n{encoded_json(body)}"


def index_of(line: str) -> str:
    """Return the index of a `search_line`."""
    return str(decoded_json(line.partition("\n")[0])["index"])


def at_point(line: str, point: str, keep_alive: str) -> str:
    """Return a `search_line` as one of a point in time, which is kept for so long after it."""
    body = line.partition("\n")[2]
    pit = encoded_json({"pit": {"id": point, "keep_alive": keep_alive}})
    return f'{{"allow_partial_search_results":false}}\n{pit[:-1]},{body[1:]}'


def action_lines(action: Json) -> str:
    """Return an action (`_op_type`, `_index`, `_id` …) as `_bulk` takes it: a line, and one with `_source` if any."""
    line = encoded_json({action["_op_type"]: {name: one for name, one in action.items() if name not in _BESIDE}})
    return f"{line}\n{encoded_json(action['_source'])}" if "_source" in action else line


def is_closed(error: object) -> bool:
    """Return whether an error says that an index is closed to writing, or the cluster to new indices."""
    return "block_exception" in (str(error.get("type", "")) if isinstance(error, dict) else str(error))


def reason_of(error: object) -> str:
    """Return the innermost reason that an error of the cluster gives."""
    if isinstance(error, dict):
        causes = error.get("root_cause") or error.get("failed_shards") or ()
        for cause in (error.get("caused_by"), *causes):
            if isinstance(cause, dict) and (cause.get("reason") or cause.get("caused_by")):
                return reason_of(cause)
        return str(error.get("reason") or error.get("type") or error)
    return str(error)
