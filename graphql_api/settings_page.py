"""`docs/configuration.md`: what the settings' own declarations say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from graphql_api.settings import Settings

_HEAD = """# Configuration

Every setting is an environment variable; `.env` in the folder that the server is started in is read as well, and the
environment beats it. A value that can't be used stops the start with the variable's name and what is right:
`python -m graphql_api config check` says so beforehand. Secrets are never logged.

| variable | values | default | what for |
|---|---|---|---|
"""
_FOOT = """
Read by the web app as it is built, where it is served from another host than the API: `NEXT_PUBLIC_API_URL` and
`NEXT_PUBLIC_WS_URL`. Empty: the host that the page came from.

This page is written by `make schema` from `graphql_api/settings.py`.
"""


def settings_page() -> str:
    return _HEAD + "".join(f"{row}\n" for row in _rows()) + _FOOT


def _rows() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        cells = (f"`{name.upper()}`", _values(field), _default(field), field.description or "")
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _values(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return " ".join(f"`{value}`" for value in get_args(field.annotation) if value)
    if field.annotation is bool:
        return "`true` `false`"
    if field.annotation in (int, float, int | None):
        return _limits(field)
    return "secret" if field.annotation is SecretStr else "text"


def _limits(field: FieldInfo) -> str:
    found: dict[str, Any] = {}
    for limit in field.metadata:
        found |= {name: getattr(limit, name) for name in ("ge", "gt", "le") if hasattr(limit, name)}
    least = f"over {found['gt']}" if "gt" in found else f"{found['ge']}"
    return f"{least} to {found['le']}"


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, tuple):
        value = ",".join(value)
    if isinstance(value, Path):
        value = value.as_posix()
    return "" if value in (None, "") else f"`{value}`"
