"""Articles → pages: the same articles as JSONL records and as HTML files, and what a plain program reads of these."""

import json
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import lxml.html

from benchmarks.rivals import FIELDS, Texts
from searchsvc.model.article import Article, Block
from searchsvc.model.fields import BODY, TITLE

_TAGS = {"crosshead": "h2", "caption": "figcaption"}


class Form(NamedTuple):
    """A way to save pages."""

    #: Pages at most: a figure needs no more, and HTML is read a page at a time.
    most: int
    #: Writes articles into a folder.
    write: Callable[[Sequence[Article], Path], None]
    #: Reads the texts again, as a program of a few lines would: no dates, quotes or related headlines.
    read: Callable[[Path], Iterator[Texts]]


def _write_records(articles: Sequence[Article], folder: Path) -> None:
    with (folder / "pages.jsonl").open("w") as file:
        for article in articles:
            head = article.head
            published = head.published.isoformat() if head.published else None
            related = [related.text for related in article.related]
            body = "\n".join(block.text for block in article.blocks)
            record = {"id": head.id, "title": head.title, "body": body, "published": published, "related": related}
            file.write(json.dumps(record) + "\n")


def _read_records(folder: Path) -> Iterator[Texts]:
    with (folder / "pages.jsonl").open() as file:
        for line in file:
            record = json.loads(line)
            yield _texts(record["id"], record["title"], record["body"])


def _write_pages(articles: Sequence[Article], folder: Path) -> None:
    for article in articles:
        title = escape(article.head.title)
        story = "\n".join(map(_element, article.blocks))
        also = "".join(f"<li><a href='/{i}'>{escape(r.text)}</a></li>" for i, r in enumerate(article.related))
        (folder / f"{article.head.id}.html").write_text(
            f"<!DOCTYPE html><html lang=en><head><title>{title}</title></head><body><nav><a href=/>Home</a></nav>"
            f"<article><h1>{title}</h1>\n{story}</article><aside><h2>See also</h2><ul>{also}</ul></aside></body></html>"
        )


def _element(block: Block) -> str:
    tag = _TAGS.get(block.kind, "p")
    return f"<{tag}>{escape(block.text)}</{tag}>"


def _read_pages(folder: Path) -> Iterator[Texts]:
    for path in sorted(folder.glob("*.html")):
        page = lxml.html.fromstring(path.read_bytes())
        yield _texts(path.stem, page.findtext(".//title") or "", page.find("body").text_content())


def _texts(id_: str, title: str, body: str) -> Texts:
    return Texts(id_, {**dict.fromkeys(FIELDS, ""), TITLE: title, BODY: body})


FORMS = {
    "jsonl": Form(20_000, _write_records, _read_records),
    "html": Form(1_000, _write_pages, _read_pages),
}


def write(form: str, articles: Iterator[Article], folder: Path) -> int:
    """Write some articles as pages of a form into a folder; return how many."""
    found = list(islice(articles, FORMS[form].most))
    folder.mkdir(parents=True, exist_ok=True)
    FORMS[form].write(found, folder)
    return len(found)
