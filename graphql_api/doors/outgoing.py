"""What a connection still has to send: counted while its peer takes it, and dropped where the peer takes nothing.

uvicorn hands a whole answer to the transport, which keeps it for as long as the peer pleases.
"""

import array
import asyncio
import contextlib
import fcntl
import termios
from collections.abc import Callable
from typing import Any, override

from graphql_api.doors.unread import unread

#: The peer is looked at so often, and let go of where it took nothing for so long.
LOOK_SECONDS = 5.0
STALLED_SECONDS = 30.0
#: Where a connection's `Outgoing` stands in the `state` of its requests.
STATE = "taskflow.outgoing"


class Outgoing:
    """Of one connection. Costs nothing while the kernel takes what there is to send.

    whose  who counts for it: the peer's address, until the door knows better
    """

    def __init__(self, end: Callable[[str], None], stalled_seconds: float | None = None) -> None:
        self.whose = "unknown"
        self.unread = 0
        #: Times that the peer was seen to have taken something.
        self.moves = 0
        self._end = end
        self._stalled_seconds = STALLED_SECONDS if stalled_seconds is None else stalled_seconds
        self._transport: asyncio.Transport | None = None
        self._looking: asyncio.TimerHandle | None = None

    def begin(self, transport: asyncio.Transport, whose: str) -> None:
        self._transport, self.whose = transport, whose

    def belongs_to(self, whose: str) -> None:
        if self.unread == 0:
            self.whose = whose

    def pause(self) -> None:
        """More is to be sent than the kernel takes."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._left, self._moved_at = self._to_be_taken(), loop.time()
        self._look_again()
        unread.sends(self, self._transport.get_write_buffer_size())

    def resume(self) -> None:
        """Nearly all of it has been taken; or nobody is there to take it."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
            unread.sends(self, 0)

    def let_go(self, why: str) -> None:
        self.resume()
        self._end(why)

    def _look_again(self) -> None:
        self._looking = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        assert self._transport is not None
        now, left = asyncio.get_running_loop().time(), self._to_be_taken()
        if left == self._left and now - self._moved_at >= self._stalled_seconds:
            self.let_go("stalled")
            return
        self._look_again()
        if left != self._left:
            self._left, self._moved_at = left, now
            self.moves += 1
            unread.sends(self, self._transport.get_write_buffer_size())

    def _to_be_taken(self) -> int:
        """By the peer's kernel: who reads slowly makes room in ours long before there is room for more of ours."""
        assert self._transport is not None
        in_kernel = array.array("i", [0])
        # Where the system can't say, what is left here has to do.
        with contextlib.suppress(OSError, ValueError):
            fcntl.ioctl(self._transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, in_kernel)
        return self._transport.get_write_buffer_size() + in_kernel[0]


class CountsOutgoing(asyncio.Protocol):
    """Of a connection's protocol: has its `Outgoing` hear what its transport says."""

    _outgoing: Outgoing

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._outgoing.pause()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._outgoing.resume()


def outgoing_of(scope: Any) -> Outgoing | None:
    """None where no server of ours is before the door."""
    found = scope.get("state", {}).get(STATE)
    return found if isinstance(found, Outgoing) else None
