"""What is told of an event is what `docs/asyncapi.json` promises, member by member."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from graphql_api.version import VERSION
from jobs.bus.asyncapi import asyncapi_document
from resolvers.log.events import EventType
from resolvers.log.forms import FORMS


def check_form(type_: EventType, data: Mapping[str, Any]) -> None:
    """Raises ValidationError, also for a member that the document does not name."""
    _validator(FORMS[type_].__name__).validate(data)


@cache
def _validator(form: str) -> Draft202012Validator:
    components = deepcopy(asyncapi_document(VERSION)["components"])
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    whole = {"$ref": f"#/components/schemas/{form}", "components": components}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
