"""Measure the verbatim check by kinds of quotations: `python -m tools.measure_verify_kinds FILE.jsonl.gz`.

Each line is a record with `id`, `title` and `body`; all are indexed (once, if --index names a folder), and of the
quotations that are found in them are checked: true ones; those with a reporting clause in the middle, without it and
with another; those whose first two thirds are printed and whose rest is invented; those of 6 to 9 words, two of them
replaced; those with an attribution pasted along. Prints how many got each status, and where that is wrong.
"""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from searchsvc.engines import engine_url, open_engine
from searchsvc.engines.base import Engine
from searchsvc.model.article import Block, Quote
from searchsvc.quotes import find_quotes
from searchsvc.verify import verify_quotation
from searchsvc.verify.article_words import words
from tools.measure_verify import fill, read

INVENTED = (
    "which", "nobody", "had", "thought", "of", "until", "the", "lighthouse", "keeper", "bought", "seven", "green",
    "umbrellas", "and", "a", "trombone",
)  # fmt: skip
STRANGE = ("lantern", "walrus", "purple", "seventeen", "teapot", "gravel", "umbrella", "trombone")
#: Statuses of a quotation that is found.
FOUND = frozenset({"exact", "punctuation", "split", "words", "stretch"})
Said = tuple[str, list[Quote]]
#: Words on end of which some must be shown; words of a short quotation, and fewest of one with an invented end.
SIX, SHORT, LONG, SAID = 6, range(6, 10), 9, range(3, 400)


def statements(texts: dict[str, str], rng: random.Random) -> Iterator[Said]:
    """Yield the quotations of the articles in any order, with their article: each with the quotes that continue it."""
    names = sorted(texts)
    rng.shuffle(names)
    for name in names:
        blocks = [Block("paragraph", line) for line in texts[name].split("\n")[1:] if line]
        joined: dict[int, list[Quote]] = {}
        first_of: dict[int, int] = {}
        for i, quote in enumerate(find_quotes(blocks)):
            if quote.kind in {"full", "partial"}:
                first = first_of.get(quote.continues, i) if quote.continues is not None else i
                first_of[i] = first
                joined.setdefault(first, []).append(quote)
        yield from ((name, parts) for parts in joined.values())


def count(text: str) -> int:
    """Return the number of words that are compared."""
    return sum(1 for _ in words(text))


def first_two_thirds(text: str) -> str:
    """Return a quotation whose last third is invented."""
    printed = text.split()
    kept = len(printed) * 2 // 3
    return " ".join([*printed[:kept], *(INVENTED * 4)[: len(printed) - kept]])


def two_replaced(text: str, rng: random.Random) -> str:
    """Return the quotation with two words in it replaced."""
    changed = text.split()
    for at, other in zip(rng.sample(range(1, len(changed) - 1), 2), rng.sample(STRANGE, 2), strict=True):
        changed[at] = other
    return " ".join(changed)


def has_six(engine: Engine, text: str) -> bool:
    """Return whether six words on end of a quotation are printed in one text of an article."""
    spans = [(word.start, word.end) for word in words(text)]
    return any(
        verify_quotation(engine, text[first[0] : last[1]]).status in {"exact", "punctuation"}
        for first, last in zip(spans, spans[SIX - 1 :], strict=False)
    )


def report(kind: str, engine: Engine, cases: Sequence[tuple[str, str]], right: Callable[[str, str], bool]) -> None:
    """Check the quotations of one kind and print what they got."""
    got: Counter[str] = Counter()
    found = wrong = 0
    failures = []
    for name, text in cases:
        verdict = verify_quotation(engine, text)
        got[verdict.status] += 1
        found += any(place.head.id == name for place in verdict.places)
        if not right(verdict.status, text):
            wrong += 1
            failures.append(f"    {verdict.status}: {text[:110]}")
    told = ", ".join(f"{status} {number}" for status, number in got.most_common())
    print(f"{kind}: {len(cases)} quotations, {told}; right article {found}; not as wanted {wrong}")
    print(*failures[:5], sep="\n", end="\n" if failures else "")


def measure(engine: Engine, texts: dict[str, str], seed: int) -> None:
    """Print the counts of each kind."""
    rng = random.Random(seed)
    said = list(statements(texts, rng))
    single = [(name, parts[0].text) for name, parts in said if len(parts) == 1]
    cued = [(name, parts) for name, parts in said if len(parts) > 1 and parts[0].block == parts[1].block]
    several = [(name, " ".join(part.text for part in parts)) for name, parts in cued]
    long = [case for case in single if count(case[1]) >= LONG]
    short = [case for case in single if count(case[1]) == len(case[1].split()) in SHORT]
    named = [(name, parts[0]) for name, parts in said if parts[0].certain_speaker and len(parts) == 1]
    report("true", engine, single[:120], lambda got, _: got == "exact")
    report("joined over a reporting clause", engine, several[:50], lambda got, _: got in {"split", "exact"})
    other = [(name, f"“{parts[0].text}” as she put it, “{parts[1].text}”") for name, parts in cued]
    report("with another clause", engine, other[:50], lambda got, _: got in {"split", "exact"})
    invented = [(name, first_two_thirds(text)) for name, text in long[:120]]
    report("last third invented", engine, invented, lambda got, text: got != "absent" or not has_six(engine, text))
    replaced = [(name, two_replaced(text, rng)) for name, text in short]
    report("6 to 9 words, two replaced", engine, replaced[:10], lambda got, _: got in FOUND)
    report("the same, more of them", engine, replaced[10:110], lambda got, _: got in FOUND)
    attributed = [
        (name, f"“{one.text}” said {one.certain_speaker}") for name, one in named if count(one.text) in range(3, 400)
    ]
    report("with an attribution", engine, attributed[:50], lambda got, _: got in {"exact", "punctuation", "split"})


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--index", type=Path, help="folder of an index that is kept; made if it is not there")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    texts = read([args.file])
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(engine_url(args.index or folder))
        if not (args.index and args.index.exists() and engine.count()):
            fill(engine, texts)
        measure(engine, texts, args.seed)


if __name__ == "__main__":
    main()
