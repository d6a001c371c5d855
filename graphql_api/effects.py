"""What events bring about: where a setting asks for it, and nothing so far."""

from graphql_api.settings import Settings
from jobs.effects import Effect


def open_effects(settings: Settings) -> list[Effect]:
    return []
