"""The sets of saved pages → pages with what is known of them."""

import gzip
import html
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from quality import peers
from quality.data import jsonl


class Page(NamedTuple):
    """One page with what is known of it: of the sets of many outlets, `title text authors published`."""

    id: str
    layout: str
    html: bytes
    gold: dict[str, Any]


def read_packed(folder: Path) -> Iterator[Page]:
    """Yield the pages of a set whose markup lies in one archive, `pages.tar.xz`."""
    with tarfile.open(folder / "pages.tar.xz") as archive:
        members = ((member, archive.extractfile(member)) for member in archive)
        markup = {Path(member.name).name: file.read() for member, file in members if file}
    for gold in jsonl(folder / "gold.jsonl"):
        yield Page(gold["file"], "", markup[gold["file"]], gold)


def read_pages(folder: Path) -> Iterator[Page]:
    """Yield the pages of many outlets."""
    for gold in jsonl(folder / "gold.jsonl"):
        yield Page(
            gold["html_file"],
            "",
            _unpacked(folder / "html" / f"{gold['html_file']}.html.gz"),
            {**gold, "published": gold["date"], "authors": None},
        )


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
