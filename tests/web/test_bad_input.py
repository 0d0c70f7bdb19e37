"""Nothing that a reader can type or link to ends in a fault of ours."""

from urllib.parse import quote

from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from searchsvc.web.parameters import QUOTE_PARAMETERS
from tests.examples import examples

SIGNS = st.text(alphabet="abz swan otters\"()*~:-+&|!^?\\/<>'“”‘’.,0189\x00\n\t\u00a0\u202eéßشن🦦", max_size=60)
WORDS = st.sampled_from(["swan", "OR", "NOT", "AND", "title:", "after:", "7d", '"', "(", ")", "*", "~2", "the", "U.S."])
TEXTS = st.one_of(SIGNS, st.text(max_size=40), st.lists(WORDS, max_size=30).map(" ".join))
VALUES = st.one_of(TEXTS, st.integers(-5, 10**12).map(str), st.dates().map(str))
NAMES = st.one_of(st.sampled_from(QUOTE_PARAMETERS), st.text(max_size=8))
QUERIES = st.lists(st.tuples(NAMES, VALUES), max_size=6)
CALM = examples(150, suppress=(HealthCheck.function_scoped_fixture,))


@given(
    pairs=QUERIES,
    path=st.sampled_from(
        ["/", "/api/search", "/search.atom", "/api/suggest", "/quotes", "/api/quotes", "/speakers", "/api/speakers"]
    ),
)
@CALM
def test_any_query_string_is_answered_or_refused(app: Flask, pairs: list[tuple[str, str]], path: str) -> None:
    query = "&".join(f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in pairs)
    response = app.test_client().get(f"{path}?{query}")
    assert response.status_code in {200, 400, 414, 422}
    if response.status_code != 200 and path.startswith("/api"):
        assert response.get_json(force=True)["detail"]


@given(text=TEXTS)
@CALM
def test_any_text_gets_the_article_with_whatever_can_be_marked(app: Flask, text: str) -> None:
    response = app.test_client().get("/a/mill", query_string={"q": text.encode("utf-8", "replace")})
    assert response.status_code == 200
    assert "Mill race" in response.text.replace("<mark>", "").replace("</mark>", "")


@given(raw=st.binary(max_size=80))
@CALM
def test_any_bytes_in_a_query_string_are_answered_or_refused(app: Flask, raw: bytes) -> None:
    query = "q=" + "".join(f"%{byte:02x}" if byte % 3 else chr(byte % 94 + 33) for byte in raw).replace("#", "")
    for path in ("/", "/api/search"):
        assert app.test_client().get(f"{path}?{query}").status_code in {200, 400, 422}


@given(article_id=st.text(min_size=1, max_size=30))
@CALM
def test_any_id_is_found_or_not(app: Flask, article_id: str) -> None:
    path = quote(article_id, safe="", errors="replace")
    client = app.test_client()
    assert client.get(f"/a/{path}").status_code in {200, 404, 308}
    assert client.get(f"/api/articles/{path}").status_code in {200, 404, 308}
    assert client.get(f"/speakers/{path}").status_code in {200, 404, 308}
    assert client.get(f"/api/speakers/{path}").status_code in {200, 404, 308}
