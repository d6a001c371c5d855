"""What a client may say, by the graphql-transport-ws protocol. Anything else closes the socket with 4400."""

from dataclasses import dataclass
from typing import Any

import orjson

from graphql_api.socket.codes import BAD_MESSAGE, Close

#: Ids are the client's; a UUID has 36 characters.
ID_CHARACTERS = 128


@dataclass(frozen=True, slots=True)
class Init:
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ping:
    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Subscribe:
    id: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Complete:
    id: str


type ClientMessage = Init | Ping | Pong | Subscribe | Complete


def read_message(text: str | None) -> ClientMessage:
    """Raises Close(4400) that says what is wrong. `text` is None for a binary frame."""
    if text is None:
        raise Close(BAD_MESSAGE, "Binary messages are not understood")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Close(BAD_MESSAGE, "A message must be JSON") from None
    if not isinstance(message, dict):
        raise Close(BAD_MESSAGE, "A message must be a JSON object")
    match message.get("type"):
        case "connection_init":
            return Init(_object(message, "payload", default={}))
        case "ping":
            return Ping(_object_or_null(message))
        case "pong":
            _object_or_null(message)
            return Pong()
        case "subscribe":
            return Subscribe(_id(message), _object(message, "payload"))
        case "complete":
            return Complete(_id(message))
        case str(other):
            raise Close(BAD_MESSAGE, f"Messages of type {other!r} are not understood")
        case _:
            raise Close(BAD_MESSAGE, "A message needs a `type`")


def _id(message: dict[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 1 <= len(id_) <= ID_CHARACTERS:
        raise Close(BAD_MESSAGE, f"`id` must be a string of 1 to {ID_CHARACTERS} characters")
    return id_


def _object(message: dict[str, Any], name: str, default: dict[str, Any] | None = None) -> dict[str, Any]:
    value = message.get(name, default)
    if not isinstance(value, dict):
        raise Close(BAD_MESSAGE, f"`{name}` must be an object")
    return value


def _object_or_null(message: dict[str, Any]) -> dict[str, Any] | None:
    return None if message.get("payload") is None else _object(message, "payload")
