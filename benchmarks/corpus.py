"""A seeded corpus of invented articles: Zipf words, paragraphs, cross-heads, sections, two years of dates.

Words are made of syllables; the most frequent ranks are English function words, as in any
newspaper, so that stop words cost what they cost. Topics: each article draws a quarter of its
words from a narrow band of the vocabulary, so that words come together as they do in news.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np

from searchsvc.model.article import Article, ArticleHead, Block, Provenance, RelatedHeadline

VOCABULARY = 250_000
#: Exponent of word frequency by rank in English news.
ZIPF = 1.05
MEDIAN_WORDS, SPREAD = 330, 0.45
PARAGRAPH_WORDS = 38
TOPIC_SHARE, TOPIC_WIDTH = 0.25, 400
SECTIONS = ("World", "Politics", "Business", "Science", "Environment", "Health", "Culture", "Sport")
MOST_FREQUENT = (
    "the of to and in a that for is on was he with as it at by from his be has have an are its were had said not "
    "will but they who or been their which would after this about when there out more up one him her if so no into "
    "than them can only other time new some could these two may first then do any like my now over such our man me"
)
FUNCTION_WORDS = MOST_FREQUENT.split()
ONSETS, NUCLEI = "b d f g k l m n p r s t v z ch sh tr st", "a e i o u ai"
SYLLABLES = [onset + nucleus for onset in ONSETS.split() for nucleus in NUCLEI.split()]
START = datetime(2023, 1, 1, tzinfo=UTC)
TWO_YEARS = 2 * 365 * 24 * 3600


@lru_cache(maxsize=1)
def term_dictionary(seed: int) -> np.ndarray:
    """Return the words, most frequent first."""
    made: dict[str, None] = dict.fromkeys(FUNCTION_WORDS)
    rng = np.random.default_rng(seed)
    while len(made) < VOCABULARY:
        for parts in rng.integers(0, len(SYLLABLES), (VOCABULARY, 5)):
            size = 2 + (len(made) > VOCABULARY // 50) + (int(parts[4]) % 3 == 0)
            made.setdefault("".join(SYLLABLES[i] for i in parts[:size]))
    return np.array(list(made)[:VOCABULARY], object)


@dataclass(frozen=True)
class Corpus:
    """How many articles, from which seed."""

    articles: int
    seed: int = 7

    def __iter__(self) -> Iterator[Article]:
        """Yield the articles, always the same ones."""
        rng = np.random.default_rng(self.seed + 1)
        words = term_dictionary(self.seed)
        chance = 1 / np.arange(1, VOCABULARY + 1) ** ZIPF
        edges = np.cumsum(chance / chance.sum())
        for number in range(self.articles):
            size = max(60, int(rng.lognormal(np.log(MEDIAN_WORDS), SPREAD)))
            ranks = np.searchsorted(edges, rng.random(size + 40)).clip(0, VOCABULARY - 1)
            topic = rng.random(len(ranks)) < TOPIC_SHARE
            middle = 80 + int(np.searchsorted(edges, rng.random() * 0.5 + 0.5)) % (VOCABULARY - 2 * TOPIC_WIDTH)
            ranks[topic] = middle + (rng.exponential(TOPIC_WIDTH / 6, int(topic.sum())).astype(int) % TOPIC_WIDTH)
            yield self._article(number, words[ranks].tolist(), rng)

    def _article(self, number: int, words: list[str], rng: np.random.Generator) -> Article:
        title, related, body = " ".join(words[:8]), " ".join(words[8:16]), words[16:]
        blocks: list[Block] = [Block("caption", " ".join(body[:9]).capitalize())]
        at = 9
        while at < len(body):
            step = PARAGRAPH_WORDS + int(rng.integers(-15, 15))
            blocks.append(Block("paragraph", " ".join(body[at : at + step]).capitalize() + "."))
            at += step
            if len(blocks) % 5 == 0:
                blocks.append(Block("crosshead", " ".join(body[at - 2 : at]).capitalize()))
        lead = next(block.text for block in blocks if block.kind == "paragraph")
        head = ArticleHead(
            id=f"n{number:07}",
            title=title.capitalize(),
            outlet="The Invented Post",
            section=SECTIONS[int(rng.integers(0, len(SECTIONS)))],
            published=START + timedelta(seconds=int(rng.integers(0, TWO_YEARS))),
            language="en",
            lead=lead,
        )
        source = Provenance("benchmark/1", f"{number}", f"{number:064}")
        return Article(head, tuple(blocks), source, related=(RelatedHeadline(related.capitalize(), "see_also"),))


def queries(seed: int, kind: str, count: int, sample: list[Article]) -> list[list[str]]:
    """Return distinct queries of 1-5 words: words of one article (OR, AND), or neighbours in it (phrase).

    Only words of plain letters are taken, which every engine cuts alike.
    """
    rng = np.random.default_rng(seed + hash_of(kind))
    stop = set(FUNCTION_WORDS)
    found: dict[tuple[str, ...], None] = {}
    while len(found) < count:
        article = sample[int(rng.integers(0, len(sample)))]
        text = " ".join(b.text for b in article.blocks if b.kind == "paragraph")
        words = text.lower().split()
        size = int(rng.integers(2 if kind == "phrase" else 1, 4 if kind == "phrase" else 6))
        if kind == "phrase":
            at = int(rng.integers(0, max(1, len(words) - size)))
            chosen = words[at : at + size]
            if not all(map(is_plain, chosen)) or all(word in stop for word in chosen):
                continue
        else:
            content = sorted(set(filter(is_plain, words)) - stop)
            if len(content) < size:
                continue
            chosen = [content[i] for i in rng.choice(len(content), size, replace=False)]
        found.setdefault(tuple(chosen))
    return [list(words) for words in found]


def is_plain(word: str) -> bool:
    """Return whether a word has letters of English alone."""
    return word.isascii() and word.isalpha()


def hash_of(kind: str) -> int:
    """Return a number that is the same in every process."""
    return sum(map(ord, kind))
