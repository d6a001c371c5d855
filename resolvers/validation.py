"""What people may type. Each check answers the value as it is kept, or raises Invalid with the field."""

import re
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from resolvers.errors import Invalid
from resolvers.instants import EARLIEST, EARLIEST_DAY, LATEST, LATEST_DAY

TITLE_CHARACTERS = 500
DESCRIPTION_CHARACTERS = 20_000
NAME_CHARACTERS = 100
EMAIL_CHARACTERS = 254
PASSWORD_CHARACTERS = (8, 128)

_COLOR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f.]+(\.[^@\s\x00-\x1f\x7f.]+)+")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def checked_text(value: str, *field: str) -> str:
    """Raises Invalid for what no database keeps: NUL, and halves of characters."""
    if "\x00" in value:
        raise Invalid("A text can't contain the NUL character.", *field)
    if _LONE_SURROGATE.search(value):
        raise Invalid("The text is not valid Unicode.", *field)
    return value


def title(value: str | None, field: str = "title") -> str:
    text = checked_text(value or "", field).strip()
    if not text:
        raise Invalid("A title is needed.", field)
    if len(text) > TITLE_CHARACTERS:
        raise Invalid(f"A title has at most {TITLE_CHARACTERS} characters.", field)
    return text


def description(value: str | None, field: str = "description") -> str:
    text = checked_text(value or "", field)
    if len(text) > DESCRIPTION_CHARACTERS:
        raise Invalid(f"A description has at most {DESCRIPTION_CHARACTERS} characters.", field)
    return text


def name(value: str | None, field: str = "name", needed: bool = True) -> str:
    text = checked_text(value or "", field).strip()
    if needed and not text:
        raise Invalid("A name is needed.", field)
    if len(text) > NAME_CHARACTERS:
        raise Invalid(f"A name has at most {NAME_CHARACTERS} characters.", field)
    return text


def color(value: str | None, field: str = "color") -> str:
    if value is None or not _COLOR.fullmatch(value):
        raise Invalid("A colour is written `#rrggbb`.", field)
    return value.lower()


def email(value: str, field: str = "email") -> str:
    text = checked_text(value, field).strip()
    if len(text) > EMAIL_CHARACTERS or not _EMAIL.fullmatch(text):
        raise Invalid("This is not an e-mail address.", field)
    return text


def password(value: str, field: str = "password") -> str:
    least, most = PASSWORD_CHARACTERS
    if not least <= len(checked_text(value, field)) <= most:
        raise Invalid(f"A password has {least} to {most} characters.", field)
    return value


@lru_cache(1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}


def time_zone(value: str, *field: str) -> ZoneInfo:
    if value not in _zones():
        raise Invalid("This is not an IANA time zone such as Europe/Vienna.", *(field or ("timeZone",)))
    return ZoneInfo(value)


def instant(value: datetime, *field: str) -> datetime:
    """Raises Invalid outside the years 1970 to 2200. `value` is aware."""
    if not EARLIEST <= value < LATEST:
        raise Invalid("An instant lies in the years 1970 to 2200.", *field)
    return value


def day(value: date, field: str) -> date:
    if not EARLIEST_DAY <= value <= LATEST_DAY:
        raise Invalid("A day lies in the years 1970 to 2200.", field)
    return value


def new_id(value: str, field: str = "id") -> UUID:
    """An id of the client's choosing."""
    parsed = read_id(value)
    if parsed is None:
        raise Invalid("An id is a UUID.", field)
    return parsed


def read_id(value: str) -> UUID | None:
    """The UUID in the one form that this API writes, or None."""
    try:
        parsed = UUID(value)
    except ValueError:
        return None
    return parsed if str(parsed) == value.lower() else None
