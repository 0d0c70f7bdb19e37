"""Body, head and related headlines of saved pages, beside trafilatura, newspaper4k and readability-lxml."""

import gzip
import html
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from quality import peers
from quality.data import jsonl
from quality.metrics import items_f1, mean, plain, text_f1
from searchsvc.errors import SourceError
from searchsvc.model.article import Article, Source
from searchsvc.parsing import parse
from searchsvc.sources import read_sources

#: Kinds that gold texts do not hold.
BESIDE = ("caption", "pullquote", "factbox")
#: Gold texts of these sets begin with the headline.
HEADLINE_IN_GOLD = ("msv", "l3s", "cpe", "cleaneval")


class Page(NamedTuple):
    """One page with what is known of it."""

    id: str
    layout: str
    html: bytes
    gold: dict[str, Any]


def measure(data: Path) -> dict[str, float]:
    """Print the tables, return the figures."""
    pages, bbc = list(read_pages(data / "pages")), list(read_bbc(data / "bbc"))
    figures: dict[str, float] = {}
    figures |= generic(pages)
    figures |= bodies(bbc)
    figures |= heads(bbc, data / "bbc" / "text")
    return figures | related(bbc, data / "bbc" / "text")


def generic(pages: list[Page]) -> dict[str, float]:
    """Pages of many outlets: ours and each rival."""
    print(f"\nreading, {len(pages)} pages of many outlets")
    print(f"{'':24}{'body F1':>9}{'title':>8}{'date':>8}{'pages/CPU-s':>13}")
    figures: dict[str, float] = {}
    for name, read in {"ours": ours, **peers.READERS}.items():
        start = time.process_time()
        found = [read(page.html) for page in pages]
        rate = len(pages) / (time.process_time() - start)
        body = mean(text_f1(page.gold["text"], got.body) for page, got in zip(pages, found, strict=True))
        title = mean(_same_title(page, got) for page, got in zip(pages, found, strict=True) if page.gold.get("title"))
        dated = mean(_same_day(page, got) for page, got in zip(pages, found, strict=True) if page.gold.get("date"))
        print(f"  {name:22}{body:9.3f}{title:8.3f}{dated:8.3f}{rate:13.1f}")
        if name == "ours":
            figures = {"pages body": body, "pages title": title, "pages date": dated}
    return figures


def _same_title(page: Page, got: peers.Reading) -> bool:
    return plain(got.title) == plain(page.gold["title"])


def _same_day(page: Page, got: peers.Reading) -> bool:
    return any(day.startswith(str(page.gold["date"])[:10]) for day in got.days)


def bodies(bbc: list[Page]) -> dict[str, float]:
    """Pages of one outlet in its four layouts."""
    judged = [page for page in bbc if page.gold["body"] and not page.id.startswith("moz")]
    scores: dict[str, dict[str, float]] = {}
    for name, read in {"ours": ours, **peers.READERS}.items():
        scores[name] = {}
        for page in judged:
            got = read(page.html)
            head = f"{got.title}\n" if page.id.startswith(HEADLINE_IN_GOLD) else ""
            scores[name][page.id] = text_f1(page.gold["body"], head + got.body)
    layouts = sorted({page.layout for page in judged})
    print(f"\nreading, {len(judged)} BBC pages, body F1\n{'':24}{'all':>8}" + "".join(f"{x[:14]:>16}" for x in layouts))
    table = {}
    for name, row in scores.items():
        by_layout = [mean(row[page.id] for page in judged if page.layout == layout) for layout in layouts]
        print(f"  {name:22}{mean(row.values()):8.3f}" + "".join(f"{value:16.3f}" for value in by_layout))
        table[name] = dict(zip(layouts, by_layout, strict=True))
    figures = {f"bbc body {layout}": value for layout, value in table["ours"].items()}
    return {"bbc body": mean(scores["ours"].values()), **figures}


def heads(bbc: list[Page], texts: Path) -> dict[str, float]:
    """Headline, section and date, as HTML and as text."""
    figures: dict[str, float] = {}
    for form, article in forms(texts).items():
        rows: dict[str, list[bool]] = {"headline": [], "section": [], "date": []}
        for page in bbc:
            got = article(page)
            if page.gold["kind"] != "article" or got is _ABSENT:
                continue
            head = got.head if isinstance(got, Article) else None
            wanted = _headlines(page.gold)
            if wanted:
                rows["headline"].append(plain(head.title if head else None) in wanted)
            if form == "html" and page.gold["meta_section"]:
                rows["section"].append(plain(head.section if head else None) == plain(page.gold["meta_section"]))
            day = (page.gold["original_publication_date"] or "")[:10].replace("/", "-")
            if day:
                rows["date"].append(any(_day(head, name) == day for name in ("published", "updated")))
        figures |= {f"bbc {form} {name}": mean(row) for name, row in rows.items() if row}
    print("\nreading, BBC heads: " + ", ".join(f"{name[4:]} {value:.3f}" for name, value in figures.items()))
    return figures


