"""The table of fields is the only list of them: a row each adds a facet and a text field."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from searchsvc.engines.whoosh.codec.field_arrays import FIELD_BITS
from searchsvc.engines.whoosh.codec.schema import ARTICLE
from searchsvc.model.fields import ARTICLE_FACETS, FACETS, QUOTE_FACETS, STORY, TEXT_FIELDS, taught_words
from searchsvc.query_parser.field_values import VALUE_FIELDS
from searchsvc.web.parameters import SINGLE_PARAMETERS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "searchsvc"
README = (ROOT / "README.md").read_text()

TEXT_ROW = """
    TextRow(
        TextField("tables"),
        ("table", "tables"),
        "table of figures",
        storage="merged",
        length_norm=0.4,
        weight=0.5,
        shown_in=frozenset({"table"}),
        text=lambda article: lines(block.text for block in article.blocks if block.kind == "table"),
        taught=7,
    ),
"""
FACET_ROW = """
    FacetRow(
        FacetField("initial"),
        ("letter",),
        "initial",
        "Only this first letter of the headline; may be given again.",
        of_head=lambda head: (head.title[:1],),
        articles=Titles("First letter", "First letters", 6),
        quotes=Titles("First letter", "First letters", 5),
        taught=8,
    ),
"""
#: Of the article as a whole: a quote has it only from its article.
WHOLE_ROW = """
    FacetRow(
        FacetField("length"),
        ("length",),
        "length",
        "Only of this length; may be given again.",
        of_article=lambda article: ("long" if len(article.blocks) > 2 else "short",),
        articles=Titles("Length", "Lengths", 7),
    ),
"""
#: Name → what stands in the page's body, by kind.
PAGES = {
    "ferry": (
        ("text", "<p>The ferry was late, and nobody knew why it was.</p>"),
        ("text", "<p>“The quay is full,” said Ann Oar of the harbour.</p>"),
        ("table", "<table><tr><td>Skerran</td><td>Zephyrine</td></tr></table>"),
    ),
    "bridge": (
        ("text", "<p>The bridge was painted green in the night.</p>"),
        ("text", "<p>“It is the wrong green,” said Ben Lock.</p>"),
    ),
}
#: Reads pages into both engines, and says what each answers to some addresses.
ASK = """
import json, sys
from searchsvc.model.document import chunk
from searchsvc.engines import open_engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.reindex import reindex_places
from searchsvc.settings import Settings
from searchsvc.web import create_app
report = reindex_places([sys.argv[1]], index=sys.argv[2])
kept = open_engine(f"whoosh:{sys.argv[2]}")
plain = MemoryEngine()
with plain.writer() as writer:
    for article_id in kept.ids():
        writer.put(chunk(kept.article(article_id)))
