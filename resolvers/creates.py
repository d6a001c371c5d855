"""Creates under an id of the client's choosing: asked for twice, made once."""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import orjson
import sqlalchemy as sa
from sqlmodel import select

from resolvers import validation
from resolvers.errors import Conflict
from resolvers.log.transaction import Transaction
from resolvers.tables import IdempotentCreate, Label, Project, Reminder, Task


async def create_once[Row: Task | Project | Label | Reminder](
    tx: Transaction,
    table: type[Row],
    client_id: str | None,
    content: Mapping[str, Any],
    create: Callable[[UUID], Awaitable[Row]],
) -> Row | None:
    """Run `create` with the id, unless this very create was done before: then answer the thing as it now is.

    client_id  the client's own choice; a random one where it made none
    content    the input in the one spelling in which it is kept: what makes two creates the same

    The repeated answer has the creation's cursor, and is None where the thing is gone for good meanwhile.
    Raises Invalid where the id is no UUID; Conflict where it was used for other content or by somebody else.
    """
    if client_id is None:
        return await create(uuid4())
    id_ = validation.new_id(client_id)
    kind = str(table.__tablename__)
    content_hash = sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()
    before = await tx.session.get(IdempotentCreate, (kind, id_))
    existing = (await tx.session.exec(select(table).where(table.id == id_))).one_or_none()
    if before is not None and before.user_id == tx.user_id and before.content_hash == content_hash:
        tx.answered_seq = before.seq
        return existing
    if before is not None or existing is not None:
        raise _taken(existing if existing is not None and existing.user_id == tx.user_id else None)
    once = IdempotentCreate(
        kind=kind,
        id=id_,
        user_id=tx.user_id,
        content_hash=content_hash,
        seq=tx.next_seq,
        created_at=tx.now,
    )
    try:
        # Another user may be taking the same id right now: the key tells, and only this much is undone.
        async with tx.session.begin_nested():
            tx.session.add(once)
    except sa.exc.IntegrityError:
        raise _taken(None) from None
    created = await create(id_)
    # Where this answer stands: what was made along with it, such as reminders, has events of its own.
    once.seq = tx.next_seq - 1
    return created


def _taken(current: Task | Project | Label | Reminder | None) -> Conflict:
    return Conflict("This id was used before, for something else.", "id", current=current)
