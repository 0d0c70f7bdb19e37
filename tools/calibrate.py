"""Judged articles → both tables of searchsvc/quotes/calibration.toml, and the reliability table of docs/calibration.md.

    python tools/calibrate.py DATA        (make calibration DATA=…)

DATA is a folder with

- `quotes/train.jsonl.gz`: articles with annotated attributions, each line with `text` (paragraphs parted by newlines)
  and `attributions`, each of these with `source` and `content`, lists of `{"spans": [[start, end], …]}` in code points
  of the text. They give P(mention | rule). A quotation counts if at least half of it lies in annotated content that has
  a source.
- `speakers/dev.jsonl.gz`: quotations read for the fullest name that the article gives, each line with `paragraphs` and
  `quotations` (`paragraph start end speaker aliases who`). With `quality/speakers.jsonl`, which has offsets and names
  only (its texts are in `news/*.jsonl.gz` and `quotes/train.jsonl.gz`), they give P(person | resolution).

The reliability table is cross-validated: each tenth of the articles is judged with the person table of the other nine.
"""

import gzip
import json
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from searchsvc.model.article import CERTAIN, PROBABLE, Block
from searchsvc.quotes import Claim, find_claims
from searchsvc.quotes.calibration import (
    MIN_CASES,
    MIN_PERSON_CASES,
    Share,
    Table,
    combined,
    mention_descriptions,
    person_descriptions,
)

ROOT = Path(__file__).parent.parent
TABLES = ROOT / "searchsvc/quotes/calibration.toml"
REPORT = ROOT / "docs/calibration.md"
READ_HERE = ROOT / "quality/speakers.jsonl"
#: Annotated sources that name nobody.
NO_SOURCES = frozenset({"said", "says", "who", "which", "that", "it"})
FOLDS = 10
BANDS = (0.0, 0.5, PROBABLE, 0.85, 0.9, CERTAIN, 0.97, 1.01)
Span = tuple[int, int]


class Case(NamedTuple):
    """A claim about a quotation that was read: whether the name is right, and the fold of its article."""

    claim: Claim
    right: bool
    fold: int
    #: False if the mention itself is wrong, as far as the reading tells: then it says nothing of the resolution.
    mentioned: bool


def main() -> int:
    """Measure, and write tables and report."""
    if len(sys.argv) != len(["command", "data"]):
        print(__doc__, file=sys.stderr)
        return 2
    data = Path(sys.argv[1])
    needed = [data / name for name in ("quotes/train.jsonl.gz", "speakers/dev.jsonl.gz", "news")]
    missing = [str(path) for path in needed if not path.exists()]
    if missing:
        print(
            f"not there: {', '.join(missing)}; give the folder that has them (make calibration DATA=…)", file=sys.stderr
        )
        return 2
    mentions, speed = _mention_table(data / "quotes/train.jsonl.gz")
    cases, nameable = _read_cases(data)
    persons = _person_table(cases, MIN_PERSON_CASES)
    TABLES.write_text(_toml(mentions, persons), encoding="utf-8")
    REPORT.write_text(_report(mentions, cases, nameable), encoding="utf-8")
    print(f"{len(cases)} speakers read, {speed:.0f} articles/CPU-s; wrote {TABLES.name} and {REPORT.name}")
    return 0


def _mention_table(path: Path) -> tuple[Table, float]:
    judged: list[tuple[list[str], bool]] = []
    spent, articles = 0.0, 0
    for record in _records(path):
        blocks, starts = _blocks(record["text"])
        began = time.process_time()
        claims = find_claims(blocks)
        spent += time.process_time() - began
        articles += 1
        for claim in claims:
            right = _mention_is_right(claim, starts, record)
            if right is not None:
                judged.append((mention_descriptions(claim.rule, claim.kind, claim.mentioned, claim.cue), right))
    return _table(judged, MIN_CASES), articles / max(spent, 1e-9)