print(json.dumps([report.outdated, *(
    {path: (answer.status_code, answer.get_data(as_text=True)) for path in sys.argv[3:]
     for answer in [create_app(Settings(), engine).test_client().get(path)]}
    for engine in (kept, plain)
)]))
"""


def ask(root: Path, *paths: str) -> tuple[bool, dict[str, tuple[int, str]], dict[str, tuple[int, str]]]:
    """Return whether the index was built anew for its fields, and what Whoosh and memory answer."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK, str(root / "pages"), str(root / "index"), *paths],
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(root)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outdated, *answers = json.loads(done.stdout)
    return outdated, *({path: tuple(one) for path, one in answer.items()} for answer in answers)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package whose table has three rows more; its index was made before."""
    root = tmp_path_factory.mktemp("fields")
    shutil.copytree(PACKAGE, root / "searchsvc", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "pages").mkdir()
    for name, body in PAGES.items():
        parts = (f'<div data-component="{kind}-block">{text}</div>' for kind, text in body)
        title = f'<header data-component="headline-block"><h1>{name.title()} news</h1></header>'
        address = f"<link rel=canonical href=https://www.bbc.co.uk/news/{name}>"
        story = f"<article>{title}{''.join(parts)}</article>"
        page = f"<html lang=en><head>{address}</head><body><main>{story}</main></body></html>"
        (root / "pages" / f"{name}.html").write_text(page, "utf-8")
    assert not ask(root)[0]
    table = root / "searchsvc" / "model" / "fields.py"
    texts, facets = table.read_text().split("FACETS: tuple", 1)
    at = texts.rindex("\n)\n")
    texts = f"{texts[:at]}{TEXT_ROW}{texts[at:]}"
    at = facets.index("\n)\n")
    table.write_text(f"{texts}FACETS: tuple{facets[:at]}{FACET_ROW}{WHOLE_ROW}{facets[at:]}")
    return root


API = (
    "/api/search?initial=F", "/api/search?q=letter:b", "/api/search?length=long", "/api/search?q=table:zephyrine",
    "/api/search?q=zephyrine", "/api/search?q=table:quay", "/api/quotes?initial=b", "/api/quotes?length=long",
    "/api/quotes?q=length:short", "/api/headlines?initial=F",
)  # fmt: skip
PAGE = ("/", "/?q=table:zephyrine", "/?initial=F", "/quotes", "/openapi.json", "/api/collection")


@pytest.mark.no_cover
def test_a_row_each_adds_facets_and_a_text_field(copy: Path) -> None:
    outdated, *engines = ask(copy, *API, *PAGE)
    assert outdated, "an index that was made without them is built anew"
    for answers in engines:
        assert {path: status for path, (status, _) in answers.items() if status != 200} == {}
        said = {path: json.loads(answers[path][1]) for path in (*API, "/openapi.json", "/api/collection")}
        found = [[(hit.get("article") or hit)["title"] for hit in said[path]["hits"]] for path in API]
        ferry, bridge = ["Ferry news"], ["Bridge news"]
        assert found == [ferry, bridge, ferry, ferry, ferry, [], bridge, ferry, bridge, []]
        assert said["/api/search?q=letter:b"]["query"]["understood"] == 'letter:"b"'
        assert said["/api/search?q=table:quay"]["query"]["understood"] == "table:quay"
        _is_counted_and_described(said)
        _is_shown({path: text for path, (_, text) in answers.items()}, said)
    assert _same(engines[0]) == _same(engines[1])


def _is_counted_and_described(said: dict[str, Any]) -> None:
    counted = [{"value": letter, "count": 1} for letter in "BF"]
    lengths = [{"value": length, "count": 1} for length in ("long", "short")]
    facets = said["/api/collection"]["facets"]
    assert (facets["initial"], facets["length"]) == (counted, lengths)
    assert list(facets) == [*(row.name for row in ARTICLE_FACETS), "initial", "length", "month", "totals"]
    quotes = said["/api/quotes?initial=b"]["facets"]
    assert list(quotes) == [*(row.name for row in QUOTE_FACETS), "initial", "month", "totals"]
    assert quotes["initial"] == counted[:1]
    described = said["/openapi.json"]
    named = [one["name"] for one in described["paths"]["/api/search"]["get"]["parameters"]]
    assert {"initial", "length"} < set(named)
    assert "tables" in described["components"]["schemas"]["Hit"]["properties"]["matched_in"]["items"]["enum"]
    assert {"initial", "length"} < set(described["components"]["schemas"]["Facets"]["required"])


def _is_shown(pages: dict[str, str], said: dict[str, Any]) -> None:
    (hit,) = said["/api/search?q=table:zephyrine"]["hits"]
    assert hit["matched_in"] == ["tables"]
    assert "<mark>Zephyrine</mark>" in hit["snippets"][0]["html"]
    assert "tables" in said["/api/search?q=zephyrine"]["hits"][0]["matched_in"]
    assert '<span class="badge">table of figures</span>' in pages["/?q=table:zephyrine"]
    assert "<mark>Zephyrine</mark>" in pages["/?q=table:zephyrine"]
    assert all(title in pages["/"] for title in (">First letters</h2>", ">Lengths</h2>", 'href="/?initial=F"'))
    assert "<code>table:</code> <code>letter:</code></dt>" in pages["/"]
    assert "First letter: F" in pages["/?initial=F"]
    assert ">First letter</h2>" in pages["/quotes"]


def _same(answers: dict[str, tuple[int, str]]) -> dict[str, object]:
    """Return hits and facets, without scores, which engines reckon with other precision."""
    said = {path: json.loads(text) for path, (_, text) in answers.items() if path.startswith("/api/search")}
    return {path: ([hit["matched_in"] for hit in one["hits"]], one["facets"]) for path, one in said.items()}


def test_no_other_module_lists_facets() -> None:
    """But for the head of an article: pages are read into it, files and citations are written from it."""
    facets = {row.name for row in FACETS}
    of_heads = {PACKAGE / "parsing", PACKAGE / "exports"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {sorted(spelled & facets)}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path != PACKAGE / "model" / "fields.py" and of_heads.isdisjoint(path.parents)
        for node, spelled in _literals(ast.parse(path.read_text()))
        if len(spelled & facets) > 1 and "published" not in spelled
    ]
    assert found == []


def _literals(tree: ast.Module) -> Iterator[tuple[ast.expr, set[str]]]:
    """Yield each tuple, list, set and mapping with the strings that it spells itself, or in its parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
            yield (
                node,
                {
                    part.value
                    for part in ast.walk(node)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                },
            )


