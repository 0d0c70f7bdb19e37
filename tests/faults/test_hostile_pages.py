"""Pages that are made to bring a reader down: each ends in an article or a named refusal, and the run goes on."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from searchsvc.errors import RefusedError, SourceError
from searchsvc.model.article import Article
from searchsvc.reindex.worker_pool import read_article, read_articles
from searchsvc.sources import read_sources

pytestmark = pytest.mark.no_cover

#: Generous, for machines that are busy; a page ends within a fraction of it.
SECONDS = 60.0
MEMORY = 2 << 30

STORY = "<h1>Gulls over Aldry</h1><p>The gulls of Aldry came back to the harbour wall on Monday, its keeper said.</p>"
HTML: dict[str, Callable[[], str]] = {
    "comments-never-closed": lambda: STORY + "<!--" * 200_000,
    "attributes": lambda: STORY + "<p " + " ".join(f'a{n}="{n}"' for n in range(100_000)) + ">end</p>",
    "attributes-of-one-name": lambda: STORY + "<p" + " class=x" * 100_000 + ">end</p>",
    "nested-div": lambda: "<div>" * 10_000 + STORY + "</div>" * 10_000,
    "nested-inline": lambda: STORY + "<b><i>" * 5_000 + "deep",
    "misnested": lambda: STORY + "<b><p><i><a>" * 3_000,
    "nested-tables": lambda: STORY + "<table><tr><td>" * 3_000,
    "nested-lists": lambda: STORY + "<ul><li>" * 5_000 + "deep",
    "one-text": lambda: "<p>" + "word " * 900_000,
    "one-word": lambda: "<p>" + "x" * 4_500_000,
    "one-line-of-marks": lambda: STORY + "<p>" + '"said ' * 100_000,
    "angle-brackets": lambda: STORY + "<" * 1_000_000,
    "entities": lambda: STORY + "<p>" + "&amp;" * 800_000,
    "unknown-entities": lambda: STORY + "<p>" + "&bogus;&#xffffff;&#0;" * 100_000,
    "entity-bomb": lambda: (
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "gull">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))
        + f"]><html>{STORY}<p>&t;</p></html>"
    ),
    "nul-bytes": lambda: "\0".join(STORY) + "\0" * 100_000,
    "lone-surrogates": lambda: STORY + "<p>&#xd800; &#xdfff; and " + "&#55357;" * 10_000,
    "paragraphs": lambda: STORY + "<p>Gull.</p>" * 200_000,
    "links": lambda: STORY + '<a href="http://[bad">x</a>' * 50_000,
    "json-ld-nested": lambda: f'<script type="application/ld+json">{"[" * 100_000}</script>{STORY}',
    "json-ld-deep-article": lambda: (
        '<script type="application/ld+json">'
        + '{"@graph":[' * 5_000
        + '{"@type":"NewsArticle"}'
        + "]}" * 5_000
        + f"</script>{STORY}"
    ),
    "metas": lambda: '<meta name="author" content="A B">' * 100_000 + STORY,
}
TEXT: dict[str, Callable[[], bytes]] = {
    "one-line": lambda: b"gull " * 900_000,
    "lines": lambda: b"x\n" * 2_000_000,
    "headlines": lambda: b"Gulls return to the wall\n18 Apr 09 | Harbour\n" * 50_000,
    "ages": lambda: "Aldry Post\u00a0Gulls return\u00a0-\u00a07 hrs ago\n".encode() * 50_000,
    "bullets": lambda: "  • gull\n".encode() * 200_000,
    "bars": lambda: b"Gulls | Terns | " * 200_000,
    "dates": lambda: b"15 July 2009 10:21 GMT\n" * 100_000,
    "digits": lambda: b"1 2 3 4:5 " * 300_000,
    "copyright": lambda: b"\xc2\xa9 (c) copyright " * 100_000,
    "marks": lambda: b'"said ' * 500_000,
    "spaces": lambda: b" \t" * 2_000_000 + b"gull",
    "initials": lambda: b"A. " * 1_500_000,
    "nul-bytes": lambda: b"\0" * 4_000_000,
    "surrogates": lambda: b"Gulls\n\n" + b"\xed\xa0\x80" * 100_000,
    "random": lambda: bytes(range(256)) * 10_000,
}
RECORDS: dict[str, Callable[[], bytes]] = {
    "nested": lambda: b'{"body": ' + b"[" * 1_000_000 + b"}",
    "surrogates": lambda: b'{"title": "Gulls \\ud800", "body": "over \\udfff the wall"}',
    "numbers": lambda: b'{"title": ' + b"9" * 1_000_000 + b"}",
    "related": lambda: b'{"title": "Gulls", "related": [' + b'"Terns",' * 200_000 + b'"Auks"]}',
}


def encoded(make: Callable[[], str]) -> Callable[[], bytes]:
    return lambda: make().encode("utf-8", "surrogatepass")


PAGES = {
    **{f"{name}.html": encoded(make) for name, make in HTML.items()},
    **{f"{name}.txt": make for name, make in TEXT.items()},
    **{f"{name}.jsonl": make for name, make in RECORDS.items()},
}


def read(place: Path) -> list[Article | SourceError]:
    return list(read_articles(read_sources([str(place)]), read_article, jobs=1, timeout=SECONDS, memory=MEMORY))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Article | SourceError]:
    """All hostile pages read in one run, as they would be."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, make in PAGES.items():
        (folder / name).write_bytes(make())
    found = {}
    for item in read(folder):
        path = item.path if isinstance(item, SourceError) else item.provenance.path
        found[Path(path).name.partition("#")[0]] = item
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_hostile_page_ends_in_an_article_or_a_named_refusal(
    outcomes: dict[str, Article | SourceError], name: str
) -> None:
    outcome = outcomes[name]
    if isinstance(outcome, SourceError):
        assert name in outcome.path
        assert outcome.reason
        assert "fault of the reader" not in outcome.reason
        assert "brought its reader down" not in outcome.reason
    else:
        assert outcome.head.title


@pytest.mark.parametrize(
    "name",
    [f"{name}.html" for name in ("attributes", "comments-never-closed", "nested-div", "nul-bytes", "entity-bomb")],
)
def test_the_story_of_a_hostile_page_is_still_read(outcomes: dict[str, Article | SourceError], name: str) -> None:
    outcome = outcomes[name]
    assert isinstance(outcome, Article)
    assert any("came back to the harbour wall" in block.text for block in outcome.blocks)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("large.html", lambda: b"<p>" + b"x" * 20_000_000, "larger than 5 MB"),
        ("bomb.html.gz", lambda: gzip.compress(b"x" * 50_000_000), "larger than 5 MB"),
        ("cut.html.gz", lambda: gzip.compress(STORY.encode() * 99)[:-20], "gzip ends early"),
    ],
    ids=["20 MB text", "gzip bomb", "truncated gzip"],
)
def test_a_page_over_the_limit_is_refused_before_it_is_read_and_the_run_goes_on(
    tmp_path: Path, name: str, data: Callable[[], bytes], reason: str
) -> None:
    (tmp_path / name).write_bytes(data())
    (tmp_path / "z.html").write_text(STORY)
    refused, article = read(tmp_path)
    assert isinstance(refused, SourceError)
    assert isinstance(refused, RefusedError) or "gzip" in reason
    assert reason in refused.reason
    assert isinstance(article, Article)
