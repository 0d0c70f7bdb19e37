"""Body, title, authors and day of saved pages of many outlets, beside the rivals (peers.py)."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from quality import peers
from quality.metrics import days_of, folded_names, mean, plain, text_f1
from quality.own_reading import ours
from quality.page_sets import Page, read_packed, read_pages

#: The sets as tables name them, with who made them.
_ORIGINS = {
    "pages": "many outlets",
    "outlets": "90 outlets in 25 countries (test pages of fundus, MIT)",
    "articles": "the wide web (WCXB of Murrough-Foley, CC BY 4.0)",
    "dates": "news, blogs and offices (test pages of htmldate, Apache-2.0)",
}


class Judged(NamedTuple):
    """A page beside what a reader makes of it."""

    page: Page
    got: peers.Reading


def _same_title(one: Judged) -> bool:
    return plain(one.got.title) == plain(one.page.gold["title"])


def _same_authors(one: Judged) -> bool:
    return folded_names(one.got.authors) == folded_names(one.page.gold["authors"])


def _published_then(one: Judged) -> bool:
    return one.got.published in days_of(one.page.gold["published"])


def _published_or_updated_then(one: Judged) -> bool:
    """Return whether either day is right: the gold of `pages` is of feeds, which do not say which day they mean."""
    return not days_of(one.page.gold["published"]).isdisjoint({one.got.published, one.got.updated})


def of_set(
    data: Path, name: str, read: Callable[[Path], Iterator[Page]], same_day: Callable[[Judged], bool]
) -> dict[str, float]:
    """Print how ours and each rival read the pages of one set; return our figures.

    The body: the mean of `metrics.text_f1` over all pages. The rest: the share of right ones among the pages whose gold
    has it.
    """
    pages = list(read(data / name))
    rights = {"title": ("title", _same_title), "authors": ("authors", _same_authors), "date": ("published", same_day)}
    rights = {shown: rule for shown, rule in rights.items() if any(page.gold[rule[0]] for page in pages)}
    print(
        f"\nreading, {len(pages)} pages of {_ORIGINS[name]}\n{'':24}{'body F1':>9}",
        *(f"{shown:>8}" for shown in rights),
        f"{'pages/CPU-s':>12}",
    )
    figures: dict[str, float] = {}
    for reader, read_with in {"ours": ours, **peers.READERS}.items():
        start = time.process_time()
        judged = [Judged(page, read_with(page.html)) for page in pages]
        rate = len(pages) / (time.process_time() - start)
        row = {"body": mean(text_f1(one.page.gold["text"], one.got.body) for one in judged)}
        for shown, (key, is_right) in rights.items():
            row[shown] = mean(is_right(one) for one in judged if one.page.gold[key])
        body, *shares = row.values()
        print(f"  {reader:22}{body:9.3f}", *(f"{share:8.3f}" for share in shares), f"{rate:12.1f}")
        if reader == "ours":
            figures = {f"{name} {shown}": value for shown, value in row.items()}
    return figures


outlets = partial(of_set, name="outlets", read=read_packed, same_day=_published_then)
articles = partial(of_set, name="articles", read=read_packed, same_day=_published_then)
pages = partial(of_set, name="pages", read=read_pages, same_day=_published_or_updated_then)


def dates(data: Path) -> dict[str, float]:
    """Print and return the share of days of publication that are right: of the days given, and of all pages."""
    dated = list(read_packed(data / "dates"))
    print(
        f"\nreading, days of {len(dated)} pages of {_ORIGINS['dates']}\n{'':24}",
        f"{'of all':>8}{'of given':>10}{'pages/CPU-s':>13}",
    )
    figures: dict[str, float] = {}
    for reader, read_with in {"ours": ours, **peers.DATE_READERS}.items():
        start = time.process_time()
        judged = [Judged(page, read_with(page.html)) for page in dated]
        rate = len(dated) / (time.process_time() - start)
        of_all = mean(_published_then(one) for one in judged)
        of_given = mean(_published_then(one) for one in judged if one.got.published)
        print(f"  {reader:22}{of_all:9.3f}{of_given:10.3f}{rate:13.1f}")
        if reader == "ours":
            figures = {"dates of all": of_all, "dates of given": of_given}
    return figures
