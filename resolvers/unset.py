"""What a change leaves out, as told from what it clears."""

from enum import Enum
from typing import Final


class Unset(Enum):
    UNSET = "unset"


#: Stays as it is; None clears.
UNSET: Final = Unset.UNSET