def test_rows_do_not_contradict_themselves_or_each_other() -> None:
    texts = chain.from_iterable(row.words for row in TEXT_FIELDS)
    facets = [*chain.from_iterable(row.words for row in FACETS)]
    words = [*texts, *facets, *VALUE_FIELDS.difference(facets)]
    columns: tuple[Sequence[object], ...] = (
        words,
        [row.name for row in TEXT_FIELDS],
        [row.name for row in FACETS],
        [*SINGLE_PARAMETERS, *(row.parameter for row in FACETS)],
        [row.articles.place for row in FACETS if row.articles],
        [row.quotes.place for row in FACETS if row.quotes],
        [*(row.taught for row in TEXT_FIELDS if row.taught), *(row.taught for row in FACETS if row.taught)],
    )
    for names in columns:
        assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [row.storage for row in TEXT_FIELDS].count("main") == 1
    for text in TEXT_FIELDS:
        assert text.words
        assert (text.weight is None) == (text.storage == "named"), text.name
        assert text.text or (text.shown_in and not text.shown_in & STORY), text.name
    for facet in FACETS:
        assert bool(facet.articles) == bool(facet.of_head or facet.of_article), facet.name
        assert not (facet.of_head and facet.of_article), facet.name
        assert facet.is_of_quotes or not facet.quotes, facet.name
    assert len(ARTICLE.merged) <= 1 << FIELD_BITS


def test_readme_tells_the_words_parameters_and_facets_of_the_table() -> None:
    rows = dict(re.findall(r"^\| `((?:\w+: ?)+)` \| (.+?) \|$", README, re.MULTILINE))
    texts, values = (line.split() for line in list(rows)[:2])
    assert texts == [f"{row.words[0]}:" for row in TEXT_FIELDS]
    assert values == [*(f"{row.words[0]}:" for row in FACETS if row.words), "url:"]
    parameters = " ".join(row.parameter for row in ARTICLE_FACETS)
    assert f"`q page size sort match spelling {parameters} from to`" in README
    assert f"| `facets` | `{' '.join(row.name for row in ARTICLE_FACETS)} month`" in README
    assert f"Facets count quotes by `{' '.join(row.name for row in QUOTE_FACETS)} month`" in README


def test_taught_words_are_those_of_the_help_in_order() -> None:
    assert taught_words() == ("title", "quote", "speaker", "section", "outlet", "author")
