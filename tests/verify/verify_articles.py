"""A few invented articles to quote from, and misquote."""

from datetime import UTC, datetime

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Article, ArticleHead, Block, BlockKind, Provenance, Quote
from searchsvc.model.document import chunk

SPOKEN = "“The tide does not read our budgets,” said Runa Asker, the harbour’s warden. “We dredge or we close.”"


def article(
    article_id: str, title: str, *blocks: tuple[BlockKind, str], day: int = 1, quotes: tuple[Quote, ...] = ()
) -> Article:
    head = ArticleHead(article_id, title, published=datetime(2024, 5, day, tzinfo=UTC), language="en")
    return Article(
        head, tuple(Block(kind, text) for kind, text in blocks), Provenance("test/1", article_id, "0" * 64), quotes
    )


def spoken(text: str, block: int, printed: str, speaker: str = "Runa Asker") -> Quote:
    start = printed.index(text)
    return Quote(
        text, "full", speaker, speaker, "said", method="after", confidence=0.9, block=block, start=start,
        end=start + len(text),
    )  # fmt: skip


HARBOUR = article(
    "harbour",
    "Warden warns: ‘Dredge or close’",
    ("paragraph", "The channel at Ostwick has lost two metres of depth since the winter storms, surveyors say."),
    ("paragraph", SPOKEN),
    ("caption", "The dredger Marit at low water, on Monday."),
    ("paragraph", "“Nobody in the council has asked what a closed harbour would cost the town."),
    ("crosshead", "Silt and silence"),
    ("paragraph", "“We have asked, and the answer frightened us,” Asker said."),
    ("paragraph", "The U.S. firm that built the pier charged $1,000 a day, or 3.5% more than Ostwick's own."),
    ("bullet", "Café owners on the quay want a well-lit path – now, not in ten years."),
    day=5,
    quotes=(
        spoken("The tide does not read our budgets,", 1, SPOKEN),
        spoken("We dredge or we close.", 1, SPOKEN),
    ),
)
ECHO = article(
    "echo",
    "Letters",
    ("paragraph", "A reader reminds us that the tide does not read our budgets."),
    ("paragraph", "To be or not to be was never the question at Ostwick."),
    day=2,
)
COUNCIL = article(
    "council",
    "Council meets behind closed doors",
    ("paragraph", "The council of Ostwick met on Tuesday to talk about the market hall and its leaking roof."),
    ("paragraph", "No decision was taken, and the next meeting will be held in the autumn."),
    day=3,
)
ARTICLES = (HARBOUR, ECHO, COUNCIL)


def engine_of(*articles: Article) -> MemoryEngine:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for one in articles:
            writer.put(chunk(one))
    return engine
