"""The OpenAPI description: what every operation of the house takes and may answer, said once.

A viewset describes only what is its own (bodies, answers, docstrings); headers, refusals, token scopes, summaries and
operation ids are drawn here from its rules and its model. An action that no rule opens is not described.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance, get_lib_doc_excludes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ModelSerializer

from backend.core.problems import catalogue

GUIDE = """\
Conferences and meetings on the record: from the invitation to the published recap.

**Who asks.** Programs send `Authorization: Bearer plenum_…`; a token is made at `POST /tokens` and does what its account
may do, narrowed to its scopes (named with each operation). People sign in at `POST /sessions`; writes made with the
session cookie also carry the answer's `csrf_token` as `X-CSRFToken`. What somebody may not see is answered 404.

**Languages.** `Accept-Language: vi` or `en` chooses the language of sentences; Vietnamese is the default. Recorded text
is a language map, `{"vi": "…", "en": "…"}`: Vietnamese is always there, English where the record has it.

**Refusals** are `application/problem+json` (RFC 9457). Go by `type`; `title` and `detail` are for people. `errors` names
each wrong field and why. `request_id` is also in `X-Request-ID` and finds the request in our log.

**Writing once.** An `Idempotency-Key` of your own making on any write makes a repeat harmless: the same key with the
same request gets the kept answer (`Idempotency-Replayed: true`), with another request 422.

**Writing side by side.** `ETag` is the version that was read. Send it back as `If-Match`: 412 when somebody was faster.
Where it is required a write without it is 428; `If-Match: *` overwrites knowingly.

**Changing.** `PATCH` leaves alone what the body leaves out; a member that is there replaces the old one whole.

**Lists** come in pages, `{"next": …, "previous": …, "results": […]}`; follow `next` until it is null. Pages stay stable
while rows are added. `q`, where a list offers it, searches with or without diacritics. An unknown filter is refused, not
ignored.

