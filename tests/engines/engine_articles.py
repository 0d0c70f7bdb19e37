"""Invented articles, short enough to see at once what a search must find."""

from datetime import UTC, datetime
from typing import Any

from searchsvc.model.article import Article, ArticleHead, Block, Provenance, Quote, RelatedHeadline
from searchsvc.model.document import Document, chunk


def article(
    article_id: str,
    title: str = "Untitled",
    *paragraphs: str,
    day: str | None = None,
    crossheads: tuple[str, ...] = (),
    captions: tuple[str, ...] = (),
    quotes: tuple[tuple[str, str | None], ...] = (),
    related: tuple[str | RelatedHeadline, ...] = (),
    lead: bool = True,
    **head: Any,
) -> Article:
    """An article of whole paragraphs; the first one is the lead; quotes are (text, speaker); texts are see-also's."""
    blocks = [
        *(Block("paragraph", text) for text in paragraphs),
        *(Block("crosshead", text) for text in crossheads),
        *(Block("caption", text) for text in captions),
    ]
    dated: dict[str, Any] = {"published": datetime.fromisoformat(day).replace(tzinfo=UTC)} if day else {}
    return Article(
        head=ArticleHead(
            id=article_id,
            title=title,
            lead=paragraphs[0] if lead and paragraphs else None,
            **{"language": "en", **dated, **head},
        ),
        blocks=tuple(blocks),
        provenance=Provenance("test/1", f"pages/{article_id}.html", "0" * 64),
        quotes=tuple(Quote(text, "full", speaker, speaker, block=0 if blocks else None) for text, speaker in quotes),
        related=tuple(RelatedHeadline(one, "see_also") if isinstance(one, str) else one for one in related),
    )


def documents(article_id: str, *texts: str, **fields: Any) -> tuple[Document, ...]:
    """The documents of `article(...)`."""
    return chunk(article(article_id, *texts, **fields))


HARBOUR = (
    documents(
        "ferry",
        "Ferry line to Lowmere reopens",
        "The ferry between Port Aldous and Lowmere sails again from Monday.",
        "Harbour master Edda Quill said the storm had torn away two jetties.",
        "Passengers must book a day ahead.",
        day="2021-03-02",
        section="Transport",
        outlet="The Aldous Courier",
        authors=("Ned Farrow",),
        quotes=(("the storm had torn away two jetties", "Edda Quill"),),
        crossheads=("Jetties rebuilt",),
        captions=("A lighthouse keeper waves at the first boat",),
        related=("Storm closes the harbour for a week",),
    ),
    documents(
        "storm",
        "Storm closes the harbour",
        "A storm shut the harbour of Port Aldous on Friday night.",
        "No boat was lost, the harbour master said.",
        day="2021-02-20",
        section="Weather",
        outlet="The Aldous Courier",
        authors=("Ned Farrow", "Ida Bloom"),
        quotes=(("No boat was lost", "Edda Quill"), ("We slept in the church", "Tom Reed")),
    ),
    documents(
        "festival",
        "Herring festival draws thousands",
        "Thousands ate herring on the quay.",
        "The mayor thanked the fishermen for the herring they gave.",
        day="2020-08-15T12:30:00",
        section="Culture",
        outlet="Lowmere Letter",
        authors=("Ida Bloom",),
        url="https://www.lowmere.example/culture/herring/?utm_source=mail",
        related=("Ferry line to close in winter",),
    ),
    documents(
        "budget",
        "Council passes budget",
        "The council voted for a new school and no new ferry.",
        section="Politics",
        outlet="Lowmere Letter",
    ),
)
