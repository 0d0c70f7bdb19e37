"""An address is the same with and without what courlan, which comes with trafilatura, knows as tracking."""

import re
from collections.abc import Iterable, Iterator
from itertools import product
from re import _parser as syntax  # type: ignore[attr-defined]  # the only reader of patterns there is
from typing import Any

import pytest
import trafilatura  # noqa: F401  before courlan: urllib3, if courlan imports it first, warns in the later import of trafilatura
from courlan.clean import TRACKERS_RE

from searchsvc.analysis.keys import url_key

ADDRESS = "https://quay.example/story?id=7"
#: Names that courlan drops and we keep, since on news pages they may say which page it is. Keeping one too many makes
#: two copies of an article; dropping one too many makes one article of two.
KEPT = {
    "ad_x": "a classified advertisement",
    "ads_x": "a classified advertisement",
    "cid": "the number of a page or of a category",
    "eid": "the number of an edition or an event",
    "uid": "the number of a page",
    "gl": "the country of an edition",
    "kwd": "what is searched for, on pages of a topic",
    "keyword": "what is searched for, on pages of a topic",
    "session": "a session of a parliament or a court",
    "source": "the outlet, on sites that gather several",
}


def names_matched(parsed: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    """Yield every text that a pattern without open repetitions matches."""
    yield from ("".join(parts) for parts in product(*(list(_matched(str(kind), what)) for kind, what in parsed)))


def _matched(kind: str, what: Any) -> Iterator[str]:
    match kind:
        case "LITERAL":
            yield chr(what)
        case "AT":
            yield ""
        case "BRANCH":
            for branch in what[1]:
                yield from names_matched(branch)
        case "SUBPATTERN":
            yield from names_matched(what[-1])
        case "MAX_REPEAT":
            least, most, repeated = what
            for count in range(least, most + 1):
                yield from names_matched(list(repeated) * count)
        case _:
            pytest.fail(f"courlan's pattern has a part that is not known here: {kind}")


#: A prefix stands for all that begins so; what courlan finds behind any underscore counts by itself.
NAMES = sorted(
    {
        f"{name}x" if name.endswith("_") else name.removeprefix("_")
        for name in names_matched(syntax.parse(TRACKERS_RE.pattern))
    }
)


def test_names_are_those_that_courlan_drops() -> None:
    assert {"utm_x", "fbclid", "campaign", "referer", "referrer"} <= set(NAMES)
    assert [name for name in NAMES if not re.search(TRACKERS_RE, name)] == []


@pytest.mark.parametrize("name", NAMES)
def test_url_key_drops_what_courlan_drops_but_what_may_choose_a_page(name: str) -> None:
    dropped = url_key(f"{ADDRESS}&{name}=1") == url_key(ADDRESS)
    assert dropped != (name in KEPT), KEPT.get(name)


@pytest.mark.parametrize(
    "name", ["at_campaign", "g2i_medium", "affiliateID", "gad_source", "mc_cid", "_ga", "_gl", "ref", "CMP", "xtor"]
)
def test_url_key_drops_tracking_that_pages_have(name: str) -> None:
    assert url_key(f"{ADDRESS}&{name}=1") == url_key(ADDRESS)


@pytest.mark.parametrize(
    "name",
    ["id", "p", "page", "article", "mediumid", "refs", "campaigns", "gallery", "ad", "mc", "gas", "atom", "affair"],
)
def test_url_key_keeps_what_only_looks_like_tracking(name: str) -> None:
    assert url_key(f"{ADDRESS}&{name}=1") != url_key(ADDRESS)


def test_every_name_kept_is_one_that_courlan_drops() -> None:
    assert set(KEPT) <= set(NAMES)
