"""What readers write, and how it is read."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchsvc.errors import QueryError
from searchsvc.model.fields import LANGUAGE, QUOTED, SECTION, SPEAKER_NAME, TITLE
from searchsvc.model.query import (
    And,
    DateRange,
    FacetFilter,
    Fuzzy,
    LinksTo,
    MatchAll,
    Node,
    Not,
    Or,
    ParsedQuery,
    Phrase,
    Prefix,
    Url,
    Word,
)
from searchsvc.query_parser import MAX_QUERY_LENGTH, parse_query, plain_query
from tests.examples import examples

NOW = datetime(2024, 6, 15, 12, tzinfo=UTC)
W = Word


def root(text: str) -> Node:
    return parse_query(text, now=NOW).root


def codes(text: str) -> set[str]:
    return {notice.code for notice in parse_query(text, now=NOW).notices}


def day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ferry", W("ferry")),
        ("Ferry rocks", And((W("ferry"), W("rocks")))),
        ("ferry AND rocks", And((W("ferry"), W("rocks")))),
        ("ferry OR boat rocks", Or((W("ferry"), And((W("boat"), W("rocks")))))),
        ("(ferry OR boat) rocks", And((Or((W("ferry"), W("boat"))), W("rocks")))),
        ("ferry -rocks", And((W("ferry"), Not(W("rocks"))))),
        ("ferry NOT rocks", And((W("ferry"), Not(W("rocks"))))),
        ("-rocks", And((MatchAll(), Not(W("rocks"))))),
        ("ferry -(rocks OR sand)", And((W("ferry"), Not(Or((W("rocks"), W("sand"))))))),
        ("Cuban-American", Phrase(("cuban", "american"))),
        ('"to be or not"', Phrase(("to", "be", "or", "not"))),
        ("“sea wall”", Phrase(("sea", "wall"))),
        ("„sea wall“", Phrase(("sea", "wall"))),
        ("«sea wall»", Phrase(("sea", "wall"))),
        ('"sea wall"~5', Phrase(("sea", "wall"), 5)),
        ("+sea NOT +wall", And((W("sea", literal=True), Not(W("wall"))))),
        ("title:+sea", W("sea", TITLE, literal=True)),
        ('"sea wall"@s', Phrase(("sea", "wall"), within="sentence")),
        ("“sea wall sea”@paragraph.", Phrase(("sea", "wall"), within="paragraph")),
        ('title:"sea wall"@P', Phrase(("sea", "wall"), 0, TITLE, within="paragraph")),
        ('"sea"@s', Phrase(("sea",))),
        ('"sea wall"@sam', And((Phrase(("sea", "wall")), W("sam")))),
        ("migrat*", Prefix("migrat")),
        ("hrabour~", Fuzzy("hrabour", 1)),
        ("hrabour~2", Fuzzy("hrabour", 2)),
        ("hrabour~9", Fuzzy("hrabour", 2)),
        ("title:ferry", W("ferry", TITLE)),
        ("quote:(shame OR scandal)", Or((W("shame", QUOTED), W("scandal", QUOTED)))),
        ('speaker:"Ian Kelly"', Phrase(("ian", "kelly"), 0, SPEAKER_NAME)),
        ('section:"Latin America"', FacetFilter(SECTION, "Latin America")),
        ("lang:DE", FacetFilter(LANGUAGE, "de")),
        ("after:2024-05", DateRange(start=day(2024, 5, 1))),
        ("before:2024", DateRange(end=day(2024, 1, 1))),
        ("date:2009-07", DateRange(day(2009, 7, 1), day(2009, 8, 1))),
        ("date:2009-07-31..2009-12", DateRange(day(2009, 7, 31), day(2010, 1, 1))),
        ("after:7d", DateRange(start=day(2024, 6, 8))),
        ("after:7days", DateRange(start=day(2024, 6, 8))),
        ("after:-1week", DateRange(start=day(2024, 6, 8))),
        ("quay.example/news/wall,", Url("http://quay.example/news/wall")),
        ("quay.example/harbour-wall", Url("http://quay.example/harbour-wall")),
        ("quay.example", Phrase(("quay", "example"))),
        ("asp.net/mvc", And((W("asp"), W("net"), W("mvc")))),
        ("talks.He/she-said", And((W("talks"), W("he"), W("she"), W("said")))),
        ("after:1m", DateRange(start=day(2024, 5, 15))),
        ("before:1y", DateRange(end=day(2023, 6, 15))),
        ("after:12h", DateRange(start=day(2024, 6, 15))),
        ("after:999999y", DateRange(start=day(1, 1, 1))),
        ("date:7d", DateRange(start=day(2024, 6, 8))),
        ("date:yesterday", DateRange(day(2024, 6, 14), day(2024, 6, 15))),
        ("date:2009..", DateRange(start=day(2009, 1, 1))),
        ("date:..2009-07", DateRange(end=day(2009, 8, 1))),
        ("date:2009-07-15", DateRange(day(2009, 7, 15), day(2009, 7, 16))),
        ("date:9999", DateRange(start=day(9999, 1, 1))),
        ("https://news.example/a?b=1", Url("https://news.example/a?b=1")),
        ("(https://news.example/a_(b)).", Url("https://news.example/a_(b)")),
        ("“HTTPS://news.example/a”", Url("HTTPS://news.example/a")),
        ("url:news.example/a", Url("http://news.example/a")),
        ("www.news.example/a", Url("http://www.news.example/a")),
        ("links:https://www.news.example/a/?utm_source=x", LinksTo(("news.example/a",))),
        ('links:"news.example/a" storm', And((LinksTo(("news.example/a",)), W("storm")))),
        ("lang:German", FacetFilter(LANGUAGE, "de")),
        ("lang:en-GB", FacetFilter(LANGUAGE, "en")),
        ('section:" Latin  America "', FacetFilter(SECTION, "Latin America")),
        ("section:(World Health)", Or((FacetFilter(SECTION, "World"), FacetFilter(SECTION, "Health")))),
        ("-rocks * OR ferry", Or((Not(W("rocks")), W("ferry")))),
        ("-(-rocks *)", W("rocks")),
        ("title:-ferry", And((MatchAll(), Not(W("ferry", TITLE))))),
        ("migrat*,", Prefix("migrat")),
        ("Cuban-Amer*", Phrase(("cuban", "amer"), tail="*")),
        ("ab~", W("ab")),
        ("talks,and/or", And((W("talks"), W("and"), W("or")))),
        ("bbc.co.uk", Phrase(("bbc", "co", "uk"))),
        ("l'accord", Or((Phrase(("l", "accord")), W("accord")))),
        ("us-led", Or((Phrase(("us", "led")), Phrase(("u.s.", "led"))))),
        ("what?who", And((W("what"), W("who")))),
        ("OR", W("or")),
        ('5" pipe', And((W("5"), W("pipe")))),
        ('"sea"~3', Phrase(("sea",))),
        ("AT&T", W("at&t")),
        ("C++", W("c++")),
        ("U.S.", W("u.s.")),
        ("US", W("u.s.")),
        ("us", Or((W("us"), W("u.s.")))),
        ("the", W("the")),
        ("", MatchAll()),
        ("  \n ", MatchAll()),
        ("*", MatchAll()),
        ("NOT NOT ferry", W("ferry")),
        ("10:21", Phrase(("10", "21"))),
        ("café’s", W("cafe")),
    ],
)
def test_parse_query_reads(text: str, wanted: Node) -> None:
    assert root(text) == wanted


@pytest.mark.parametrize(
    ("text", "code", "like"),
    [
        ('"sea wall', "repaired-quote", '"sea wall"'),
        ("(sea wall", "repaired-parenthesis", "(sea wall)"),
        ("sea wall)", "repaired-parenthesis", "sea wall"),
        ("OR sea", "operator-dropped", "sea"),
        ("sea OR", "operator-dropped", "sea"),
        ("sea AND AND wall", "operator-dropped", "sea wall"),
        ("sea NOT", "operator-dropped", "sea"),
        ("() sea", "empty-group", "sea"),
        ("sea OR title:()", "operator-dropped", "sea"),
        ("sea title:()", "empty-group", "sea"),
        ("foo:bar", "unknown-field", "foo bar"),
        ("title: sea", "field-as-word", "title sea"),
        ("sea & wall !!!", "signs-ignored", "sea wall"),
        ("to us", "us-either", "to us"),
        ("the sea", "stop-words-ignored", "the sea"),
        ('the "sea wall"', "stop-words-ignored", 'the "sea wall"'),
        ("sea section:", "field-as-word", "sea section"),
        ('sea section:""', "field-dropped", "sea"),
        ("section:(World Health)", "field-any", "section:World OR section:Health"),
        ("date:2010..2009", "dates-exchanged", "date:2009..2010"),
        ("after:2010 before:2009", "no-time-left", "after:2010 before:2009"),
        ("NOT", "operator-as-word", "not"),
        ("ab~", "fuzzy-short", "ab"),
        ('"sea wall"~999', "slop-capped", '"sea wall"~100'),
        ('"sea wall"~99999', "slop-capped", '"sea wall"~100'),
        ('"sea wall"~near', "slop-unread", '"sea wall"~1'),
        ('"sea wall"~5~6 tide', "slop-unread", '"sea wall"~5 tide'),
        ('"sea wall"@s~6 tide', "slop-unread", '"sea wall"@s tide'),
        ('"sea wal*"@s', "operator-in-phrase", '"sea wal"@s'),
        ("!sea", "sign-ignored", "sea"),
        ("--sea wall", "sign-ignored", "sea wall"),
        ("sea^2 wall^0.5", "weight-ignored", "sea wall"),
        ('"sea wall"^2', "weight-ignored", '"sea wall"'),
        ('"sea wall"~3^2', "weight-ignored", '"sea wall"~3'),
        ("(sea wall)^2 tide", "weight-ignored", "(sea wall) tide"),
        ("sea^2, wall", "weight-ignored", "sea wall"),
        ("sea" + "^" * 1900, "weight-ignored", "sea"),
        ("wall~99999", "fuzzy-capped", "wall~2"),
        ("wall~0.8", "fuzzy-whole", "wall~"),
    ],
)
def test_parse_query_repairs_and_says_so(text: str, code: str, like: str) -> None:
    assert root(text) == root(like)
    assert code in codes(text)


@pytest.mark.parametrize("text", ["(", ")", "()", '"', '""', "~", "- -", "title:()", 'section:""', "{}"])
def test_parse_query_says_nothing_of_operators_that_are_not_there(text: str) -> None:
    assert (root(text), "no-words" in codes(text)) == (MatchAll(), True)
    assert not codes(text) & {"operator-dropped", "operator-as-word"}


@pytest.mark.parametrize(
    "text", ["sea", '"sea wall"~5.', '("sea wall"~5)', "sea-wall", "+sea", "after:-7d", "sea -wall"]
)
def test_parse_query_says_nothing_where_all_was_read(text: str) -> None:
    assert codes(text) == set()


def test_a_suggestion_is_no_longer_than_a_query_though_forms_may_be_longer_than_what_was_written() -> None:
    for text, suggestion in (("dİﬁ7" * 600, None), ("sea " + "dİﬁ7" * 600, "sea")):
        with pytest.raises(QueryError) as caught:
            parse_query(text, now=NOW)
        assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "position", "suggestion"),
    [
        ("sea a*", 4, "sea a"),
        ("*tion", 0, "tion"),
        ("wo*an sea", 0, "wo sea"),
        ("after:soon sea", 0, "sea"),
        ("date:2009-13", 0, "date:2009"),
        ("lang:klingon", 0, "lang klingon"),
        ("(" * 30 + "sea", 20, "sea"),
        ("sea " * 600, MAX_QUERY_LENGTH, "sea " * 11 + "sea"),
        (
            "abca* abcb* abcc* abcd* abce* abcf* abcg* abch* abci*",
            48,
            "abca* abcb* abcc* abcd* abce* abcf* abcg* abch*",
        ),
    ],
    ids=["short prefix", "leading star", "inner star", "no date", "no month", "no language", "deep", "long", "many"],
)
def test_parse_query_refuses_with_place_and_way_out(text: str, position: int, suggestion: str) -> None:
    with pytest.raises(QueryError) as caught:
        root(text)
    assert (caught.value.position, caught.value.suggestion) == (position, suggestion)
    assert root(suggestion)


def test_parse_query_tells_what_may_be_relaxed() -> None:
    read = parse_query('storm harbour "sea wall" -football title:ferry after:2024', now=NOW)
    assert read.bare == (W("storm"), W("harbour"))
    assert read.fixed == (
        Phrase(("sea", "wall")),
        Not(W("football")),
        W("ferry", TITLE),
        DateRange(start=day(2024, 1, 1)),
    )


def test_parse_query_holds_words_joined_by_and() -> None:
    read = parse_query("storm AND harbour ferry", now=NOW)
    assert (read.bare, read.fixed) == ((W("ferry"),), (W("storm"), W("harbour")))


def test_parse_query_takes_a_page_of_prose() -> None:
    prose = " ".join(f"w{number}" for number in range(400))
    assert len(parse_query(prose, now=NOW).bare) == 400


def test_parse_query_keeps_the_readers_text_where_the_reading_is_longer() -> None:
    grows = "title:(" + " ".join(f"w{number}" for number in range(300)) + ")"
    read = parse_query(grows, now=NOW)
    assert read.text == grows
    assert (
        parse_query("ﷺ" * MAX_QUERY_LENGTH, now=NOW).root
        == parse_query(parse_query("ﷺ" * MAX_QUERY_LENGTH, now=NOW).text, now=NOW).root
    )


def test_parse_query_carries_no_half_characters() -> None:
    assert "\ud800" not in repr(parse_query("section:\ud800x", now=NOW))


def test_plain_query_takes_operators_as_words() -> None:
    assert plain_query('a -b OR "c').root == And((W("a"), W("b"), W("or"), W("c")))


def test_plain_query_has_its_own_limits() -> None:
    assert len(plain_query("storm " * 1000).bare) == 1000
    with pytest.raises(QueryError, match="1,001 words"):
        plain_query("storm " * 1001)
    with pytest.raises(QueryError, match="characters"):
        plain_query("x" * 20_000)


MORE = "2009..2010 yesterday www.a.b us-led l'eau Cuban-Amer* and/or 10:21 “ date:.. lang:english "
WORDS = (
    MORE
    + "storm us US U.S. the café ½ C++ AT&T 1,000 2024-05 .. 7d de https://a.b/c \u00a0 \ud800 \u202e ﷺ e\u0301 \x00"
)
SIGNS = "\" “ ” « ( ) - ~ ~2 * ? @s @p + OR AND NOT title: quote: section: after: date: lang: ' ’ foo: :"
PIECES = st.sampled_from([" ", *WORDS.split(" "), *SIGNS.split(), *(f" {sign} " for sign in SIGNS.split())])
TEXTS = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=80))


@examples(2000)
@given(TEXTS)
@example("us OR US OR x")
@example("((us) OR ferry) US")
def test_parse_query_never_fails_and_reads_its_own_writing(text: str) -> None:
    read = read_or_refused(text)
    if isinstance(read, QueryError):
        assert read.reason
        assert read.suggestion is None or parse_query(read.suggestion, now=NOW)
    else:
        assert parse_query(read.text, now=NOW).root == read.root
    plain_query(text)


def read_or_refused(text: str) -> ParsedQuery | QueryError:
    try:
        return parse_query(text, now=NOW)
    except QueryError as error:
        return error


@pytest.mark.parametrize("unit", ["(", ")", '"', "-", "NOT ", "a~ ", "“", "a:", "* ", "OR ", "x" * 50 + " ", "\\", "~"])
def test_parse_query_answers_floods(unit: str) -> None:
    text = (unit * MAX_QUERY_LENGTH)[:MAX_QUERY_LENGTH]
    assert read_or_refused(text)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("storm", None),
        ("after:2024 before:2025-03-01", None),
        ("date:2024-01-02T03:04Z", None),
        ('"after:7d"', None),
        ("after:7d", "day"),
        ("storm -before:yesterday", "day"),
        ("date:2020..2w", "day"),
        ("storm OR (after:2020 date:1y)", "day"),
        ("after:7h", "minute"),
        ("after:(2d 3hours)", "minute"),
    ],
)
def test_parse_query_says_what_its_dates_count_from(text: str, unit: str | None) -> None:
    assert parse_query(text, now=NOW).counts_from == unit


@pytest.mark.parametrize(
    "text",
    [
        "1,,000",
        "0|000",
        "2:,000 km",
        "&T1,000",
        "000&e",
        "“&T,000",
        "hᩫ1,000l2",
        "NOT 🙂",
        "NOT ☌ a",
        "d’&",
        "港口l'u",
        "fé½’ﷺ",
    ],
)
def test_what_a_query_is_written_as_is_read_as_the_same(text: str) -> None:
    parsed = parse_query(text, now=NOW)

    assert parse_query(parsed.text, now=NOW).root == parsed.root
