"""Catalogues of translations: read the texts out of the source, bring the `.po` files up to date, compile them.

`make translations` does it, after a text was added or changed, or a translation was written; with the tag of a language
it makes a catalogue for that one. docs/translating.md tells the rest.
"""

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages import Message as BabelMessage
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "searchsvc"
TRANSLATIONS = PACKAGE / "web" / "translations"
#: The class whose literal texts are translated.
MESSAGE = "Message"
#: What Jinja calls the functions of templates → how many texts they are given.
FUNCTIONS = {"_": 1, "gettext": 1, "ngettext": 2}

#: Lines of a catalogue's head that say when and with what it was written.
LEFT_OUT = tuple(
    f'"{name}'.encode()
    for name in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)

#: A text, or its singular and plural.
Text = str | tuple[str, str]


def texts() -> dict[Text, list[str]]:
    """Return the texts of the source, each with the files that have it, in the order of these."""
    found: dict[Text, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for text in python_texts(path.read_text(encoding="utf-8")):
            found.setdefault(text, []).append(str(path.relative_to(ROOT)))
    for path in sorted((PACKAGE / "web" / "templates").iterdir()):
        for text in template_texts(path.read_bytes()):
            found.setdefault(text, []).append(str(path.relative_to(ROOT)))
    return {text: sorted(set(places)) for text, places in found.items()}


def python_texts(source: str) -> Iterator[Text]:
    """Yield the literal texts of `Message(…)`.

    Raises:
        ValueError: A text that is no literal has letters: no catalogue could have it.

    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == MESSAGE and node.args:
            plural = next((one.value for one in node.keywords if one.arg == "plural"), None)
            singular = node.args[0]
            if isinstance(singular, ast.Constant) and isinstance(singular.value, str):
                if isinstance(plural, ast.Constant) and isinstance(plural.value, str):
                    yield singular.value, plural.value
                elif any(map(str.isalpha, without_places(singular.value))):
                    yield singular.value
            elif isinstance(singular, ast.JoinedStr):
                raise ValueError(f"line {node.lineno}: a Message has a literal text, with its values apart")


def template_texts(source: bytes) -> Iterator[Text]:
    """Yield the texts of a template."""
    options = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
    for _, function, found, _ in babel_extract(io.BytesIO(source), list(FUNCTIONS), [], {**options, "silent": "false"}):
        given = [str(one) for one in (found if isinstance(found, tuple) else (found,))]
        yield given[0] if FUNCTIONS[function] == 1 else (given[0], given[1])


def without_places(pattern: str) -> str:
    """Return a pattern without its places for values: `%(n)s quotes` → ` quotes`."""
    while (start := pattern.find("%(")) >= 0:
        pattern = pattern[:start] + pattern[pattern.index(")", start) + 2 :]
    return pattern


def template() -> Catalog:
    """Return the catalogue without translations."""
    made = Catalog(charset="utf-8", fuzzy=False)
    for text, places in sorted(texts().items(), key=lambda one: one[0] if isinstance(one[0], str) else one[0][0]):
        made.add(text, locations=[(place, 0) for place in places])
    return made


def files() -> list[Path]:
    """Return the catalogues, by tag."""
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def read(path: Path) -> Catalog:
    """Return a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as its file: without a time, and in the order of its texts."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, sort_output=True, omit_header=False, ignore_obsolete=True)
    lines = out.getvalue().split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(LEFT_OUT))


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as the service reads it."""
    # Its head says when it was written; the same translations make the same bytes.
    catalog.creation_date = catalog.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def updated(path: Path, source: Catalog) -> Catalog:
    """Return a catalogue with the texts of the source; what has no translation yet has an empty one."""
    catalog = read(path) if path.exists() else Catalog(locale=Locale.parse(path.parts[-3]), charset="utf-8")
    catalog.update(source, no_fuzzy_matching=True, update_creation_date=False)
    catalog.fuzzy = False
    catalog.header_comment = f"# The words of the pages of searchsvc: {Locale.parse(path.parts[-3]).english_name}."
    return catalog


def is_translated(message: BabelMessage) -> bool:
    """Return whether a text has a translation, in each plural form if it counts."""
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def main(tags: list[str]) -> None:
    """Bring the catalogues up to date, those of new languages too, and say what they lack."""
    source = template()
    for path in sorted({*files(), *(TRANSLATIONS / tag / "LC_MESSAGES" / "messages.po" for tag in tags)}):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(updated(path, source)))
        catalog = read(path)
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        lacking = [one.id for one in catalog if one.id and not is_translated(one)]
        print(f"{path.relative_to(ROOT)}: {len(catalog)} texts, {len(lacking)} without translation")
        for text in lacking:
            print(f"  {text!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
