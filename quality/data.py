"""Files of judged data → values."""

import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any


def jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the records of a .jsonl or .jsonl.gz file."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as lines:
        return [json.loads(line) for line in lines]


def qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return the judgements of a TREC-like table with a head line: query → document → grade."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for line in path.read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        found[query][document] = int(float(grade))
    return found
