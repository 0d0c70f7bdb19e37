import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchsvc.languages import MONTHS
from searchsvc.parsing.dates import DateLocale, parse_datetime, parse_day, parse_relative_date
from tests.narrowing import present


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10:21 GMT, Wednesday, 15 July 2009 11:21 UK", at(2009, 7, 15, 10, 21)),
        ("Page last updated at 10:21 GMT, Wednesday, 15 July 2009 11:21 UK", at(2009, 7, 15, 10, 21)),
        ("Last Updated: Wednesday, 15 July, 2009, 10:21 GMT 11:21 UK", at(2009, 7, 15, 10, 21)),
        ("Page last updated at 13:11 GMT, Thursday, 12 March 2009 13:11 UK", at(2009, 3, 12, 13, 11)),
        ("22:00 UK time, Wednesday, 27 March 2013", at(2013, 3, 27, 22, 0)),
        ("22:00 UK time, Wednesday, 3 July 2013", at(2013, 7, 3, 21, 0)),
        ("23 February 2013 Last updated at 19:02 ET", at(2013, 2, 24, 0, 2)),
        ("2009-07-15T10:21:00Z", at(2009, 7, 15, 10, 21)),
        ("2009-07-15T12:21:00.250+02:00", at(2009, 7, 15, 10, 21)),
        ("2009-07-15T05:21-0500", at(2009, 7, 15, 10, 21)),
        ("July 15, 2009 at 3:04 pm EDT", at(2009, 7, 15, 19, 4)),
        ("July 15, 2009 12:30 a.m. GMT", at(2009, 7, 15, 0, 30)),
        ("Wed, 15 Jul 2009 11:21:00 +0100", at(2009, 7, 15, 10, 21)),
        ("Saturday, 2 May, 2009 at 1130 BST", at(2009, 5, 2, 10, 30)),
        ("15. Juli 2009, 12:21 Uhr MESZ", at(2009, 7, 15, 10, 21)),
    ],
)
def test_parse_datetime_reads_clocks_with_their_zones(text: str, moment: datetime) -> None:
    found = present(parse_datetime(text))
    assert (found.at, found.has_time, found.has_zone, found.warning) == (moment, True, True, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20090715102100", at(2009, 7, 15, 10, 21)),
        ("2009/07/15 10:21:44", at(2009, 7, 15, 10, 21, 44)),
        ("2009-07-15 10:21", at(2009, 7, 15, 10, 21)),
        ("24 July 2012 Last updated at 12:01", at(2012, 7, 24, 12, 1)),
        ("15. Juli 2009, 12:30 Uhr", at(2009, 7, 15, 12, 30)),
        ("Mercredi 15 juillet 2009 à 12h30", at(2009, 7, 15, 12, 30)),
        ("15 de julho de 2009 às 10h21", at(2009, 7, 15, 10, 21)),
        ("woensdag 15 juli 2009 om 10.21 uur", at(2009, 7, 15, 10, 21)),
        ("15 июля 2009 г. в 10:21", at(2009, 7, 15, 10, 21)),
    ],
)
def test_parse_datetime_takes_a_clock_without_a_zone_as_utc_and_says_so(text: str, moment: datetime) -> None:
    found = present(parse_datetime(text))
    assert (found.at, found.has_time, found.has_zone) == (moment, True, False)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("18 Apr 09", date(2009, 4, 18)),
        ("18 Apr 09 |  Americas", date(2009, 4, 18)),
        ("18 Apr 09\u00a0|\u00a0 Americas", date(2009, 4, 18)),
        ("08 Mar 99", date(1999, 3, 8)),
        ("06 DECEMBER 2012", date(2012, 12, 6)),
        ("20090715", date(2009, 7, 15)),
        ("15 July 2009", date(2009, 7, 15)),
        ("July 15, 2009", date(2009, 7, 15)),
        ("Published: 15th July 2009", date(2009, 7, 15)),
        ("15.07.2009", date(2009, 7, 15)),
        ("25/12/2009", date(2009, 12, 25)),
        ("12/25/2009", date(2009, 12, 25)),
        ("3. März 2021", date(2021, 3, 3)),
        ("1er juillet 2009", date(2009, 7, 1)),
        ("3 de marzo de 2021", date(2021, 3, 3)),
        ("3 de março de 2021", date(2021, 3, 3)),
        ("3 marzo 2021", date(2021, 3, 3)),
        ("3 maart 2021", date(2021, 3, 3)),
        ("3 марта 2021", date(2021, 3, 3)),
        ("3 مارس 2021", date(2021, 3, 3)),
        ("2021年3月3日", date(2021, 3, 3)),
        ("15 července 2009", date(2009, 7, 15)),
    ],
)
def test_parse_day_reads_dates_of_many_languages(text: str, day: tuple[int, ...]) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "may",
        "talks in 2003",
        "7 hrs ago",
        "March 2009",
        "03/04/2009",
        "31 February 2009",
        "15 July 2009 at 25:00",
        "6 men in 2 May 2009",
        "5 May 1999 to 6 May 2000",
        "15 July 20091",
        "1 2 3",
        "",
        "9" * 100_000,
        "15 July 2009 " * 10_000,
    ],
)
def test_parse_datetime_never_guesses(text: str) -> None:
    assert parse_datetime(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3. maí 2021", "is"),
        ("3. maí 2021", None),
        ("3 svibnja 2021", None),
        ("2021 svibnja 3", None),
        ("ngày 3 tháng 5 năm 2021", "vi"),
        ("৩ মে ২০২১", "bn"),
        ("3 Montag Mai 2021", "de"),
    ],
)
def test_parse_datetime_asks_dateparser_for_forms_that_no_table_has(text: str, language: str | None) -> None:
    parsed = parse_datetime(text, DateLocale(language))

    assert parsed is not None
    assert parsed.printed.day == date(2021, 5, 3)


