"""Direct quotes and their speakers on articles with annotated attributions."""

import re
import time
from pathlib import Path
from typing import Any, NamedTuple

from quality.data import jsonl
from quality.metrics import f1
from searchsvc.model.article import Block, Quote
from searchsvc.quotes import find_quotes

MARKED = re.compile(r'“([^”“]+)(?:”|$)|"([^"]+)(?:"|$)')
SPEECH = ("full", "partial", "pullquote", "blockquote")
Span = tuple[int, int]


class Placed(NamedTuple):
    """A quote in the offsets of the whole text."""

    span: Span
    mention: Span | None


class Counts:
    """Running counts of one set."""

    def __init__(self) -> None:
        self.right = self.wrong = self.missed = 0
        self.named = self.named_right = self.sources = 0


def measure(data: Path) -> dict[str, float]:
    """Print the table, return the figures."""
    counts, spent, docs = Counts(), 0.0, jsonl(data / "quotes" / "dev.jsonl.gz")
    for doc in docs:
        start = time.process_time()
        placed = find(doc["text"])
        spent += time.process_time() - start
        judge(doc, placed, counts)
    detection = f1(counts.right, counts.right + counts.wrong, counts.right + counts.missed)[2]
    precision, recall = counts.named_right / max(1, counts.named), counts.named_right / max(1, counts.sources)
    print(
        f"\nquotes, {len(docs)} articles\n{'':24}{'found F1':>10}{'speaker P':>11}{'speaker R':>11}{'docs/CPU-s':>12}"
    )
    print(f"  {'ours':22}{detection:10.3f}{precision:11.3f}{recall:11.3f}{len(docs) / spent:12.0f}")
    print(f"  {'textacy + spaCy':22}{0.594:10.3f}{0.81:11.3f}{0.35:11.3f}{6:12.0f}   (measured once, elsewhere)")
    return {"quotes found": detection, "quotes speaker precision": precision, "quotes speaker recall": recall}


def find(text: str) -> list[Placed]:
    """Find the quotes of a text whose lines are paragraphs."""
    lines = [match for match in re.finditer(r"[^\n]+", text) if match.group().strip()]
    quotes = find_quotes([Block("paragraph", line.group()) for line in lines])
    starts = [line.start() for line in lines]
    return [placed for quote in quotes if quote.kind in SPEECH and (placed := _placed(quote, starts))]


def _placed(quote: Quote, starts: list[int]) -> Placed | None:
    if quote.block is None or quote.start is None or quote.end is None:
        return None
    at = starts[quote.block]
    mention = None
    if quote.mention_block is not None and quote.mention_start is not None and quote.mention_end is not None:
        there = starts[quote.mention_block]
        mention = (there + quote.mention_start, there + quote.mention_end)
    return Placed((at + quote.start, at + quote.end), mention)


def judge(doc: dict[str, Any], placed: list[Placed], counts: Counts) -> None:
    """Compare every stretch in double marks with what the annotators say is content of an attribution."""
    for line in re.finditer(r"[^\n]+", doc["text"]):
        for match in MARKED.finditer(line.group()):
            group = 1 if match.group(1) is not None else 2
            span = (line.start() + match.start(group), line.start() + match.end(group))
            if span[1] - span[0] > 1:
                _judge_span(doc, span, placed, counts)


def _judge_span(doc: dict[str, Any], span: Span, placed: list[Placed], counts: Counts) -> None:
    half = 0.5 * (span[1] - span[0])

    def inside(attribution: dict[str, Any]) -> int:
        return sum(overlap(span, tuple(spot)) for part in attribution["content"] for spot in part["spans"])

    best = max(doc["attributions"], key=inside, default=None)
    hits = [quote for quote in placed if overlap(quote.span, span) >= half]
    if best is None or inside(best) < half:
        counts.wrong += bool(hits)
        return
    counts.right += bool(hits)
    counts.missed += not hits
    sources = [tuple(spot) for part in best["source"] for spot in part["spans"]]
    if not sources:
        return
    counts.sources += 1
    mention = next((quote.mention for quote in hits if quote.mention), None)
    if mention:
        counts.named += 1
        counts.named_right += any(overlap(mention, spot) for spot in sources)


def overlap(one: Span, other: Span) -> int:
    """Return how many characters two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))