**What is not known** is null, empty or left out; nothing is guessed.
"""

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A refusal (RFC 9457). Some types add members of their own, such as `legal` (the moves allowed now).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "What went wrong; stable."},
        "title": {"type": "string", "description": "The same in the caller's language."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "More about this case, in the caller's language."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {
                    "field": {"type": "string", "description": "As in `agenda.0.title`; empty: the body as a whole."},
                    "reason": {"type": "string", "description": "In the caller's language."},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}

#: Query parameters that mean the same in every list.
EVERYWHERE = {"cursor", "page_size", "q"}
#: By status: the component's name, and when it is answered.
REFUSALS = {
    400: ("Invalid", "The request cannot be read, or a field is wrong: `errors` says which and why."),
    401: ("NotSignedIn", "Nobody is signed in, or the token or the password is wrong."),
    403: ("Forbidden", "The caller may not do this, or the token lacks the scope."),
    404: ("NotFound", "There is nothing here, or nothing the caller may see."),
    409: ("Conflict", "It cannot be done as things stand. `/problems/illegal-move` names the moves that can."),
    410: ("Gone", "The link worked once and does no more."),
    412: ("StaleWrite", "Somebody else wrote meanwhile: If-Match is not the version any more."),
    413: ("TooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The body is of a media type this operation does not take."),
    422: ("KeyReused", "The Idempotency-Key came with another request before."),
    428: ("PreconditionRequired", "If-Match is missing."),
    429: ("TooManyAttempts", "Too many attempts; Retry-After says how long to wait."),
    503: ("Unavailable", "The database does not answer; nothing was written. Try again after Retry-After."),
}
SUCCESSES = {"200": "As it stands now.", "201": "Added.", "202": "Begun; it goes on.", "204": "Done; nothing to show."}
RESPONSE_HEADERS = {
    "ETag": ("The version that was read, for If-Match and If-None-Match.", {"type": "string"}, '"3"'),
    "Idempotency-Replayed": ("`true`: this is the kept answer to an earlier request.", {"type": "string"}, "true"),
    "Location": ("Where to follow it.", {"type": "string", "format": "uri-reference"}, "/api/v1/jobs/…"),
    "Retry-After": ("Seconds to wait.", {"type": "integer"}, 5),
    "WWW-Authenticate": ("How to sign in.", {"type": "string"}, 'Bearer realm="plenum"'),
}
REFUSAL_HEADERS = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}

SEARCH = OpenApiParameter("q", str, description="Words to search for; diacritics may be left out.")


def _header(name: str, description: str, pattern: str, *, required: bool = False) -> OpenApiParameter:
    schema = {"type": "string", "pattern": pattern}
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, required=required, description=description)


IDEMPOTENCY_KEY = _header(
    "Idempotency-Key",
    "Of your own making, such as a UUID: a repeat with the same key is answered alike and does nothing.",
    "^[!-~]{1,255}$",
)
ETAG = r'^(\*|"[0-9]{1,9}")$'
IF_MATCH = _header("If-Match", "The ETag that was read; `*` writes over whatever is there.", ETAG, required=True)
IF_MATCH_OR_NOT = _header("If-Match", "The ETag that was read: refused when it is not the version any more.", ETAG)
IF_NONE_MATCH = _header("If-None-Match", "The ETag at hand: 304 when it is still right.", ETAG)
BYTES_AT_HAND = _header("If-None-Match", "The ETag at hand, a SHA-256: 304 when it is still right.", '^"[0-9a-f]{64}"$')


class HouseSchema(AutoSchema):
    """Reads off a HouseViewSet what its operations have in common."""

    view: Any

    VERBS = {"partial_update": "update", "destroy": "delete"}
    SUMMARIES = {
        "retrieve": "Read {one}",
        "create": "Add {one}",
        "partial_update": "Change {one}",
        "destroy": "Remove {one}",
    }

    @property
    def action(self) -> str:
        return getattr(self.view, "action", None) or self.method.lower()

    @property
    def writes(self) -> bool:
        return self.method in {"POST", "PUT", "PATCH", "DELETE"}

    @property
    def one_row(self) -> bool:
        return "{" in self.path

    @property
    def model(self) -> Any:
        return getattr(getattr(self.view, "queryset", None), "model", None)

    @property
    def for_anybody(self) -> bool:
        return bool(self.view.rules[self.action].test(AnonymousUser(), None))

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """A row shows every field, but for what its serializer calls `sometimes`."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if direction == "response":
            shown = force_instance(serializer)
            sometimes = set(getattr(shown, "sometimes", ()))
            if not isinstance(shown, ModelSerializer):
                sometimes |= {name for name, field in shown.fields.items() if not (field.required or field.read_only)}
            properties = {name: _as_answered(shown, name, field) for name, field in schema["properties"].items()}
            always = sorted(set(properties) - sometimes)
            schema = {**schema, "properties": properties, **({"required": always} if always else {})}
        return schema

    def _get_serializer_field_meta(self, field: Any, direction: Any) -> Any:
        """A column's verbose name is no title."""
        meta = super()._get_serializer_field_meta(field, direction)
        return {name: value for name, value in meta.items() if name != "title"}

    def is_excluded(self) -> bool:
        return self.action not in self.view.rules

    def get_operation_id(self) -> str:
        resource = self._tokenize_path()[0].replace("-", "_")
        return f"{resource}_{self.VERBS.get(self.action, self.action)}"

    def get_summary(self) -> str:
        """What the action does to the model; for what is read beside a row, its docstring's first sentence."""
        things = self._tokenize_path()[0].replace("-", " ")
        if self.action == "list":
            return f"List {things}"
        if not self.writes and self.action != "retrieve":
            return _first_sentence(self._own_description())
        noun = str(self.model._meta.verbose_name) if self.model else things
        one = noun if noun == things else f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"
        return self.SUMMARIES.get(self.action, f"{capfirst(self.action.replace('_', ' '))} {{one}}").format(one=one)

    def get_description(self) -> str:  # type: ignore[override]
        scope = f"{self.view.scope}:{'write' if self.writes else 'read'}" if self.get_auth() else ""
        said = self._own_description() or (super().get_description() if self.action == "list" else "")
        return "\n\n".join(filter(None, [said, f"Scope for tokens: `{scope}`." if scope else ""]))

    def _own_description(self) -> str:
        said: str = super().get_description()
        handler = getattr(getattr(self.view, self.action, None), "__doc__", None)
        return said if handler else ""

    def get_auth(self) -> list[dict[str, Any]]:
        known: list[dict[str, Any]] = super().get_auth()
        return [{}, *known] if known and self.for_anybody else known

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = []
        if self.writes and self.view.honours_idempotency_key:
            parameters.append(IDEMPOTENCY_KEY)
        if self.action == "list" and self.view.search_fields:
            parameters.append(SEARCH)
        if self._heeds_if_match():
            parameters.append(IF_MATCH if self._wants_if_match() else IF_MATCH_OR_NOT)
        if self.action == "retrieve" and self._heeds_versions():
            parameters.append(IF_NONE_MATCH)
        return parameters

    def _heeds_versions(self) -> bool:
        return self.one_row and _versioned(self.model) and self.action not in self.view.blind_to_versions

    def _heeds_if_match(self) -> bool:
        return self.writes and self._heeds_versions()

    def _wants_if_match(self) -> bool:
        changes = self.method in {"PUT", "PATCH", "DELETE"} or self.action in self.view.needs_if_match
        return bool(self.view.edited_by_two and changes)

    def _get_paginator(self) -> Any:
        return super()._get_paginator() if self.action == "list" else None

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> Any:
        response = super()._get_response_for_code(serializer, status_code, *args, **kwargs)
        response["description"] = response["description"] or SUCCESSES[status_code]
        shown = serializer() if isinstance(serializer, type) else serializer
        names = []
        if isinstance(shown, ModelSerializer) and _versioned(shown.Meta.model) and self.action != "list":
            names.append("ETag")
        if self.writes and self.view.honours_idempotency_key:
            names.append("Idempotency-Replayed")
        if status_code == "202" and self.action not in self.view.followed_by_mail:
            names.append("Location")
        for name in names:
            response.setdefault("headers", {})[name] = {"$ref": f"#/components/headers/{name}"}
        return response

    def _get_response_bodies(self, *args: Any, **kwargs: Any) -> Any:
        responses = super()._get_response_bodies(*args, **kwargs)
        if any(parameter is IF_NONE_MATCH for parameter in self.get_override_parameters()):
            responses["304"] = {"description": "Still what you have."}
        for status in sorted(self._refusals()):
            responses.setdefault(str(status), {"$ref": f"#/components/responses/{REFUSALS[status][0]}"})
        return responses

    def _refusals(self) -> set[int]:
        codes = {400, 503, *self.view.own_refusals.get(self.action, ())}
        if self.get_auth():
            codes |= {401, 403}
            codes |= {404} if self.one_row or self.action == "create" else set()
        if self.writes:
            codes |= {409, 413, 415}
            codes |= {422} if self.view.honours_idempotency_key else set()
        if self._heeds_if_match():
            codes |= {412, 428} if self._wants_if_match() else {412}
        return codes


