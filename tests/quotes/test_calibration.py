"""How sure a speaker is: the tables, and the three grades that follow from them."""

import pytest

from searchsvc.model.article import CERTAIN, PROBABLE, Article, ArticleHead, Block, Provenance, Quote
from searchsvc.quotes import find_claims, find_quotes
from searchsvc.quotes.calibration import (
    Share,
    combined,
    confidence,
    mention_descriptions,
    person_descriptions,
    rule_precision,
)


def test_the_share_is_shrunk_so_that_few_cases_are_never_certain() -> None:
    assert Share(0, 0).probability == 0.5
    assert Share(3, 3).probability < CERTAIN < Share(100, 100).probability < 1


def test_the_most_special_description_with_enough_cases_decides() -> None:
    mentions = {"after": Share(90, 100), "after/full": Share(50, 50), "after/full/name": Share(0, 3)}
    persons = {"pronoun": Share(9, 10), "pronoun/speaker": Share(0, 1)}
    assert mention_descriptions("after", "full", "Ivo Marr", "said")[-1] == "after/full/name/plain"
    found = mention_descriptions("after", "full", "Ivo Marr", "said")
    resolved = person_descriptions("pronoun/speaker/near")
    assert combined(mentions, persons, found, resolved) == round(50.5 / 51 * 9.5 / 11, 3)
    assert combined(mentions, {}, found, resolved) is None


def test_a_name_is_surer_than_a_pronoun_and_a_near_one_surer_than_a_far_one() -> None:
    def sure(mention: str, basis: str) -> float:
        return confidence("after", "full", mention, "said", basis) or 0

    assert sure("Mr Marr", "surname") >= CERTAIN
    assert sure("he", "pronoun/speaker/near/alone") > sure("he", "pronoun/speaker/far/rivals")
    assert sure("it", "it/speaker/far") < PROBABLE
    assert confidence("no rule", "full", "he", "said", "surname") is None
    assert rule_precision("no rule") is None


def test_find_quotes_says_how_sure_a_speaker_is_and_why() -> None:
    named, he = find_quotes([Block("paragraph", '"We sail," said Ivo Marr. "It is cold," he added.')])
    assert (named.speaker_basis, he.speaker_basis) == ("full", "pronoun/speaker/near/alone")
    assert 1 > (named.speaker_confidence or 0) >= CERTAIN


def test_find_quotes_leaves_out_a_name_that_is_not_probable() -> None:
    text = 'Venn Holdings sold its boats. Marr Holdings said so. It said the port was "a very old wreck of stone".'
    (claim,) = find_claims([Block("paragraph", text)])
    (quote,) = find_quotes([Block("paragraph", text)])
    assert claim.name == "Marr Holdings"
    assert (quote.speaker, quote.mention, quote.who) == (None, "It", "It")


def said(speaker: str | None, mention: str | None, sure: float | None) -> Quote:
    return Quote("We sail", "full", speaker, mention, speaker_confidence=sure)


@pytest.mark.parametrize(
    ("quote", "certain", "probable", "who"),
    [
        pytest.param(said("Ivo Marr", "he", 0.97), "Ivo Marr", None, "Ivo Marr", id="certain"),
        pytest.param(said("Ivo Marr", "he", 0.8), None, "Ivo Marr", "he, probably Ivo Marr", id="probable"),
        pytest.param(said("Ivo Marr", "Ivo Marr", 0.8), None, "Ivo Marr", "probably Ivo Marr", id="probable, by name"),
        pytest.param(said(None, "he", None), None, None, "he", id="the mention alone"),
        pytest.param(said("Ivo Marr", "he", None), "Ivo Marr", None, "Ivo Marr", id="not measured"),
        pytest.param(said(None, None, None), None, None, None, id="nobody"),
    ],
)
def test_a_quote_has_three_grades(quote: Quote, certain: str | None, probable: str | None, who: str | None) -> None:
    assert (quote.certain_speaker, quote.probable_speaker, quote.who) == (certain, probable, who)


def test_only_certain_speakers_are_those_of_an_article() -> None:
    quotes = (said("Ivo Marr", "he", 0.99), said("Odo Venn", "he", 0.9))
    assert Article(ArticleHead("a", ""), (), Provenance("", "", ""), quotes).speakers == ("Ivo Marr",)
    assert [quote.names for quote in quotes] == [("Ivo Marr", "he"), ("he",)]
