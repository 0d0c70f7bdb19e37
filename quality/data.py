"""Files of judged data → values."""

import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any


def jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the records of a .jsonl or .jsonl.gz file."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.split(b"\n") if line]


def qrels(path: Path) -> dict[str, dict[str, int]]:
    """Return the judgements of a TREC-like table with a head line: query → document → grade."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for line in path.read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        found[query][document] = int(float(grade))
    return found
