"""WSGI entry: `gunicorn wsgi` serves what the environment's settings name."""

from searchsvc.web.server import load_application

application = load_application()