def _table(judged: Iterable[tuple[list[str], bool]], fewest: int) -> Table:
    """Return the counts of each description that has enough cases, and of the most general ones in any case."""
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for descriptions, is_right in judged:
        for description in descriptions:
            seen[description] += 1
            right[description] += is_right
    return {key: Share(right[key], n) for key, n in sorted(seen.items()) if n >= fewest or "/" not in key}


def _mention_is_right(claim: Claim, starts: list[int], record: dict[str, Any]) -> bool | None:
    """Return whether the mention is the annotated source; None if the annotation has none for the quotation.

    It is, if it overlaps the source, or if it was resolved to somebody whose last name the source has ("he" for "Mr
    Ruiz"). Sources without a noun ("said", "who") are slips of the annotation and judge nothing.
    """
    offset = starts[claim.block]
    span = (offset + claim.start, offset + claim.end)
    attributions = record["attributions"]
    best = max(attributions, key=lambda a: _covered(span, a["content"]), default=None)
    if best is None or 2 * _covered(span, best["content"]) < span[1] - span[0]:
        return None
    source = " ".join(record["text"][start:end] for part in best["source"] for start, end in part["spans"]).lower()
    if not source or source in NO_SOURCES:
        return None
    block, start, end = claim.mention
    if _covered((starts[block] + start, starts[block] + end), best["source"]) > 0:
        return True
    return claim.name is not None and claim.name.split()[-1].lower() in source


def _covered(span: Span, parts: list[dict[str, Any]]) -> int:
    return sum(max(0, min(span[1], end) - max(span[0], start)) for part in parts for start, end in part["spans"])


def _read_cases(data: Path) -> tuple[list[Case], int]:
    """Return the judged claims of all quotations that were read, and how many of these have a name in the article."""
    cases: list[Case] = []
    nameable = 0
    for number, record in enumerate(_articles_read(data)):
        claims = find_claims([Block("paragraph", text) for text in record["paragraphs"]])
        for gold in record["quotations"]:
            nameable += gold["speaker"] is not None
            claim = max(claims, key=lambda one: _overlap(one, gold), default=None)
            if claim is None or 2 * _overlap(claim, gold) < gold["end"] - gold["start"] or claim.name is None:
                continue
            if gold["speaker"] is None and _fold(claim.name) in _fold(gold.get("who") or ""):
                continue  # the description as printed: no name is claimed
            right = _is_right(claim.name, gold)
            mentioned = right or not gold.get("mention") or _fold(gold["mention"]) in _fold(claim.mentioned)
            cases.append(Case(claim, right, number % FOLDS, mentioned))
    return cases, nameable


def _person_table(cases: Sequence[Case], fewest: int) -> Table:
    """Return the counts by resolution, of the cases whose mention is right."""
    return _table([(person_descriptions(case.claim.basis), case.right) for case in cases if case.mentioned], fewest)


def _overlap(claim: Claim, gold: dict[str, Any]) -> int:
    here: int = gold["paragraph"]
    start: int = gold["start"]
    end: int = gold["end"]
    return (claim.block == here) * max(0, min(claim.end, end) - max(claim.start, start))


def _articles_read(data: Path) -> Iterator[dict[str, Any]]:
    yield from _records(data / "speakers/dev.jsonl.gz")
    read = {record["id"]: record for record in map(json.loads, READ_HERE.read_text(encoding="utf-8").splitlines())}
    for path in (*sorted((data / "news").glob("*.jsonl.gz")), data / "quotes/train.jsonl.gz"):
        for record in _records(path):
            if record["id"] in read:
                text = record.get("body") or record["text"]
                paragraphs = [line.strip() for line in text.split("\n") if line.strip()]
                yield read[record["id"]] | {"paragraphs": paragraphs}


