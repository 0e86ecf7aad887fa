"""Dates as HTTP writes them."""

from datetime import datetime
from email.utils import format_datetime


def http_date(moment: datetime) -> str:
    """`moment`, an aware UTC time, as an IMF-fixdate (RFC 9110, section 5.6.7)."""
    return format_datetime(moment, usegmt=True)
