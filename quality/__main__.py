"""`make quality`: measure, print beside the rivals, hold the floors.

    make quality                          everything the data folder holds
    make quality ARGS="ranking quotes"    some of it
    make quality ARGS="--pin"             raise the floors to what is measured
Exit codes: 0 all floors hold, 1 one does not, 3 no data (SKIPPED).
"""

import argparse
import sys
from pathlib import Path

from quality import floors, quotes, ranking, reading

MEASURES = {
    "ranking": (ranking.measure, "ir"),
    "reading": (reading.measure, "pages"),
    "quotes": (quotes.measure, "quotes"),
}
SKIPPED = 3


def main() -> None:
    """Run the measures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measures", nargs="*", metavar="ranking|reading|quotes")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pin", action="store_true", help="raise the floors to the figures of this run")
    parser.add_argument("--lower", action="store_true", help="with --pin: let floors fall as well")
    args = parser.parse_args()
    figures: dict[str, float] = {}
    for name in args.measures or MEASURES:
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
