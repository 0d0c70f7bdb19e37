"""An article's page can be cited, and every part of it linked."""

import json
from datetime import date

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Block
from searchsvc.settings import Settings
from searchsvc.web import create_app
from searchsvc.web.article_links import block_anchors, live_place
from tests.engines.engine_articles import documents

TEXTS = ["The sea wall holds.", "Nobody screamed, she said.", "The sea wall holds.", "港の壁", "“…”"]


def _one(page: BeautifulSoup, selector: str) -> Tag:
    found = page.select_one(selector)
    assert found is not None
    return found


def _ids(blocks: list[str]) -> list[str]:
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(documents("wall", "The wall", *blocks))
    page = BeautifulSoup(create_app(Settings(), engine).test_client().get("/a/wall").data, "lxml")
    for part in page.select(".part"):
        (handle,) = part.select("a.handle")
        assert handle["href"] == f"#{handle['id']}"
        assert (handle["aria-label"], handle.text) == ("Link to this part", "")
    assert [part["id"] for part in page.select(".part")] == [f"b{i}" for i in range(len(blocks))]
    assert len({one["id"] for one in page.select("[id]")}) == len(page.select("[id]"))
    return [str(handle["id"]) for handle in page.select("a.handle")]


def test_anchors_of_words_survive_a_new_reading_with_a_block_before_them() -> None:
    before = _ids(TEXTS)
    assert before == [
        "p-the-sea-wall-holds",
        "p-nobody-screamed-she-said",
        "p-the-sea-wall-holds-2",
        "p-港-の-壁",
        "p-",
    ]
    after = _ids(["A correction was made.", *TEXTS])
    assert after[1:] == before


def test_long_blocks_have_short_anchors() -> None:
    (anchor,) = block_anchors([Block("paragraph", "internationalisation " * 50_000)])
    assert len(anchor) <= 62


@pytest.mark.parametrize(
    ("url", "text", "link"),
    [
        ("https://x.example/a", "one two", "https://x.example/a#:~:text=one%20two"),
        ("https://x.example/a#b", "a-b, c & d", "https://x.example/a#:~:text=a%2Db%2C%20c%20%26%20d"),
        (
            "https://x.example/a",
            "1 2 3 4 5 6 7 8 9 0",
            "https://x.example/a#:~:text=1%202%203%204%205,6%207%208%209%200",
        ),
        ("javascript:alert(1)", "one", None),
        (None, "one", None),
        ("https://x.example/a", " ", None),
    ],
)
def test_links_to_the_live_page_name_the_text(url: str | None, text: str, link: str | None) -> None:
    assert live_place(url, text) == link


def test_the_head_of_the_page_describes_the_article(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/a/mill").data, "lxml")
    tags = [(one["name"], one["content"]) for one in page.select("meta[name^=citation_]")]
    assert tags == [
        ("citation_title", "Mill race to be cleared by autumn"),
        ("citation_author", "Wilf Sparrow"),
        ("citation_author", "Oona Pike"),
        ("citation_publication_date", "2024/03/05"),
        ("citation_journal_title", "Tarn Gazette"),
        ("citation_language", "en"),
        ("citation_public_url", "https://gazette.example/rivers/mill"),
    ]
    assert _one(page, "meta[property='og:title']")["content"] == "Mill race to be cleared by autumn"
    assert _one(page, "link[rel=canonical]")["href"] == "http://localhost/a/mill"
    told = json.loads(_one(page, "script[type='application/ld+json']").text)
    assert (told["@type"], told["datePublished"]) == ("NewsArticle", date(2024, 3, 5).isoformat())
    assert [author["name"] for author in told["author"]] == ["Wilf Sparrow", "Oona Pike"]


def test_nothing_of_a_hostile_article_leaves_its_place_in_the_head(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/a/hostile").data, "html.parser")
    assert [one.get("type") for one in page.select("script:not([src])")] == ["application/ld+json"]
    assert not page.select("img[src=x]")
    assert "<script>" in json.loads(_one(page, "script[type='application/ld+json']").text)["headline"]


def test_citations_stand_on_the_page_and_lead_to_files(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/a/mill").data, "lxml")
    cite = _one(page, "details.cite")
    assert [one.text for one in cite.select("dt")] == ["APA", "Chicago", "MLA"]
    for link, text in zip(
        cite.select("a[download]"), ("@article{sparrow2024mill", "TY  - NEWS", '"type":'), strict=True
    ):
        answer = client.get(link["href"])
        assert answer.status_code == 200
        assert text in answer.text
        assert client.get(link["href"], headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/cite.ris?id=nobody").status_code == 404
    assert client.get("/cite.ris?name=mill").status_code == 400


def test_a_quotation_is_copied_with_its_source(client: FlaskClient) -> None:
    for path in ("/a/mill", "/quotes?q=swans"):
        page = BeautifulSoup(client.get(path).data, "lxml")
        texts = [one.text for one in page.select("details.how [data-copy]")]
        assert any("swans were here before the mill" in text and "(Greta Oldroyd)" in text for text in texts), path
        assert all("Tarn Gazette" in text for text in texts)
        lives = [str(one["href"]) for one in page.select("details.how a[rel~=external]")]
        assert any(live.startswith("https://gazette.example/rivers/mill#:~:text=The%20swans") for live in lives)
