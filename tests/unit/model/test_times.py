from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.model.times import (
    http_date,
    parse_http_date,
    parse_moment,
    parse_rfc3339,
    rfc3339,
)

MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)  # noqa: DTZ001 - hypothesis wants them naive
).map(lambda moment: moment.replace(tzinfo=UTC))  # fmt: skip


@given(MOMENTS)
def test_times_survive_writing_and_reading(moment: datetime) -> None:
    """RFC 3339 keeps microseconds, an HTTP date keeps seconds."""
    assert moment == parse_rfc3339(rfc3339(moment))
    assert moment.replace(microsecond=0) == parse_http_date(http_date(moment))


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - as above
def test_an_http_date_is_that_of_the_standard_library(moment: datetime) -> None:
    """The same text as `email.utils` gives."""
    assert format_datetime(moment, usegmt=True) == http_date(moment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-11-13T14:48:55.123456789Z", "2019-11-13T14:48:55.123456Z"),
        ("2019-11-13T14:48:55+02:00", "2019-11-13T12:48:55Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    ],
)
def test_times_of_documents_become_utc(text: str, expected: str) -> None:
    """Nanoseconds are cut to microseconds, offsets are applied."""
    assert expected == rfc3339(parse_rfc3339(text))


@pytest.mark.parametrize(
    "text",
    [
        *("", "2019-13-01T00:00:00Z", "2019-02-30T00:00:00Z", "2019-11-13T24:00:00Z"),
        *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00", "2019-11-13 14:48"),
        *("2019-11-13T14:48:55", "2019-11-13T14:48:55+25:00", "1573656535"),
        "٢٠١٩-11-13T14:48:55Z",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """Out of range, without zone or in another form: ValueError, nothing else."""
    with pytest.raises(ValueError, match=r"."):
        parse_rfc3339(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 13 Nov 2019 14:48:55 GMT",
        "Wed, 31 Nov 2019 14:48:55 GMT",
        "Wed, 13 Nov 2019 14:48:60 GMT",
        "Wed, 13 Nov 2019 14:48:55 CET",
        "Wed, 13 Nov 19 14:48:55 GMT",
    ],
)
def test_impossible_http_dates_are_refused(text: str) -> None:
    """A wrong weekday or an impossible day is no date."""
    with pytest.raises(ValueError, match=r"."):
        parse_http_date(text)


@pytest.mark.parametrize(
    "text", ["2017-12-01T14:30", "2017-12-01T14:30Z", "2017-12-01 14:30:00"]
)
def test_a_minute_as_people_write_it(text: str) -> None:
    """With or without the letter that says UTC, and without seconds."""
    assert datetime(2017, 12, 1, 14, 30, tzinfo=UTC) == parse_moment(text)
