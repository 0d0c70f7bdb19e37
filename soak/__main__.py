"""`make soak`: throw trouble at the whole product, by the thousand, and look whether it holds.

make soak                                  all parts at full size, one after the other
make soak PART=kills N=100 SEED=7          a hundred trials of one part
make soak ARGS=--fresh                     forget what an earlier run has done
make soak PART=kills SEED=7 ARGS="--trial 17"   one trial alone; its folder is kept

    kills     kill -9 at random moments of reindex, forget and rollback
    calls     every write, fsync, rename, unlink, open … of these commands fails once
    flips     flipped bits and cuts in every kind of file, then a merge
    commits   commits beside readers of a real server
    queries   queries through the parser, parameters through the application
    pages     hostile pages and damaged crawls through the readers

A stopped run goes on where it was (.soak/). Exit codes: 0 nothing failed, 1 some trials did, 130 stopped.
"""

import argparse
import signal
import sys
from pathlib import Path

from soak.calls import Calls
from soak.commits import Commits
from soak.flips import Flips
from soak.kills import Kills
from soak.pages import Pages
from soak.part import Part
from soak.queries import Queries
from soak.runner import HEAD, Row, repeat, run
from soak.striking import NoCompilerError

PARTS: dict[str, type[Part]] = {part.name: part for part in (Kills, Calls, Flips, Commits, Queries, Pages)}
#: Folder of the state files, which git ignores.
STATES = Path(".soak")
STOPPED = 130


def main() -> None:
    """Run the parts that are asked for, and print a line for each."""
    parser = argparse.ArgumentParser(
        prog="soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="|".join(PARTS), help="all if none is named")
    parser.add_argument("--count", type=int, help="trials of each part; its full size if not given")
    parser.add_argument("--seed", type=int, default=1, help="seed of all chance (default: 1)")
    parser.add_argument("--fresh", action="store_true", help="forget what an earlier run has done")
    parser.add_argument("--trial", type=int, help="make this trial alone")
    args = parser.parse_args()
    if unknown := [name for name in args.parts if name not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}: there are {', '.join(PARTS)}")
    if args.count is not None and args.count < 1:
        parser.error(f"--count {args.count}: give a number from 1 on")
    if args.trial is not None and len(args.parts) != 1:
        parser.error("--trial: name the one part that it is a trial of")
    rows: list[Row] = []
    skipped: list[str] = []
    try:
        for name in args.parts or PARTS:
            try:
                if args.trial is not None:
                    rows.append(repeat(PARTS[name], args.trial, seed=args.seed, states=STATES))
                else:
                    rows.append(run(PARTS[name], count=args.count, seed=args.seed, states=STATES, fresh=args.fresh))
            except NoCompilerError as error:
                skipped.append(f"SKIPPED {name}: {error}")
    except KeyboardInterrupt:
        print("stopped: the same command goes on at the next trial", file=sys.stderr)
        sys.exit(STOPPED)
    finally:
        print_table(rows, skipped)
    sys.exit(1 if any(row.failures for row in rows) else 0)


def print_table(rows: list[Row], skipped: list[str]) -> None:
    """Print a line for each part, then the failures with the command that repeats each."""
    for line in (HEAD, *rows, *skipped) if rows or skipped else ():
        print(line)
    for row in rows:
        for failure in row.failures:
            print(f"{row.part} {failure.trial}: {failure.text.splitlines()[-1]}\n  {failure.repeat}")


if __name__ == "__main__":
    # A stop by `kill` is a stop as by Ctrl-C; a job in the background would ignore the latter.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    main()
