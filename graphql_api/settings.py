"""Every environment variable that TaskFlow reads, with unit, default and limit. Nothing else reads the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from graphql_api.database_url import read_database_url
from graphql_api.setting_types import (
    BroadcastUrl,
    Certificates,
    DatabaseUrl,
    Headers,
    HttpUrl,
    KeySetUrl,
    MailFrom,
    Origins,
    OtherSecrets,
    PrivateKeys,
    Proxies,
    PublicUrl,
    RedisUrl,
    RetentionDays,
    Servers,
    SigningSecret,
    SmtpUrl,
    TickToken,
    VapidKey,
    is_private_to_read,
    split_secrets,
)

#: What `.env.example` shows; a server that is not for development refuses to start with it.
SAMPLE_SECRET = "change-me-to-at-least-32-random-characters"
APP_TOKEN_CHARACTERS = 16


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
    workers: int = Field(
        1, ge=1, le=64, description="Processes that serve on PORT. 1 with the memory bus or SQLite."
    )
    role: Literal["all", "api", "worker"] = Field(
        "all",
        description="What this process does. api: serves clients. worker: what happens unasked, and health. all: both; "
        "the only one with the memory bus or SQLite.",
    )
    data_dir: Path = Field(
        Path("data"), description="Folder of the embedded database and of secrets made by the server itself."
    )
    database_url: DatabaseUrl = Field(
        "",
        description="postgres://…, postgresql://… or sqlite:///path. Empty: SQLite in DATA_DIR.",
    )
    event_bus: Literal["", "memory", "kafka", "dapr"] = Field(
        "",
        description="What carries events between processes. memory: one process, nothing to install. Empty: dapr where "
        "USE_DAPR is true, kafka where KAFKA_BOOTSTRAP_SERVERS is set, memory elsewhere.",
    )
    use_dapr: bool = Field(False, description="true: the same as EVENT_BUS=dapr.")
    kafka_bootstrap_servers: Servers = Field(
        (),
        description="host:port of brokers to begin with, comma-separated. Beside Dapr: where events go straight while "
        "the sidecar is away.",
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to talk to the brokers. Hosted ones mostly ask for SASL_SSL."
    )
    kafka_sasl_mechanism: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "", description="How to sign in; demanded with SASL_…, empty without."
    )
    kafka_sasl_username: str = Field("", description="User of the brokers; demanded with SASL_….")
    kafka_sasl_password: SecretStr = Field(SecretStr(""), description="Password; demanded with SASL_….")
    kafka_ssl_cafile: Certificates = Field(
        None, description="PEM file of the CA of the brokers. Empty: those that this system trusts."
    )
    kafka_topic: str = Field(
        "tasks.events",
        pattern=r"^[a-zA-Z0-9._-]{1,200}$",
        description="Topic of events, made where it is missing. Dead letters go to the one of this name and `.dlq`.",
    )
    kafka_partitions: int = Field(
        6,
        ge=1,
        le=1000,
        description="Partitions of a topic that is made: at most so many workers share the work.",
    )
    kafka_retention_hours: int = Field(
        0,
        ge=0,
        le=87_600,
        description="Hours that events are kept in a topic that is made, for a metered broker: the log is the "
        "database, and a day is enough. 0: as the brokers have it. Not for the dead letters' topic.",
    )
    kafka_compression: Literal["none", "gzip"] = Field(
        "none", description="gzip: fewer bytes, for a metered broker; more CPU."
    )
    kafka_session_seconds: float = Field(
        6,
        ge=1,
        le=300,
        description="After so long without a sign of life a worker's partitions go to the others, in seconds. Brokers "
        "mostly take no less than 6.",
    )
    dapr_http_port: int = Field(3500, ge=1, le=65535, description="HTTP port of the sidecar, on this host.")
    dapr_grpc_port: int = Field(50001, ge=1, le=65535, description="gRPC port of the sidecar, on this host.")
    dapr_api_token: SecretStr = Field(
        SecretStr(""), description="Token that the sidecar asks for, if it does."
    )
    app_api_token: SecretStr = Field(
        SecretStr(""),
        description="Token that the sidecar shows with each call of /dapr/…: with Dapr, at least 16 characters.",
    )
    broadcast_url: BroadcastUrl = Field(
        "",
        description="What hands events to the sockets of each process. memory://: each process hears the whole bus. "
        "redis:// or rediss://: the bus is read once, and Redis spreads it. Empty: REDIS_URL, or memory://.",
    )
    redis_url: RedisUrl = Field("", description="Redis as hosts name it: BROADCAST_URL where that is empty.")
    event_retention_days: RetentionDays = Field(
        None,
        ge=7,
        le=36_500,
        description="How long events are kept, in days. Who comes back with an older cursor loads everything anew, and "
        "histories begin later; what people have is kept all the same. Empty: for ever.",
    )
    lease_seconds: float = Field(
        15,
        ge=1,
        le=300,
        description="A process that does what only one should, such as sweeping up events, is given up after so long "
        "without a sign of life, in seconds.",
    )
    consumer_sweep_seconds: float = Field(
        30,
        ge=0.2,
        le=3600,
        description="How often the log is searched for events that no worker was told of, in seconds.",
    )
    due_poll_seconds: float = Field(
        1,
        gt=0,
        le=600,
        description="How often PostgreSQL is asked when the next reminder or recurrence is due, in seconds: other "
        "processes may have moved it. A longer one lets a database sleep that is billed by the hour.",
    )
    public_url: PublicUrl = Field(
        "",
        description="Where people reach the web app, such as https://tasks.example.com: for links in messages, and "
        "its pages may always use the API. Empty: http://localhost:PORT; demanded in production with SMTP_URL.",
    )
    smtp_url: SmtpUrl = Field(
        SecretStr(""),
        description="smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465. Empty: no e-mail.",
    )
    mail_from: MailFrom = Field(
        "",
        description="Sender of mails, such as TaskFlow <reminders@example.com>; demanded with SMTP_URL.",
    )
    vapid_private_key: VapidKey = Field(
        SecretStr(""),
        description="What push services know this server by: the 32 bytes of a P-256 key in base64url, the same for "
        "all processes; with another one browsers must be added again. Empty: made once and kept in DATA_DIR (with "
        "SQLite, or ROLE=all in development); elsewhere there is no web push.",
    )
    channels_private_addresses: Literal["on", "off"] = Field(
        "off",
        description="on: webhooks and push endpoints may be plain HTTP and lie in private networks, this host among "
        "them. For tests and closed networks in development: production refuses it.",
    )
    graphiql: Literal["", "on", "off"] = Field(
        "", description="on or off: GraphiQL at GET /graphql. Empty: on in development, off in production."
    )
    jwt_secret: SigningSecret = Field(
        SecretStr(""),
        description="Signs access tokens; at least 32 characters. Empty: made once and kept in DATA_DIR (embedded "
        "database, development).",
    )
    jwt_other_secrets: OtherSecrets = Field(
        SecretStr(""),
        description="Secrets whose access tokens are taken as well, comma-separated: the next JWT_SECRET, or the last, "
        "while one takes over from the other.",
    )
    jwt_private_keys: PrivateKeys = Field(
        SecretStr(""),
        description="P-256 keys in PEM, \\n for the ends of lines where none can be: the first signs access tokens "
        "in the place of JWT_SECRET, all are taken, and their public halves are at /.well-known/jwks.json.",
    )
    access_token_minutes: float = Field(
        15, gt=0, le=60, description="How long an access token is good, in minutes."
    )
    session_days: float = Field(
        90, gt=0, le=3650, description="How long a sign-in session lasts without being used, in days."
    )
    jwt_issuer: str = Field("taskflow", min_length=1, description="`iss` of access tokens.")
    jwt_audience: str = Field("taskflow", min_length=1, description="`aud` of access tokens.")
    jwt_jwks_url: KeySetUrl = Field(
        "",
        description="Where an outside identity provider publishes its keys, such as "
        "https://id.example.com/.well-known/jwks.json: its access tokens are taken beside TaskFlow's. Plain HTTP "
        "on this host, or in development.",
    )
    jwt_jwks_issuer: str = Field("", description="`iss` of its tokens; demanded with JWT_JWKS_URL.")
    jwt_jwks_audience: str = Field(
        "", description="`aud` of its tokens for TaskFlow; demanded with JWT_JWKS_URL."
    )
    cors_origins: Origins = Field(
        (),
        description="Other origins whose pages may use the API, comma-separated, such as https://app.example.com.",
    )
    trusted_proxies: Proxies = Field(
        "127.0.0.1",
        description="Addresses and networks whose X-Forwarded-* headers are believed, comma-separated; * for all.",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="Bearer token that /metrics asks for; in production there is no /metrics without it.",
    )
    tick_token: TickToken = Field(
        SecretStr(""),
        description="Bearer token of POST /internal/tick, at least 16 characters, for whoever wakes a host that "
        "sleeps. Empty: there is no such door.",
    )
    rate_limit: Literal["on", "off"] = Field(
        "on",
        description="off lifts what is counted of users, addresses and accounts (operations, sign-ups, wrong "
        "passwords, messages, sockets), for benchmarks. With Redis all processes count together, else each by itself.",
    )
    canary_email: str = Field(
        "", description="Account that `python -m graphql_api canary` signs in with: one of its own."
    )
    canary_password: SecretStr = Field(SecretStr(""), description="Its password.")
    otel_exporter_otlp_endpoint: HttpUrl = Field(
        "",
        description="Where traces go by OTLP over HTTP, such as http://otel-collector:4318; /v1/traces is added. "
        "Empty: there are none, and nothing is loaded for them. OpenTelemetry's SDK reads its further OTEL_… "
        "variables, such as OTEL_BSP_SCHEDULE_DELAY and OTEL_EXPORTER_OTLP_CERTIFICATE, by itself, from the "
        "environment alone.",
    )
    otel_exporter_otlp_headers: Headers = Field(
        SecretStr(""),
        description="Headers that are sent along, comma-separated: api-key=…. In a value, what is not plain is "
        "%-encoded.",
    )
    otel_service_name: str = Field("taskflow", min_length=1, description="`service.name` of the traces.")
    otel_traces_sampler: Literal[
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
    ] = Field(
        "parentbased_always_on",
        description="Which traces are kept. It goes by a trace's id alone, so that all processes decide alike: those "
        "that begin with parentbased_ are the same as those that do not.",
    )
    otel_traces_sampler_arg: float = Field(
        1, ge=0, le=1, description="The part of all traces that traceidratio keeps."
    )
    log_format: Literal["", "json", "text"] = Field(
        "",
        description="json: one object a line; text: for people. Empty: text on a terminal, json elsewhere.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged."
    )

    @model_validator(mode="after")
    def _secret_in_production(self) -> "Settings":
        if self.env == "production":
            if not self.jwt_secret.get_secret_value() and not self.jwt_private_keys.get_secret_value():
                raise ValueError(
                    "JWT_SECRET: production needs one of at least 32 random characters, or JWT_PRIVATE_KEYS"
                )
            for name in ("jwt_secret", "jwt_other_secrets"):
                if SAMPLE_SECRET in split_secrets(getattr(self, name)):
                    raise ValueError(f"{name.upper()}: this is the sample; production needs a random one")
        return self

    @model_validator(mode="after")
    def _reaches_people(self) -> "Settings":
        sends_mail = bool(self.smtp_url.get_secret_value())
        if sends_mail and not self.mail_from:
            raise ValueError("MAIL_FROM: SMTP_URL needs a sender, such as TaskFlow <reminders@example.com>")
        if self.production and sends_mail and not self.public_url:
            raise ValueError("PUBLIC_URL: links in mails need it, such as https://tasks.example.com")
        if self.production and self.channels_private_addresses == "on":
            raise ValueError(
                "CHANNELS_PRIVATE_ADDRESSES: must be off in production: people could have this server call its "
                "neighbours"
            )
        return self

    @model_validator(mode="after")
    def _is_alone_where_it_must_be(self) -> "Settings":
        if self.bus == "memory":
            why = "with the memory bus there is one process: another one would hear nothing of it"
        elif self.database.get_backend_name() == "sqlite":
            why = "SQLite is for one process; set DATABASE_URL to PostgreSQL for more"
        elif self.bus == "dapr" and self.broadcast == "memory://" and self.workers != 1:
            raise ValueError(
                "WORKERS: must be 1 with Dapr: its sidecar reaches one process; or set REDIS_URL"
            )
        else:
            return self
        if self.workers != 1:
            raise ValueError(f"WORKERS: must be 1; {why}")
        if self.role != "all":
            raise ValueError(f"ROLE: must be all; {why}")
        return self

    @model_validator(mode="after")
    def _keeps_the_promise(self) -> "Settings":
        """Refuse what would lose or double events, or leave out what somebody relies on, and say nothing."""
        if self.use_dapr and self.bus != "dapr":
            raise ValueError(f"USE_DAPR: true contradicts EVENT_BUS={self.event_bus}; leave one of them out")
        if self.bus == "kafka" and not self.kafka_bootstrap_servers:
            raise ValueError("KAFKA_BOOTSTRAP_SERVERS: EVENT_BUS=kafka needs the brokers, as host:port")
        if self.bus == "memory" and self.kafka_bootstrap_servers:
            raise ValueError(
                "KAFKA_BOOTSTRAP_SERVERS: EVENT_BUS=memory does not use it; leave one of them out"
            )
        if self.bus == "dapr" and len(self.app_api_token.get_secret_value()) < APP_TOKEN_CHARACTERS:
            raise ValueError(
                f"APP_API_TOKEN: with Dapr it must have at least {APP_TOKEN_CHARACTERS} characters, and the sidecar "
                "the same one: without it anybody could post events"
            )
        shared = self.jwt_secret.get_secret_value() or self.jwt_private_keys.get_secret_value()
        if self.role == "api" and not shared:
            raise ValueError(
                "JWT_SECRET: ROLE=api needs one, or JWT_PRIVATE_KEYS, the same for all, so that each takes the others' "
                "tokens"
            )
        return self

    @model_validator(mode="after")
    def _signs_in_to_kafka(self) -> "Settings":
        given = {
            "KAFKA_SASL_MECHANISM": self.kafka_sasl_mechanism,
            "KAFKA_SASL_USERNAME": self.kafka_sasl_username,
            "KAFKA_SASL_PASSWORD": self.kafka_sasl_password.get_secret_value(),
        }
        signs_in = self.kafka_security_protocol.startswith("SASL")
        for name, value in given.items():
            if signs_in and not value:
                raise ValueError(f"{name}: KAFKA_SECURITY_PROTOCOL={self.kafka_security_protocol} needs it")
            if value and not signs_in:
                raise ValueError(
                    f"KAFKA_SECURITY_PROTOCOL: must be SASL_SSL or SASL_PLAINTEXT where {name} is set"
                )
        return self

    @model_validator(mode="after")
    def _knows_the_identity_provider(self) -> "Settings":
        given = {"JWT_JWKS_ISSUER": self.jwt_jwks_issuer, "JWT_JWKS_AUDIENCE": self.jwt_jwks_audience}
        for name, value in given.items():
            if self.jwt_jwks_url and not value:
                raise ValueError(f"{name}: JWT_JWKS_URL needs it: else tokens for others would be taken")
            if value and not self.jwt_jwks_url:
                raise ValueError(f"JWT_JWKS_URL: {name} is of no use without it")
        if self.jwt_jwks_url and self.jwt_jwks_issuer == self.jwt_issuer:
            raise ValueError("JWT_JWKS_ISSUER: must not be JWT_ISSUER: tokens tell by it whose they are")
        if self.production and self.jwt_jwks_url and not is_private_to_read(self.jwt_jwks_url):
            raise ValueError(
                "JWT_JWKS_URL: must begin with https:// in production: whoever is between could sign in"
            )
        return self

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def bus(self) -> Literal["memory", "kafka", "dapr"]:
        if self.event_bus:
            return self.event_bus
        if self.use_dapr:
            return "dapr"
        return "kafka" if self.kafka_bootstrap_servers else "memory"

    @property
    def broadcast(self) -> str:
        return self.broadcast_url or self.redis_url or "memory://"

    @property
    def serves_clients(self) -> bool:
        return self.role in ("all", "api")

    @property
    def does_the_work(self) -> bool:
        """What happens unasked: rings, spawns, and what acts on events."""
        return self.role in ("all", "worker")

    @property
    def event_retention(self) -> timedelta | None:
        return None if self.event_retention_days is None else timedelta(days=self.event_retention_days)

    @property
    def origin(self) -> str:
        """Where people reach the web app, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def web_app_origins(self) -> tuple[str, ...]:
        """Whose pages may use a browser's credentials here, wherever the server believes itself to be."""
        return (*self.cors_origins, self.public_url) if self.public_url else self.cors_origins

    @property
    def keeps_its_secrets(self) -> bool:
        """Whether this process is the only one of its kind, and what it makes for itself is known to all."""
        return self.database.get_backend_name() == "sqlite" or (self.role == "all" and not self.production)

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
