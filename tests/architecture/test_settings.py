"""One class declares every environment variable, and `.env.example` shows every one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from graphql_api.settings import Settings
from tests.architecture.tree import PACKAGES, ROOT, project_files

READERS = {"environ", "environb", "getenv", "getenvb", "load_dotenv", "dotenv_values"}
#: Read by the web app when it is built, not by the server.
WEB_APP_SETTINGS = {"NEXT_PUBLIC_API_URL", "NEXT_PUBLIC_WS_URL"}


def reads_of_the_environment(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(attr=name, lineno=line) | ast.Name(id=name, lineno=line) if name in READERS:
                yield f"{path.relative_to(ROOT)}:{line}"
            case ast.ImportFrom(names=names, lineno=line) if READERS & {alias.name for alias in names}:
                yield f"{path.relative_to(ROOT)}:{line}"


def test_only_the_settings_read_the_environment() -> None:
    allowed = ROOT / "graphql_api" / "settings.py"
    modules = [path for path in project_files(*PACKAGES) if path.suffix == ".py" and path != allowed]
    assert modules
    assert [place for module in modules for place in reads_of_the_environment(module)] == []


def test_every_setting_is_shown_in_the_example_and_nothing_else_is() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    shown = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))
    declared = {name.upper() for name in Settings.model_fields}
    assert shown - WEB_APP_SETTINGS == declared


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
