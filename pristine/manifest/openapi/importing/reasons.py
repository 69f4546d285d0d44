"""Why a part of a document is not in the manifest. Every code is here, with what is told of it; there is no other."""

from collections.abc import Mapping
from typing import Final

from pristine.ports.values import frozen

REASONS: Final[Mapping[str, str]] = {
    "annotation": "a note for readers that a manifest has no place for",
    "answer-description": "the description of an answer: a manifest describes types and endpoints",
    "answer-header": "a header of an answer has no type; `with_raw_response` has it",
    "another-answer": "an answer of a second media type: a call has one",
    "another-body": "a body of a second media type: an endpoint has one",
    "another-part": "another part of the schema says it, or says otherwise, or it says nothing of this type",
    "bodyless": "a request of this method has no body (RFC 9110 section 9.3)",
    "bounds": "a bound that has no effect on this type, or that the language cannot check",
    "callback": "a callback: a manifest describes what a client calls",
    "choice": "which fields go together: a type says of each field by itself whether it must be there",
    "cookie": "a parameter in a cookie: give a Cookie header",
    "cycle": "a type that is itself, without an object between: it is any value there",
    "default": "a default that is of no field or parameter, or too long to be told",
    "discriminator": "a field that cannot tell these types apart: the value is of the first that it fits",
    "dropped": "the overrides drop it",
    "encoding": "how a field of a form is written: a manifest has one way for all",
    "enum-names": "names of the members of an enum: members are their values",
    "enum-value": "a member of an enum that is not of its type, or no string, whole number or boolean",
    "example": "an example that is not of a call: of a type, an error, a header, or outside of the document",
    "example-unfit": "an example of an answer that is not of the answer's type",
    "extension": "an extension (x-…) that is not known",
    "fields-type": "the type of the fields that are not declared: beside declared ones they may be any",
    "file": "what is said of a file beside that it is one",
    "form": "a form that is not an object",
    "format": "a format that is not known, or not for this type: the type is without it",
    "header-ignored": "OpenAPI ignores a header parameter of this name",
    "informational": "an answer before the answer (1XX)",
    "link": "a link to another operation",
    "malformed": "is not what OpenAPI has here",
    "media-parameter": "a parameter of a media type",
    "never": "a schema that nothing is of: it is any value",
    "optional-body": "a body that may be left out: an endpoint with a type has one in every call",
    "optional-security": "calls without a credential beside signed ones: make a context without credentials",
    "parameter-content": "a parameter that is a document by itself: it is given as its text",
    "parameter-style": "a way to write a parameter that OpenAPI does not define for its type, or a manifest has not",
    "parameter-type": "a parameter of a type that has no text: it is a string",
    "path": "a path that a manifest cannot have",
    "pattern": "a regular expression that is none of Python's",
    "redirect": "an answer of 3XX: it is followed, or an error",
    "schema": "a keyword of JSON Schema that types have no word for",
    "scope": "the scope of a token",
    "security-scheme": "a way to authenticate, or what is told of one, that the language has not",
    "server": "a server's URL that is not absolute, or not HTTP",
    "server-choice": "a second server of one endpoint: it is at the first",
    "server-variable": "a variable of a server that cannot be chosen: its default stands in the URL",
    "stream": "a stream that no field of the payload asks for",
    "too-many": "more alternatives than a type can have",
    "unknown": "a key that OpenAPI has not here",
    "unused": "nothing of the document that is imported refers to it",
    "untyped": "the type of a body that is no JSON and no form: it is sent, or comes, as it is",
    "webhook": "a webhook: a manifest describes what a client calls",
}
"""Code -> what it means."""

KEYS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("title", "externalDocs", "xml", "summary", "description", "$comment"), "annotation"),
    **dict.fromkeys(("contact", "license", "termsOfService", "identifier", "tags"), "annotation"),
    **dict.fromkeys(("$schema", "$id", "$anchor", "jsonSchemaDialect", "deprecated"), "annotation"),
    **dict.fromkeys(("example", "examples"), "example"),
    "callbacks": "callback",
    "webhooks": "webhook",
    "links": "link",
    "headers": "answer-header",
    "contentType": "encoding",
    "pattern": "bounds",
    "default": "default",
    "discriminator": "discriminator",
    **dict.fromkeys(("encoding", "style", "explode", "allowReserved", "allowEmptyValue"), "encoding"),
    **dict.fromkeys(("format", "contentEncoding", "contentMediaType", "contentSchema"), "format"),
    **dict.fromkeys(("flows", "openIdConnectUrl", "bearerFormat"), "security-scheme"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "bounds"),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"), "bounds"),
    **dict.fromkeys(("minProperties", "maxProperties"), "bounds"),
    **dict.fromkeys(("not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames"), "schema"),
    **dict.fromkeys(("patternProperties", "unevaluatedProperties", "unevaluatedItems", "prefixItems"), "schema"),
    **dict.fromkeys(("dependentSchemas", "$defs", "definitions", "$dynamicRef", "$vocabulary"), "schema"),
    **dict.fromkeys(("dependentRequired", "dependencies"), "choice"),
    **dict.fromkeys(("servers", "server"), "server-choice"),
    **dict.fromkeys(("components", "paths"), "unused"),
    **dict.fromkeys(("readOnly", "writeOnly", "nullable", "type", "required", "properties", "items"), "another-part"),
    **dict.fromkeys(("additionalProperties", "enum", "const", "oneOf", "anyOf", "allOf"), "another-part"),
    **dict.fromkeys(("x-enum-varnames", "x-enumNames", "x-enum-descriptions"), "enum-names"),
}
"""Key -> the code of what is told where nothing has read it."""


def code_of(key: str) -> str:
    """Why a key that nothing has read is not in the manifest."""
    return KEYS.get(key) or ("extension" if key.startswith("x-") else "unknown")


@frozen
class Unexpressed:
    """One part of a document that the manifest does not say: where, and why.

    `pointer` is a JSON pointer as a URI fragment (RFC 6901 section 6), `source` the file, "" for the document itself.
    """

    pointer: str
    code: str
    reason: str
    source: str = ""

    def __str__(self) -> str:
        return f"{self.source}{self.pointer}: {self.reason}"
