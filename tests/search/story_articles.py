"""Invented articles of two stories that share a town, and of others that only share its words."""

from datetime import UTC, datetime, timedelta

from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Quote, RelatedHeadline
from searchsvc.model.document import chunk

START = datetime(2021, 3, 1, 12, tzinfo=UTC)
#: The first story: a wall falls. Each text is one paragraph.
FALL = (
    "The sea wall of Port Aldous fell on Monday, and the breakers flooded the quay. Masons said the mortar of the sea "
    "wall had been washed out for years. The breakers carried off two fishing sheds, and the masons fear for the rest."
)
REPAIR = (
    "Masons have begun to mend the sea wall of Port Aldous, a week after the breakers tore it down. The mortar is "
    "mixed with ash so that breakers cannot wash it out, the masons said on the flooded quay. The two fishing sheds "
    "that were carried off on Monday are lost."
)
INQUIRY = (
    "An inquiry into the fall of the sea wall at Port Aldous heard that masons had warned of the mortar twice. The "
    "breakers that flooded the quay in March were no higher than in other years, the inquiry was told."
)
#: The second story.
FESTIVAL = (
    "The herring festival filled the streets of Port Aldous on Sunday. Choirs sang, cooks fried herring, and a jury of "
    "fishermen chose the best of forty herring pies."
)
PIES = (
    "The jury of the herring festival has been accused of eating the evidence: of forty herring pies, not one was left "
    "when the cooks asked to see the winner of the festival."
)


def related(text: str, group: str = "see_also", url: str | None = None, outlet: str | None = None) -> RelatedHeadline:
    return RelatedHeadline(text, group, url, outlet=outlet)  # type: ignore[arg-type]  # one of the groups


def article(
    article_id: str,
    title: str,
    text: str,
    day: int | None = 0,
    *,
    outlet: str = "The Courier",
    said: tuple[tuple[str, str], ...] = (),
    boxes: tuple[RelatedHeadline, ...] = (),
    url: bool = True,
) -> Article:
    """An article so many days after START; None: undated."""
    head = ArticleHead(
        article_id,
        title,
        f"https://courier.example/{article_id}" if url else None,
        outlet=outlet,
        published=None if day is None else START + timedelta(days=day),
        language="en",
        lead=text,
    )
    quotes = tuple(Quote(words, "full", who, who, block=0) for words, who in said)
    return Article(head, (Block("paragraph", text),), Provenance("test/1", "a.html", "0" * 64), quotes, boxes)


ARTICLES = (
    article(
        "fall",
        "Sea wall falls at Port Aldous",
        FALL,
        said=(("The mortar was sand", "Ida Bloom"),),
        boxes=(
            related("Ferries stay in port", url="http://courier.example/ferries/"),
            related("What the papers say today", "elsewhere", outlet="The Letter"),
            related("Ten herring recipes", "promo", "https://courier.example/festival"),
        ),
    ),
    article("copy", "Sea wall falls at Port Aldous", FALL, 1, outlet="The Letter", url=False),
    article(
        "repair",
        "Masons mend the broken wall",
        REPAIR,
        7,
        said=(("It will hold", "Ida Bloom"), ("We mix it with ash", "Ida Bloom"), ("Good", "Tom Reed")),
    ),
    article("inquiry", "Warnings about the mortar", INQUIRY, 40),
    article("ferries", "Ferries stay in port", "No ferry left the harbour, and none came in.", 1),
    article(
        "column",
        "From the gallery",
        "Nobody in the gallery was surprised when the news came that “Sea wall falls at Port Aldous” was the headline.",
        90,
        outlet="The Letter",
    ),
    article(
        "lists",
        "The week in the county",
        "All that was printed in the county.",
        8,
        outlet="The Letter",
        boxes=(related("Sea wall falls at Port Aldous", "elsewhere", outlet="The Courier"),),
    ),
    article("promoting", "Gulls", "Gulls were seen.", 9, boxes=(related("Wall!", "promo", "courier.example/fall"),)),
    article("festival", "Herring festival draws thousands", FESTIVAL, 3, said=(("Delicious", "Una Brandt"),)),
    article("pies", "Jury ate the herring pies", PIES, 5, outlet="The Letter"),
    article("undated", "The herring pies that vanished", PIES.replace("accused", "suspected"), None),
    article("short", "Rain", "It rained.", 2),
)


def archive(engine: Engine | None = None) -> Engine:
    """An engine with these articles."""
    engine = engine or MemoryEngine()
    with engine.writer() as writer:
        for one in ARTICLES:
            writer.put(chunk(one))
    return engine
