"""Runs the migrations on a connection that the caller hands over (`graphql_api.migrate` and the tests do)."""

from alembic import context

from resolvers.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Run `python -m graphql_api migrate`: it knows the database and takes the lock.")

context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite can't alter most things in place; a copy of the table can.
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
