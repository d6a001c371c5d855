"""Tokens that machines show: to read metrics, to wake a host."""

from hmac import compare_digest

from starlette.requests import Request


def bears(request: Request, token: str) -> bool:
    """Whether the request shows it, as `Authorization: Bearer`. How long that takes to say tells nothing of it."""
    return compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode())
