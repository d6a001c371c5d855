"""A start that could not keep the promise is refused, and says which variable is at fault."""

from pathlib import Path

import pytest

from tests.support.server import Server


async def test_a_second_process_on_one_sqlite_file_is_refused(tmp_path: Path):
    first, second = Server(tmp_path), Server(tmp_path)
    await first.start()
    try:
        with pytest.raises(AssertionError, match="DATABASE_URL: another process"):
            await second.start()
    finally:
        await first.kill()
        await second.kill()
    # The kernel let go of the lock with the process.
    await second.start()
    await second.stop()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"ENV": "production"}, "JWT_SECRET: production needs one"),
        ({"ENV": "production", "JWT_SECRET": "short"}, "JWT_SECRET: must have at least 32 characters"),
        ({"ENV": "staging"}, "ENV: "),
        ({"ACCESS_TOKEN_MINUTES": "soon"}, "ACCESS_TOKEN_MINUTES: "),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL: must begin with"),
        ({"CORS_ORIGINS": "*"}, "CORS_ORIGINS: "),
        ({"EVENT_BUS": "pigeon"}, "EVENT_BUS: "),
        ({"WORKERS": "2"}, "WORKERS: must be 1; with the memory bus there is one process"),
        ({"ROLE": "api"}, "ROLE: must be all; with the memory bus there is one process"),
        ({"BROADCAST_URL": "nats://localhost"}, "BROADCAST_URL: must begin with memory://"),
        (
            {"KAFKA_BOOTSTRAP_SERVERS": "localhost"},
            "KAFKA_BOOTSTRAP_SERVERS: 'localhost' is not a host and a port",
        ),
        ({"USE_DAPR": "true"}, "APP_API_TOKEN: with Dapr it must have at least 16 characters"),
        ({"TRUSTED_PROXIES": "banana"}, "TRUSTED_PROXIES: 'banana' is neither an address nor a network"),
        ({"TRUSTED_PROXIES": "127.0.0.1, *"}, "TRUSTED_PROXIES: '*' is neither"),
        ({"TRUSTED_PROXIES": "10.0.0.1/8"}, "TRUSTED_PROXIES: '10.0.0.1/8' is neither"),
    ],
)
async def test_a_wrong_setting_stops_the_start_with_its_name(
    tmp_path: Path, environment: dict[str, str], said: str
):
    server = Server(tmp_path, **environment)
    try:
        with pytest.raises(AssertionError) as refused:
            await server.start()
    finally:
        await server.kill()
    assert said in str(refused.value)
    assert "Traceback" not in str(refused.value)
