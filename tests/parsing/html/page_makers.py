"""Small pages for the tests of the HTML reader."""

from searchsvc.model.source import Source

STORY = (
    "The harbour of Ennisbeg will stay open through the winter, the council decided on Monday evening.",
    "Crews had feared that the ice breaker would be sold before the first frost came to the bay.",
    "Its captain, Moira Keane, said she had packed her boots twice and unpacked them twice.",
)


def source(markup: str | bytes, **fields: object) -> Source:
    """Return a page as a Source."""
    data = markup if isinstance(markup, bytes) else markup.encode("utf-8")
    return Source("pages/a.html", "a.html", data, "text/html", "0" * 64, **fields)  # type: ignore[arg-type]


def page(body: str = "", *, head: str = "", title: str = "Harbour stays open", story: tuple[str, ...] = STORY) -> str:
    """Return a plain page with a story."""
    paragraphs = "\n".join(f"<p>{text}</p>" for text in story)
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{paragraphs}{body}</article></body></html>"
    )