def test_parse_datetime_does_not_load_dateparser_for_headlines_with_a_year() -> None:
    headlines = [
        "The 16 Best Books of 2023",
        "Harbour cup 15 (2022)",
        "8 fantastic shows from 2023 that you may stream at home",
        "Die Trainer der 3. Liga in der Saison 2023/24",
    ]
    code = (
        "import sys\nfrom searchsvc.parsing.dates import DateLocale, parse_datetime\n"
        f"print([parse_datetime(text, DateLocale(tag)) for text in {headlines!r} for tag in ('en', None)])\n"
        "print('dateparser' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.splitlines() == [str([None] * 8), "False"]


def test_parse_datetime_says_when_the_clocks_disagree() -> None:
    found = present(parse_datetime("10:21 GMT, Wednesday, 15 July 2009 12:21 UK"))
    assert found.at == at(2009, 7, 15, 10, 21)
    assert found.warning == "its clocks disagree: 10:21 and 11:21 UTC"


@given(st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2069, 12, 31)), st.sampled_from(sorted(MONTHS)))  # noqa: DTZ001
def test_parse_day_knows_every_month_by_every_name(when: datetime, name: str) -> None:
    day = when.date().replace(month=MONTHS[name], day=min(when.day, 28))
    assert parse_day(f"{day.day} {name} {day.year}") == day
    assert (
        parse_day(f"{day.day:02} {name.upper()} {day.year}") == day or name.upper().lower() != name
    )  # MAYIS, in Turkish


@given(st.text(max_size=60))
def test_parse_datetime_ends_in_a_moment_or_none(text: str) -> None:
    found = parse_datetime(text)
    assert found is None or found.at.utcoffset() == timedelta()


BASE = at(2009, 7, 15, 10, 21)


@pytest.mark.parametrize(
    ("text", "precision", "start", "end"),
    [
        ("7 hrs ago", "hour", BASE - timedelta(hours=8), BASE - timedelta(hours=7)),
        ("27 hrs ago", "hour", BASE - timedelta(hours=28), BASE - timedelta(hours=27)),
        ("an hour ago", "hour", BASE - timedelta(hours=2), BASE - timedelta(hours=1)),
        ("19 mins ago", "minute", BASE - timedelta(minutes=20), BASE - timedelta(minutes=19)),
        ("2 days ago", "day", BASE - timedelta(days=3), BASE - timedelta(days=2)),
        ("1 month ago", "month", BASE - timedelta(days=62), BASE - timedelta(days=28)),
        ("vor 3 Stunden", "hour", BASE - timedelta(hours=4), BASE - timedelta(hours=3)),
        ("il y a 2 jours", "day", BASE - timedelta(days=3), BASE - timedelta(days=2)),
        ("hace 5 minutos", "minute", BASE - timedelta(minutes=6), BASE - timedelta(minutes=5)),
        ("3 uur geleden", "hour", BASE - timedelta(hours=4), BASE - timedelta(hours=3)),
        ("3 часа назад", "hour", BASE - timedelta(hours=4), BASE - timedelta(hours=3)),
    ],
)
def test_parse_relative_date_counts_back_from_a_known_moment(
    text: str, precision: str, start: datetime, end: datetime
) -> None:
    age = present(parse_relative_date(text, BASE))
    assert (age.text, age.precision, age.start, age.end) == (text, precision, start, end)


def test_parse_relative_date_keeps_the_words_where_no_moment_is_known() -> None:
    age = present(parse_relative_date("7\u00a0hrs  ago", None))
    assert (age.text, age.precision, age.start, age.end) == ("7 hrs ago", "hour", None, None)


@pytest.mark.parametrize("text", ["", "ago", "7 hrs", "talks 7 hrs ago", "7 hrs ago today", "18 Apr 09", "x" * 99_999])
def test_parse_relative_date_is_none_for_anything_else(text: str) -> None:
    assert parse_relative_date(text, BASE) is None


def test_parse_relative_date_before_all_time_has_no_range() -> None:
    assert present(parse_relative_date("9999 years ago", BASE)).start is None
