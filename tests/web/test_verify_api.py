"""A quotation is checked over HTTP, and on a page that can be shared."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.examples import examples
from tests.web.web_articles import HOSTILE

QUOTE = "The swans were here before the mill"


def test_verify_answers_with_all_keys(client: FlaskClient) -> None:
    response = client.post("/api/verify", json={"quote": QUOTE})
    answer = response.get_json()
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert "verify;dur=" in response.headers["Server-Timing"]
    assert set(answer) == {"query", "status", "answer", "words", "attribution", "total", "places", "index"}
    (place,) = answer["places"]
    assert set(place) == {
        "article", "status", "block", "end_block", "anchor", "start", "end", "text", "diff", "left_out", "kept",
        "citation", "quoted", "quote",
    }  # fmt: skip
    assert (answer["status"], place["article"]["id"], place["anchor"], place["quoted"]) == ("exact", "mill", "b6", True)
    assert (place["quote"]["speaker"], place["quote"]["confidence"]) == ("Greta Oldroyd", 0.97)


def test_verify_says_that_it_is_not_here(client: FlaskClient) -> None:
    answer = client.post("/api/verify", json={"quote": "Nobody ever said such a thing"}).get_json()
    assert (answer["status"], answer["total"], answer["places"]) == ("absent", 0, [])


def test_verify_answers_the_same_bytes_again(client: FlaskClient) -> None:
    answers = {client.post("/api/verify", json={"quote": QUOTE}).data for _ in range(2)}
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("body", "kind", "status", "told"),
    [
        (b'{"quote": "a"}', "text/plain", 415, "application/json"),
        (b'{"quote": "a"}', "", 415, "application/json"),
        (b'{"quote":\n "a', "application/json", 400, "no JSON: Input data was truncated"),
        (b'{"quote": a}', "application/json", 400, "(byte 10)"),
        (b'{"quote": "a"} b', "application/json", 400, "(byte 16)"),
        (b"", "application/json", 400, "truncated"),
        (b'{"quote": "\xff"}', "application/json", 400, "UTF-8"),
        (b"[" * 9_000, "application/json", 400, "deeply"),
        (b'{"quote": ' + b"[" * 100 + b"]" * 100 + b"}", "application/json", 400, "deeply"),
        (b'{"quote": ' + b"[" * 99 + b"]" * 99 + b"}", "application/json", 422, "no text"),
        (b'{"quote": ' + b"9" * 9_000 + b"}", "application/json", 422, "'quote' is no text"),
        (b'["a"]', "application/json", 400, "no JSON object"),
        ('["a"]'.encode("utf-16"), "application/json", 400, "no JSON object"),
        (b"{}", "application/json", 400, "'quote' is missing"),
        (b'{"quote": "a", "lang": "en"}', "application/json", 400, "'lang' is not known"),
        (b'{"a`b\\n": "a"}', "application/json", 400, "'a`b\\n' is not known"),
        (b'{"' + b"k" * 9_000 + b'": "a"}', "application/json", 400, "kkk…' is not known"),
        (b'{"quote": "\\ud800"}', "application/json", 400, "no JSON"),
        (b'{"quote": ["a"]}', "application/json", 422, "'quote' is no text"),
        (b'{"quote": null}', "application/json", 422, "no text"),
        (b'{"quote": "?!"}', "application/json", 400, "no words"),
        (b'{"quote": "' + b"a " * 1201 + b'"}', "application/json", 422, "1,200"),
        (b'{"quote": "' + b"a" * 70_000 + b'"}', "application/json", 413, "send less"),
    ],
)  # fmt: skip
def test_verify_refuses_what_is_no_quotation(
    client: FlaskClient, body: bytes, kind: str, status: int, told: str
) -> None:
    response = client.post("/api/verify", data=body, content_type=kind)
    problem = response.get_json(force=True)
    assert (response.status_code, problem["status"]) == (status, status)
    assert response.content_type == "application/problem+json"
    assert told in problem["detail"]
    assert client.get(problem["type"]).status_code == 200


@pytest.mark.parametrize(
    ("body", "key"), [({}, "quote"), ({"quote": 7}, "quote"), ({"quote": "a", "lang": "en"}, "lang"), ([], None)]
)
def test_verify_names_the_key_that_the_trouble_is_with(client: FlaskClient, body: object, key: str | None) -> None:
    assert client.post("/api/verify", json=body).get_json(force=True).get("parameter") == key


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_verify_reads_every_encoding_of_json(client: FlaskClient, encoding: str) -> None:
    body = '{"quote": "The swans were here"}'.encode(encoding)
    response = client.post("/api/verify", data=body, content_type="application/json")
    assert (response.status_code, response.get_json()["status"]) == (200, "exact")


def test_verify_takes_the_last_of_a_key_that_is_given_twice(client: FlaskClient) -> None:
    """As every usual reader of JSON does; nothing before this service has looked at the other."""
    body = b'{"quote": "zzqqx", "quote": "The swans were here"}'
    answer = client.post("/api/verify", data=body, content_type="application/json").get_json()
    assert answer["query"]["text"] == "The swans were here"


def test_verify_refuses_parameters(client: FlaskClient) -> None:
    assert client.post("/api/verify?quote=a", json={"quote": "a"}).status_code == 400


def test_verify_takes_a_media_type_with_a_charset(client: FlaskClient) -> None:
    response = client.post("/api/verify", data=b'{"quote": "swans"}', content_type="application/json; charset=utf-8")
    assert response.status_code == 200


def test_verify_by_get_is_told_what_to_do(client: FlaskClient) -> None:
    response = client.get("/api/verify")
    assert (response.status_code, response.headers["Allow"]) == (405, "OPTIONS, POST")
    assert "POST" in response.get_json(force=True)["detail"]


def test_preflight_lets_other_sites_post_here_and_nowhere_else(client: FlaskClient) -> None:
    here = client.options("/api/verify").headers
    assert here["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert "Content-Type" in here["Access-Control-Allow-Headers"]
    elsewhere = client.options("/api/search").headers
    assert "POST" not in elsewhere["Access-Control-Allow-Methods"]
    assert client.post("/api/verify", json={"quote": "a"}).headers["Access-Control-Allow-Origin"] == "*"


def test_page_asks_for_a_quotation(client: FlaskClient) -> None:
    page = client.get("/verify")
    assert page.status_code == 200
    assert '<textarea id="quote" name="quote"' in page.text
    assert "verdict" not in page.text


def test_page_tells_verdict_place_and_speaker(client: FlaskClient) -> None:
    page = client.get("/verify", query_string={"quote": QUOTE}).text
    assert "Printed exactly so" in page
    href = re.search(r'href="(/a/mill\?quote=[^"#]+)#b6"', page)
    assert href is not None
    assert QUOTE.rstrip(".") in unescape(client.get(unescape(href[1])).text).replace("<mark>", "")
    assert "The passage that you checked is marked" in client.get(unescape(href[1])).text
    assert "Greta Oldroyd" in page
    assert "In quotation marks" in page


def test_page_marks_differences_for_eyes_and_ears(client: FlaskClient) -> None:
    page = client.get("/verify", query_string={"quote": "The swans were before the mill"}).text
    assert '<ins><span class="away" lang="en">[only in print: </span>here<' in page
    page = client.get("/verify", query_string={"quote": "The swans were really here before the mill"}).text
    assert '<del><span class="away" lang="en">[only in yours: </span>really<' in page


def test_page_says_that_it_is_not_here(client: FlaskClient) -> None:
    page = client.get("/verify", query_string={"quote": "Nobody ever said such a thing"})
    assert (page.status_code, "Not in this collection" in page.text) == (200, True)


@pytest.mark.parametrize(("quote", "status"), [("?!", 400), ("a " * 1201, 422)])
def test_page_refuses_and_keeps_what_was_typed(client: FlaskClient, quote: str, status: int) -> None:
    page = client.get("/verify", query_string={"quote": quote})
    assert (page.status_code, page.headers["Cache-Control"]) == (status, "no-store")
    assert "This cannot be checked" in page.text
    assert quote.strip() in page.text


def test_page_has_a_validator(client: FlaskClient) -> None:
    tag = client.get("/verify", query_string={"quote": QUOTE}).headers["ETag"]
    again = client.get("/verify", query_string={"quote": QUOTE}, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert client.get("/verify", query_string={"quote": "swans"}).headers["ETag"] != tag


def test_page_escapes_what_is_typed_and_what_is_printed(client: FlaskClient) -> None:
    for quote in ("<script>alert(1)</script> lantern", HOSTILE.blocks[0].text, "</textarea><img src=x onerror=a()>"):
        page = client.get("/verify", query_string={"quote": quote}).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@given(quote=st.text(max_size=60))
@examples(60, suppress=(HealthCheck.function_scoped_fixture,))
def test_any_text_is_answered_or_refused(client: FlaskClient, quote: str) -> None:
    assert client.post("/api/verify", json={"quote": quote}).status_code in {200, 400}
    shown = client.get("/verify", query_string={"quote": quote.encode("utf-8", "replace")})
    assert shown.status_code in {200, 400}


def test_many_quotations_are_checked_at_once_and_a_refused_one_stops_none(client: FlaskClient) -> None:
    answer = client.post("/api/verify/many", json={"quotes": [QUOTE, "?!", "Nobody ever said such a thing"]}).get_json()
    told = [(one["verdict"] and one["verdict"]["status"], one["error"] is not None) for one in answer["checked"]]
    assert told == [("exact", False), (None, True), ("absent", False)]
    assert [one["quote"] for one in answer["checked"]][1] == "?!"


@pytest.mark.parametrize("body", [{"quotes": []}, {"quotes": ["a"] * 51}, {"quotes": [1]}, {"quote": "a"}, {}])
def test_many_quotations_of_another_shape_are_refused(client: FlaskClient, body: object) -> None:
    answer = client.post("/api/verify/many", json=body)
    assert answer.status_code in {400, 422}
    assert "quotes" in answer.get_json(force=True)["detail"]


def test_a_form_leads_to_the_address_of_the_result(client: FlaskClient) -> None:
    answer = client.post("/verify", data={"quote": QUOTE})
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/verify")
    assert "Printed exactly so" in client.get(answer.headers["Location"]).text


def test_a_whole_statement_that_fits_into_no_address_is_answered_where_it_was_sent(client: FlaskClient) -> None:
    statement = f"{QUOTE} " + "ünd dås wär es nöch nicht gewesen, " * 160
    answer = client.post("/verify", data={"quote": statement})
    assert answer.status_code == 200
    assert 'class="verdict' in answer.text


def test_a_form_of_many_lines_is_answered_line_by_line(client: FlaskClient) -> None:
    page = client.post("/verify", data={"quotes": f"{QUOTE}\n\n?!\n<b>Nobody ever said</b> such a thing\n"}).text
    assert page.count('class="answer"') == 3
    assert "This cannot be checked" in page
    assert "<b>Nobody" not in page
    assert (
        "2 quotations beyond the first 50 were not checked"
        in client.post("/verify", data={"quotes": "a b c\n" * 52}).text
    )


def test_page_gives_the_passage_as_text_with_its_source(client: FlaskClient) -> None:
    page = unescape(client.get("/verify", query_string={"quote": QUOTE}).text)
    assert f"“{QUOTE.rstrip('.')}" in page[page.index("data-copy") :]


def test_a_passage_that_is_not_in_the_article_is_told(client: FlaskClient) -> None:
    page = client.get("/a/mill", query_string={"quote": "Nobody ever said such a thing at all"}).text
    assert "is not in this text any more" in page
    assert "<mark>" not in page
    assert client.get("/a/mill", query_string={"quote": "?!"}).status_code == 200
