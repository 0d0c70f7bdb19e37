"""Help, the query form that writes queries, and the way from one hit to the next."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from searchsvc.engines.memory import MemoryEngine
from searchsvc.errors import QueryError
from searchsvc.model.document import chunk
from searchsvc.search import SearchRequest, search_articles
from searchsvc.settings import Settings
from searchsvc.web import create_app
from searchsvc.web.query_form import QueryForm
from tests.examples import examples
from tests.web.web_articles import article


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"all": "harbour wall"}, "harbour wall"),
        ({"all": "harbour OR (wall) -x"}, "harbour or wall x"),
        ({"all": "Cuban-American talks"}, "cuban american talks"),
        ({"all": "渔民 talks"}, '"渔 民" talks'),
        ({"all": "wall storm", "unit": "sentence"}, '"wall storm"@s'),
        ({"all": "wall storm", "unit": "paragraph", "where": "title"}, 'title:"wall storm"@p'),
        ({"all": "wall storm", "where": "title"}, "title:wall title:storm"),
        ({"all": "wall", "unit": "sentence"}, "wall"),
        ({"exact": 'to be "or" not'}, '"to be or not"'),
        ({"any": "ferry boat"}, "ferry OR boat"),
        ({"any": "ferry boat", "all": "wall"}, "wall (ferry OR boat)"),
        ({"none": "football cup"}, "-football -cup"),
        ({"all": "wall", "none": "football"}, "wall -football"),
        ({"who": "Priya Holt", "all": "crack"}, 'crack speaker:"priya holt"'),
        ({"all": "wall", "where": "nowhere", "unit": "page"}, "wall"),
        ({"all": "  ", "where": "title"}, ""),
    ],
)
def test_the_form_writes_the_query(fields: dict[str, str], text: str) -> None:
    assert QueryForm.of(fields).text() == text


WORDS = st.lists(
    st.sampled_from(
        ["wall", "U.S.", "us", '"', "(", "OR", "-x", "title:", "5 000", "the", "*", "~2", "café", "@s", "+a"]
    ),
    max_size=4,
).map(" ".join)


@examples(300)
@given(WORDS, WORDS, WORDS, WORDS, WORDS, st.sampled_from(["article", "sentence"]), st.sampled_from(["", "title"]))
def test_what_the_form_writes_is_read_without_repair(
    every: str, exact: str, some: str, none: str, who: str, unit: str, where: str
) -> None:
    fields = {"all": every, "exact": exact, "any": some, "none": none, "who": who, "unit": unit, "where": where}
    form = QueryForm.of(fields)
    read = SearchRequest(form.text()).understood
    assert {notice.code for notice in read.notices} <= {"us-either", "stop-words-ignored"}
    assert SearchRequest(read.text).understood.root == read.root


def test_the_form_leads_to_the_search_and_keeps_days(client: FlaskClient) -> None:
    answer = client.get("/advanced?all=swans+mill&none=otters&from=2021-01-01&to=&exact=&any=&who=&where=&unit=article")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/?q=swans+mill+-otters&from=2021-01-01"
    page = client.get("/advanced").text
    assert '<select id="form-unit" name="unit">' in page
    refused = client.get("/advanced", query_string={"all": " ".join(f"w{i}" for i in range(900))})
    assert refused.status_code == 422
    assert "This cannot be searched" in refused.text
    with pytest.raises(QueryError):
        QueryForm.of(MultiDict({"exact": "w" * 3000})).text()


def test_help_says_the_syntax_and_the_keys_and_every_page_leads_there(client: FlaskClient) -> None:
    page = client.get("/help").text
    assert "<kbd>?</kbd>" in page
    assert "@s</code>" in page
    for path in ("/", "/?q=swans", "/quotes", "/speakers", "/verify", "/a/mill", "/a/nobody", "/docs", "/advanced"):
        assert 'href="/help"' in client.get(path).text, path


@pytest.fixture(scope="module")
def walked() -> FlaskClient:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for i in range(25):
            writer.put(chunk(article(f"a/{i}", f"Ferry {i}", ("paragraph", "ferry " * (i + 1)), section=f"S{i % 2}")))
    return create_app(Settings(), engine).test_client()


def test_hits_are_walked_in_their_order_over_pages_and_with_filters(walked: FlaskClient) -> None:
    search = "q=ferry&section=S1&size=5"
    listed = [
        hit["id"] for page in (1, 2, 3) for hit in walked.get(f"/api/search?{search}&page={page}").get_json()["hits"]
    ]
    assert len(listed) == 12
    here = walked.get(f"/?{search}").text.split('<h2><a href="')[1].split('"')[0].replace("&amp;", "&")
    seen = []
    while True:
        seen.append(here.split("?")[0])
        page = walked.get(here).text
        assert 'href="/?q=ferry&amp;section=S1&amp;size=5">Back to the results' in page
        assert ('rel="prev"' in page) == (len(seen) > 1)
        if 'rel="next"' not in page:
            break
        step = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        here = walked.get(step).headers["Location"]
    assert seen == [f"/a/{one}" for one in listed]


@pytest.mark.parametrize(
    "tail", ["", "&hit=0&of=3", "&hit=x&of=3", "&hit=3", "&hit=99999999999999&of=3", "&hit=9&of=3"]
)
def test_numbers_that_are_no_hit_lead_nowhere_and_break_nothing(walked: FlaskClient, tail: str) -> None:
    page = walked.get(f"/a/a/3?q=ferry{tail}")
    assert page.status_code == 200
    assert 'rel="next"' not in page.text


def test_beyond_the_last_hit_is_the_page_of_results(walked: FlaskClient) -> None:
    assert walked.get("/hit?q=ferry&hit=26").headers["Location"] == "/?q=ferry"
    assert walked.get("/hit?q=ferry&hit=²").status_code == 302
    assert walked.get("/hit?q=a*&hit=2").status_code == 422
    assert walked.get("/hit?q=").headers["Location"].startswith("/a/a/")


def test_the_nth_hit_is_that_of_the_list() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for i in range(4):
            writer.put(chunk(article(f"a{i}", f"Ferry {i}", ("paragraph", "boat " * i))))
    page = search_articles(engine, SearchRequest("ferry boat"))
    client = create_app(Settings(), engine).test_client()
    for number, result in enumerate(page.results, 1):
        assert client.get(f"/hit?q=ferry+boat&hit={number}").headers["Location"].startswith(f"/a/{result.head.id}?")
