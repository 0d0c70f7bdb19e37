"""Citations are read by the programs that others maintain, and say the same there."""

from datetime import UTC, datetime

import pytest
import rispy
from citeproc import Citation as CitedItem
from citeproc import CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from msgspec.json import decode
from pybtex.database import parse_string

from searchsvc.exports import CITATION_FILES, citation_of, text_citations
from searchsvc.exports.citations import bibtex, csl_json, ris
from searchsvc.model.article import ArticleHead

MILL = ArticleHead(
    "mill/1",
    "Mill & race: 100% of the #silt {gone}_",
    url="https://gazette.example/a?b=1&c=2",
    outlet="Tarn Gazette",
    section="Rivers",
    authors=("Wilf Sparrow", "Ludwig van Tarn", "Reuters"),
    published=datetime(2024, 3, 5, 9, 30, tzinfo=UTC),
    language="en",
)
BARE = ArticleHead("bare", "")
LINES = ArticleHead("lines", "Two\r\nER  - lines", authors=("Ana\nRuiz",), url="javascript:alert(1)")


def test_ris_is_read_by_rispy() -> None:
    records = rispy.loads("".join(ris(citation_of(head, "https://x.example")) for head in (MILL, BARE, LINES)))
    mill, bare, lines = records
    assert len(records) == 3
    assert mill["type_of_reference"] == "NEWS"
    assert mill["title"] == MILL.title
    assert mill["authors"] == ["Sparrow, Wilf", "van Tarn, Ludwig", "Reuters"]
    assert (mill["secondary_title"], mill["year"], mill["date"]) == ("Tarn Gazette", "2024", "2024/03/05/")
    assert mill["urls"] == [MILL.url]
    assert bare["title"] == "Without a headline"
    assert lines["title"] == "Two ER - lines"
    assert lines["urls"] == ["https://x.example/a/lines"]


def test_bibtex_is_read_by_pybtex() -> None:
    entry = parse_string(bibtex(citation_of(MILL)), "bibtex").entries["sparrow2024mill"]
    assert entry.type == "article"
    assert entry.fields["title"] == r"{Mill \& race: 100\% of the \#silt \textbraceleft{}gone\textbraceright{}\_}"
    assert (entry.fields["journal"], entry.fields["year"], entry.fields["url"]) == ("Tarn Gazette", "2024", MILL.url)
    people = entry.persons["author"]
    assert [person.last_names for person in people] == [["Sparrow"], ["Tarn"], ["{Reuters}"]]
    assert people[1].prelast_names == ["van"]
    for head in (BARE, LINES):
        assert len(parse_string(bibtex(citation_of(head)), "bibtex").entries) == 1


def test_titles_in_other_scripts_have_keys_of_their_own() -> None:
    heads = [ArticleHead(f"id{n}", title, published=MILL.published) for n, title in enumerate(("港の防波堤", "Порт"))]
    keys = [citation_of(head).key for head in heads]
    assert keys == ["article2024id0", "article2024id1"]
    assert list(parse_string("".join(bibtex(citation_of(head)) for head in heads), "bibtex").entries) == keys


def test_csl_json_is_read_by_citeproc() -> None:
    items = decode(csl_json(citation_of(MILL)))
    assert items[0]["type"] == "article-newspaper"
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
    bibliography.register(CitedItem([CitationItem(items[0]["id"])]))
    shown = "".join(str(bibliography.bibliography()[0]))
    assert "Sparrow" in shown
    assert "2024" in shown
    assert "Tarn Gazette" in shown


@pytest.mark.parametrize(
    ("head", "texts"),
    [
        (
            MILL,
            [
                (
                    "Sparrow, W., van Tarn, L., & Reuters. (2024, March 5). Mill & race: 100% of the #silt {gone}_. "
                    "Tarn Gazette. https://gazette.example/a?b=1&c=2"
                ),
                (
                    "Sparrow, Wilf, Ludwig van Tarn, and Reuters. “Mill & race: 100% of the #silt {gone}_.” "
                    "Tarn Gazette, March 5, 2024. https://gazette.example/a?b=1&c=2."
                ),
                (
                    "Sparrow, Wilf, et al. “Mill & race: 100% of the #silt {gone}_.” "
                    "Tarn Gazette, 5 Mar. 2024, https://gazette.example/a?b=1&c=2."
                ),
            ],
        ),
        (
            BARE,
            [
                "Without a headline. (n.d.). https://x.example/a/bare",
                "“Without a headline.” https://x.example/a/bare.",
                "“Without a headline.” https://x.example/a/bare.",
            ],
        ),
        (
            ArticleHead("q", "Who pays?", authors=("Ana Ruiz",), published=datetime(2023, 9, 1, tzinfo=UTC)),
            [
                "Ruiz, A. (2023, September 1). Who pays? https://x.example/a/q",
                "Ruiz, Ana. “Who pays?” September 1, 2023. https://x.example/a/q.",
                "Ruiz, Ana. “Who pays?” 1 Sept. 2023, https://x.example/a/q.",
            ],
        ),
    ],
)
def test_text_follows_the_styles(head: ArticleHead, texts: list[str]) -> None:
    assert list(text_citations(citation_of(head, "https://x.example")).values()) == texts


@pytest.mark.parametrize("suffix", CITATION_FILES)
@pytest.mark.parametrize("title", ["\x00\ud7ff\x1b", "{" * 50, "\\" * 9, "مدينة", "}{", "%"])
def test_no_title_breaks_a_form(suffix: str, title: str) -> None:
    written = CITATION_FILES[suffix].write(citation_of(ArticleHead("x", title, authors=(title,)), "https://x.example"))
    if suffix == "bib":
        assert len(parse_string(written, "bibtex").entries) == 1
    elif suffix == "ris":
        assert len(rispy.loads(written)) == 1
    else:
        assert len(decode(written)) == 1
