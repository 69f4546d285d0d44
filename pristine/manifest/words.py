"""What every key of the language does, in a line each, by the table that it is in.

The descriptions of the JSON Schema and the tables of the reference page are made from this; a key without a line here,
or a line without a key, fails the build of either.
"""

import re
from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Document": {
        "name": "what the API is called, in errors and in the `User-Agent` header; required",
        "version": "the API's version, in the `User-Agent` header",
        "description": "for readers: `pristine validate` shows it",
        "servers": "a list of [servers](#servers); the first is the base URL where the context gives none",
        "security_schemes": "an object from names to [ways to authenticate](#security-schemes)",
        "security": "which schemes sign the calls of all endpoints that do not say it themselves",
        "errors": "how errors are [spelled](#errors), for all endpoints that do not say it themselves",
        "paginations": "an object from names to [paginations](#paginations), which endpoints may refer to by name",
        "retries": "an object from names to [settings](#retries) of the retry policy, which endpoints refer to by name",
        "limits": "an object from names to [limits](#limits) on calls, which endpoints share by name",
        "breakers": "an object from names to [settings](#breakers) of circuit breakers, which endpoints share by name",
        "defaults": "what [holds for all endpoints](#defaults) that do not say otherwise",
        "include": "a list of [files](#included-files) that have more endpoints and types",
        "endpoints": "the [endpoints](#endpoints): an object from names to endpoints, or a list of endpoints that each "
        "have an `id`; required, unless files are included",
        "types": "an object from names to [types](#types), which the rest may refer to by name",
    },
    "Servers": {
        "url": "an absolute http or https URL, without user information, query or fragment; it may hold `{variables}`; "
        "required",
        "name": "what a context chooses it by, `server=`, and an [endpoint](#endpoints) that is there",
        "description": "for readers: kept as `manifest.servers[…].description`",
        "variables": "an object from the variables of the URL to their defaults, or to "
        "[more about them](#server-variables)",
    },
    "Server variables": {
        "default": "the value where the context gives none; required",
        "enum": "the list of values that there are",
        "description": "for readers: kept as `manifest.servers[…].variables[…].description`",
    },
    "Security schemes": {
        "type": "`apiKey`, a secret as it is; `bearer`, a token, or `basic`, `user:password`, in the `Authorization` "
        "header; required",
        "in": "where an API key goes: `header`, `query` or `cookie`; required for it, and for it alone",
        "name": "the name of an API key's header, parameter or cookie; required for it, and for it alone",
        "description": "for readers: kept as `manifest.schemes[…].description`",
    },
    "Errors": {
        "message": "[where](#places) an error says what is wrong: the text of the exception",
        "code": "where it has its code: the exception's `code`",
        "request_id": "where it has the request's id: the exception's `request_id`",
        "retry_after": "where it says how many seconds to wait: the exception's `retry_after`, which retries heed",
        "documentation": "where it has a link to read more: the exception's `documentation`",
        "classes": "an object from codes to names of classes: an error with the code is of such a class, as well as of "
        "that of its status",
        "kinds": "an object from codes to what such an error comes to, whatever its status: `rate_limited`, "
        "`overloaded`, `upstream_failure`, `client_error` (which is not retried) or `transport_error`; the codes are "
        "the API's own, and the `type`, `status` and `reason` that its body and its details have",
        "statuses": "the same for statuses (`409`) and ranges (`5XX`); codes win. One of 3xx that an endpoint has "
        "among its `responses` is no error",
    },
    "Places": {"header": "the field of the answer's head that has it; required"},
    "Paginations": {
        "style": "`cursor`: the answer has what the next call gives; `offset`: the call gives the number of items so "
        "far; `page`: the number of the page; `link`: the answer has the URL of the next page; required",
        "items": "the path to the items in the value; without it the value is the list",
        "parameter": "the parameter that says where to go on; required but for `link`",
        "into": "where the parameters go: `query`, or fields of the `body`; `query`",
        "next": "[where](#places) the answer has the cursor, or the URL; it may be in the last item, `data[-1].id`, so "
        "that a page without items ends the list; required for `cursor`, the `Link` header for `link`",
        "more": "where the answer says whether there are more pages: false ends the list",
        "total": "where the answer says how many items there are in all: so many end the list; `offset` only",
        "size": "the parameter for how many items a page is to have: `.sized(…)` gives it",
        "start": "the number of the first page, 0 or 1; 0; `page` only",
    },
    "Defaults": {
        "query": "parameters that all calls may give, beside the endpoint's own",
        "headers": "headers of all calls; an endpoint's own of the same name win",
        "timeout": "limits of all calls; an endpoint's own of the same name win",
        "idempotency": "the same for all endpoints whose method is not safe",
        "deadline": "the same for all endpoints",
        "retry": "the same for all endpoints",
        "limit": "the same for all endpoints, which then share it",
        "breaker": "the same for all endpoints, which then share it",
        "max_response_bytes": "the bound on the body of every answer",
    },
    "Endpoints": {
        "method": "`GET`, `HEAD`, `OPTIONS`, `TRACE`, `PUT`, `DELETE`, `PATCH` or `POST`; required. The first six may "
        "be sent again after any failure",
        "path": "begins with `/` and is appended to the base URL; `{name}` is filled from the call's `path_params`, "
        "percent-encoded; required",
        "server": "the name of the [server](#servers) that it is at, where that is not the API's own; the API's "
        "credentials go there, too. `servers=` of the context puts another URL in its place, which one with a "
        "`base_url=` has to",
        "description": "for readers: `pristine validate` shows it",
        "request": "the [type](#types) of the payload, checked before anything is sent; without it any payload goes, "
        "or none",
        "body": "how the payload becomes the body: `json`; `form`, URL-encoded; `multipart`, a form with files; `raw`, "
        "bytes as they are; `json`",
        "media_type": "the `Content-Type` of a raw body; `application/octet-stream`",
        "response": "the [type](#types) of the value; without it JSON gives plain values, other text a `str`, and the "
        "rest `bytes`",
        "responses": "an object from statuses (`201`), ranges (`4XX`) or `default` to [types](#types), where some "
        "answers have another; an error's is that of its `value`. One of 3xx that is here, such as `304` or `302`, is "
        "an answer: no error, and not followed",
        "unwrap": "the path of names to the value in the body, such as `data.items`; `response` is the type of what is "
        "there",
        "streaming": "`true`, or an object of [stream options](#streaming): the endpoint is for `execute_stream`, and "
        "its answer must be such a stream",
        "path_params": "an object from the path's placeholders to [parameters](#parameters)",
        "query": "an object from names to [parameters](#parameters); a call may then give no others. Without it a call "
        "may give any",
        "headers": "an object from names to [parameters](#parameters), or to plain strings, which are always sent as "
        "they are; a call's `headers` win",
        "timeout": "the total in seconds, or an object of [limits](#timeouts); stronger than the context's, weaker "
        "than the call's",
        "idempotency": "`true`, or an object that says [how](#idempotency): each call carries a key, the same for all "
        "its attempts, and may be retried whatever its method",
        "safety": "whether a call may be sent again, where its method does not say it: `safe` (it changes nothing), "
        "`idempotent` (twice is as once) or `unsafe`",
        "deadline": "how the server is told [how long](#deadlines) it has",
        "retry": "the name of [settings](#retries) of the retry policy, where the context chooses none, or `false`: "
        "never",
        "limit": "the name of the [limits](#limits) that it is under, where the context has a limiter or a semaphore",
        "breaker": "the name of the [circuit breaker](#breakers) that it is behind, where the context has one",
        "max_response_bytes": "the bound on the body of an answer, as it comes over the wire; stronger than the "
        "context's",
        "redirects": "`true`, `false`, or how many: whether redirects are followed; stronger than the context's word, "
        "weaker than the call's",
        "pagination": "a [pagination](#paginations), or the name of one: the answers are pages of one list",
        "future": "how it [finishes its work later](#futures): the endpoint is for `execute_future`, too, and the "
        "answer to its call says how to ask for the result",
        "security": "a list of alternatives, each a scheme or a list of schemes that it takes together; `[]`: the "
        "calls are not signed",
        "errors": "how its errors are [spelled](#errors), instead of the document's",
        "tags": "a list of words, for readers: kept as `manifest.endpoints[…].tags`",
        "deprecated": "`true`, or what to do instead: its callers get a `DeprecationWarning`",
        "examples": "an object from names to [calls as they might be](#examples)",
    },
    "Examples": {
        "request": "a payload",
        "response": "the value that it gives",
        "path_params": "an object from the path's placeholders to values",
        "query": "an object from names of query parameters to values",
    },
    "Streaming": {
        "format": "how the body is cut into events: `sse`, server-sent events (the default); `ndjson`, a JSON value a "
        "line; `json_array`, the elements of one array; `lines`; `bytes`, as they arrive",
        "items": "the [type](#types) of an event's data, for `items()`; without it JSON gives plain values",
        "events": "an object from event types to [types](#types), where the data of some has another type; `sse` only",
        "done": "the data that ends `items()`, such as `[DONE]`",
        "when": "an object of fields of the payload that ask for the stream, such as `{stream: true}`: "
        "`execute_stream` adds them, and the endpoint is for `execute`, too",
        "media_types": "a list of media types that the server may call it by, beside the format's own; `text/*` is all "
        "of them",
        "reconnect": "`true`, or an object that says [how](#reconnecting): the feed is gone on with after a break or "
        "an end; `sse` only",
        "dispatch_empty": "`true` also gives the events that have no data, which the standard drops; `sse` only",
        "max_event_bytes": "the bound on one event, instead of the context's; `null` is no bound",
    },
    "Reconnecting": {
        "max_attempts": "how many connections in a row may bring no new event before it is given up; 5",
        "delay": "the first wait in seconds, where the server gave none by `retry`; it doubles, up to 30; 1",
    },
    "Timeouts": {
        "connect": "bounds the time until connected, TLS included",
        "read": "bounds the silence before the head, and between two pieces of the body",
        "write": "bounds a stall while sending",
        "pool": "bounds the wait for a free connection",
        "total": "bounds the whole call: every attempt, every wait between them and the reading of the body",
        "head": "bounds the time from sending until the head has arrived",
        "first_content": "bounds the time from the beginning of the call until the first event of a stream",
        "content": "bounds the wait for each further event; comments and pings do not count",
        "admission": "bounds the wait until this side's own limits let an attempt out; 0: it does not wait",
    },
    "Deadlines": {
        "header": "the header that says it; required",
        "format": "`seconds` or `milliseconds`, whole and rounded up, or `grpc`, such as `1500m`; `seconds`",
        "limit": "what it says: what is left of the `total`, or the `read` limit; `total`. Without such a limit the "
        "header is not sent",
    },
    "Retries": {
        "max_retries": "how many attempts may follow the first",
        "base": "the first wait in seconds",
        "cap": "the longest wait in seconds, but for those that the server asks for",
        "jitter": "how much of each wait is random: 0 to 1",
        "max_retry_after": "the longest wait in seconds that a server may ask for",
    },
    "Limits": {
        "key": "a path into the payload, such as `model`: calls with another value there have limits of their own",
        "concurrency": "how many calls may be under way at once",
        "units": "an object from what is limited, such as `requests`, `tokens` or `bytes`, to [how much](#units) there "
        "is of it",
    },
    "Units": {
        "limit": "how much there is of it in each window; required",
        "per": "the window in seconds; 60",
        "burst": "how much of it may be spent at once; as much as the limit",
        "base": "what every call costs; 1 for `requests`",
        "per_byte": "what each byte of a call's body costs; 1 for `bytes`",
        "fields": "paths into the payload, such as `max_tokens`, whose numbers are added",
        "actual": "[where](#places) an answer says what the call really cost: the guess is corrected",
    },
    "Breakers": {
        "failures": "how many failures in a row open it",
        "error_rate": "the share of failures that opens it, instead",
        "window": "over how many seconds the share is taken",
        "minimum": "of how many calls at least",
        "cooldown": "for how many seconds it stays open",
        "probes": "how many calls may then try at once",
    },
    "Futures": {
        "preset": "the name of a [way](#presets) that is well known; what stands beside it is stronger",
        "id": "[where](#places) the answer to the call has the id of the work, or the URL to ask; required without a "
        "preset",
        "ask": "how the server is [asked](#asking) about the work; without it the id is the URL of a GET",
        "cancel": "how the work is stopped, said in the [same way](#asking); without it `cancel` ends it on this side "
        "alone",
        "state": "where an answer says how the work stands",
        "pending": "a list of what stands there while the work goes on: strings, whole numbers, booleans, or `null` "
        "for nothing; it is for answers whose end has no mark, so that `done` has no place beside it",
        "done": "a list of what stands there when there is a result: all that is not named goes on. Without it all "
        "that is not named is the end",
        "failed": "a list of what stands there when the work has failed",
        "expired": "a list of what stands there when the work, or its result, is not kept any more",
        "statuses": "an object from statuses (`202`) and ranges (`5XX`) of answers to `pending`, `done`, `failed` or "
        "`expired`; they count before everything else",
        "result": 'where the last answer has the result, `""` being the whole of it; the whole',
        "result_url": "where the last answer has the URL of the result, which is then fetched",
        "response": "the [type](#types) of the result",
        "error": "where an answer has what went wrong: if something is there the work has failed",
        "category": "where a failure says whose doing it was: the error's `category`",
        "queue_state": "where an answer says how the queue is: the `queue_state` of what is known",
        "queue_reason": "where it says why: the `queue_reason`",
        "progress": "where it says how far the work is: the `progress`",
        "delay": "where it says how many seconds to wait before the next question; stronger than the pace, as its "
        "`Retry-After` is",
        "delay_ms": "where it says the same in milliseconds",
        "pace": "the [waits](#pace) between questions, where the server says none",
        "http_timeout": "bounds one question, in seconds; `null` is no limit",
        "poll_timeout": "bounds the whole work, in seconds; `null` is no limit",
    },
    "Asking": {
        "endpoint": "the name of the endpoint that is called; required for `cancel`, and for whatever is here",
        "path_params": "an object from the placeholders of its path to values",
        "query": "an object from its query parameters to values",
        "headers": "an object from names of headers to texts",
        "body": "an object of the fields of its payload",
    },
    "Pace": {
        "first": "the first wait in seconds; 1",
        "factor": "what each is times the one before, 1 or more; 2",
        "cap": "the longest wait in seconds; 30",
        "jitter": "how much of each wait is random: 0 to 1; 0.5",
    },
    "Idempotency": {"header": "the header that carries the key, instead of `Idempotency-Key`"},
    "Parameters": {
        "required": "`true`: a call without it is an error. Placeholders of the path always are required",
        "default": "what is sent where the call gives none",
        "name": "what the argument is called where an endpoint is a method, instead of a name made from its own",
        "style": "how an array or object is written: in a query `form`, `spaceDelimited`, `pipeDelimited` or "
        "`deepObject`, in a path `simple`, `label` or `matrix`, in a header `simple`",
        "explode": "whether each item or field stands by itself; `true` for `form`, else `false`",
        "allowReserved": "`true`: the value may be several segments of the path, and its `/` stay",
    },
    "Types": {
        "type": "`string`, `integer`, `number`, `boolean`, `null`, `any`, `array`, `object`, the name of a declared "
        "type, or a list of two or more of the first eight",
        "properties": "an object from names to [fields](#fields): the value is a class of its own, with an attribute "
        "for each",
        "required": "the names of the fields that must be there; the others are None where they are not",
        "additionalProperties": "with `properties`, `true`: a payload may have fields that are not declared (in an "
        "answer those are always kept). Without: the type of the values, whatever their names",
        "items": "the type of an array's items",
        "enum": "the list of allowed values; in an answer, an unknown value of the same kind is kept",
        "const": "the one allowed value; in an answer, another of the same kind is kept",
        "$ref": "a declared type, as `#/types/Name`: another way to name it",
        "oneOf": "a list of types: the value is of the first that it fits",
        "anyOf": "another way to write `oneOf`",
        "discriminator": "how the objects of a `oneOf` are [told apart](#discriminators)",
        "nullable": "`true`: null is allowed too",
        "description": "a class's docstring; a field's stands in it, a parameter's in the error when it is missing",
        "format": "what a string or an integer stands for: see [formats](#formats)",
        "minimum": "the least number that a payload may have",
        "maximum": "the greatest number that a payload may have",
        "exclusiveMinimum": "the number that one in a payload must exceed",
        "exclusiveMaximum": "the number that one in a payload must stay below",
        "multipleOf": "the number that one in a payload must be a multiple of",
        "minLength": "how many characters a text in a payload must have at least",
        "maxLength": "how many characters a text in a payload may have at most",
        "pattern": "the regular expression, of Python's and at most 1,000 characters, that must be found in a text of "
        "a payload",
        "minItems": "how many items an array in a payload must have at least",
        "maxItems": "how many items an array in a payload may have at most",
        "uniqueItems": "`true`: an array in a payload has no item twice",
        "minProperties": "how many fields an object in a payload must have at least",
        "maxProperties": "how many fields an object in a payload may have at most",
    },
    "Discriminators": {
        "propertyName": "the field whose value says which type an object is of; required",
        "mapping": "an object from such values to the names of types; a type without one has its own name as its value",
    },
    "Fields": {
        "default": "the value where the field is left out: it is sent, and stands in an answer that lacks it",
        "name": "what the attribute is called, instead of a name made from the field's own",
        "readOnly": "`true`: the server sets it. A payload may not have it; where it is required, answers must",
        "writeOnly": "`true`: the caller sets it. Answers need not have it; where it is required, payloads must",
        "sensitive": "`true`: the value is not shown where the object is printed or logged",
    },
}
"""Heading -> key -> effect, in Markdown."""


def plain(effect: str) -> str:
    """An effect without its links, as one sentence."""
    text = re.sub(r"\[([^\]]*)\]\(#[\w-]+\)", r"\1", effect)
    return f"{text[:1].upper()}{text[1:]}."
