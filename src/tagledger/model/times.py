"""Times: RFC 3339 as documents write them, RFC 9110 as HTTP and pages do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,12})?"
    r"(?:[Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?[Zz]?", re.ASCII
)
_HTTP = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d\d):(\d\d):(\d\d) GMT",
    re.ASCII,
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def parse_rfc3339(text: str) -> datetime:
    """An RFC 3339 time in UTC, cut to microseconds. Raises ValueError."""
    # `fromisoformat` reads much else as well; what passes this it reads alike.
    if _RFC3339.fullmatch(text) is None:
        raise ValueError(f"{text[:60]!r} is not an RFC 3339 time")
    moment = datetime.fromisoformat(text.upper())
    try:
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError(f"{text!r} is out of range") from exc


def rfc3339(moment: datetime) -> str:
    """The time as RFC 3339 in UTC, with a fraction only where there is one."""
    text = moment.astimezone(UTC).isoformat()
    return text.removesuffix("+00:00") + "Z"


def parse_moment(text: str, *, ends_day: bool = False) -> datetime:
    """`2017-12-01`, `2017-12-01T14:30` or RFC 3339; in UTC unless it says otherwise.

    A day alone is its first moment, or with `ends_day` its last. Raises ValueError.
    """
    if _DAY.fullmatch(text):
        day = datetime.fromisoformat(text).replace(tzinfo=UTC)
        last = timedelta(days=1) - timedelta(microseconds=1)
        return day + last if ends_day else day
    if local := _LOCAL.fullmatch(text):
        return parse_rfc3339(f"{local[1]}T{local[2]}{local[3] or ':00'}Z")
    return parse_rfc3339(text)


def parse_http_date(text: str) -> datetime:
    """An IMF-fixdate (RFC 9110, 5.6.7). Raises ValueError, also for a wrong weekday."""
    match = _HTTP.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:60]!r} is not an HTTP date")
    weekday, day, month, year, hour, minute, second = match.groups()
    moment = datetime(
        int(year),
        _MONTHS.index(month) + 1,
        int(day),
        int(hour),
        int(minute),
        int(second),
        tzinfo=UTC,
    )
    if _DAYS[moment.weekday()] != weekday:
        raise ValueError(f"{text!r}: that day was a {_DAYS[moment.weekday()]}")
    return moment


def http_date(moment: datetime) -> str:
    """The time as an IMF-fixdate: ``Wed, 13 Nov 2019 14:48:55 GMT``."""
    moment = moment.astimezone(UTC)
    return (
        f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} "
        f"{moment.year:04} {moment.hour:02}:{moment.minute:02}:{moment.second:02} GMT"
    )
