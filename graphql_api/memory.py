"""What was large goes back to the system as soon as nothing holds it."""

import ctypes
import sys

#: glibc's own, from `malloc.h`.
M_MMAP_THRESHOLD = -3
LARGE_BYTES = 131_072


def give_back_what_is_large() -> None:
    """By itself glibc takes the first large answer as a sign that all of that size be kept at hand, between small
    things that stay: after a crowd of them the process would never get small again.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
