"""Who gets a text read that is not known, and when: each caller one at a time, and for a part of the time.

Reading takes some milliseconds, or tens of them where somebody means it, in which this process does nothing else. Many
large ones at once would have everybody else wait for all of them, at each step of what they do.
"""

import asyncio
from time import thread_time
from weakref import WeakValueDictionary

from schema.documents import Documents, Prepared, Request

#: What takes no longer is read at once: all that clients have reason to send.
QUICK_SECONDS = 0.02
#: Of the time that it took, until this caller's next one is read.
REST = 6.0
LONGEST_REST_SECONDS = 0.2


class Reading:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def prepare(self, request: Request, whose: str) -> Prepared:
        """whose: the user's id, or the address of somebody unknown. Raises RequestRefused."""
        if self._documents.remembers(request.query):
            return self._documents.prepare(request)
        turn = self._turns.setdefault(whose, asyncio.Lock())
        async with turn:
            began = thread_time()
            try:
                return self._documents.prepare(request)
            finally:
                took = thread_time() - began
                if took > QUICK_SECONDS:
                    await asyncio.sleep(min(took * REST, LONGEST_REST_SECONDS))
