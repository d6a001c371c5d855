"""Who asks."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user, and the sign-in session whose token the request carries."""

    user_id: UUID
    session_id: UUID
