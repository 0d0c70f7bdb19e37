"""WSGI entry point: `gunicorn wsgi` serves the application that the environment's settings describe."""

from searchsvc.web.gunicorn_server import load_application

application = load_application()
