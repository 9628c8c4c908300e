"""The description of the API (OpenAPI 3.1), made of the table that the door works by."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from idp.api.operation import PREFIX, AnyOperation, Resource
from idp.api.problems import MEDIA_TYPE, TITLES, ProblemDocument
from idp.api_clients.rules import SCOPES

VERSION: Final = "1"
_REF: Final = "#/components/schemas/{model}"
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 128}
_ABOUT: Final = """\
What operators and province teams do at the console, for their programs.

An operator lets a program in (at the console, or by `idp api-clients add`) with a role, the scopes
it needs and, for a province team, its team. The program gets a token at `/api/v1/token` by its name
and secret (HTTP Basic), and sends it as `Authorization: Bearer …`; scopes are permissions. What is
another team's is answered as if it were not there.

Lists come by pages: pass `next` on as `after`. Changes name the version that they begin with, by
`If-Match` with the `ETag` of the last look; where somebody else was faster, the answer is 409 with
what they changed. What a retry must not do twice needs an `Idempotency-Key`. Every problem is
`application/problem+json` (RFC 9457).\
"""


class Description:
    """The document, made when it is first asked for."""

    def __init__(self, resources: Sequence[Resource], *, issuer: str, service: str) -> None:
        self.resources = resources
        self.issuer = issuer
        self._service = service

    @cached_property
    def document(self) -> bytes:
        """As it is served."""
        return orjson.dumps(self.as_dict())

    @cached_property
    def etag(self) -> str:
        """A strong entity tag of it."""
        return f'"{hashlib.sha256(self.document).hexdigest()[:32]}"'

    def as_dict(self) -> dict[str, Any]:
        """The OpenAPI object."""
        operations = [each for resource in self.resources for each in resource.operations]
        paths: dict[str, dict[str, Any]] = {}
        for operation in operations:
            described = _described(operation)
            paths.setdefault(operation.path, {})[operation.method.lower()] = described
        return {
            "openapi": "3.1.0",
            "info": {
                "title": f"{self._service}: operators' API",
                "version": VERSION,
                "description": _ABOUT,
            },
            "servers": [{"url": f"{self.issuer}{PREFIX}"}],
            "tags": [{"name": each.name, "description": each.about} for each in self.resources],
            "paths": paths,
            "components": {
                "schemas": _schemas(operations),
                "securitySchemes": {
                    "operators": {
                        "type": "oauth2",
                        "flows": {
                            "clientCredentials": {
                                "tokenUrl": f"{PREFIX}/token",
                                "scopes": {
                                    scope.value: scope.value.replace("_", " ") for scope in SCOPES
                                },
                            }
                        },
                    }
                },
            },
        }


def statuses(operation: AnyOperation) -> Sequence[int]:
    """The statuses of the problems that *operation* can end with."""
    found = {401, 403, 422, 429, 500, 503}
    if operation.has_body:
        found |= {400, 413, 415}
    if operation.places or operation.is_of_team:
        found |= {404}
    if operation.needs_version:
        found |= {409, 428}
    if operation.made_once:
        found |= {400, 409}
    if operation.conflicts:
        found |= {409}
    return sorted(found)


def name_of(operation: AnyOperation) -> str:
    """The operation's id: `get_relying_parties`."""
    words = [part for part in operation.path.replace("-", "_").split("/") if part]
    return "_".join([operation.method.lower(), *(word.strip("{}") for word in words)])


def _described(operation: AnyOperation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": name_of(operation),
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "security": [{"operators": [operation.permission.value]}],
        "parameters": list(_parameters(operation)),
        "responses": {
            **{
                str(status): _answered(operation, status, model)
                for status, model in operation.answers.items()
            },
            **{
                str(status): {
                    "description": "; or ".join(
                        title for code, title in TITLES.values() if code == status
                    ),
                    "content": {MEDIA_TYPE: {"schema": _ref(ProblemDocument)}},
                }
                for status in statuses(operation)
            },
        },
    }
    if operation.has_body:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(operation.body)}},
        }
    return described


def _answered(
    operation: AnyOperation, status: int, model: type[BaseModel] | None
) -> dict[str, Any]:
    answered: dict[str, Any] = {"description": operation.summary}
    if status == 201:  # noqa: PLR2004
        answered["headers"] = {
            "Location": {"description": "Where it is.", "schema": {"type": "string"}}
        }
    if model is not None:
        answered["content"] = {"application/json": {"schema": _ref(model)}}
    return answered


def _parameters(operation: AnyOperation) -> Sequence[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": place, "in": "path", "required": True, "schema": _NAME}
        for place in operation.places
    ]
    schema = operation.query.model_json_schema()
    for name, described in schema.get("properties", {}).items():
        found.append(
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "description": described.get("description", ""),
                "schema": _plain(described, schema.get("$defs", {})),
            }
        )
    if operation.needs_version:
        found.append(_header("If-Match", "The ETag of the version that is changed.", '"1"'))
    if operation.made_once:
        found.append(
            _header("Idempotency-Key", "A random value; the same for each retry.", "8e03978e")
        )
    return found


def _header(name: str, about: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": about,
        "example": example,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        if name != "If-Match"
        else {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    }


def _plain(described: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a parameter: one that is left out is not null, and names are filled in."""
    kinds = [each for each in described.get("anyOf", ()) if each.get("type") != "null"]
    found = {**described, **kinds[0]} if kinds else dict(described)
    if "$ref" in found:
        found |= definitions[found.pop("$ref").rpartition("/")[2]]
    return {
        name: value
        for name, value in found.items()
        if name not in {"anyOf", "description", "title"} and value is not None
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _schemas(operations: Sequence[AnyOperation]) -> Mapping[str, Any]:
    models: dict[str, type[BaseModel]] = {ProblemDocument.__name__: ProblemDocument}
    for operation in operations:
        for model in (operation.body, *operation.answers.values()):
            if model is not None:
                models[model.__name__] = model
    sent = {each.body for each in operations}
    _, schemas = models_json_schema(
        [(each, "validation" if each in sent else "serialization") for each in models.values()],
        ref_template=_REF,
    )
    found: Mapping[str, Any] = schemas["$defs"]
    return found
