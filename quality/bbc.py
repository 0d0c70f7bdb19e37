"""Body, head and related headlines of BBC pages in their four layouts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from quality import peers
from quality.metrics import items_f1, mean, plain, text_f1
from quality.own_reading import article_of, ours, read_page
from quality.page_sets import Page, read_bbc
from searchsvc.errors import SourceError
from searchsvc.model.article import Article
from searchsvc.sources import read_sources

#: Gold texts of these sets begin with the headline.
HEADLINE_IN_GOLD = ("msv", "l3s", "cpe", "cleaneval")


def measure(data: Path) -> dict[str, float]:
    """Print the tables, return the figures."""
    pages, texts = list(read_bbc(data / "bbc")), data / "bbc" / "text"
    return bodies(pages) | heads(pages, texts) | related(pages, texts)


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

    return {"html": lambda page: read_page(page.html), "text": of_text}


def _headlines(gold: dict[str, Any]) -> set[str]:
    page = (gold["page_title"] or "").split("|")[-1].replace("BBC NEWS", "").replace("BBC News - ", "").strip()
    return {plain(text) for text in ((gold["markup"] or {}).get("h1"), gold["meta_headline"], page) if text}


def _day(head: object, name: str) -> str:
    when = getattr(head, name, None)
    return when.date().isoformat() if when else ""
