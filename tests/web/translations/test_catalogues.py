"""The catalogues of translations: whole, up to date with the texts of the source, and compiled."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages import Message as BabelMessage

from tools.translations import compiled, files, python_texts, read, template, template_texts

PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}|%%")
MARKUP = re.compile(r"</?[a-z]+[^>]*>")

each_catalogue = pytest.mark.parametrize("path", files(), ids=lambda path: path.parts[-3])


def forms(message: BabelMessage) -> list[tuple[str, str]]:
    """Return the translations of a message, each beside the text that it translates."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    singular, plural = message.id[0], message.id[-1]
    return [(singular if i == 0 else plural, text) for i, text in enumerate(message.string or ())]


def test_there_are_german_and_spanish() -> None:
    assert {"de", "es"} <= {path.parts[-3] for path in files()}


@each_catalogue
def test_every_text_of_the_source_is_in_the_catalogue_and_no_other(path: Path) -> None:
    known = {one.id for one in read(path) if one.id}
    assert known == {one.id for one in template() if one.id}


@each_catalogue
def test_no_translation_is_empty_or_fuzzy(path: Path) -> None:
    catalog = read(path)
    for message in catalog:
        if message.id:
            assert not message.fuzzy, message.id
            assert all(text for _, text in forms(message)), message.id
            assert message.pluralizable is isinstance(message.string, tuple), message.id
            if message.pluralizable:
                assert len(message.string or ()) == catalog.num_plurals, message.id


@each_catalogue
def test_translations_keep_the_places_and_the_markup_of_their_texts(path: Path) -> None:
    for message in read(path):
        for text, translation in forms(message) if message.id else ():
            assert Counter(PLACE.findall(translation)) == Counter(PLACE.findall(text)), text
            assert sorted(MARKUP.findall(translation)) == sorted(MARKUP.findall(text)), text
            assert "<" not in MARKUP.sub("", translation), text
            # Texts stand in attributes, too.
            assert '"' not in MARKUP.sub("", translation), text
            assert (text[:1].isspace(), text[-1:].isspace()) == (translation[:1].isspace(), translation[-1:].isspace())


@each_catalogue
def test_what_the_service_reads_is_what_was_written(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == compiled(read(path)), "run `make translations`"


def test_texts_are_read_out_of_python_and_templates() -> None:
    source = """Message("a %(b)s", b=Message("c")); Message("d", plural="ds", n=1); Message("%(x)s: %(y)s", x=1, y=2)"""
    assert set(python_texts(source)) == {"a %(b)s", "c", ("d", "ds")}
    page = b"{{ _('e %(f)s', f=1) }}{% trans n=n %}{{ n }} g{% pluralize %}{{ n }} gs{% endtrans %}"
    assert set(template_texts(page)) == {"e %(f)s", ("%(n)s g", "%(n)s gs")}
    with pytest.raises(ValueError, match="literal"):
        list(python_texts('Message(f"a {b}")'))
