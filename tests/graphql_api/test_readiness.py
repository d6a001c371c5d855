"""/readyz between two releases: a database that is ahead is served, one that is behind is not."""

from pathlib import Path

import httpx
import sqlalchemy as sa

from resolvers.database import Database
from tests.migrations.catalog import OWN
from tests.support.server import Server


async def test_a_process_of_the_release_before_serves_on_after_a_migration(
    database: Database, tmp_path: Path
):
    url = database.url.set(drivername=database.url.get_backend_name())
    environment = {} if database.is_sqlite else {"DATABASE_URL": url.render_as_string(hide_password=False)}
    server = Server(tmp_path, **environment)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url, timeout=20) as http:
            for revision, status in (("9999", 200), ("0001", 503)):
                async with database.writer.begin() as connection:
                    await connection.execute(sa.text(f"UPDATE {OWN} SET version_num = '{revision}'"))
                answer = await http.get("/readyz")
                assert (answer.status_code, answer.json()["status"] == "ok") == (status, status == 200)
    finally:
        await server.stop()
