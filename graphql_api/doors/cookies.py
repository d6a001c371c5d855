"""The cookie that a browser keeps a session in."""

from datetime import UTC, datetime
from email.utils import format_datetime

from schema.context import Cookies


def cookie_name(https: bool) -> str:
    """The __Host- prefix makes browsers insist on HTTPS and on this very host; plain HTTP can't have it."""
    return "__Host-taskflow" if https else "taskflow"


def set_cookie(cookies: Cookies, https: bool) -> str:
    expires = cookies.expires_at if cookies.to_set is not None else datetime.fromtimestamp(0, UTC)
    parts = [f"{cookie_name(https)}={cookies.to_set or ''}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if expires is not None:
        parts.append(f"Expires={format_datetime(expires.astimezone(UTC), usegmt=True)}")
    if https:
        parts.append("Secure")
    return "; ".join(parts)
