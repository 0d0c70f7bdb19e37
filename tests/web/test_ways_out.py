"""No page is a dead end: bad values are passed over, half names lead to whole ones, a misquotation to the check."""

import json
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.engines.engine_articles import documents


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return unescape(response.text)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("size=500", "Size is 500"),
        ("size=none", "Size 'none' is not a whole number"),
        ("sort=date", "Sort 'date' is not known"),
        ("from=2024-99-99", "From '2024-99-99' is not a day"),
        ("page=99999999", "Page "),
        ("month=2024-13", "Month '2024-13' is not a month"),
        ("match=most&sort=date", "Match 'most' is not known"),
    ],
)
def test_a_bad_value_takes_nothing_else_from_the_page(client: FlaskClient, bad: str, told: str) -> None:
    good, page = text(client, "/?q=swan"), text(client, f"/?q=swan&{bad}")

    assert told in page
    assert "It was passed over" in page
    assert page.count('class="hit"') == good.count('class="hit"') > 0


@pytest.mark.parametrize("path", ["/quotes?kind=zzz", "/speakers?page=0", "/quotes/facets/outlet?size=x"])
def test_the_other_pages_pass_over_bad_values_too(client: FlaskClient, path: str) -> None:
    assert "It was passed over" in text(client, path)


def test_the_api_still_refuses_them(client: FlaskClient) -> None:
    assert client.get("/api/search?q=swan&sort=date").status_code == 400


def speakers(client: FlaskClient) -> list[str]:
    answer: Any = json.loads(client.get("/api/speakers?size=100").data)
    return [hit["name"] for hit in answer["hits"]]


def test_half_a_name_leads_to_the_whole_ones(client: FlaskClient) -> None:
    name = next(name for name in speakers(client) if " " in name)
    half = name.rsplit(" ", 1)[-1]

    response = client.get(f"/speakers/{half}", follow_redirects=True)

    assert response.status_code == 200
    assert name in unescape(response.text)
    if client.get(f"/api/speakers/{half}").status_code == 404:
        assert name in client.get(f"/api/speakers/{half}").get_json(force=True)["detail"]


def test_a_name_that_nobody_bears_is_not_found(client: FlaskClient) -> None:
    text(client, "/speakers/Zqxjkv", 404)


def test_a_person_among_the_suggestions_leads_to_the_persons_page(client: FlaskClient) -> None:
    name = next(name for name in speakers(client) if " " in name)
    found: Any = json.loads(client.get(f"/api/suggest?q={name.split()[0]}").data)["suggestions"]
    people = [one for one in found if one["kind"] == "speaker"]

    assert people
    for one in people:
        page = client.get(one["href"], follow_redirects=True)
        assert page.status_code == 200
        assert "/speakers" in page.request.path


def test_a_quotation_that_is_not_printed_offers_the_check(client: FlaskClient) -> None:
    page = text(client, '/?q="nobody here ever shouted such words"')

    assert "/verify?quote=nobody+here+ever+shouted+such+words" in page
    assert "/verify?quote=" not in text(client, "/?q=zqxjkv")


@pytest.fixture
def undated() -> FlaskClient:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for name in ("a", "b", "c"):
            writer.put(documents(name, f"Ferry {name}", "The ferry sailed.", day=None))
    return create_app(Settings(), engine).test_client()


def test_a_collection_without_dates_offers_none(undated: FlaskClient) -> None:
    for path in ("/", "/?q=ferry"):
        page = text(undated, path)
        assert 'name="from"' not in page
        assert "sort=oldest" not in page
        assert ">Newest</a>" not in page
    assert "Nothing here has a date" in text(undated, "/?q=ferry")


def test_days_that_leave_out_what_has_none_say_so(undated: FlaskClient) -> None:
    page = text(undated, "/?q=ferry&from=2004-01-01&to=2005-01-01")

    assert "articles without a date are found" in page
