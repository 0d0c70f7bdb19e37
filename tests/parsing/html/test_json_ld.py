"""JSON-LD that is almost JSON, and what is told of the rest."""

import json
import random

import pytest

from searchsvc.model.source import Source
from searchsvc.parsing import parse
from searchsvc.parsing.html.json_ld import UNREADABLE, read_json_ld

STORY = '{"@type":"NewsArticle","headline":"Lock closes","datePublished":"2021-05-03"%s}'
WHOLE = STORY % ""


@pytest.mark.parametrize(
    "script",
    [
        WHOLE,
        f"[{WHOLE}]",
        f'{{"@type":"WebSite","name":"Gazette"}}\n{WHOLE}',
        f'{{"@type":"WebSite"}},{WHOLE};',
        f"// the story\n{WHOLE}",
        f"/* the story */{WHOLE}/* end */",
        f"<!-- {WHOLE} -->",
        f"<!--//--><![CDATA[// ><!--\n{WHOLE}\n//--><!]]>",
        f"//<![CDATA[\n{WHOLE}\n//]]>",
        f"// <![CDATA[\n{WHOLE}\n// ]]&gt;",
        f"/*<![CDATA[*/{WHOLE}/*]]>*/",
        f"<![CDATA[{WHOLE}]]&gt;",
        f"var story = {WHOLE};",
        WHOLE.replace('"', "&quot;"),
        STORY % ",",
        STORY % ",,",
        STORY % ',"tags":["a","b",],',
        STORY % ',"description":"the "old" lock"',
        STORY % ',"description":"the "old" lock, "so old", he said"',
        STORY % ',"description":"line\nline\ttab"',
        STORY % ',"description":"a // b /* c */ <!-- d -->"',
        STORY % ',"url":"https://gazette.example/a//b",\n// comment\n"x":"\\"y\\""',
        WHOLE[:-1],
        STORY % ',"description":"it never ends',
        "\ufeff" + WHOLE,
    ],
)
def test_a_script_that_is_almost_json_is_read(script: str) -> None:
    found = read_json_ld([script])
    (story,) = (thing for thing in found.things if thing.get("@type") == "NewsArticle")
    assert (story["headline"], story["datePublished"]) == ("Lock closes", "2021-05-03")
    assert found.warnings == ()


def test_what_is_mended_keeps_its_texts() -> None:
    (thing,) = read_json_ld([STORY % ',"description":"the "old" lock, "so old", he said" , "url":"a//b"']).things
    assert (thing["description"], thing["url"]) == ('the "old" lock, "so old", he said', "a//b")


def test_of_a_script_that_stays_unreadable_the_plain_fields_are_taken_and_it_is_told() -> None:
    page = f"<html><script type=application/ld+json>{STORY % ',a:b'}</script><h1>Lock closes</h1><p>It is old.</p>"
    article = parse(Source("a.html", "a.html", page.encode(), "text/html", "0" * 64))
    assert UNREADABLE in article.provenance.warnings
    assert str(article.head.published_day) == "2021-05-03"
    assert read_json_ld(["x", WHOLE, "{y"]).warnings == (f"{UNREADABLE}: 2 scripts",)
    assert read_json_ld(["", " \n", "<!-- -->"]).warnings == ()


def test_any_script_with_any_damage_is_read_or_told() -> None:
    rng = random.Random(11)  # noqa: S311  no secret
    whole = json.dumps(
        [{"@type": "NewsArticle", "headline": f"Story {n}", "tags": ["a", {"b": [1]}]} for n in range(9)]
    )
    for _ in range(3_000):
        at = rng.randrange(len(whole))
        script = (
            whole[:at] + rng.choice(['"', ",", "}", "]", "{", "//", "\\", "<!--", ""]) + whole[at + rng.randrange(4) :]
        )
        found = read_json_ld([script])
        assert found.things or found.warnings