def related(bbc: list[Page], texts: Path) -> dict[str, float]:
    """See-also headlines and those of other sites, as HTML and as text."""
    figures: dict[str, float] = {}
    for form, article in forms(texts).items():
        see, other = [], []
        for page in bbc:
            marked, got = page.gold["markup"], article(page)
            if not (marked and (marked["see_also"] or marked["from_other_news_sites"])) or got is _ABSENT:
                continue
            lines = got.related if isinstance(got, Article) else ()
            wanted = [plain(item["title"]) for item in marked["see_also"]]
            see.append((wanted, [plain(line.text) for line in lines if line.group == "see_also"]))
            wanted = [f"{plain(item['source'])}|{plain(item['title'])}" for item in marked["from_other_news_sites"]]
            found = [f"{plain(line.outlet)}|{plain(line.text)}" for line in lines if line.group == "elsewhere"]
            other.append((wanted, found))
        figures |= {f"bbc {form} see-also": items_f1(see), f"bbc {form} elsewhere": items_f1(other)}
    print("reading, BBC related, F1: " + ", ".join(f"{name[4:]} {value:.3f}" for name, value in figures.items()))
    return figures


_ABSENT = object()


def forms(texts: Path) -> dict[str, Callable[[Page], object]]:
    """Return how an Article is read of a page in each form; _ABSENT where the form is not there."""

    def of_text(page: Page) -> object:
        path = next(iter(texts.glob(page.id + "*")), None)
        if path is None:
            return _ABSENT
        source = next(iter(read_sources([str(path)])))
        return None if isinstance(source, SourceError) else article_of(source)

    return {"html": lambda page: article_of(_source(page.html)), "text": of_text}


def article_of(source: Source) -> Article | None:
    """Read a page; None where it is refused."""
    try:
        return parse(source)
    except SourceError:
        return None


def ours(markup: bytes) -> peers.Reading:
    """Read a page with this project."""
    article = article_of(_source(markup))
    if article is None:
        return peers.Reading("", "", ())
    body = "\n".join(block.text for block in article.blocks if block.kind not in BESIDE)
    days = tuple(day.isoformat() for day in (article.head.published_day, article.head.updated_day) if day)
    return peers.Reading(article.head.title, body, days)


def _source(markup: bytes) -> Source:
    return Source("page.html", "page.html", markup, "text/html", "0" * 64)


def _headlines(gold: dict[str, Any]) -> set[str]:
    page = (gold["page_title"] or "").split("|")[-1].replace("BBC NEWS", "").replace("BBC News - ", "").strip()
    return {plain(text) for text in ((gold["markup"] or {}).get("h1"), gold["meta_headline"], page) if text}


def _day(head: object, name: str) -> str:
    when = getattr(head, name, None)
    return when.date().isoformat() if when else ""


def read_pages(folder: Path) -> Iterator[Page]:
    """Yield the pages of many outlets."""
    for gold in jsonl(folder / "gold.jsonl"):
        yield Page(gold["html_file"], "", _unpacked(folder / "html" / f"{gold['html_file']}.html.gz"), gold)


def read_bbc(folder: Path) -> Iterator[Page]:
    """Yield the BBC pages."""
    markup = {row["id"]: row for row in jsonl(folder / "markup_gold.jsonl")}
    for row in jsonl(folder / "manifest.jsonl"):
        articles = row["kind"] in {"article", "BBC Sport article"}
        body = _gold_body(folder / "gold" / row["gold"][0], row["id"]) if row["gold"] and articles else ""
        gold = {**row, "markup": markup.get(row["id"]), "body": body}
        yield Page(row["id"], row["layout"], _unpacked(folder / "html" / f"{row['id']}.html.gz"), gold)


def _unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def _gold_body(path: Path, name: str) -> str:
    raw = path.read_bytes()
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    if path.suffix == ".json":
        return str(json.loads(text)["text"])
    if path.suffix == ".html":
        return peers.marked_text(text, marked=name.startswith("l3s"))
    text = re.sub(r"(?m)^\s*<[hpl]>", "", re.sub(r"(?m)^URL:.*\n", "", text))
    return html.unescape(text.split("!@#$%^&*()  COMMENTS")[0])