def _is_right(name: str, gold: dict[str, Any]) -> bool:
    """Return whether a name is the fullest one of the article, or another of its forms that is more than a surname."""
    if gold["speaker"] is None:
        return False
    full = _fold(gold["speaker"])
    others = {_fold(alias) for alias in gold.get("aliases") or ()}
    return _fold(name) in {full} | (others - {full.split()[-1]} if " " in full else others)


def _fold(name: str) -> str:
    letters = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = "".join(letters).lower().replace("’", "'").replace(".", "").split()
    while len(words) > 1 and words[0] in {"lord", "lady", "sir", "dame", "president", "the", "mr", "mrs", "ms", "dr"}:
        words.pop(0)
    return " ".join(words)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _blocks(text: str) -> tuple[list[Block], list[int]]:
    """Return the paragraphs of a text, and where each starts."""
    blocks, starts, at = [], [], 0
    for paragraph in text.split("\n"):
        if paragraph.strip():
            starts.append(at)
            blocks.append(Block("paragraph", paragraph))
        at += len(paragraph) + 1
    return blocks, starts


def _toml(mentions: Table, persons: Table) -> str:
    rows = "# Judged cases: right, all. Written by `make calibration`; what it measures: docs/calibration.md.\n"
    for name, table in (("mention", mentions), ("person", persons)):
        rows += f"\n[{name}]\n" + "".join(f'"{key}" = [{right}, {cases}]\n' for key, (right, cases) in table.items())
    return rows


def _report(mentions: Table, cases: Sequence[Case], nameable: int) -> str:
    """Return the report: reliability by bands of confidence, cross-validated, and both tables."""
    judged: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        persons = _person_table([case for case in cases if case.fold != fold], MIN_PERSON_CASES)
        for case in cases:
            if case.fold == fold:
                claim = case.claim
                found = mention_descriptions(claim.rule, claim.kind, claim.mentioned, claim.cue)
                sure = combined(mentions, persons, found, person_descriptions(claim.basis))
                judged.append((sure or 0.0, case.right))
    mentioned = sum(share.cases for key, share in mentions.items() if "/" not in key)
    lines = [
        "# How sure is a speaker?",
        "",
        "`speaker_confidence` is P(mention | rule) × P(person | how the mention was resolved). `make calibration`",
        "measures both tables and writes this page.",
        "",
        f"Judged: {mentioned} mentions in annotated articles, and {len(cases)} names of {nameable} nameable",
        "quotations that were read for the fullest name that the article gives. Each tenth of the articles that were",
        "read was judged with the person table of the other nine.",
        "The rules were written while these quotations were read: unseen articles may fare a little worse.",
        "",
        "| confidence | names | right | share | mean confidence |",
        "|---|---|---|---|---|",
    ]
    for low, high in pairwise(BANDS):
        band = [(sure, right) for sure, right in judged if low <= sure < high]
        if band:
            right = sum(one for _, one in band)
            mean = sum(sure for sure, _ in band) / len(band)
            title = f"{low:.2f} to {min(high, 1):.2f}"
            lines.append(f"| {title} | {len(band)} | {right} | {right / len(band):.3f} | {mean:.3f} |")
    lines += ["", "| from | names | right | share | of the nameable |", "|---|---|---|---|---|"]
    for low in (CERTAIN, PROBABLE, 0.0):
        band = [(sure, right) for sure, right in judged if sure >= low]
        right = sum(one for _, one in band)
        share = right / max(1, len(band))
        lines.append(f"| {low:.2f} | {len(band)} | {right} | {share:.3f} | {right / max(1, nameable):.3f} |")
    lines += [
        "",
        f"From {CERTAIN} on the name is printed as certain, counted in facets and on the speaker's page; from",
        f"{PROBABLE} on it is “he, probably Ian Kelly”; below that, the mention stands alone.",
        "",
        "## By how the mention was resolved",
        "",
        "| resolution | names | right |",
        "|---|---|---|",
    ]
    whole = _person_table(cases, 1)
    lines += [f"| {key} | {cases_} | {right} |" for key, (right, cases_) in whole.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
