"""uvicorn's WebSocket, with an end to what it holds for who does not read."""

import asyncio
from typing import Any, override

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from graphql_api.doors.outgoing import STATE, CountsOutgoing, Outgoing
from graphql_api.doors.patience import let_go
from graphql_api.rates.addresses import stranger

#: Longer than until the registry closes the socket with a reason: this is for what that does not end.
STALLED_SECONDS = 45.0


class PatientSocketProtocol(CountsOutgoing, WebSocketsSansIOProtocol):
    def __init__(
        self, config: Any, server_state: ServerState, app_state: dict[str, Any], *arguments: Any, **named: Any
    ) -> None:
        self._outgoing = Outgoing(lambda why: let_go(self.transport, why), STALLED_SECONDS)
        state = {**app_state, STATE: self._outgoing}
        super().__init__(config, server_state, state, *arguments, **named)

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._outgoing.begin(self.transport, stranger(self.client[0]) if self.client else "unknown")

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._outgoing.resume()
        super().connection_lost(exc)

    @override
    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:
            # By itself it would answer each to somebody who sends nothing else, and reads none of the answers.
            self.conn.data_to_send()
