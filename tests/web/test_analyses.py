"""Pages, JSON and CSV of what is computed of a whole result: over time, in context, words that stand out."""

import csv
import io
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from searchsvc.search import TrendPoint
from searchsvc.web.trend_chart import MAX_POINTS, percent

SEARCHES = "q=swans&q2=otters&q3=station"


def rows_of(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def page_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def links(page: str, prefix: str) -> list[str]:
    return [unescape(one) for one in re.findall(rf'href="({re.escape(prefix)}[^"]*)"', page)]


@pytest.mark.parametrize("interval", ["day", "week", "month", "year"])
def test_json_and_csv_have_the_same_periods_counts_and_shares(client: FlaskClient, interval: str) -> None:
    found = client.get(f"/api/trends?{SEARCHES}&interval={interval}").get_json()
    rows = rows_of(client, f"/trends.csv?{SEARCHES}&interval={interval}")
    told = [
        (trend["query"]["text"], point["from"], point["to"], str(point["articles"]), str(point["all_articles"]))
        for trend in found["trends"]
        for point in trend["points"]
    ]
    assert told == [(row["query"], row["from"], row["to"], row["articles"], row["all_articles"]) for row in rows]
    shares = [point["share"] for trend in found["trends"] for point in trend["points"]]
    assert [float(row["share"]) if row["share"] else None for row in rows] == shares
    assert found["interval"] == interval
    assert any((share or 0) > 0 for share in shares)


def test_every_point_of_the_page_leads_to_the_articles_it_counts(client: FlaskClient) -> None:
    page = page_of(client, f"/trends?{SEARCHES}&interval=month")
    points = re.findall(r'<a href="(/\?[^"]*)" aria-label="([^"]*)"', page)
    assert len(points) >= 3
    for href, label in points:
        count = int(re.search(r": ([\d,]+) article", unescape(label))[1].replace(",", ""))  # type: ignore[index]
        result = client.get("/api/search" + unescape(href)[1:]).get_json()
        assert result["total"] == count, label


def test_the_table_has_what_the_chart_has_and_its_periods_lead_into_them(client: FlaskClient) -> None:
    page = page_of(client, f"/trends?{SEARCHES}&interval=year")
    table = page[page.index("<table") : page.index("</table>")]
    in_chart = {href for href, _ in re.findall(r'<a href="(/\?[^"]*)" aria-label="([^"]*)"', page)}
    assert set(re.findall(r'<td><a href="(/\?[^"]*)"', table)) == in_chart
    inner = links(table, "/trends?")
    assert inner
    for href in inner:
        assert "interval=" not in href
        assert "aria-label=" in page_of(client, href)


def test_shares_are_drawn_where_they_are_asked_for_and_the_address_says_so(client: FlaskClient) -> None:
    numbers = page_of(client, "/trends?q=swans&interval=year")
    (href,) = [one for one in links(numbers, "/trends?") if "share=1" in one]
    shares = page_of(client, href)
    assert "Share of all articles by year" in shares
    assert " %</text>" in shares
    assert " %</text>" not in numbers
    assert "interval=year" in href


def test_filters_hold_and_can_be_removed(client: FlaskClient) -> None:
    page = page_of(client, "/trends?q=station&section=Weather&match=all")
    assert "Only Section: Weather; Articles with all the words." in page
    assert all("section=Weather" in one for one in links(page, "/?") if "from=" in one)
    assert '<input type="hidden" name="section" value="Weather">' in page
    assert "/trends?q=station" in links(page, "/trends?")
    whole = client.get("/api/trends?section=Weather").get_json()
    assert whole["all_articles"] == client.get("/api/search?section=Weather").get_json()["total"]


def test_without_a_search_all_articles_are_counted(client: FlaskClient) -> None:
    found = client.get("/api/trends?interval=year").get_json()
    assert {point["share"] for point in found["trends"][0]["points"]} <= {1.0, None}
    assert "All articles" in page_of(client, "/trends")


def test_a_page_draws_no_more_points_than_it_has_links_for_and_says_so(client: FlaskClient) -> None:
    page = page_of(client, "/trends?q=station&interval=day&from=1999-01-01&to=2024-12-31")
    assert "too many periods of one day" in page
    assert len(re.findall(r"<tr><th scope=.row", page)) <= MAX_POINTS
    assert len(page) < 300_000
    assert len(rows_of(client, "/trends.csv?q=station&interval=day&from=1999-01-01&to=2024-12-31")) == 9497


@pytest.mark.parametrize(
    ("path", "status", "named"),
    [
        ("/api/trends?interval=decade", 400, "interval"),
        ("/api/trends?q5=x", 400, "q5"),
        ("/api/trends?sort=newest", 400, "sort"),
        ("/api/trends?q=swans&interval=day&from=0001-01-01&to=9999-12-31", 422, None),
        ("/trends.csv?share=2", 400, "share"),
    ],
)
def test_what_cannot_be_counted_is_refused(client: FlaskClient, path: str, status: int, named: str | None) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    told: Any = answer.get_json(force=True)
    assert named is None or named in told["detail"]


@pytest.mark.parametrize("path", ["/trends", "/trends.csv", "/api/trends"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_trends_are_only_read(client: FlaskClient, path: str, method: str) -> None:
    refused = client.open(path, method=method, query_string={"q": "ferry", "q2": "pump"})
    assert refused.status_code == 405
    assert {"GET", "HEAD"} <= set(refused.headers["Allow"].split(", "))


def test_the_page_passes_over_what_it_cannot_use(client: FlaskClient) -> None:
    page = page_of(client, "/trends?q=swans&interval=decade&share=7&from=2024-13-01&utm_source=x")
    assert "It was passed over" in page
    assert "swans" in page


def test_a_query_of_a_stranger_is_text_everywhere(client: FlaskClient) -> None:
    page = page_of(client, "/trends?q=%3Cscript%3Ealert(1)%3C/script%3E+OR+swans&q2=%22%3E%3Cimg+src=x%3E+OR+otters")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    row = rows_of(client, "/trends.csv?q=%3D1%2B1+OR+swans&interval=year")[0]
    assert row["query"].startswith("'=")


def test_an_answer_is_cached_until_the_index_changes(client: FlaskClient) -> None:
    for path in ("/trends?q=swans", "/api/trends?q=swans&q2=otters", "/trends.csv?q=swans"):
        answer = client.get(path)
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304, path
    assert "ETag" in client.get("/api/trends?q=swans&q2=after:7d").headers
    assert "ETag" not in client.get("/api/trends?q=swans&q2=after:7h").headers


def test_shares_have_two_digits_that_mean_something() -> None:
    day = date(2024, 1, 1)
    told = [percent(TrendPoint(day, day, *one)) for one in ((1, 3), (1, 30), (1, 3000), (0, 5), (1, 1), (0, 0))]
    assert told == ["33 %", "3.3 %", "0.033 %", "0 %", "100 %", ""]


def test_a_concordance_is_the_same_as_page_json_and_csv(client: FlaskClient) -> None:
    found = client.get("/api/concordance?q=swans&order=right&size=100").get_json()
    rows = rows_of(client, "/concordance.csv?q=swans&order=right")
    told = [(one["left"], one["match"], one["right"], one["article"]["id"]) for one in found["lines"]]
    assert told == [(row["left"], row["match"], row["right"], row["id"]) for row in rows]
    assert len(told) == found["total"] > 3
    assert found["complete"]
    page = unescape(page_of(client, "/concordance?q=swans&order=right&size=100"))
    shown = re.findall(r'<span class="left"[^>]*>([^<]*)</span>\s*<span class="right"[^>]*><a [^>]*>([^<]*)</a>', page)
    assert [(left, match) for left, match, *_ in told] == shown


def test_every_line_leads_to_its_place(client: FlaskClient) -> None:
    page = page_of(client, "/concordance?q=swans")
    places = [unescape(one) for one in re.findall(r'<a href="(/a/[^"]*)" title=', page)]
    assert places
    for place in places:
        path, _, anchor = place.partition("#")
        article = page_of(client, path)
        assert not anchor or f'id="{anchor}"' in article
        assert "<mark>" in article


def test_pages_of_lines_are_paged_in_their_order(client: FlaskClient) -> None:
    whole = client.get("/api/concordance?q=station&order=left&size=100").get_json()
    page = page_of(client, "/concordance?q=station&order=left&size=5")
    (onward,) = set(re.findall(r'rel="next" href="([^"]*)"', page))
    assert "order=left" in onward
    second = client.get("/api" + unescape(onward)).get_json()
    assert second["lines"] == whole["lines"][5:10]
    assert second["page"] == 2
    beyond = page_of(client, "/concordance?q=station&size=5&page=999")
    assert "The lines end on" in beyond


def test_a_concordance_of_nothing_says_what_to_do(client: FlaskClient) -> None:
    assert "Type a word" in page_of(client, "/concordance")
    assert "no article matches" in page_of(client, "/concordance?q=zzqqx")
    assert client.get("/api/concordance").get_json()["total"] == 0


def test_lines_of_strangers_are_text(client: FlaskClient) -> None:
    page = page_of(client, "/concordance?q=lantern+OR+alert")
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_line_of_an_arabic_article_runs_from_right_to_left(client: FlaskClient) -> None:
    title = client.get("/api/articles/arabic").get_json()["head"]["title"]
    page = page_of(client, f"/concordance?q={title.split()[0]}")
    assert '<li class="line-of" dir="rtl">' in page


@pytest.mark.parametrize(
    "path", ["/api/concordance?order=up", "/api/concordance?interval=day", "/concordance.csv?q2=x"]
)
def test_what_a_concordance_does_not_know_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_the_page_of_results_leads_to_its_analyses_with_its_filters(client: FlaskClient) -> None:
    page = page_of(client, "/?q=station&section=Weather&sort=oldest&size=5&page=2")
    for prefix in ("/trends?", "/concordance?", "/keywords?"):
        (href,) = links(page, prefix)
        assert href == f"{prefix}q=station&section=Weather&sort=oldest"
        assert page_of(client, href)


def test_words_that_stand_out_are_the_same_as_page_json_and_csv_and_narrow_the_result(client: FlaskClient) -> None:
    search = "q=station+OR+zzqqx&section=Weather&sort=oldest"
    found = client.get(f"/api/keywords?{search}").get_json()
    rows = rows_of(client, f"/keywords.csv?{search}")
    words = [(one["word"], str(one["articles"]), str(one["all_articles"])) for one in found["words"]]
    assert words
    assert words == [(row["word"], row["articles"], row["all_articles"]) for row in rows]
    page = page_of(client, f"/keywords?{search}")
    narrowed = re.findall(r'<th scope="row" dir="auto"><a href="(/\?[^"]*)">([^<]*)</a>', page)
    assert [unescape(word) for _, word in narrowed] == [word for word, *_ in words]
    for (href, _), (_, articles, _) in zip(narrowed, words, strict=True):
        assert "%28station+OR+zzqqx%29" in href
        assert "section=Weather" in href
        assert client.get("/api/search" + unescape(href)[1:]).get_json()["total"] == int(articles)


def test_a_page_without_words_that_stand_out_says_so(client: FlaskClient) -> None:
    assert "No word stands out" in page_of(client, "/keywords")
    assert "No article" in page_of(client, "/keywords?q=zzqqx")
    assert client.get("/api/keywords?order=left").status_code == 400
