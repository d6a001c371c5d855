"""Between tries to reach something that is away."""

import asyncio

FIRST_SECONDS, LONGEST_SECONDS = 0.2, 5.0


class Pauses:
    """Each twice as long as the one before, up to the longest, until one try succeeds."""

    def __init__(self) -> None:
        #: In a row, without success.
        self.tries = 0

    async def pause(self) -> None:
        # Bounded, or the power would not fit into a float.
        seconds = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(self.tries, 30))
        self.tries += 1
        await asyncio.sleep(seconds)

    def succeeded(self) -> None:
        self.tries = 0
