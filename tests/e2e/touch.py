"""Fingers on a screen, as the browser hears of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, CDPSession, Locator

from tests.e2e.app import Window

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
STEPS = 8

Point = tuple[float, float]


class Finger:
    """One finger, where it is down."""

    def __init__(self, session: CDPSession, at: Point) -> None:
        self._session = session
        self.at = at

    async def _send(self, kind: str, points: Sequence[Point]) -> None:
        await self._session.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    async def move(self, to: Point) -> None:
        from_x, from_y = self.at
        for step in range(1, STEPS + 1):
            part = step / STEPS
            await self._send(
                "touchMove", [(from_x + (to[0] - from_x) * part, from_y + (to[1] - from_y) * part)]
            )
        self.at = to

    async def by(self, x: float, y: float = 0) -> None:
        await self.move((self.at[0] + x, self.at[1] + y))


async def phone(browser: Browser, url: str, **options: Any) -> Window:
    return await Window.open(browser, url, **PHONE | options)


@asynccontextmanager
async def finger(window: Window, on: Locator) -> AsyncIterator[Finger]:
    """A finger put down in the middle of something, and lifted at the end."""
    await on.scroll_into_view_if_needed()
    box = await on.bounding_box()
    assert box is not None
    session = await window.context.new_cdp_session(window.page)
    down = Finger(session, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    await down._send("touchStart", [down.at])
    yield down
    await down._send("touchEnd", [])
