"""`make quality`: measure, print beside the rivals, hold the floors.

    make quality                          everything the data folder holds
    make quality ARGS="ranking quotes"    some of it: ranking, quotes, reading, or a set of pages of reading
    make quality ARGS="--pin"             raise the floors to what is measured
Exit codes: 0 all floors hold, 1 one does not, 3 no data (SKIPPED).
"""

import argparse
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from quality import bbc, floors, quotes, ranking, reading

MEASURES: dict[str, tuple[Callable[[Path], dict[str, float]], str]] = {
    "ranking": (ranking.measure, "ir"),
    "pages": (reading.pages, "pages"),
    "outlets": (reading.outlets, "outlets"),
    "articles": (reading.articles, "articles"),
    "dates": (reading.dates, "dates"),
    "bbc": (bbc.measure, "bbc"),
    "quotes": (quotes.measure, "quotes"),
}
#: Names of several.
GROUPS = {"reading": ("pages", "outlets", "articles", "dates", "bbc")}
SKIPPED = 3


def _known(name: str) -> str:
    if name not in {*MEASURES, *GROUPS}:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join([*GROUPS, *MEASURES])}")
    return name


def main() -> None:
    """Run the measures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measures", nargs="*", type=_known, metavar="|".join([*GROUPS, *MEASURES]))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pin", action="store_true", help="raise the floors to the figures of this run")
    parser.add_argument("--lower", action="store_true", help="with --pin: let floors fall as well")
    args = parser.parse_args()
    figures: dict[str, float] = {}
    for name in chain.from_iterable(GROUPS.get(asked, (asked,)) for asked in args.measures or MEASURES):
        measure, folder = MEASURES[name]
        if not (args.data / folder).is_dir():
            print(f"SKIPPED {name}: no {args.data / folder}")
            continue
        figures |= measure(args.data)
    if not figures:
        sys.exit(SKIPPED)
    if args.pin:
        print("\n".join(floors.pin(figures, lower=args.lower)))
        return
    fallen = floors.below(figures)
    print("\n" + ("\n".join(fallen) or "all floors hold"))
    sys.exit(1 if fallen else 0)


if __name__ == "__main__":
    main()
