"""What Compose reads: its files, with the environment put in."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = {name: ROOT / name for name in ("compose.yaml", "compose.simple.yaml")}
SECRETS = {"POSTGRES_PASSWORD": "0" * 64, "JWT_SECRET": "1" * 64, "APP_API_TOKEN": "2" * 64}


def interpolated(text: str, environment: dict[str, str]) -> str:
    """As Compose does it: ${NAME:-otherwise}, ${NAME:?demanded}."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if kind == ":?" and not environment.get(name):
            raise KeyError(f"{name}: {rest}")
        return environment.get(name) or rest

    return re.sub(r"\$\{([A-Z_]+)(:-|:\?)([^}]*)\}", value, text)


def read(name: str, **environment: str) -> dict[str, Any]:
    return dict(
        yaml.safe_load(interpolated(FILES[name].read_text("utf-8"), SECRETS | environment))["services"]
    )


def as_text(value: object) -> str:
    """As Compose hands a variable on: what is empty is, and true is a word."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
