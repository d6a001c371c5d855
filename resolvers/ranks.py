"""Fractional ranks: texts that sort bytewise, with room for another between any two.

A rank is an integer of variable length, whose first character says how long it is and whether it lies before or
after the middle, and a fraction in base 62. So ranks at the ends grow with the logarithm of how many there are,
and no list is ever renumbered.
"""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FIRST = "a0"
_ZERO, _LAST = DIGITS[0], DIGITS[-1]


def rank_between(before: str | None, after: str | None) -> str:
    """A rank after `before` and before `after`; None is the end of the list on that side.

    Raises ValueError where `before` does not sort before `after`.
    """
    if before is not None and after is not None and before >= after:
        raise ValueError("the ranks are out of order")
    if before is None and after is None:
        return FIRST
    if before is None:
        assert after is not None
        whole, fraction = _split(after)
        if fraction:
            return whole
        smaller = _decrement(whole)
        return smaller if smaller is not None else whole + _middle("", fraction)
    whole, fraction = _split(before)
    if after is None:
        larger = _increment(whole)
        return larger if larger is not None else whole + _middle(fraction, None)
    whole_after, fraction_after = _split(after)
    if whole == whole_after:
        return whole + _middle(fraction, fraction_after)
    larger = _increment(whole)
    if larger is not None and larger < after:
        return larger
    return whole + _middle(fraction, None)


def _split(rank: str) -> tuple[str, str]:
    """The integer and the fraction."""
    head = rank[0]
    # a0 … zzzzz…: from the middle up, longer and longer; Z0 and below: the other way.
    length = ord(head) - ord("a") + 2 if head >= "a" else ord("Z") - ord(head) + 2
    return rank[:length], rank[length:]


def _increment(whole: str) -> str | None:
    head, digits = whole[0], list(whole[1:])
    for index in reversed(range(len(digits))):
        digit = DIGITS.index(digits[index]) + 1
        if digit < len(DIGITS):
            digits[index] = DIGITS[digit]
            return head + "".join(digits)
        digits[index] = _ZERO
    if head == "Z":
        return "a" + _ZERO
    if head == "z":
        return None
    # Above the middle the next integers are a digit longer, below it a digit shorter.
    head = chr(ord(head) + 1)
    return head + "".join([*digits, _ZERO] if head > "a" else digits[1:])


def _decrement(whole: str) -> str | None:
    head, digits = whole[0], list(whole[1:])
    for index in reversed(range(len(digits))):
        digit = DIGITS.index(digits[index]) - 1
        if digit >= 0:
            digits[index] = DIGITS[digit]
            return head + "".join(digits)
        digits[index] = _LAST
    if head == "a":
        return "Z" + _LAST
    if head == "A":
        return None
    head = chr(ord(head) - 1)
    return head + "".join([*digits, _LAST] if head < "Z" else digits[1:])


def _middle(before: str, after: str | None) -> str:
    """A fraction strictly between two; "" is nothing, None is one. Never ends in zero."""
    if after is not None:
        common = 0
        while common < len(after) and (before[common : common + 1] or _ZERO) == after[common]:
            common += 1
        if common:
            return after[:common] + _middle(before[common:], after[common:])
    low = DIGITS.index(before[0]) if before else 0
    high = DIGITS.index(after[0]) if after is not None else len(DIGITS)
    if high - low > 1:
        return DIGITS[(low + high + 1) // 2] if high - low > 2 else DIGITS[low + 1]
    if after is not None and len(after) > 1:
        return after[0]
    return DIGITS[low] + _middle(before[1:], None)
