"""Annotated articles → the precision of each rule of attribution, as the table in searchsvc/quotes/quotations.py.

    python tools/measure_quotes.py DATA

DATA is a file, or a folder with `train.jsonl.gz`: JSON lines, gzipped or not, each with `text`
(paragraphs parted by newlines) and `attributions`, each of these with `source` and `content`,
lists of `{"spans": [[start, end], …]}` in code points of the text. A quotation counts if at
least half of it lies in annotated content that has a source; its speaker is right if the
mention overlaps the source. Precisions are shrunk by one right and one wrong, so that a rule
seen seldom is not called certain.
"""

import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from searchsvc.model.article import Block, Quote
from searchsvc.quotes import find_quotes

Span = tuple[int, int]


def main() -> int:
    """Print counts and the table."""
    if len(sys.argv) != len(["command", "data"]):
        print(__doc__, file=sys.stderr)
        return 2
    data = Path(sys.argv[1])
    path = data / "train.jsonl.gz" if data.is_dir() else data
    if not path.is_file():
        print(f"{path}: no such file; give a JSON-lines file or a folder with train.jsonl.gz", file=sys.stderr)
        return 2
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    spent = 0.0
    articles = 0
    for record in _records(path):
        starts, blocks = _blocks(record["text"])
        began = time.process_time()
        quotes = find_quotes(blocks)
        spent += time.process_time() - began
        articles += 1
        for quote in quotes:
            judged = _judge(quote, starts, record["attributions"])
            if judged is not None and quote.method is not None:
                seen[quote.method] += 1
                right[quote.method] += judged
    print(
        f"# {articles} articles, {sum(seen.values())} speakers judged, {articles / max(spent, 1e-9):.0f} articles/CPU-s"
    )
    for method, count in seen.most_common():
        print(f'    "{method}": {(right[method] + 1) / (count + 2):.2f},  # {right[method]} of {count}')
    return 0


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _blocks(text: str) -> tuple[list[int], list[Block]]:
    starts, blocks, at = [], [], 0
    for paragraph in text.split("\n"):
        if paragraph.strip():
            starts.append(at)
            blocks.append(Block("paragraph", paragraph))
        at += len(paragraph) + 1
    return starts, blocks


def _judge(quote: Quote, starts: list[int], attributions: list[dict[str, Any]]) -> bool | None:
    """Return whether the speaker is right; None if the annotation names nobody for it."""
    if quote.block is None or quote.start is None or quote.end is None:
        return None
    if quote.mention_block is None or quote.mention_start is None or quote.mention_end is None:
        return None
    span = (starts[quote.block] + quote.start, starts[quote.block] + quote.end)
    best = max(attributions, key=lambda a: _covered(span, a["content"]), default=None)
    if best is None or 2 * _covered(span, best["content"]) < span[1] - span[0]:
        return None
    if not any(part["spans"] for part in best["source"]):
        return None
    offset = starts[quote.mention_block]
    return _covered((offset + quote.mention_start, offset + quote.mention_end), best["source"]) > 0


def _covered(span: Span, parts: list[dict[str, Any]]) -> int:
    return sum(max(0, min(span[1], end) - max(span[0], start)) for part in parts for start, end in part["spans"])


if __name__ == "__main__":
    raise SystemExit(main())
