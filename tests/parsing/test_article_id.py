import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.analysis.keys import unarchived, url_key
from searchsvc.parsing.parse_result import ID_DIGITS, article_id


@pytest.mark.parametrize(
    "spelling",
    [
        "http://quay.example/news/1",
        "https://www.quay.example/news/1/",
        "HTTPS://QUAY.example:443/news/1#comments",
        "https://quay.example/news/1?utm_source=a&fbclid=b",
        "https://web.archive.org/web/20210304050607/https://quay.example/news/1",
        "https://web.archive.org/web/20210304050607id_/http://www.quay.example:80/news/1",
        "/web/20210304050607/http:/quay.example/news/1",
    ],
)
def test_article_id_is_one_for_every_spelling_of_an_address(spelling: str) -> None:
    assert article_id(None, spelling, "x") == article_id(None, "https://quay.example/news/1", "y")


@pytest.mark.parametrize(
    "other", ["https://quay.example/news/2", "https://quay.example/news/1?id=2", "https://sea.example/news/1"]
)
def test_article_id_differs_for_another_page(other: str) -> None:
    assert article_id(None, other, "x") != article_id(None, "https://quay.example/news/1", "x")


def test_article_id_keeps_the_record_s_own() -> None:
    assert article_id("story 7", "https://quay.example/news/1", "x") == "story 7"


@pytest.mark.parametrize("url", [None, "", "not an address", "http://[broken"])
def test_article_id_falls_back_on_the_name(url: str | None) -> None:
    assert article_id(None, url, "2021/a.html") == article_id(None, None, "2021/a.html")
    assert len(article_id(None, url, "2021/a.html")) == ID_DIGITS


def test_url_key_does_not_care_for_the_order_of_parameters() -> None:
    assert url_key("https://quay.example/?b=2&a=1") == url_key("http://quay.example?a=1&b=2")


def test_unarchived_leaves_other_addresses_alone() -> None:
    assert (
        unarchived("https://quay.example/2021/https://sea.example") == "https://quay.example/2021/https://sea.example"
    )


@given(st.text(max_size=80))
def test_url_key_reads_anything(text: str) -> None:
    key = url_key(text)
    assert not key or url_key("http://" + key) == key
