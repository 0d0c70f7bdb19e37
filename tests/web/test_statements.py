"""Quotes are shown as statements: one card for what one speaker says in one place."""

import re

import pytest
from bs4 import BeautifulSoup

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Article, ArticleHead, Block, Provenance
from searchsvc.model.document import chunk
from searchsvc.quotes import find_quotes
from searchsvc.settings import Settings
from searchsvc.web import create_app

BLOCKS = (
    Block("paragraph", "The ferry Marit ran aground at Ostwick, its captain Jean Tulloch says."),
    Block(
        "paragraph", "“There was a bang, like a door,” said Jean Tulloch. “Nobody screamed at all.” The sea was calm."
    ),
    Block("paragraph", "Ida Lund, the harbour master, disagreed. “It was no door,” she said."),
    Block("paragraph", "“We will see about that,” a passenger said."),
)
ARTICLE = Article(
    ArticleHead("ferry", "Ferry aground", language="en"), BLOCKS, Provenance("test/1", "ferry", "0" * 64),
    find_quotes(BLOCKS),
)  # fmt: skip


def pages(**settings: str) -> dict[str, BeautifulSoup]:
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(chunk(ARTICLE))
    client = create_app(Settings(**settings), engine).test_client()  # type: ignore[arg-type]
    return {path: BeautifulSoup(client.get(path).text, "lxml") for path in ("/a/ferry", "/quotes")}


def cards(soup: BeautifulSoup) -> list[str]:
    return [" ".join(one.get_text().split()) for one in soup.select(".said blockquote, .spoken-hit blockquote")]


@pytest.mark.parametrize("path", ["/a/ferry", "/quotes"])
def test_one_card_is_one_statement_with_the_role_of_its_speaker(path: str) -> None:
    soup = pages()[path]
    assert sorted(cards(soup)) == [
        "It was no door", "There was a bang, like a door … Nobody screamed at all.", "We will see about that",
    ]  # fmt: skip
    speakers = {" ".join(one.get_text().split()) for one in soup.select(".speaker")}
    assert any(one.startswith("Jean Tulloch, ") for one in speakers), speakers


@pytest.mark.parametrize("path", ["/a/ferry", "/quotes"])
def test_no_percentage_is_seen_without_a_click_and_each_card_leads_to_the_check(path: str) -> None:
    soup = pages()[path]
    assert soup.find_all(string=re.compile(r"\d %"))
    assert [one for one in soup.find_all(string=re.compile(r"\d %")) if one.find_parent("details") is None] == []
    assert len(soup.select('a[href^="/verify?quote="]')) == len(cards(soup))


def test_the_sentence_is_a_click_away_for_a_certain_speaker_and_shown_for_others() -> None:
    soup = pages()["/quotes"]
    for card in soup.select(".spoken-hit"):
        certain = card.select_one(".speaker .uncertain") is None
        evidence = card.select_one(".evidence")
        assert evidence is not None
        assert (evidence.find_parent("details") is not None) == certain, card.get_text()


def test_nobody_is_told_of_what_is_wrong_unless_the_operator_gives_an_address() -> None:
    assert "This is wrong" not in pages()["/quotes"].get_text()


@pytest.mark.parametrize(
    ("address", "start"),
    [
        ("https://paper.example/report?desk=1", "https://paper.example/report?desk=1&article=ferry&speaker="),
        ("https://paper.example/report", "https://paper.example/report?article=ferry&speaker="),
        ("mailto:desk@paper.example", "mailto:desk@paper.example?subject=Wrong%20speaker&body=article%3A%20ferry%0A"),
    ],
)
def test_what_is_wrong_can_be_reported_to_the_operators_address(address: str, start: str) -> None:
    for soup in pages(report_to=address).values():
        links = [
            str(one["href"])
            for one in soup.find_all("a", string=re.compile("This is wrong")) or soup.select("a[rel=nofollow]")
        ]
        assert links
        assert all(link.startswith(start) for link in links), links


@pytest.mark.parametrize("value", ["javascript:alert(1)", "ftp://paper.example", "https://a b", "mailto:", "desk"])
def test_an_address_of_another_kind_is_refused(value: str) -> None:
    with pytest.raises(Exception, match="SEARCHSVC_REPORT_TO"):
        Settings.from_env({"SEARCHSVC_REPORT_TO": value})
    assert Settings.from_env({"SEARCHSVC_REPORT_TO": "mailto:a@b.example"}).report_to == "mailto:a@b.example"
