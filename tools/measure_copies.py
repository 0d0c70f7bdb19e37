"""Measure copies: `python tools/measure_copies.py [DATA]`.

DATA is a folder whose news/ has JSONL records of real articles: of their texts 200 pairs are made, half of them copies,
half of them stories that differ in substance, and precision and recall are printed; without it, of invented texts. Then
archives of 25,000, 50,000 and 100,000 invented articles, 30 % of them copies, are grouped: seconds and groups are
printed.
"""

import gzip
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from searchsvc.copies import NO_LINKS, ComparedText, Fingerprints, are_copies, sequence_keys, signatures, update_links
from searchsvc.copies.fingerprint import text_digests, word_hashes

PAIRS = 200
#: Words that a real text has more than, to make pairs of.
LONG = 100
SIZES = (25_000, 50_000, 100_000)
#: Share of an archive that are copies.
COPIED = 0.3
MORE = "A further report is expected later, a person who knows of the matter told the paper, and gave no other detail."
_SYLLABLES = [a + b for a in ("b", "dr", "f", "g", "h", "k", "l", "m", "n", "p", "st", "t", "v", "w") for b in "aeiou"]
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def invented(source: random.Random, sentences: int = 14) -> str:
    """Return a text of invented words, with names and numbers."""
    words = ["".join(source.choices(_SYLLABLES, k=source.randint(1, 3))) for _ in range(400)]
    lines = []
    for _ in range(sentences):
        line = source.choices(words, k=source.randint(9, 18))
        line[source.randrange(len(line))] = source.choice(words).title()
        line[source.randrange(1, len(line))] = str(source.randint(2, 990))
        lines.append(" ".join(line).capitalize() + ".")
    return " ".join(lines)


def copied(text: str, source: random.Random) -> str:
    """Return the text as another paper prints it."""
    sentences = _SENTENCE.split(text)
    match source.randrange(6):
        case 0:
            return text
        case 1:
            return f"{text} {MORE}"
        case 2:
            return " ".join([*sentences[:-1], MORE, sentences[-1]])
        case 3:
            return " ".join(sentences[:-1])
        case 4:
            return text.replace('"', "“").replace("'", "’").replace(" - ", " – ")
        case _:
            at = source.choice(list(re.finditer(r"\b[a-z]{5,}\b", text)) or [None])
            return text if at is None else f"{text[: at.start()]}{at.group()[:-1]}{text[at.end() :]}"


def altered(text: str, source: random.Random) -> str:
    """Return another story in the same words: other figures, other people, or the contrary."""
    numbers, names = (list(re.finditer(form, text)) for form in (r"\b\d+\b", r"(?<=[a-z] )[A-Z][a-z]{3,}\b"))
    kind = source.randrange(3)
    if kind == 0 and numbers:
        at = source.choice(numbers)
        return f"{text[: at.start()]}{int(at.group()) + 7}{text[at.end() :]}"
    if kind == 1 and names:
        at = source.choice(names)
        return text.replace(at.group(), source.choice(["Marchbanks", "Oldroyd", "Varga", "Quillfeather"]))
    at = source.choice(list(re.finditer(r"\b[a-z]{3,}\b", text)))
    return f"{text[: at.start()]}not {text[at.start() :]}"


def real(folder: Path) -> Iterator[str]:
    """Yield the texts of real articles."""
    for path in sorted(folder.glob("news/*.jsonl*")):
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for line in lines:
                yield str(json.loads(line).get("body") or "")


def judge(texts: Sequence[str]) -> None:
    """Print precision and recall on pairs whose answer is known."""
    source = random.Random(7)
    right = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for i in range(PAIRS):
        text, is_copy = texts[i], i % 2 == 0
        other = copied(text, source) if is_copy else altered(text, source)
        right[is_copy, are_copies(ComparedText(text, "en"), ComparedText(other, "en"))] += 1
    found = right[True, True] + right[False, True]
    print(f"{PAIRS} pairs: precision {right[True, True] / found:.3f}, recall {right[True, True] / (PAIRS // 2):.3f}")


def grow(count: int) -> None:
    """Group an archive and print how long it took."""
    source = random.Random(count)
    whole = [invented(source) for _ in range(round(count * (1 - COPIED)))]
    texts = whole + [copied(source.choice(whole), source) for _ in range(count - len(whole))]
    started = time.process_time()
    forms = [re.findall(r"\w+", text.lower()) for text in texts]
    hashes = np.concatenate([np.array(word_hashes(words), np.uint64) for words in forms])
    sizes = np.array(list(map(len, forms)), np.intp)
    digests = text_digests(np.zeros(len(texts), np.uint64), sequence_keys(hashes, sizes), sizes)
    digest, first = np.unique(digests, return_index=True)
    bands = signatures(hashes, sizes)[first]
    made = time.process_time()
    prints = Fingerprints(digest, np.zeros(len(digest), np.uint64), lambda number: bands[:, number])
    everything = np.ones(len(digest), np.bool_)
    links = update_links(NO_LINKS, prints, everything, lambda row: ComparedText(texts[first[row]], "en"))
    seconds = time.process_time() - made
    groups = len(np.unique(links.groups_of(digests)))
    print(
        f"{count:>7,} articles, {len(whole):,} stories: {groups:,} groups; fingerprints {made - started:.1f} s, "
        f"grouping {seconds:.1f} s, {seconds / count / np.log2(count) * 1e6:.2f} µs an article and log2 of their number"
    )


def main() -> None:
    """Print all figures."""
    source = random.Random(3)
    texts = [invented(source) for _ in range(PAIRS)]
    if len(sys.argv) > 1:
        long = [text for text in real(Path(sys.argv[1])) if len(text.split()) > LONG]
        texts = source.sample(long, PAIRS)
    judge(texts)
    for count in SIZES:
        grow(count)


if __name__ == "__main__":
    main()
