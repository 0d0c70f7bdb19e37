"""Memory of a run hardly grows with the collection: each run in a process of its own, two sizes compared."""

import json
import subprocess
import sys
from pathlib import Path

#: Runs with limits so small that few articles reach them; prints the most bytes that Python held.
RUN = """
import json, sys, tracemalloc
from searchsvc.engines.whoosh.codec import doc_values_writer, pending_segments, stored_fields_writer, word_runs
from searchsvc.reindex import pipeline, reindex_places, scan
pipeline.BATCH_ARTICLES, scan.ROWS_READ = 50, 50
word_runs.TABLE_WORDS, word_runs.STRINGS_TOGETHER = 500, 100
doc_values_writer.SORTED_TOGETHER = pending_segments.SORT_EVERY = 50
stored_fields_writer.TRAIN_AT = stored_fields_writer.TRAIN_FROM = 200
pages, index, full = sys.argv[1:]
tracemalloc.start()
report = reindex_places([pages], index=index, full=full == "full", jobs=0)
print(json.dumps([tracemalloc.get_traced_memory()[1], report.pages, report.unchanged]))
"""
SMALL, LARGE = 250, 1_500


def write(path: Path, count: int) -> Path:
    words = ["harbour", "wall", "ferry", "council", "storm", "engine", "river", "market", "school", "budget"]
    records = (
        {
            "id": f"story-{i}",
            "title": f"Story number{i}",
            "url": f"https://post.example/{i}",
            "body": "\n".join(" ".join([*words[k:], *words[:k], f"item{i}w{k}"] * 2) for k in range(3)),
            "related": [f"Harbour number{i}"],
        }
        for i in range(count)
    )
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def peak(pages: Path, index: Path, *, full: bool) -> tuple[int, int, int]:
    command = [sys.executable, "-c", RUN, str(pages), str(index), "full" if full else ""]
    most, read, unchanged = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return most, read, unchanged


def test_six_times_as_many_articles_need_hardly_more_memory(tmp_path: Path) -> None:
    peaks = {}
    for count in (SMALL, LARGE):
        pages = write(tmp_path / f"{count}.jsonl", count)
        first = peak(pages, tmp_path / str(count), full=False)
        again = peak(pages, tmp_path / str(count), full=False)
        full = peak(pages, tmp_path / str(count), full=True)
        assert (first[1], again[2], full[1]) == (count, count, count)
        peaks[count] = [run[0] for run in (first, again, full)]
    for small, large in zip(peaks[SMALL], peaks[LARGE], strict=True):
        assert large < 1.6 * small, peaks
