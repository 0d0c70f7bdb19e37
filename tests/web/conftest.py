"""The application over a filled in-memory engine, and a client that speaks to it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchsvc.engines.memory import MemoryEngine
from searchsvc.settings import Settings
from searchsvc.web import create_app
from tests.web.web_articles import filled_engine


@pytest.fixture(scope="session")
def engine() -> MemoryEngine:
    return filled_engine()


@pytest.fixture(scope="session")
def app(engine: MemoryEngine) -> Flask:
    return create_app(Settings(title="Tarn <Archive>"), engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
