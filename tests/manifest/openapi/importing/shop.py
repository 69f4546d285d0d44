"""A document with something of everything, for what holds of all of them."""

from typing import Any, Final

REF: Final = "#/components/schemas/"

SHOP: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {"title": "shop", "version": "2.0", "description": "A shop", "contact": {"name": "X"}, "x-logo": "u"},
    "servers": [
        {"url": "https://{region}.shop.test/v1", "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}}},
    ],
    "tags": [{"name": "things", "description": "Things"}],
    "security": [{"key": []}, {"token": []}],
    "paths": {
        "/things": {
            "parameters": [{"$ref": "#/components/parameters/Trace"}],
            "get": {
                "operationId": "findThings",
                "summary": "All things",
                "description": "They come in pages.",
                "tags": ["things"],
                "parameters": [
                    {"name": "cursor", "in": "query", "schema": {"type": "string"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100, "default": 20}},
                    {"name": "kinds", "in": "query", "explode": False, "schema": {"type": "array", "items": {"type": "string"}}},
                    {"name": "session", "in": "cookie", "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "A page",
                        "headers": {"X-Rate": {"schema": {"type": "integer"}}},
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "data": {"type": "array", "items": {"$ref": f"{REF}Thing"}},
                                        "next_cursor": {"type": ["string", "null"]},
                                    },
                                    "required": ["data"],
                                },
                                "examples": {"empty": {"value": {"data": []}}},
                            },
                            "text/csv": {"schema": {"type": "string"}},
                        },
                        "links": {"one": {"operationId": "readThing"}},
                    },
                    "default": {"$ref": "#/components/responses/Problem"},
                },
            },
            "post": {
                "operationId": "makeThing",
                "tags": ["things"],
                "security": [{"token": []}],
                "requestBody": {
                    "description": "What to make",
                    "content": {"application/json": {"schema": {"$ref": f"{REF}NewThing"}}},
                },
                "responses": {"201": {"description": "Made", "content": {"application/json": {"schema": {"$ref": f"{REF}Thing"}}}}},
            },
        },
        "/things/{thing-id}": {
            "get": {
                "operationId": "readThing",
                "deprecated": True,
                "tags": ["things"],
                "parameters": [{"name": "thing-id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}],
                "responses": {
                    "200": {"description": "It", "content": {"application/json": {"schema": {"$ref": f"{REF}Thing"}}}},
                    "404": {"description": "None", "content": {"application/json": {"schema": {"$ref": f"{REF}Problem"}}}},
                },
            },
        },
        "/pictures": {
            "servers": [{"url": "https://pictures.shop.test"}],
            "post": {
                "operationId": "sendPicture",
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "picture": {"type": "string", "format": "binary"},
                                    "title": {"type": "string"},
                                },
                                "required": ["picture"],
                            },
                            "encoding": {"picture": {"contentType": "image/png"}},
                        }
                    },
                },
                "responses": {"204": {"description": "Sent"}},
            },
        },
        "/chat": {
            "post": {
                "operationId": "chat.ask",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": f"{REF}Question"}}}},
                "responses": {
                    "200": {
                        "description": "An answer",
                        "content": {
                            "application/json": {"schema": {"$ref": f"{REF}Answer"}},
                            "text/event-stream": {"schema": {"$ref": f"{REF}Answer"}},
                        },
                    }
                },
                "callbacks": {"done": {}},
            },
        },
    },
    "components": {
        "parameters": {
            "Trace": {"name": "X-Trace", "in": "header", "schema": {"type": "string"}, "description": "Of the call"},
            "Unused": {"name": "q", "in": "query", "schema": {"type": "string"}},
        },
        "responses": {"Problem": {"description": "Wrong", "content": {"application/json": {"schema": {"$ref": f"{REF}Problem"}}}}},
        "schemas": {
            "Named": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1, "pattern": "^[a-z]"}}},
            "NewThing": {
                "allOf": [{"$ref": f"{REF}Named"}, {"properties": {"price": {"type": "number", "exclusiveMinimum": 0}}, "required": ["name"]}],
                "description": "A thing to be made",
            },
            "Thing": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "format": "uuid", "readOnly": True},
                    "name": {"type": "string", "example": "lamp"},
                    "madeAt": {"type": "string", "format": "date-time"},
                    "colour": {"type": "string", "enum": ["red", "blue"], "default": "red"},
                    "homepage": {"type": "string", "format": "uri"},
                    "parts": {"type": "array", "items": {"$ref": f"{REF}Thing"}, "maxItems": 9},
                    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                    "owner": {"$ref": f"{REF}Owner"},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
                "required": ["id", "name"],
                "additionalProperties": True,
                "not": {"required": ["x"]},
            },
            "Owner": {
                "oneOf": [{"$ref": f"{REF}Person"}, {"$ref": f"{REF}Firm"}],
                "discriminator": {"propertyName": "kind", "mapping": {"p": f"{REF}Person", "f": f"{REF}Firm"}},
            },
            "Person": {"properties": {"kind": {"type": "string"}, "age": {"type": "integer", "minimum": 0}}, "required": ["kind"]},
            "Firm": {"properties": {"kind": {"type": "string"}, "seat": {"type": "string"}}, "required": ["kind"]},
            "Problem": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]},
            "Question": {
                "properties": {"text": {"type": "string"}, "stream": {"type": "boolean"}, "secret": {"type": "string", "writeOnly": True}},
                "required": ["text"],
            },
            "Answer": {"properties": {"text": {"type": "string"}}, "required": ["text"]},
        },
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        },
    },
}  # fmt: skip
