"""One question, one search: what each page and route asks of the engine, reads of the index and parses."""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from searchsvc.engines import open_engine
from searchsvc.engines.base import Engine
from searchsvc.engines.whoosh.codec.stored_fields import StoredFields
from searchsvc.query_parser import parse_query, plain_query
from searchsvc.reindex import reindex_places
from searchsvc.search.printed_words import ARTICLES_READ
from searchsvc.web import create_app

SEEDS = Path(__file__).parents[2] / "seeds"
#: Questions that look for articles, quotes or headlines; the rest of the seam looks something up.
SEARCHES = ("search", "search_quotes", "search_speakers", "search_headlines", "totals")
LOOK_UPS = ("frequencies", "quote_words", "locate", "annotations", "article", "words", "similar_words")
#: Six words that no article has together, and one that a letter is wrong in.
SIX = "ferry captain harbour wall council storm"
#: Few articles have all six words, and two of the words are rare.
SIX_ASKED = {"search": 3, "frequencies": 3, "similar_words": 2, "totals": 1}
#: Searches for the spelling of one word.
SEARCHES_A_WORD = 2
MARCHBANKS = "Helen%20Marchbanks"


class CountingEngine:
    """An engine that counts what it is asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._engine, name)
        if name == "at_one_commit":
            return self._at_one_commit
        if name not in {*SEARCHES, *LOOK_UPS}:
            return method

        def ask(*args: object, **options: object) -> object:
            self.asked[name] += 1
            return method(*args, **options)

        return ask

    def _at_one_commit(self, answer: Callable[[Any], object]) -> object:
        """Count what is asked of the engine of one commit, too."""

        def counted(held: Engine) -> object:
            engine = CountingEngine(held)
            engine.asked = self.asked
            return answer(engine)

        return self._engine.at_one_commit(counted)


@contextmanager
def calls_of(*functions: Callable[..., object]) -> Iterator[Counter[str]]:
    """Count the calls of some functions, whoever makes them."""
    names = {function.__code__: function.__name__ for function in functions}
    counted: Counter[str] = Counter()

    def look(frame: Any, event: str, _: object) -> None:
        if event == "call" and frame.f_code in names:
            counted[names[frame.f_code]] += 1

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield counted
    finally:
        sys.setprofile(before)


@pytest.fixture(scope="module")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CountingEngine]:
    """The seeds in an index, behind an engine that counts."""
    index = str(tmp_path_factory.mktemp("seeds") / "index")
    reindex_places([str(SEEDS)], index=index)
    with closing(open_engine(f"whoosh:{index}")) as engine:
        yield CountingEngine(engine)


@pytest.fixture(scope="module")
def site(counting: CountingEngine) -> FlaskClient:
    return create_app(engine=counting).test_client()


class Cost:
    """What one answer cost."""

    def __init__(self, site: FlaskClient, counting: CountingEngine, path: str) -> None:
        counting.asked.clear()
        with calls_of(
            parse_query, plain_query, StoredFields.display_fields, StoredFields.first_blocks, StoredFields.first_rest
        ) as calls:
            self.response = site.get(path)
        assert self.response.status_code == 200, self.response.text
        self.asked = dict(counting.asked)
        self.searches = sum(counting.asked[name] for name in SEARCHES)
        self.parses = calls["parse_query"] + calls["plain_query"]
        self.texts, self.rests = calls["display_fields"] + calls["first_blocks"], calls["first_rest"]

    def articles(self) -> int:
        """Return how many articles the answer shows."""
        if not self.response.is_json:
            return len(set(re.findall(r"/a/([^\"?#<]+)", self.response.text)))
        hits = self.response.get_json().get("hits") or self.response.get_json().get("quotes", {}).get("hits", [])
        return len({hit.get("id") or hit["article"]["id"] for hit in hits})


#: A page of a speaker: his numbers and those of his name, his quotes and the newest of them for what he is, topics.
SPEAKER_ASKED = {"search_speakers": 2, "search_quotes": 2, "quote_words": 1, "frequencies": 1}


@pytest.mark.parametrize(
    ("path", "asked", "texts"),
    [
        ("/", {"search": 1}, 10),
        ("/?q=ferry", {"search": 1, "frequencies": 3}, 10),
        ("/?q=ferry&outlet=Skerran+Post", {"search": 1, "frequencies": 3}, 10),
        (
            "/?q=ferry&outlet=Skerran+Post&language=en&section=Skerran&speaker=Jean+Tulloch",
            {"search": 1, "frequencies": 3},
            2,
        ),
        ("/?q=ferry+harbour&match=any&language=en", {"search": 1, "frequencies": 3}, 10),
        ("/?q=ferry&page=2&size=5&language=en", {"search": 1, "frequencies": 2}, 5),
        (f"/?q={SIX}", SIX_ASKED, 3),
        (f"/?q={SIX}&outlet=Skerran+Post&language=en", SIX_ASKED, 3),
        ("/?q=zqxjkv&language=en", {"search": 1, "frequencies": 5, "similar_words": 1, "totals": 1}, 0),
        ("/?q=zqxjkv+wqqzz", {"search": 2, "frequencies": 5, "similar_words": 2, "totals": 1}, 0),
        (
            "/?q=fery+harbuor&language=en",
            {"search": 6, "frequencies": 5, "similar_words": 2, "annotations": 1},
            16,
        ),
        ("/?q=title:ferry+OR+quay&section=World", {"search": 1, "frequencies": 1, "totals": 1}, 0),
        ("/quotes", {"search_quotes": 1}, 3),
        ("/quotes?speaker=Helen&kind=full", {"search_quotes": 1}, 8),
        ("/quotes?q=zqxjkv+ferry&kind=full&language=en", {"search_quotes": 2}, 3),
        ("/speakers", {"search_speakers": 1}, 0),
        (f"/speakers/{MARCHBANKS}", SPEAKER_ASKED, 12),
        ("/search.atom?q=ferry", {"search": 1, "frequencies": 3, "annotations": 1}, 14),
        ("/verify", {"search_quotes": 1}, 3),
        ("/api/search?q=ferry&outlet=Skerran+Post&language=en", {"search": 1, "frequencies": 3}, 10),
        ("/api/search?q=zqxjkv+wqqzz", {"search": 2, "frequencies": 4, "similar_words": 2}, 0),
        ("/api/search?q=fery", {"search": 3, "frequencies": 5, "similar_words": 1}, 13),
        ("/api/collection", {"search": 2, "totals": 2, "search_headlines": 1}, 0),
        ("/api/quotes", {"search_quotes": 1}, 2),
        ("/api/headlines?q=ferry", {"search_headlines": 1, "locate": 1}, 3),
        ("/api/speakers?q=ferry", {"search_speakers": 1}, 0),
        (f"/api/speakers/{MARCHBANKS}", SPEAKER_ASKED, 12),
        ("/api/suggest?q=ferr", {"words": 1, "search": 4, "search_quotes": 1, "totals": 1}, 5),
        ("/readyz", {}, 0),
    ],
)
def test_a_route_asks_no_more_than_this(
    site: FlaskClient, counting: CountingEngine, path: str, asked: dict[str, int], texts: int
) -> None:
    cost = Cost(site, counting, path)
    assert cost.asked == asked
    assert cost.texts == texts
    # A better spelling is another text.
    assert cost.parses == ("q=" in path and "suggest" not in path) + ("fery" in path or SIX in path)


def article_named(site: FlaskClient, article_id: str) -> list[str]:
    """Ids of the articles that the headlines of one may be those of."""
    answer = site.get(f"/api/articles/{article_id}/links").get_json()
    return [one["story"]["id"] for one in answer["to"] if one["story"]]


def test_an_article_looks_its_headlines_up_together(site: FlaskClient, counting: CountingEngine) -> None:
    ids = [hit["id"] for hit in site.get("/api/search?size=100").get_json()["hits"]]
    for article_id in ids:
        cost = Cost(site, counting, f"/a/{article_id}?q=ferry")
        around = {"article": 1, "search": 2, "frequencies": 1}
        assert cost.asked in (around, around | {"locate": 1})
        named = len(set(article_named(site, article_id)))
        assert (cost.parses, cost.texts, cost.rests) == (1, 1 + named, 1 + named)
        cost = Cost(site, counting, f"/api/articles/{article_id}")
        assert (cost.asked, cost.parses, cost.texts, cost.rests) == ({"article": 1}, 0, 1, 1)


def test_a_quotation_is_sought_in_five_searches(site: FlaskClient, counting: CountingEngine) -> None:
    cost = Cost(site, counting, "/verify?quote=Nobody+is+in+danger")
    assert (cost.asked, cost.texts) == ({"search": 1, "annotations": 1}, 1)
    cost = Cost(site, counting, "/verify?quote=Nobody+is+in+dangers+nothing+had+ever+moved")
    assert cost.asked == {"search": 5, "frequencies": 1}
    assert cost.rests == 0


@pytest.mark.no_cover
def test_no_request_costs_more_than_it_shows(site: FlaskClient, counting: CountingEngine) -> None:
    facets = site.get("/api/search").get_json()["facets"]
    names = {"section": "section", "outlet": "outlet", "speaker": "speaker", "author": "author", "language": "lang"}
    texts = ["", "ferry", "ferry captain", SIX, '"the ferry" -wall', "fery captian", "zqxjkv", "after:7d quay", "harb*"]
    rng = Random(3)  # noqa: S311 - the same on every run, nothing secret
    for _ in range(150):
        asked = [("q", rng.choice(texts)), ("match", rng.choice(["", "all", "any"]))]
        for facet in rng.sample(sorted(names), rng.randint(0, 3)):
            asked += [
                (names[facet], rng.choice(facets[facet])["value"]) for _ in range(rng.randint(1, 2)) if facets[facet]
            ]
        path = rng.choice(["/", "/quotes", "/api/search", "/api/quotes", "/search.atom"])
        known = [(name, value) for name, value in dict.fromkeys(asked) if value]
        cost = Cost(site, counting, f"{path}?{urlencode(known)}")
        words = len(dict(known).get("q", "").split())
        # The spelling of each word that is offered is looked up in some articles.
        assert cost.searches <= 4 + SEARCHES_A_WORD * words, path
        assert cost.parses <= 2, path
        # The page of quotes reads an article for its hits, and once more for what it says of the speaker.
        shown = cost.articles() * (2 if path == "/quotes" else 1)
        assert cost.texts <= shown + ARTICLES_READ * words, (path, known)
        assert cost.rests <= shown, (path, known)
