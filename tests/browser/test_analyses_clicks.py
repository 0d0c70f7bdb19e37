"""Over time and in context, click by click from a result: two at most, also without JavaScript and by keyboard."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
PHONE = {"width": 320, "height": 640}
WITH_AND_WITHOUT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


def number(text: str) -> int:
    found = re.search(r"[\d,]+", text)
    assert found, text
    return int(found.group().replace(",", ""))


def rows_of(path: str | Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(path).read_text(encoding="utf-8-sig"))))


@WITH_AND_WITHOUT
def test_a_result_over_time_is_one_click_and_its_articles_one_more(visit: Visit, script: bool) -> None:
    page = visit("/?q=station", java_script_enabled=script)
    page.get_by_role("link", name="Over time").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Over time")
    point = page.locator(".trend svg a").first
    count = number((point.get_attribute("aria-label") or "").rpartition(": ")[2])
    point.click()
    assert number(page.locator(".total strong").inner_text()) == count


@WITH_AND_WITHOUT
def test_numbers_over_time_are_a_spreadsheet_with_two_clicks(visit: Visit, script: bool) -> None:
    page = visit("/?q=station&section=Weather", java_script_enabled=script)
    total = number(page.locator(".total strong").inner_text())
    page.get_by_role("link", name="Over time").first.click()
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    assert started.value.suggested_filename == "trends-station.csv"
    rows = rows_of(started.value.path())
    undated = page.locator(".undated")
    left_out = number(undated.inner_text()) if undated.count() else 0
    assert sum(int(row["articles"]) for row in rows) + left_out == total


def test_shares_are_two_clicks_and_the_table_one_more(visit: Visit) -> None:
    page = visit("/?q=station", java_script_enabled=False)
    page.get_by_role("link", name="Over time").first.click()
    page.get_by_role("link", name="Share of all articles").click()
    expect(page.locator(".trend figcaption")).to_contain_text("Share of all articles")
    page.get_by_text("As a table", exact=True).click()
    cells = page.locator("#trend-table tbody tr").first.locator("td")
    articles, share, whole = (text.strip() for text in cells.all_inner_texts())
    told = float(share.removesuffix(" %")) / 100
    assert abs(told - int(articles) / number(whole)) < 0.006


def test_four_searches_are_compared_by_keyboard(visit: Visit) -> None:
    page = visit("/trends", java_script_enabled=False)
    for i, text in enumerate(("swans", "otters", "station", "mill"), 1):
        page.get_by_label(f"Search {i}").fill(text)
    page.get_by_label("Each point is", exact=True).select_option("year")
    page.get_by_label("Search 4").press("Enter")
    expect(page.locator(".series li")).to_have_count(4)
    expect(page.locator(".trend svg > path.line")).to_have_count(4)
    expect(page).to_have_url(re.compile("q4=mill"))
    expect(page).to_have_url(re.compile("interval=year"))
    page.locator(".skip-chart a").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#trend-table$"))
    page.locator(".trend svg a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".total strong")).to_contain_text("article")


def test_a_period_of_the_table_leads_into_it(visit: Visit) -> None:
    page = visit("/trends?q=station&interval=year", java_script_enabled=False)
    page.get_by_text("As a table", exact=True).click()
    page.locator("#trend-table th a").first.click()
    expect(page.locator(".trend figcaption")).not_to_contain_text("by year")


@pytest.mark.parametrize("look", ["light", "dark", "forced"])
def test_lines_differ_without_their_colours(visit: Visit, look: str) -> None:
    looks = {"light": {}, "dark": {"color_scheme": "dark"}, "forced": {"forced_colors": "active"}}
    page = visit("/trends?q=swans&q2=otters&q3=station&q4=mill&interval=month", **looks[look])
    lines = page.locator(".trend svg > path.line")
    dashes = lines.evaluate_all("lines => lines.map((one) => getComputedStyle(one).strokeDasharray)")
    strokes = lines.evaluate_all("lines => lines.map((one) => getComputedStyle(one).stroke)")
    assert len(set(dashes)) == 4
    assert len(set(strokes)) == (1 if look == "forced" else 4)
    assert "none" not in strokes
    signs = page.locator(".series .sign").evaluate_all("signs => signs.map((one) => one.getAttribute('d'))")
    assert len(set(signs)) == 4


@WITH_AND_WITHOUT
def test_a_result_in_context_is_one_click_and_each_place_one_more(visit: Visit, script: bool) -> None:
    page = visit("/?q=swans", java_script_enabled=script)
    page.get_by_role("link", name="In context", exact=True).click()
    line = page.locator(".line-of", has_not=page.get_by_text("headline", exact=True)).first
    text, match = line.locator(".right").inner_text(), line.locator(".right a").inner_text()
    assert text.startswith(match)
    line.locator(".right a").click()
    expect(page).to_have_url(re.compile("/a/.*#"))
    anchor = page.url.rpartition("#")[2]
    exactly = re.compile(f"^{re.escape(match)}$")
    expect(page.locator(f"[id='{anchor}'] mark").filter(has_text=exactly)).not_to_have_count(0)


def test_places_stand_below_each_other_and_are_sorted_with_one_click(visit: Visit) -> None:
    page = visit("/concordance?q=station", java_script_enabled=False)
    starts = page.locator(".line-of .right a").evaluate_all("all => all.map((one) => one.getBoundingClientRect().left)")
    assert len(starts) > 3
    assert max(starts) - min(starts) < 1
    ends = page.locator(".line-of .left").evaluate_all("all => all.map((one) => one.getBoundingClientRect().right)")
    assert max(ends) <= min(starts)
    page.get_by_role("link", name="Words after").click()
    expect(page.locator("[aria-current]", has_text="Words after")).to_be_visible()
    page.wait_for_load_state()
    texts = page.locator(".line-of .right").all_inner_texts()
    after = [re.findall(r"\w+", text.lower())[1:2] for text in texts]
    assert after == sorted(after)


def test_lines_are_a_spreadsheet_with_two_clicks(visit: Visit) -> None:
    page = visit("/?q=swans", java_script_enabled=False)
    page.get_by_role("link", name="In context", exact=True).click()
    total = number(page.locator(".total strong").inner_text())
    with page.expect_download() as started:
        page.locator(".tools").get_by_role("link", name="CSV").click()
    assert started.value.suggested_filename == "concordance-swans.csv"
    assert len(rows_of(started.value.path())) == total


def test_a_line_from_right_to_left_stands_mirrored(visit: Visit) -> None:
    page = visit("/a/arabic")
    word = page.locator("main h1").inner_text().split()[0]
    page.goto(page.url.partition("/a/")[0] + f"/concordance?q={word}")
    line = page.locator(".line-of[dir=rtl]").first
    left, right = (line.locator(name).bounding_box() for name in (".left", ".right"))
    assert left is not None
    assert right is not None
    assert left["x"] > right["x"]


@pytest.mark.parametrize("path", ["/trends?q=swans&q2=station&interval=day", "/concordance?q=station&order=date"])
def test_nothing_sticks_out_on_a_phone(visit: Visit, path: str) -> None:
    page = visit(path, viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@WITH_AND_WITHOUT
def test_words_that_stand_out_are_one_click_and_narrow_with_one_more(visit: Visit, script: bool) -> None:
    page = visit("/?q=station&section=Weather", java_script_enabled=script)
    total = number(page.locator(".total strong").inner_text())
    page.get_by_role("link", name="Words that stand out").click()
    row = page.locator(".keywords tbody tr").first
    articles = number(row.locator("td").first.inner_text())
    row.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/\?.*section=Weather"))
    assert number(page.locator(".total strong").inner_text()) == articles <= total
