"""Invented articles for the storage tests: few words that meet often, every field, three languages."""

from datetime import UTC, datetime, timedelta
from random import Random

from searchsvc.model.article import Article, ArticleHead, Block, BlockKind, Provenance, Quote, RelatedHeadline
from searchsvc.model.document import Document, chunk

STOPS = "the of and to in a is that it was for on with as by at from has been being"
COMMON = "harbour harbours ferry ferries mayor mayors bridge bridges budget tax taxes river rivers flood floods"
RARE = "council vote votes voting school teachers strike lantern orchard quarry saffron"
AWKWARD = ["U.S.", "US", "us", "Ruiz's", "l'eau", "1,000", "3.5", "AT&T", "C++", "Zoë", "café", "naïve—true", "'", "…"]
WORDS = [*STOPS.split(), *COMMON.split(), *RARE.split(), *AWKWARD]
SIGNS = ["", "", "", "", "", ",", ".", "!", ";", "”", ")"]
NAMES = ["Ana Ruiz", "Oskar Lind", "Mei Tanaka", "Tom O’Dell", ""]


def sentence(random: Random, words: int) -> str:
    """Some words; the first ones of WORDS come up most."""
    picked = (WORDS[min(int(random.expovariate(0.06)), len(WORDS) - 1)] for _ in range(words))
    return " ".join(word + random.choice(SIGNS) for word in picked)


def make_article(number: int, random: Random) -> Article:
    """One article; some have no lead, no body, no date, no section."""
    kinds: tuple[BlockKind, ...] = (
        "paragraph",
        "paragraph",
        "paragraph",
        "bullet",
        "crosshead",
        "caption",
        "pullquote",
    )
    blocks = [
        Block(random.choice(kinds), sentence(random, random.randrange(1, 60))) for _ in range(random.randrange(9))
    ]
    lead = next((b.text for b in blocks if b.kind == "paragraph"), None) if random.random() < 0.8 else None
    quotes = [
        Quote(sentence(random, 5), random.choice(("full", "term")), random.choice(NAMES) or None, "the mayor", block=0)
        for _ in range(random.randrange(3) if blocks else 0)
    ]
    head = ArticleHead(
        id=f"story-{number}",
        title=sentence(random, random.randrange(0, 9)),
        url=f"https://bell.example/{number % 7}" if number % 3 else None,
        outlet=random.choice(("The Bell", "Torvale Post", None)),
        section=random.choice(("World", "Local", "Économie", None)),
        authors=tuple(random.sample(["Jo Ek", "Al Bo", "Ea Ny"], random.randrange(3))),
        published=datetime(2009, 1, 1, tzinfo=UTC) + timedelta(hours=number * 97) if number % 5 else None,
        language=random.choice(("en", "en", None, "de", "xx")),
        lead=lead,
    )
    related = tuple(RelatedHeadline(sentence(random, 5), "see_also") for _ in range(random.randrange(3)))
    return Article(head, tuple(blocks), Provenance("test/1", f"pages/{number}.txt", "0" * 64), tuple(quotes), related)


def make_stories(count: int, seed: int = 1) -> list[tuple[Document, ...]]:
    """The documents of several articles; the same for the same seed."""
    random = Random(seed)  # noqa: S311  # nothing secret
    return [chunk(make_article(number, random)) for number in range(count)]
