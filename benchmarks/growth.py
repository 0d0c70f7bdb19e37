"""How does the memory of a run grow with the collection? First run, run without changes, full run, by size."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

#: Sizes of collections.
SIZES = (2_000, 8_000, 32_000, 128_000)
#: Seconds between two looks at the memory.
LOOK_EVERY = 0.05
_FIRST_WORDS = (
    "harbour wall ferry council storm engine river market school budget minister report bridge winter summer fish"
)
_MORE_WORDS = "field light paper north south judge court strike union train signal valley forest mill coast tide rescue"
WORDS = (*_FIRST_WORDS.split(), *_MORE_WORDS.split())
PARAGRAPHS, PARAGRAPH_WORDS = 4, 40


def run(sizes: tuple[int, ...], place: Path) -> None:
    """Print for each size seconds and peak of the anonymous memory, all processes together, of three runs.

    Args:
        sizes: Numbers of invented articles: JSONL records of 160 words, two of them new with each.
        place: Folder of pages and indexes.

    """
    names = ("first", "unchanged", "full")
    print("\n  growth: seconds and MB of anonymous memory at most, all processes of a run")
    print(f"  {'articles':>10}" + "".join(f"{f'{name} s':>14}{'MB':>8}" for name in names))
    for size in sizes:
        folder = place / str(size)
        folder.mkdir(parents=True)
        write_records(folder / "pages.jsonl", size)
        index = ["--index", str(folder / "index"), "--jobs", "1"]
        runs = ([str(folder / "pages.jsonl"), *index], index, ["--full", *index])
        spent = [watched(["reindex", *arguments]) for arguments in runs]
        print(f"  {size:10,}" + "".join(f"{seconds:14.1f}{peak:8.0f}" for seconds, peak in spent), flush=True)


def write_records(path: Path, count: int) -> None:
    """Write invented articles, always the same ones."""
    with path.open("w") as file:
        for number in range(count):
            rng = random.Random(number)
            paragraphs = [f"{' '.join(rng.choices(WORDS, k=PARAGRAPH_WORDS))} item{number}." for _ in range(PARAGRAPHS)]
            title = f"Story number{number} of the {rng.choice(WORDS)} {rng.choice(WORDS)}"
            day = f"2024-{number % 12 + 1:02}-{number % 27 + 1:02}T10:00:00Z"
            record = {"id": f"a{number}", "title": title, "body": "\n".join(paragraphs), "published": day}
            file.write(json.dumps(record) + "\n")


def watched(arguments: list[str]) -> tuple[float, float]:
    """Run a command of searchsvc; return its seconds, and the peak of anonymous memory of its processes in MB."""
    command = [sys.executable, "-m", "searchsvc", *arguments]
    started, peak = time.perf_counter(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, anonymous(process.pid))
            time.sleep(LOOK_EVERY)
    if process.returncode:
        msg = f"searchsvc {' '.join(arguments)} ended with {process.returncode}"
        raise RuntimeError(msg)
    return time.perf_counter() - started, peak


def anonymous(process: int) -> float:
    """Return the anonymous memory of a process and its children in MB; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        own = next((int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon")), 0.0)
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return own + sum(anonymous(int(child)) for child in children)