def silent_bases() -> list[Any]:
    """Classes whose docstrings speak to us, not to the API's readers."""
    ours = ("api.HouseViewSet", "serializers.HouseSerializer", "serializers.Body")
    return [*get_lib_doc_excludes(), *(import_string(f"backend.core.{name}") for name in ours)]


class LanguageMapSchema(OpenApiSerializerFieldExtension):
    """Two components: a text that must be there, and one that may be empty."""

    target_class = "backend.core.serializers.LanguageMap"
    match_subclasses = True

    def get_name(self) -> str | None:
        return "LanguageMap" if self.target.required_text else "LanguageMapOrEmpty"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = {
            "type": "object",
            "description": "Text by language code."
            + ("" if self.target.required_text else " Empty when nothing is known."),
            "properties": {code: {"type": "string"} for code, _ in settings.LANGUAGES},
            "additionalProperties": False,
        }
        if self.target.required_text:
            schema["required"] = [settings.REQUIRED_LANGUAGE]
        return schema


def _as_answered(serializer: Any, name: str, field: dict[str, Any]) -> dict[str, Any]:
    """The field as an answer shows it: everything is there to be read, nothing is filled in, and "" has no format."""
    dropped = {"readOnly"}
    if isinstance(serializer, ModelSerializer):
        dropped.add("default")
        model: Any = serializer.Meta.model
        may_be_empty = {column.name for column in model._meta.fields if column.blank}
        if name in may_be_empty and field.get("format") in {"email", "uri"}:
            dropped.add("format")
    shown = {key: value for key, value in field.items() if key not in dropped}
    return shown["allOf"][0] if set(shown) == {"allOf"} and len(shown["allOf"]) == 1 else shown


