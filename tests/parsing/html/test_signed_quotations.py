"""Quotations that the markup tells: `<q>`, and a `<blockquote>` with its `<cite>`."""

from pathlib import Path

from searchsvc.model.source import Source
from searchsvc.parsing import parse
from searchsvc.quotes import find_quotes
from searchsvc.sources import read_sources

PAGE = """<html lang="en"><head><title>Oldest lock to close</title></head><body><article>
<h1>Oldest lock to close for nine weeks</h1>
<p>Engineers found that two of the oak gates had moved by the width of a hand since the spring, and that water was
running behind the stones of the old lock.</p>
<blockquote><p>We cannot wait for another spring, because the stones are moving.</p><cite>Ana Ruiz, pilot</cite>
</blockquote>
<p>The harbour office will pay for the work, <q>all of it,</q> said Odo Venn, and it <q>“begins at once”</q>. It is to
last for nine weeks in all, as the council was told on Monday evening by the engineers.</p>
<blockquote>The gates are sixty years old and nobody has looked at them. <footer>— <cite>Ivo Marr</cite></footer>
</blockquote>
<blockquote>A quotation without a signature stays a paragraph, as the letter has it in so many words.</blockquote>
<p>Boats will be lifted over the wall by a crane in the meantime, at no cost to their owners, the office said in its
letter to the crews of the river.</p></article></body></html>"""


def test_the_signature_of_a_blockquote_is_its_speaker_and_q_has_marks(tmp_path: Path) -> None:
    (tmp_path / "lock.html").write_text(PAGE)
    (source,) = read_sources([str(tmp_path / "lock.html")])
    assert isinstance(source, Source)
    article = parse(source)
    pulled = [block.text for block in article.blocks if block.kind == "pullquote"]
    assert pulled == [
        "“We cannot wait for another spring, because the stones are moving.” – Ana Ruiz, pilot",
        "“The gates are sixty years old and nobody has looked at them.” – Ivo Marr",
    ]
    assert not any(block.text in {"Ana Ruiz, pilot", "Ivo Marr"} for block in article.blocks)
    told = [(quote.text, quote.speaker) for quote in find_quotes(article.blocks)]
    assert ("We cannot wait for another spring, because the stones are moving.", "Ana Ruiz") in told
    assert ("The gates are sixty years old and nobody has looked at them.", "Ivo Marr") in told
    assert ("all of it,", "Odo Venn") in told
    assert [text for text, _ in told].count("begins at once") == 1
