"""What a database says of its own form and content, as plain values that can be compared."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from graphql_api.migrate import alembic_config
from resolvers.database import Database

type Catalog = dict[str, Any]
type Rows = dict[str, list[dict[str, Any]]]

#: Alembic's own table.
OWN = "alembic_version"

_POSTGRESQL = {
    "columns": "SELECT table_name, column_name, udt_name, is_nullable, column_default, collation_name, "
    "character_maximum_length FROM information_schema.columns WHERE table_schema = 'public'",
    # With their conditions, orders and collations.
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace",
    "types": "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'",
    "sequences": "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
}


async def is_current(database: Database) -> bool:
    """Whether it is at the newest revision of this release."""

    def read(connection: sa.Connection) -> bool:
        newest = ScriptDirectory.from_config(alembic_config(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == newest

    async with database.reader.connect() as connection:
        return await connection.run_sync(read)


async def read_catalog(database: Database) -> Catalog:
    """Everything that makes a difference: columns by name, indexes with their conditions, constraints."""
    async with database.writer.connect() as connection:
        return await connection.run_sync(_read_catalog)


def _read_catalog(connection: sa.Connection) -> Catalog:
    if connection.dialect.name == "postgresql":
        return {
            kind: {
                tuple(row)[:2]: tuple(row)[2:] for row in connection.exec_driver_sql(query) if row[0] != OWN
            }
            for kind, query in _POSTGRESQL.items()
        }
    return {
        table: {
            "columns": {row[1]: tuple(row)[2:] for row in _pragma(connection, "table_xinfo", table)},
            "foreign keys": {tuple(row)[2:] for row in _pragma(connection, "foreign_key_list", table)},
            "indexes": {_index(connection, row) for row in _pragma(connection, "index_list", table)},
        }
        for table in sa.inspect(connection).get_table_names()
        if table != OWN
    }


def _index(connection: sa.Connection, row: Any) -> tuple[Any, ...]:
    _, name, unique, origin, partial = row
    columns = tuple(tuple(column)[2:] for column in _pragma(connection, "index_xinfo", name))
    found = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).scalar()
    # SQLite numbers the names of those that a constraint made.
    return (name if origin == "c" else "", unique, partial, columns, " ".join((found or "").split()))


def _pragma(connection: sa.Connection, pragma: str, name: str) -> list[Any]:
    return list(connection.exec_driver_sql(f'PRAGMA {pragma}("{name}")'))


def revisions(connection: sa.Connection) -> list[str]:
    """From the first to the newest."""
    scripts = ScriptDirectory.from_config(alembic_config(connection))
    return [script.revision for script in scripts.walk_revisions()][::-1]


async def read_rows(database: Database) -> Rows:
    async with database.writer.connect() as connection:
        return await connection.run_sync(_read_rows)


def _read_rows(connection: sa.Connection) -> Rows:
    found = sa.MetaData()
    found.reflect(connection)
    return {
        table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        for table in found.sorted_tables
        if table.name != OWN
    }


async def put_rows(database: Database) -> None:
    """One row more in every table, each referring to the row of its kind that came just before."""
    async with database.writer.begin() as connection:
        await connection.run_sync(_put_rows)


def _put_rows(connection: sa.Connection) -> None:
    found = sa.MetaData()
    found.reflect(connection)
    count = len(connection.execute(sa.select(found.tables["users"])).all())
    made: dict[sa.Column[Any], Any] = {}
    for table in found.sorted_tables:
        if table.name == OWN:
            continue
        row: dict[str, Any] = {}
        for column in table.columns:
            referred = next((key.column for key in column.foreign_keys), None)
            if referred is not None and referred.table is not table:
                row[column.name] = made[referred]
            else:
                row[column.name] = _value(column, count + 1)
            made[column] = row[column.name]
        for column in table.columns:
            for key in column.foreign_keys:
                if key.column.table is table:  # below itself
                    row[column.name] = made[key.column]
        connection.execute(sa.insert(table), row)


def _value(column: sa.Column[Any], number: int) -> Any:
    """Something that the column's type can hold, and that differs from row to row."""
    match column.type:
        case sa.Boolean():
            return True
        case sa.Integer():
            return number
        case sa.DateTime():
            zone = dt.UTC if column.type.timezone else None
            return dt.datetime(2026, 3, 29, 1, 0, number, tzinfo=zone)
        case sa.Date():
            return dt.date(2026, 3, number)
        case sa.Time():
            return dt.time(9, number)
        case sa.LargeBinary():
            return bytes([number])
        case sa.JSON():
            return {"number": number}
        case sa.Uuid():
            return column.type.python_type(int=number)
        case sa.CHAR():
            return f"{number:032x}"
        case _:
            return f"text {number}"
