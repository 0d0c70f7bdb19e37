"""In which language is a page? In that of `?ui=`, else of the setting, else of the browser (`Accept-Language`).

The choice is kept in a context variable while a request is answered, so that whatever writes a text for the page can
ask for it. Programs get English: JSON and files never ask. An answer that asked says so: `Content-Language`, and
`Vary: Accept-Language` where the browser decided.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, request, url_for
from markupsafe import Markup
from werkzeug.local import LocalProxy

from searchsvc.errors import UsageError
from searchsvc.model.message import Message
from searchsvc.web.kept_language import keep_language
from searchsvc.web.parameters import UI
from searchsvc.web.ui_languages import ENGLISH, UiLanguage, ui_languages

#: Addresses that read no parameters.
WITHOUT_PARAMETERS = ("/healthz", "/readyz", "/feed.atom")
#: Value of the setting by which the browser decides.
AUTO = "auto"


@dataclass(slots=True)
class PageLanguage:
    """The language of the answer to one request, chosen when it is first asked for."""

    #: What the setting says.
    setting: str
    #: None as long as nobody has asked.
    language: UiLanguage | None = None
    #: Whether the browser decided, and whether the address did.
    by_browser: bool = False
    by_address: bool = False

    def chosen(self) -> UiLanguage:
        """Return the language of the current request."""
        if self.language is None:
            known = ui_languages()
            tag = request.args.get(UI, "").strip()
            self.by_address = tag in known
            if not self.by_address:
                tag = self.setting
            if tag == AUTO:
                self.by_browser = True
                tag = request.accept_languages.best_match([*known], ENGLISH)
            self.language = known[tag]
        return self.language


_current: ContextVar[PageLanguage | None] = ContextVar("page_language", default=None)


def page_language() -> UiLanguage:
    """Return the language of the page that is being made; English outside of a request."""
    current = _current.get()
    return ui_languages()[ENGLISH] if current is None else current.chosen()


@contextmanager
def speaking(language: UiLanguage) -> Iterator[None]:
    """Make texts for pages in a language while the block runs."""
    token = _current.set(PageLanguage(language.tag, language))
    try:
        yield
    finally:
        _current.reset(token)


def told(text: str) -> str:
    """Return a text in the language of the page; one that is no Message as it is."""
    return page_language().told(text) if isinstance(text, Message) else text


def add_languages(app: Flask, setting: str) -> None:
    """Have the pages of an application speak the reader's language.

    Args:
        app: The application, before its templates are loaded.
        setting: Tag of the language of all readers who do not choose one, or AUTO.

    Raises:
        UsageError: There is no such language.

    """
    known = ui_languages()
    if setting != AUTO and setting not in known:
        raise UsageError(f"SEARCHSVC_UI={setting!r}: give {', '.join(known)} or {AUTO}")
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    # Texts of templates come here with their values, as they are.
    env.newstyle_gettext = True  # type: ignore[attr-defined]  # an attribute of the extension
    env.globals.update(gettext=_gettext, ngettext=_ngettext, _=_gettext)
    env.globals.update(ui=LocalProxy(page_language), languages=known, lang_of=lang_of, in_language=in_language)
    env.filters.update(number=lambda n: page_language().number(n), decimal=_decimal)

    @app.before_request
    def begin() -> None:
        _current.set(PageLanguage(setting))

    @app.after_request
    def say(response: Response) -> Response:
        current = _current.get()
        if current is None:
            return response
        if response.location is not None and UI in request.args:
            keep_language(response, UI, current.chosen().tag)
        elif current.language is not None:
            _describe(response, current)
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        _current.set(None)


def _describe(response: Response, current: PageLanguage) -> None:
    """Add to an answer in the reader's language which one it is, and on what that depends."""
    language = current.chosen().tag
    response.headers["Content-Language"] = language
    if current.by_browser:
        response.vary.add("Accept-Language")
    if current.by_address:
        keep_language(response, UI, language)


def describe_languages(paths: dict[str, Any]) -> None:
    """Add the parameter `ui` to the paths of the description of the API."""
    does = "The language of pages and feeds; the words of JSON are English in any case, as are those of files."
    schema = {"type": "string", "enum": [*ui_languages()]}
    for path, operations in paths.items():
        if "get" in operations and path not in WITHOUT_PARAMETERS:
            parameter = {"name": UI, "in": "query", "description": does, "schema": schema}
            operations["get"]["parameters"] = [*operations["get"].get("parameters", ()), parameter]


def lang_of(code: str | None) -> Markup:
    """Return the attribute `lang` for a text in a language; nothing where that is the page's, or is not known."""
    return Markup("") if code is None or code == page_language().tag else Markup(' lang="{}"').format(code)


def in_language(tag: str) -> str:
    """Return the address of the page that is shown, in another language; where there is none, of the first page."""
    if request.url_rule is None:
        return f"{url_for('pages.start')}?{urlencode({UI: tag})}"
    others = [(name, value) for name, value in request.args.items(multi=True) if name != UI]
    return f"{request.script_root}{quote(request.path)}?{urlencode([*others, (UI, tag)])}"


def say_in_page_language(value: object) -> object:
    """Return what a template writes of a value: of a Message its text in the language of the page."""
    return page_language().told(value) if type(value) is Message else value


def _gettext(pattern: str, /, **values: object) -> Markup:
    """Return a text of a template in the language of the page; values that are no Markup are escaped."""
    page = page_language()
    return Markup(page.pattern(pattern)) % {name: page.written(value) for name, value in values.items()}  # noqa: S704  our own texts


def _ngettext(singular: str, plural: str, n: int, /, **values: object) -> Markup:
    """Return a text of a template that counts."""
    page = page_language()
    return Markup(page.pattern(singular, plural, n)) % {name: page.written(value) for name, value in values.items()}  # noqa: S704  our own texts


def _decimal(value: float, digits: int = 0) -> str:
    return page_language().decimal(value, digits)
