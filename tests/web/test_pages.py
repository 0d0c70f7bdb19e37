"""The pages: what they show, and that all state stands in their addresses."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.model.article import Quote
from searchsvc.model.document import chunk
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.web.web_articles import ARTICLES, MILL
from tests.web.web_forms import submitted, tick


def page(client: FlaskClient, path: str, status: int = 200) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == status, response.text
    assert response.content_type == "text/html; charset=utf-8"
    return BeautifulSoup(response.text, "lxml")


def links(soup: BeautifulSoup | Tag, selector: str) -> dict[str, str]:
    return {" ".join(link.get_text().split()): str(link["href"]) for link in soup.select(selector)}


def text(soup: BeautifulSoup, selector: str) -> str:
    found = soup.select_one(selector)
    assert found is not None, selector
    return " ".join(found.get_text().split())


def test_first_page_shows_the_newest_and_what_is_in_here(client: FlaskClient) -> None:
    soup = page(client, "/")
    assert soup.select_one(".hit h3").get_text() == "Mill race to be cleared by autumn"  # type: ignore[union-attr]
    assert text(soup, "[role=status]").startswith(f"{len(ARTICLES)} articles of 3 outlets, January 2021 to March 2024")
    assert links(soup, ".facet a")["Weather 26"] == "/?section=Weather"
    assert soup.select(".bars a")


def test_results_mark_the_words_and_link_to_the_article(client: FlaskClient) -> None:
    soup = page(client, "/?q=otters")
    assert links(soup, ".hit h2 a")["Otters return to the Tarn"] == "/a/otters?q=otters&hit=1&of=2"
    assert {mark.get_text().lower() for mark in soup.select(".hit mark")} == {"otters"}
    assert [badge.get_text() for badge in soup.select(".badge")] == ["related headline"]
    assert " ms" in text(soup, "[role=status]")


def test_a_headline_is_marked_only_where_the_query_looked_into_it(client: FlaskClient) -> None:
    assert page(client, "/?q=mill").select(".hit h2 mark")
    assert not page(client, "/?q=body:mill").select(".hit h2 mark")


def test_facets_are_chosen_and_taken_back_by_a_form(client: FlaskClient) -> None:
    soup = page(client, "/?language=en")
    tick(soup, "Rivers")
    narrowed = page(client, submitted(soup, "form.filter"))
    assert links(narrowed, ".filters a")["Remove filterSection: Rivers×"] == "/?language=en"
    tick(narrowed, "Rivers", checked=False)
    again = page(client, submitted(narrowed, "form.filter"))
    assert links(again, ".filters a") == links(soup, ".filters a")


def test_facets_keep_the_other_values_so_that_they_can_be_added(client: FlaskClient) -> None:
    soup = page(client, "/?section=Rivers")
    assert text(soup, "#fold-section li:has([value=Weather]) .count") == "26"
    tick(soup, "Weather")
    both = page(client, submitted(soup, "form.filter"))
    assert text(both, "[role=status] strong") == "29 articles"
    assert [str(box["value"]) for box in both.select("#fold-section [checked]")] == ["Weather", "Rivers"]


def test_a_value_of_a_facet_is_left_out_by_a_link_and_taken_back_by_another(client: FlaskClient) -> None:
    soup = page(client, "/?q=station+OR+mill&match=all")
    total = int(text(soup, "[role=status] strong").split()[0])
    count = int(text(soup, "#fold-section li:has([value=Weather]) .count"))
    away = links(soup, "#fold-section .except")["Leave out Weather−"]
    assert parse_qs(urlsplit(away).query)["q"] == ['(station OR mill) -section:"Weather"']
    without = page(client, away)
    assert int(text(without, "[role=status] strong").split()[0]) == total - count
    back = links(without, ".filters a")["Remove filterSection: not Weather×"]
    assert text(page(client, back), "[role=status] strong") == f"{total} articles"


def test_what_is_left_out_without_a_text_keeps_the_newest_first(client: FlaskClient) -> None:
    away = links(page(client, "/?language=en"), "#fold-section .except")["Leave out Weather−"]
    assert parse_qs(urlsplit(away).query) == {"q": ['-section:"Weather"'], "language": ["en"], "sort": ["newest"]}


def test_forms_carry_the_whole_state(client: FlaskClient) -> None:
    path = "/?q=station&section=Weather&from=2021-01-01&sort=newest&size=5"
    soup = page(client, f"{path}&page=2")
    carried = {(str(one["name"]), str(one["value"])) for one in soup.select("form.search input[type=hidden]")}
    assert carried == {("section", "Weather"), ("from", "2021-01-01"), ("sort", "newest"), ("size", "5")}
    assert soup.select_one("#from")["value"] == "2021-01-01"  # type: ignore[index]
    sent = parse_qs(urlsplit(submitted(soup, "form.filter")).query)
    assert sent == parse_qs(urlsplit(path).query)


def test_paging_walks_the_whole_result_once(client: FlaskClient) -> None:
    seen: list[str] = []
    path: str | None = "/?q=station&size=10"
    while path:
        soup = page(client, path)
        seen += links(soup, ".hit h2 a").values()
        path = next(iter(links(soup, ".pages a[rel=next]").values()), None)
    assert len(seen) == len(set(seen)) == 26
    assert text(soup, ".pages [aria-current=page]") == "Page 3"
    assert not soup.select(".pages a[rel=next]")


def test_a_page_behind_the_last_says_where_the_result_ends(client: FlaskClient) -> None:
    soup = page(client, "/?q=station&page=9")
    assert links(soup, ".beyond a") == {"page 3": "/?q=station&page=3"}


def test_sorting_is_a_link(client: FlaskClient) -> None:
    soup = page(client, "/?q=station")
    assert links(soup, ".sorts a") == {
        "Best match": "/?q=station",
        "Newest": "/?q=station&sort=newest",
        "Oldest": "/?q=station&sort=oldest",
        "Added": "/?q=station&sort=added",
    }
    oldest = page(client, "/?q=station&sort=oldest")
    assert text(oldest, ".hit h2") == "Weather station report 0"
    assert text(oldest, ".sorts [aria-current]") == "Oldest"


def test_timeline_bars_narrow_to_their_period(client: FlaskClient) -> None:
    soup = page(client, "/?q=station")
    years = links(soup, ".bars a")
    january = next(href for label, href in years.items() if "January 2022: 1 article" in label or "2022: 12" in label)
    narrowed = page(client, january)
    assert text(narrowed, ".filters").startswith("Remove filter")
    assert 0 < int(text(narrowed, "[role=status] strong").split()[0]) < 26


def test_nothing_found_names_the_word_and_the_ways_out(client: FlaskClient) -> None:
    soup = page(client, "/?q=otters+zzqqx&match=all")
    assert text(soup, ".words") == "otters stands in 2 articles zzqqx stands in none"
    assert links(soup, ".nothing a")["Take articles with any of the words"] == "/?q=otters+zzqqx&match=any"
    filtered = page(client, "/?q=otters&section=Weather")
    assert links(filtered, ".nothing a")["Search everything, without the filters"] == "/?q=otters"


def test_nothing_found_shows_words_of_the_archive_that_are_spelled_almost_so(client: FlaskClient) -> None:
    soup = page(client, "/?q=drizle+zzqqx&match=all")
    assert "drizle stands in none; spelled almost so: drizzle" in text(soup, ".words")
    assert links(soup, ".words a")["drizzle"] == "/?q=drizzle"


def test_what_was_likely_meant_is_shown_and_the_text_as_typed_is_one_click_away(client: FlaskClient) -> None:
    soup = page(client, "/?q=drizle")
    assert soup.select_one("#q")["value"] == "drizle"  # type: ignore[index]
    assert text(soup, ".notice") == "No article matches “drizle”: those that match “drizzle” are shown."
    assert soup.select(".hits li, .hit")
    (typed,) = links(soup, ".suggestion a").values()
    assert typed == "/?q=drizle&spelling=typed"
    plain = page(client, typed)
    assert "No article matches drizle" in text(plain, "#nothing-title")
    assert links(plain, "main a")["drizzle"] == "/?q=drizzle"


def test_a_query_that_cannot_be_answered_is_shown_with_its_place_marked(client: FlaskClient) -> None:
    soup = page(client, "/?q=swan+date:2024-99+otters", 400)
    assert text(soup, ".marked-query") == "swan date:2024-99 otters"
    assert text(soup, ".marked-query mark") == "date:2024-99"
    assert "at character 6" in text(soup, ".where")
    (works,) = links(soup, ".suggestion a").values()
    assert client.get(works).status_code == 200


def test_pages_say_how_a_text_was_read_where_that_is_not_plain(client: FlaskClient) -> None:
    assert text(page(client, "/?q=swan+OR"), ".notice")
    assert text(page(client, "/?q=(swan+OR+otters"), ".read-as code") == "swan OR otters"
    assert not page(client, "/?q=Swan").select(".read-as, .notice")


def test_pages_pass_over_decorations_of_links(client: FlaskClient) -> None:
    assert links(page(client, "/?q=otters&utm_source=mail"), ".hit h2 a")


def test_article_page_has_its_parts_as_what_they_are(client: FlaskClient) -> None:
    soup = page(client, "/a/mill")
    assert text(soup, "h1") == "Mill race to be cleared by autumn"
    assert [li.get_text() for li in soup.select(".story ul.bullets li")] == [
        "dredging the mill race down to the stone",
        "a fish ladder beside the sluice",
    ]
    assert text(soup, ".story h2#b5") == "Swans and silt"
    assert text(soup, "blockquote.pullquote#b7") == "They will manage"
    assert [cell.get_text() for cell in soup.select("#b8 td")] == [
        "Year",
        "Silt",
        "2023",
        "40 tonnes",
        "2024",
        "55 tonnes",
    ]
    assert [str(part["id"]) for part in soup.select(".part")] == [f"b{i}" for i in range(10)]
    assert links(soup, ".byline a")["Original page"] == "https://gazette.example/rivers/mill"
    assert not soup.select("mark")


def test_article_page_marks_the_query_and_chains_the_matches_by_anchors(client: FlaskClient) -> None:
    soup = page(client, "/a/mill?q=mill")
    assert {mark.get_text().lower() for mark in soup.select("mark")} == {"mill"}
    at = str(soup.select_one(".matches a")["href"])  # type: ignore[index]
    visited = [at]
    while following := soup.select_one(f"{at} .jump a[title='Next match']"):
        at = str(following["href"])
        visited.append(at)
    assert visited == [f"#{part['id']}" for part in soup.select(".part[data-match]")]
    assert len(visited) > 2


def test_what_only_a_related_headline_says_is_shown_as_that(client: FlaskClient) -> None:
    """On the list of results, and on the page that it links to."""
    soup = page(client, "/?q=nobody")
    (hit,) = soup.select(".hit")
    related = hit.select(".snippet")[-1]
    assert " ".join(related.get_text().split()).startswith("Related headline: A headline nobody here has")
    assert [mark.get_text() for mark in related.select("mark")] == ["nobody"]
    href = str(related.select_one("a.place")["href"])  # type: ignore[index]
    assert href == "/a/mill?q=nobody&hit=1&of=1#r1"
    article = page(client, href.partition("#")[0])
    assert text(article, ".matches p") == "No word of nobody stands in the text, but in a related headline"
    assert [mark.get_text() for mark in article.select("#r1 mark")] == ["nobody"]


@pytest.mark.parametrize(
    ("article", "query", "told"),
    [
        ("otters", "return", "No word of return stands in the text, but in the headline"),
        ("mill", "walrus", "No word of walrus stands in the text"),
        ("mill", "silt", "3 matches for silt in 3 parts of the text: go to the first"),
    ],
)
def test_article_page_says_where_the_words_stand(client: FlaskClient, article: str, query: str, told: str) -> None:
    assert text(page(client, f"/a/{article}?q={query}"), ".matches p") == told


def test_article_page_marks_the_words_in_what_was_said(client: FlaskClient) -> None:
    assert [mark.get_text() for mark in page(client, "/a/mill?q=swans").select(".said mark")] == ["swans"]


def test_article_page_leads_back_to_the_very_results(client: FlaskClient) -> None:
    soup = page(client, "/?q=mill&section=Rivers&sort=oldest")
    href = links(soup, ".hit h2 a")["Mill race to be cleared by autumn"]
    assert links(page(client, href), ".matches a")["Back to the results"] == "/?q=mill&section=Rivers&sort=oldest"
    assert links(page(client, "/a/mill?q=mill&size=x"), ".matches a")["Back to the results"] == "/?q=mill"


def test_article_page_shows_who_said_what_and_why(client: FlaskClient) -> None:
    soup = page(client, "/a/mill")
    assert text(soup, ".said blockquote") == "The swans were here before the mill … They will manage."
    assert links(soup, ".said .speaker a") == {"Greta Oldroyd": "/speakers/Greta%20Oldroyd"}
    assert "Rule “cue after”, right in 97 % of its cases" in text(soup, ".said details.how")
    assert soup.select_one(".said .why a")["href"] == "#b6"  # type: ignore[index]


def test_article_page_prints_a_name_only_where_it_is_certain() -> None:
    grades = (("Greta Oldroyd", 0.97), ("Wilf Sparrow", 0.8), (None, None))
    said = tuple(
        Quote(f"Words {number}", "full", name, "the miller", method="after", confidence=0.9, speaker_confidence=sure)
        for number, (name, sure) in enumerate(grades)
    )
    engine = MemoryEngine()
    with engine.writer() as writer:
        writer.put(chunk(replace(MILL, quotes=said)))
    soup = page(create_app(Settings(), engine).test_client(), "/a/mill")
    speakers = [one.get_text(" ", strip=True) for one in soup.select(".said .speaker")]
    assert speakers == ["Greta Oldroyd", "the miller, probably Wilf Sparrow", "the miller"]
    assert links(soup, ".said .speaker a") == {"Greta Oldroyd": "/speakers/Greta%20Oldroyd"}
    assert [one.get_text() for one in soup.select(".said .uncertain")] == speakers[1:]
    assert "the name is right in 80 % of such cases" in text(soup, ".said")


def test_article_page_links_related_headlines_of_ours(client: FlaskClient) -> None:
    soup = page(client, "/a/mill")
    assert links(soup, ".related a") == {
        "Otters return to the Tarn": "/a/otters",
        "A headline nobody here has": "https://gazette.example/nobody",
        **{
            f"known by its headline alone: {text}": "/headlines?" + urlencode({"q": query})
            for text, query in {
                "A headline nobody here has": 'links:"gazette.example/nobody" OR '
                'links:"title:tarn gazette:a headline nobody here has"',
                "Weir rules tightened": 'links:"title:fellside echo:weir rules tightened"',
            }.items()
        },
    }
    assert [title.get_text() for title in soup.select(".related h2")] == ["See also", "Elsewhere on the web"]


def test_article_page_of_a_text_we_cannot_read_still_shows_the_article(client: FlaskClient) -> None:
    for query in ("((((", '"', "a*", "x" * 3000, "title:"):
        response = client.get("/a/mill", query_string={"q": query})
        assert response.status_code == 200


def test_article_page_is_there_for_odd_ids_and_bare_articles(client: FlaskClient) -> None:
    assert text(page(client, "/a///undated/with%20slash"), ".byline") == "Undated The story around it"
    assert text(page(client, "/a/bare"), "h1") == "Without a headline"
    arabic = page(client, "/a/arabic?q=البجع")
    assert arabic.select_one("article")["dir"] == "rtl"  # type: ignore[index]


def test_unknown_article_is_a_page_that_helps(client: FlaskClient) -> None:
    soup = page(client, "/a/nobody", 404)
    assert "No article has the id" in text(soup, ".told")
    assert soup.select_one("form[role=search]")


@pytest.mark.parametrize("path", ["/", "/?q=otters", "/?q=zzqqx", "/?q=station&page=2", "/a/mill?q=mill", "/a/nobody"])
def test_pages_have_landmarks_one_heading_and_labels(client: FlaskClient, path: str) -> None:
    soup = BeautifulSoup(client.get(path).text, "lxml")
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert len(soup.select("h1")) == 1
    assert all(soup.select(landmark) for landmark in ("header", "main#main", "footer", "form[role=search]"))
    assert soup.select_one("a.skip")["href"] == "#main"  # type: ignore[index]
    ids = [str(one["id"]) for one in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    for field in soup.select("input:not([type=hidden]), select"):
        assert field.find_parent("label") or soup.select(f"label[for={field['id']}]"), field
    for region in soup.select("[aria-labelledby]"):
        assert soup.find(id=str(region["aria-labelledby"]))
    for link in soup.select("a"):
        assert link.get_text(strip=True) or link.get("aria-label"), link


@pytest.mark.parametrize("path", ["/", "/?q=mill", "/a/mill?q=mill"])
def test_pages_answer_304_to_who_has_them(client: FlaskClient, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    assert tag.startswith("W/")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
