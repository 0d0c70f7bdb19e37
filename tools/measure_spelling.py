"""Measure respelling: `python tools/measure_spelling.py MISSPELLINGS ARTICLES.jsonl.gz [--count N] [--seed N]`.

MISSPELLINGS has a right word a line after `$`, then its misspellings, a line each (the format of Birkbeck's and
Wikipedia's lists). ARTICLES has records with `title` and `body`; they are indexed. Misspellings whose right word is
printed are asked: the right word should be offered. Words that are printed in one or two articles are asked: nothing
should be offered. Where symspellpy is installed (`requirements/quality.txt`), its first word stands beside.
"""

import argparse
import gzip
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from searchsvc.analysis import tokenize
from searchsvc.engines import engine_url, open_engine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk
from searchsvc.search import SearchRequest, search_articles

LETTERS = re.compile("[A-Za-z]+")
#: Letters of a printed word that is asked, at least.
MIN_LETTERS = 4
#: Articles that print such a word, at most.
MAX_ARTICLES = 2

Pair = tuple[str, str]
#: Word as typed → the word that is offered for it.
Corrector = Callable[[str], str | None]


def read_pairs(path: Path) -> Iterator[Pair]:
    """Yield misspelling and right word."""
    right = ""
    for line in map(str.strip, path.read_text("utf-8").splitlines()):
        if line.startswith("$"):
            right = line[1:].strip()
        elif LETTERS.fullmatch(line) and LETTERS.fullmatch(right) and line.lower() != right.lower():
            yield line, right


def read_texts(path: Path) -> list[Pair]:
    """Return title and body of the articles."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [(record["title"], record["body"]) for record in map(json.loads, lines)]


def frequencies(texts: Sequence[Pair]) -> Counter[str]:
    """Return how many articles print each surface form."""
    return Counter(form for text in texts for form in {token.text for part in text for token in tokenize(part)})


def ours(texts: Sequence[Pair], folder: str) -> Corrector:
    """Return what a search offers as a better spelling."""
    engine = open_engine(engine_url(folder))
    with engine.writer(fresh=True) as writer:
        for number, (title, body) in enumerate(texts):
            blocks = tuple(Block("paragraph", line) for line in body.splitlines() if line.strip())
            head = ArticleHead(f"a{number}", title, language="en")
            writer.put(chunk(Article(head, blocks, Provenance("measure/1", head.id, "0" * 64))))
    return lambda word: search_articles(engine, SearchRequest(word, size=1)).suggestion


def symspell(counts: Counter[str]) -> Corrector | None:
    """Return symspellpy's first word within two edits, the most frequent of the nearest; None without symspellpy."""
    try:
        from symspellpy import SymSpell, Verbosity  # noqa: PLC0415  only some environments have it
    except ImportError:
        return None
    tool = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    for form, count in counts.items():
        tool.create_dictionary_entry(form, count)

    def first(word: str) -> str | None:
        found = tool.lookup(word.lower(), Verbosity.TOP, max_edit_distance=2)
        return found[0].term if found and found[0].term != word.lower() else None

    return first


def tell(name: str, offer: Corrector, pairs: Sequence[Pair], printed: Sequence[str]) -> None:
    """Print how many misspellings are offered their right word, and how many printed words another one."""
    offered = [(offer(typed), right) for typed, right in pairs]
    good = sum((word or "").lower() == right.lower() for word, right in offered)
    none = sum(word is None for word, _ in offered)
    doubted = sum(offer(word) is not None for word in printed)
    print(
        f"{name:<10} right {good / len(pairs):.3f}, another {(len(pairs) - good - none) / len(pairs):.3f}, "
        f"none {none / len(pairs):.3f} of {len(pairs)}; printed words doubted {doubted / len(printed):.3f} "
        f"of {len(printed)}"
    )


def main() -> None:
    """Measure, and print a line for each corrector."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("misspellings", type=Path)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--count", type=int, default=500, help="misspellings, and printed words (default 500)")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    texts = read_texts(args.articles)
    counts = frequencies(texts)
    rng = random.Random(args.seed)
    pairs = [(typed, right) for typed, right in read_pairs(args.misspellings) if counts[right.lower()]]
    rare = [form for form, count in sorted(counts.items()) if count <= MAX_ARTICLES and LETTERS.fullmatch(form)]
    pairs = rng.sample(pairs, min(args.count, len(pairs)))
    long = [form for form in rare if len(form) >= MIN_LETTERS]
    printed = rng.sample(long, min(args.count, len(long)))
    with tempfile.TemporaryDirectory() as folder:
        tell("searchsvc", ours(texts, f"{folder}/index"), pairs, printed)
    if beside := symspell(counts):
        tell("symspellpy", beside, pairs, printed)


if __name__ == "__main__":
    main()
