"""WSGI entry: `gunicorn wsgi` serves what the environment's settings name."""

from searchsvc.settings import Settings
from searchsvc.web import create_app

application = create_app(Settings.from_env())
