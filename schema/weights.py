"""How large an answer gets, while there is still time to stop: never more than what will be sent, as nothing is counted that
has to be escaped."""

from typing import Any

#: Around a name: quotation marks, colon and comma.
NAME_BYTES = 4


def bytes_of(value: Any) -> int:
    """Of the texts in what is written as JSON."""
    if type(value) is str and value.isascii():
        return len(value)
    if value is None or isinstance(value, int | float):
        return 0
    if isinstance(value, str):
        return len(value.encode(errors="surrogatepass"))
    if isinstance(value, dict):
        return sum(len(name) + NAME_BYTES + bytes_of(each) for name, each in value.items())
    if isinstance(value, list | tuple):
        return sum(bytes_of(each) for each in value)
    return 0
