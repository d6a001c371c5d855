"""Every environment variable that TaskFlow reads, with unit, default and limit. Nothing else reads the environment."""

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal

import sqlalchemy as sa
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graphql_api.database_url import read_database_url

#: What `.env.example` shows; a server that is not for development refuses to start with it.
SAMPLE_SECRET = "change-me-to-at-least-32-random-characters"

CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class SettingsError(Exception):
    """A setting that can't be used. The message names the variable and says what is right."""


class Settings(BaseSettings):
    """Read once, in `__main__.py`, and handed down from there. The environment beats `.env`."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    env: Literal["development", "production"] = Field(
        "development",
        description="production: JWT_SECRET is demanded, GraphiQL is off unless asked for, no field suggestions, "
        "introspection and metrics with a token only.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, description="Processes that serve. 1 with the memory bus.")
    role: Literal["all", "api", "worker"] = Field(
        "all", description="What this process does. `all` with the memory bus."
    )
    data_dir: Path = Field(
        Path("data"), description="Folder of the embedded database and of secrets made by the server itself."
    )
    database_url: str = Field(
        "",
        description="postgres://…, postgresql://… or sqlite:///path. Empty: SQLite in DATA_DIR.",
    )
    event_bus: Literal["memory"] = Field(
        "memory",
        description="What carries events between processes. memory: one process, nothing to install.",
    )
    broadcast_url: str = Field(
        "memory://", description="What hands events to the sockets. memory:// with the memory bus."
    )
    kafka_bootstrap_servers: str = Field("", description="Kafka is not in this release: leave this empty.")
    use_dapr: bool = Field(False, description="Dapr is not in this release: leave this false.")
    due_poll_seconds: float = Field(
        1,
        gt=0,
        le=600,
        description="How often PostgreSQL is asked when the next reminder or recurrence is due, in seconds: other "
        "processes may have moved it. A longer one lets a database sleep that is billed by the hour.",
    )
    graphiql: Literal["", "on", "off"] = Field(
        "", description="on or off: GraphiQL at GET /graphql. Empty: on in development, off in production."
    )
    jwt_secret: SecretStr = Field(
        SecretStr(""),
        description="Signs access tokens; at least 32 characters. Empty: made once and kept in DATA_DIR (embedded "
        "database, development).",
    )
    access_token_minutes: float = Field(
        15, gt=0, le=60, description="How long an access token is good, in minutes."
    )
    session_days: float = Field(
        90, gt=0, le=3650, description="How long a sign-in session lasts without being used, in days."
    )
    jwt_issuer: str = Field("taskflow", min_length=1, description="`iss` of access tokens.")
    jwt_audience: str = Field("taskflow", min_length=1, description="`aud` of access tokens.")
    cors_origins: CommaSeparated = Field(
        (),
        description="Other origins whose pages may use the API, comma-separated, such as https://app.example.com.",
    )
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Addresses and networks whose X-Forwarded-* headers are believed, comma-separated; * for all.",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="Bearer token that /metrics asks for; in production there is no /metrics without it.",
    )
    rate_limit: Literal["on", "off"] = Field(
        "on", description="off lifts message rates and socket counts, for benchmarks."
    )
    log_format: Literal["", "json", "text"] = Field(
        "",
        description="json: one object a line; text: for people. Empty: text on a terminal, json elsewhere.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged."
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not origin.startswith(("http://", "https://")) or origin.count("/") != 2:
                raise ValueError(
                    f"{origin!r} is not an origin such as https://app.example.com (no *, no path)"
                )
        return value

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        if value:
            read_database_url(value)
        return value

    @field_validator("workers")
    @classmethod
    def _is_one_process(cls, value: int) -> int:
        if value != 1:
            raise ValueError(
                "with the memory bus there is one process: a second one would hear nothing of it"
            )
        return value

    @field_validator("role")
    @classmethod
    def _does_everything(cls, value: str) -> str:
        if value != "all":
            raise ValueError("with the memory bus there is one process, which does everything: all")
        return value

    @field_validator("broadcast_url")
    @classmethod
    def _is_memory(cls, value: str) -> str:
        if value != "memory://":
            raise ValueError("only memory:// is in this release")
        return value

    @field_validator("kafka_bootstrap_servers", "use_dapr")
    @classmethod
    def _is_off(cls, value: str | bool) -> str | bool:
        # Rather than leave out what somebody relies on, and say nothing.
        if value:
            raise ValueError("not in this release, whose bus is in memory")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        """uvicorn takes what it can't read for a name, which no peer ever has: nobody would be believed."""
        proxies = [part.strip() for part in value.split(",") if part.strip()]
        if proxies == ["*"]:
            return "*"
        for proxy in proxies:
            try:
                ip_network(proxy) if "/" in proxy else ip_address(proxy)
            except ValueError as error:
                raise ValueError(
                    f"{proxy!r} is neither an address nor a network such as 10.0.0.0/8 ({error}); * alone is for all"
                ) from None
        return ",".join(proxies)

    @field_validator("jwt_secret")
    @classmethod
    def _is_long_enough(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @model_validator(mode="after")
    def _secret_in_production(self) -> "Settings":
        if self.env == "production":
            secret = self.jwt_secret.get_secret_value()
            if not secret:
                raise ValueError("JWT_SECRET: production needs one of at least 32 random characters")
            if secret == SAMPLE_SECRET:
                raise ValueError("JWT_SECRET: this is the sample; production needs a random one")
        return self

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def graphiql_on(self) -> bool:
        return self.graphiql == "on" or (self.graphiql == "" and not self.production)

    @property
    def database(self) -> sa.URL:
        """The database with its asynchronous driver; Neon's and Render's spellings are understood."""
        if self.database_url:
            return read_database_url(self.database_url)
        return sa.URL.create("sqlite+aiosqlite", database=str(self.data_dir / "taskflow.db"))


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsError naming the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        problems = []
        for problem in error.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in problem["loc"]).upper()
            said = problem["msg"].removeprefix("Value error, ")
            problems.append(f"{name}: {said}" if name else said)
        raise SettingsError("; ".join(problems)) from None
    except UnicodeDecodeError:
        raise SettingsError(".env: must be text in UTF-8") from None
