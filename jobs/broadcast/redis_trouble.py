"""What is wrong with Redis, in words that name the variable to look at."""

from redis.exceptions import AuthenticationError, ResponseError

_VARIABLE = "BROADCAST_URL or REDIS_URL"

NOT_YET = f"{_VARIABLE}: Redis has not answered yet"


def in_words(error: Exception) -> str:
    if isinstance(error, AuthenticationError):
        return f"{_VARIABLE}: Redis refuses the user or the password"
    if isinstance(error, ResponseError):
        return f"{_VARIABLE}: Redis refuses what it is asked ({error})"
    return f"{_VARIABLE}: Redis does not answer"
