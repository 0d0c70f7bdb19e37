"""Links, similar articles and stories are the same on every engine."""

import json
from typing import Any

import pytest

from searchsvc.engines.base import Engine
from searchsvc.engines.memory import MemoryEngine
from searchsvc.json_stories import headlines_to_json, links_to_json, similar_to_json, story_to_json
from searchsvc.model.document import chunk
from searchsvc.search import SearchRequest, find_links, find_similar, find_story, search_headlines
from tests.search.story_articles import ARTICLES, archive


def without_copies(engine: Engine) -> Engine:
    """The engine with the articles but the copy: what is grouped with what is tried by the contract of copies."""
    archive(engine)
    with engine.writer() as writer:
        writer.delete("copy")
    return engine


def answers(engine: Engine) -> dict[str, Any]:
    """All that is answered about each article, as it is published, without the state of the index."""
    found: dict[str, bytes] = {"headlines": headlines_to_json(search_headlines(engine, SearchRequest(size=50)))}
    for name in [one.head.id for one in ARTICLES if one.head.id != "copy"]:
        found[f"links of {name}"] = links_to_json(find_links(engine, name))
        found[f"like {name}"] = similar_to_json(find_similar(engine, name))
        for days in (0, 14, 365):
            found[f"story of {name} in {days}"] = story_to_json(find_story(engine, name, days=days))
    return {name: {**json.loads(answer), "index": None} for name, answer in found.items()}


def rounded(value: Any) -> Any:
    """The same with figures that may differ in their last digits."""
    match value:
        case float():
            return pytest.approx(value, abs=2e-3)
        case dict():
            return {key: rounded(one) for key, one in value.items()}
        case list():
            return [rounded(one) for one in value]
        case _:
            return value


def test_every_engine_tells_the_same_stories(engine: Engine) -> None:
    have, want = answers(without_copies(engine)), answers(without_copies(MemoryEngine()))
    for name, answer in want.items():
        assert have[name] == rounded(answer), name


def test_a_story_follows_what_is_added_changed_and_deleted(engine: Engine) -> None:
    without_copies(engine)
    with engine.writer() as writer:
        writer.delete("repair")
        writer.delete("lists")
    assert [one.head.id for one in find_story(engine, "fall").articles] == ["fall", "ferries", "column"]
    with engine.writer() as writer:
        writer.delete("fall")
        writer.put(chunk(next(one for one in ARTICLES if one.head.id == "lists")))
    assert [one.head.id for one in find_story(engine, "lists").articles] == ["lists"]
