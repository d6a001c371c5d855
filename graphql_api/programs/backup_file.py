"""The file of a backup: a zip of one JSON array a line for each row, `tables/<name>.jsonl`, and `manifest.json`.

It says the same of SQLite and PostgreSQL, and any of its tables can be looked at: `unzip -p FILE tables/users.jsonl`.
Sums of what was written tell a file that was cut off or damaged; they do not tell one that somebody forged.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Self
from uuid import UUID
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import orjson
import sqlalchemy as sa
from pydantic import AwareDatetime, BaseModel, ValidationError
from sqlmodel import UTCDateTime

from resolvers.instants import instant_text

FORMAT = 1
MANIFEST = "manifest.json"


class BadBackup(Exception):
    """What the file is instead, in words."""


class Kind:
    """How values of a column are written, and with which type the database takes them."""

    def __init__(
        self,
        type_: sa.types.TypeEngine[Any],
        write: Callable[[Any], Any] = lambda value: value,
        read: Callable[[Any], Any] = lambda value: value,
    ) -> None:
        self.type = type_
        self.write = write
        self.read = read


KINDS: Mapping[str, Kind] = {
    "uuid": Kind(sa.Uuid(), str, UUID),
    "instant": Kind(UTCDateTime(), instant_text, lambda text: datetime.fromisoformat(text).astimezone(UTC)),
    "date": Kind(sa.Date(), date.isoformat, date.fromisoformat),
    "time": Kind(sa.Time(), time.isoformat, time.fromisoformat),
    "bytes": Kind(sa.LargeBinary(), lambda value: b64encode(value).decode(), b64decode),
    "json": Kind(sa.JSON(none_as_null=True)),
    "boolean": Kind(sa.Boolean()),
    "integer": Kind(sa.BigInteger()),
    "text": Kind(sa.Text()),
}
_KIND_OF: Sequence[tuple[type[sa.types.TypeEngine[Any]], str]] = (
    (sa.Uuid, "uuid"),
    (UTCDateTime, "instant"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.LargeBinary, "bytes"),
    (sa.JSON, "json"),
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.String, "text"),
)


def kinds_of(table: sa.Table) -> dict[str, str]:
    return {column.name: _kind_of(column) for column in table.columns}


def _kind_of(column: sa.Column[Any]) -> str:
    for type_, kind in _KIND_OF:
        if isinstance(column.type, type_):
            return kind
    raise TypeError(f"{column} has a type that backups don't know")


class Part(BaseModel):
    """One table. columns: their kinds, in the order of a row's values."""

    name: str
    columns: dict[str, str]
    rows: int
    sha256: str

    @property
    def path(self) -> str:
        return f"tables/{self.name}.jsonl"


class Manifest(BaseModel):
    """revision: of the database, as its migrations name it; parts: in an order in which references come after."""

    format: int
    release: str
    revision: str
    made_at: AwareDatetime
    parts: list[Part]

    @property
    def rows(self) -> dict[str, int]:
        return {part.name: part.rows for part in self.parts}


class Writer:
    """What is not finished holds no manifest, and nobody takes it for a backup."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED)
        self._parts: list[Part] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> None:
        part = Part(name=name, columns=columns, rows=0, sha256="")
        kinds = [KINDS[kind] for kind in columns.values()]
        sum_ = sha256()
        with self._zip.open(part.path, "w", force_zip64=True) as file:
            for row in rows:
                values = [
                    None if value is None else kind.write(value)
                    for kind, value in zip(kinds, row, strict=True)
                ]
                line = orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)
                sum_.update(line)
                file.write(line)
                part.rows += 1
        part.sha256 = sum_.hexdigest()
        self._parts.append(part)

    def finish(self, release: str, revision: str, made_at: datetime) -> Manifest:
        manifest = Manifest(
            format=FORMAT, release=release, revision=revision, made_at=made_at, parts=self._parts
        )
        self._zip.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        return manifest


class Reader:
    """Raises BadBackup, here and in all that it does, and OSError where there is no such file."""

    def __init__(self, path: Path) -> None:
        with _telling():
            self._zip = ZipFile(path)
            text = self._zip.read(MANIFEST)
            self.manifest = Manifest.model_validate_json(text)
        if self.manifest.format > FORMAT:
            raise BadBackup(f"it was made by a newer release ({self.manifest.release})")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def check(self) -> None:
        """Read all of it, and hold it against its sums."""
        for part in self.manifest.parts:
            sum_, rows = sha256(), 0
            with _telling(), self._zip.open(part.path) as file:
                for line in file:
                    sum_.update(line)
                    rows += 1
            if (rows, sum_.hexdigest()) != (part.rows, part.sha256):
                raise BadBackup(f"{part.path} in it is not what was written")

    def rows(self, part: Part) -> Iterator[dict[str, Any]]:
        with _telling(), self._zip.open(part.path) as file:
            kinds = [KINDS[kind] for kind in part.columns.values()]
            for line in file:
                yield {
                    name: None if value is None else kind.read(value)
                    for name, kind, value in zip(part.columns, kinds, orjson.loads(line), strict=True)
                }


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (KeyError, ValidationError):
        raise BadBackup("it is no backup of TaskFlow") from None
    except (BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        raise BadBackup(f"it is cut off or damaged ({error})") from None
