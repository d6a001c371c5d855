"""DATABASE_URL as people and providers write it, made into what the drivers take.

Each ValueError is a sentence that names what is wrong; the password is in none of them.
"""

import sqlalchemy as sa

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
#: Options of libpq that are understood. Channel binding is the driver's own affair, the name is ours.
OPTIONS = ("sslmode", "connect_timeout", "channel_binding", "application_name", "pgbouncer")
#: In the name of Neon's pooled hosts, behind which PgBouncer shares connections by transaction.
POOLED_HOST = "-pooler."
#: Nobody who asks waits for longer, whatever the URL says.
LONGEST_CONNECT_SECONDS = 60


def read_database_url(text: str) -> sa.URL:
    """Raises ValueError."""
    if not text.startswith(("postgres://", "postgresql://", "sqlite://")):
        raise ValueError("must begin with postgresql://, postgres:// or sqlite:///")
    try:
        # SQLAlchemy knows PostgreSQL by its whole name alone.
        url = sa.make_url(text.replace("postgres://", "postgresql://", 1))
    except (sa.exc.ArgumentError, ValueError):
        raise ValueError("can't be read: is its port a number, and its password percent-encoded?") from None
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def _sqlite(url: sa.URL) -> sa.URL:
    if not url.database or url.database == ":memory:" or url.host:
        raise ValueError(
            "SQLite keeps its database in a file: sqlite:///path, or sqlite:////path from the root"
        )
    if url.query:
        raise ValueError("options are not understood behind sqlite:///path")
    return url.set(drivername="sqlite+aiosqlite")


def _postgresql(url: sa.URL) -> sa.URL:
    if url.port is not None and not 1 <= url.port <= 65_535:
        raise ValueError("its port is not one of 1 to 65535")
    if unknown := url.query.keys() - set(OPTIONS):
        raise ValueError(f"{min(unknown)} is no option that is understood; these are: {', '.join(OPTIONS)}")
    # What is given twice counts as libpq counts it: the last one does.
    options = {name: values[-1] for name, values in url.normalized_query.items()}
    query = {}
    # asyncpg has names of its own for what libpq calls sslmode and connect_timeout.
    if (mode := options.get("sslmode")) is not None:
        if mode not in SSL_MODES:
            raise ValueError(f"sslmode is one of {', '.join(SSL_MODES)}")
        query["ssl"] = mode
    if (seconds := options.get("connect_timeout")) is not None:
        try:
            wanted = int(seconds)
        except ValueError:
            raise ValueError("connect_timeout is a whole number of seconds") from None
        # To libpq, zero and less mean for ever.
        longest = LONGEST_CONNECT_SECONDS
        query["timeout"] = str(min(wanted, longest) if wanted > 0 else longest)
    if options.get("pgbouncer") == "true" or POOLED_HOST in (url.host or ""):
        query["pooled"] = "true"
    return url.set(drivername="postgresql+asyncpg", query=query)
