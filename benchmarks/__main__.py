"""`make bench`: every question, ours and the rivals in one run, absolute figures and ratios.

make bench                              engines at 10,000 and 100,000 invented articles, on real news where
                                        DATA has some, then HTTP
make bench ARGS="engines --articles 10000"
make bench ARGS="ingest"                articles -> commit, and saved pages -> commit (JSONL, HTML), without queries
make bench ARGS="news"
make bench ARGS="http"
make bench ARGS="growth"                seconds and memory of runs by the size of the collection
make bench ARGS="exports"               a million rows of CSV: rows a second and memory, beside the Python API
make bench ARGS="clients"               classes of gunicorn's workers, beside clients that send half a request
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import clients, engines, exports, growth, http, ingest

SIZES = (10_000, 100_000)
QUESTIONS = ("all", "engines", "ingest", "news", "http", "clients", "growth", "exports")


def main() -> None:  # noqa: C901  one branch a question
    """Run the questions that are asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question", nargs="?", choices=QUESTIONS, default="all")
    parser.add_argument("--articles", type=int, action="append", help="size of the corpus; may be given again")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--without", action="append", default=[], help="rival to leave out; may be given again")
    parser.add_argument("--data", type=Path, help="folder whose news/ holds JSONL records of real articles")
    parser.add_argument("--keep", type=Path, help="folder to keep the indexes in")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        place = args.keep or Path(scratch)
        if args.question in {"all", "engines"}:
            for size in args.articles or SIZES:
                engines.run(["--articles", str(size)], args.queries, place / str(size), args.without)
        if args.question in {"all", "ingest"}:
            for size in args.articles or SIZES:
                ingest.run(["--articles", str(size)], place / f"ingest-{size}", args.without)
        if args.question in {"all", "news"}:
            news = args.data / "news" if args.data else None
            if news and news.is_dir():
                engines.run(["--news", str(news)], args.queries, place / "news", args.without)
            else:
                print("\nSKIPPED news: no folder of real articles (DATA=… with news/*.jsonl)")
        if args.question in {"all", "http"}:
            http.run((args.articles or SIZES)[0], args.queries, place / "http")
        if args.question in {"all", "exports"}:
            exports.run((args.articles or [exports.ROWS])[0], place)
        if args.question in {"all", "clients"}:
            clients.run((args.articles or SIZES)[0], args.queries, place / "clients")
        if args.question in {"all", "growth"}:
            growth.run(tuple(args.articles or growth.SIZES), place / "growth")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
