"""Every environment variable that TaskFlow reads, with unit, default and limit. Nothing else reads the environment."""

from pathlib import Path
from typing import Annotated, Literal

import sqlalchemy as sa
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

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
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
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
        description="Addresses whose X-Forwarded-* headers are believed, comma-separated; * for all.",
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
        if value and not value.startswith(("postgres://", "postgresql://", "sqlite://")):
            raise ValueError("must begin with postgresql://, postgres:// or sqlite:///")
        return value

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
        if not self.database_url:
            return sa.URL.create("sqlite+aiosqlite", database=str(self.data_dir / "taskflow.db"))
        url = sa.make_url(self.database_url)
        if url.get_backend_name() == "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        query = dict(url.query)
        # asyncpg names libpq's option differently and knows no channel binding.
        if (mode := query.pop("sslmode", None)) is not None:
            query["ssl"] = mode
        query.pop("channel_binding", None)
        return url.set(drivername="postgresql+asyncpg", query=query)


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
