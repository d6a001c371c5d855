"""Texts as search sees them."""

import unicodedata


def fold(text: str) -> str:
    """`text` without case and accents: `Café` and `CAFE` are the same."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def words(text: str) -> list[str]:
    """The folded words of what somebody looks for, each once: some single characters fold to several words."""
    return list(dict.fromkeys(fold(text).split()))


def pattern(word: str) -> str:
    """A LIKE pattern for texts that contain `word`, with `\\` as its escape."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