def _versioned(model: Any) -> bool:
    return model is not None and any(field.name == "version" for field in model._meta.fields)


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split("\n\n")[0].split())
    sentence, stop, _ = flat.partition(". ")
    return sentence.removesuffix(".") if stop else flat.removesuffix(".")


def describe_house(result: dict[str, Any], generator: Any, **_: Any) -> dict[str, Any]:
    """Postprocessing: the guide, the shared components, and one tag for each resource."""
    components = result.setdefault("components", {})
    problem = {**PROBLEM, "properties": {**PROBLEM["properties"]}}
    problem["properties"]["type"] = {
        **problem["properties"]["type"],
        "examples": [f"/problems/{slug}" for slug in sorted(catalogue())],
    }
    components["schemas"] = dict(sorted({**components.get("schemas", {}), "Problem": problem}.items()))
    components["headers"] = {
        name: {"description": description, "schema": schema, "example": example}
        for name, (description, schema, example) in RESPONSE_HEADERS.items()
    }
    components["responses"] = {name: _refusal(status, description) for status, (name, description) in REFUSALS.items()}
    result["info"]["description"] = GUIDE
    components["parameters"] = _shared_parameters(result)
    result["tags"] = _tags(result, generator)
    return result


def _shared_parameters(result: dict[str, Any]) -> dict[str, Any]:
    """Takes the parameters that come again and again out of the operations, which then refer to them."""
    shared: dict[str, Any] = {}
    for operation in (operation for path in result["paths"].values() for operation in path.values()):
        for index, parameter in enumerate(operation.get("parameters", [])):
            if parameter["in"] == "header" or parameter["name"] in EVERYWHERE:
                name = parameter["name"].replace("_", "-").title()
                if name == "If-Match" and not parameter.get("required"):
                    name = "If-Match-Or-Not"
                if shared.setdefault(name, parameter) == parameter:
                    operation["parameters"][index] = {"$ref": f"#/components/parameters/{name}"}
    return dict(sorted(shared.items()))


def _refusal(status: int, description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    response: dict[str, Any] = {"description": description, "content": {"application/problem+json": {"schema": schema}}}
    if name := REFUSAL_HEADERS.get(status):
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"}}
    return response


def _tags(result: dict[str, Any], generator: Any) -> list[dict[str, str]]:
    """What each resource is, from its viewset's docstring."""
    named = {}
    for path, _, method, view in generator.endpoints:
        operation = result["paths"].get(path, {}).get(method.lower())
        for tag in (operation or {}).get("tags", []):
            named[tag] = " ".join((view.cls.__doc__ or "").split())
    return [{"name": tag, "description": text} for tag, text in sorted(named.items())]
