"""What changes there are between two manifests of an API, and which of them break its callers: the whole policy.

A caller is whoever has a program that was written for the old manifest: it may go on with that, against the server that
the new one describes, or be given the new one. A type is used in requests, in answers, or in both; "" is neither.
"""

from collections.abc import Mapping
from typing import Final

import attrs


@attrs.frozen
class Rule:
    """Whether a change breaks callers, and why, or why not."""

    breaking: bool
    why: str


def _breaks(why: str) -> Mapping[str, Rule]:
    return {"": Rule(True, why)}


def _keeps(why: str) -> Mapping[str, Rule]:
    return {"": Rule(False, why)}


def _both(request: Mapping[str, Rule], response: Mapping[str, Rule]) -> Mapping[str, Rule]:
    return {"request": request[""], "response": response[""]}


_REFUSED: Final = _breaks("calls that give it are refused")
_READERS: Final = _keeps("it is for readers")
_LOOSER: Final = _keeps("what was allowed still is")
_NARROWER: Final = _keeps("programs that read it are ready for more than comes")
_NOT_HELD: Final = _keeps("answers are not held to bounds")
_MISSING: Final = _breaks("programs that read it find None")
_OVER_THE_LIMIT: Final = _breaks("calls that are too many now wait, or are refused")
_RENAMED: Final = _breaks("programs use its old name")

RULES: Final[Mapping[str, Mapping[str, Rule]]] = {
    # -- the whole API
    "name-changed": _keeps("it is in the User-Agent header, and nowhere else"),
    "version-changed": _keeps("it is in the User-Agent header, and nowhere else"),
    "description-changed": _READERS,
    # -- servers
    "server-added": _keeps("nobody is sent there who does not choose it"),
    "server-removed": _breaks("contexts that choose it, or are sent there, are refused"),
    "server-changed": _breaks("programs go on calling the old place"),
    "default-server-changed": _breaks("contexts that choose none call another server"),
    "variable-added": _keeps("it has a default"),
    "variable-removed": _breaks("contexts that give it are refused"),
    "variable-default-changed": _breaks("contexts that do not give it call another place"),
    "variable-narrowed": _breaks("contexts that give what is gone are refused"),
    "variable-widened": _LOOSER,
    # -- who may call
    "scheme-added": _keeps("no call needs it yet"),
    "scheme-removed": _breaks("contexts that have a credential for it are refused"),
    "scheme-changed": _breaks("the credential goes elsewhere, or has another form"),
    "security-removed": _breaks("callers with these credentials alone may no longer call it"),
    "security-added": _LOOSER,
    "security-order-changed": _keeps("every credential that was enough still is"),
    # -- endpoints
    "endpoint-added": _keeps("nobody calls it yet"),
    "endpoint-removed": _breaks("programs call it"),
    "endpoint-renamed": _RENAMED,
    "client-name-changed": _RENAMED,
    "method-changed": _breaks("programs go on sending the old request"),
    "path-changed": _breaks("programs go on sending the old request"),
    "endpoint-server-changed": _breaks("programs go on calling the old place"),
    "body-changed": _breaks("the payload has another form"),
    "arguments-changed": _breaks("the fields of the payload were arguments of the method, or are now"),
    "unwrap-changed": _breaks("the value is found elsewhere"),
    "tags-changed": _READERS,
    "examples-changed": _READERS,
    "deprecated": _keeps("callers are warned"),
    "deprecation-changed": _READERS,
    "deprecation-ended": _keeps("callers are no longer warned"),
    "timeout-changed": _keeps("a call can say its own"),
    "response-bound-lowered": _breaks("answers that are larger are refused"),
    "response-bound-raised": _LOOSER,
    "redirects-more": _keeps("a call is led on that was an error"),
    "redirects-fewer": _breaks("a call is an error that was led on"),
    "idempotency-added": _keeps("a call may be retried that was not"),
    "idempotency-removed": _breaks("a call that is repeated may be done twice"),
    "idempotency-changed": _breaks("the server does not know the keys of the old header"),
    "idempotency-unneeded": _keeps("it may be repeated without a key"),
    # -- policies
    "repeats-allowed": _keeps("a call may be retried that was not"),
    "repeats-forbidden": _breaks("a call that is repeated may be done twice"),
    "safety-changed": _keeps("it may be repeated in either case"),
    "deadline-added": _keeps("the client says it by itself"),
    "deadline-removed": _keeps("the client no longer says it"),
    "deadline-moved": _keeps("a server that is not told goes on for longer than it need"),
    "deadline-changed": _breaks("the server reads another time than programs send"),
    "retry-changed": _keeps("a context can have a policy of its own"),
    "limit-added": _OVER_THE_LIMIT,
    "limit-removed": _LOOSER,
    "limit-lowered": _OVER_THE_LIMIT,
    "limit-raised": _LOOSER,
    "limit-moved": _breaks("contexts set it under its old name, and calls share it with others"),
    "limit-key-added": _LOOSER,
    "limit-key-changed": _breaks("calls share a limit that had one each"),
    "cost-raised": _OVER_THE_LIMIT,
    "cost-lowered": _LOOSER,
    "cost-place-changed": _keeps("the guess stands where an answer does not say it"),
    "breaker-moved": _keeps("it is open only while what it guards fails"),
    "breaker-changed": _keeps("it is open only while what it guards fails"),
    # -- arguments
    "argument-added": _keeps("a call need not give it"),
    "argument-added-required": _breaks("calls that do not give it are refused"),
    "argument-removed": _REFUSED,
    "argument-required": _breaks("calls that do not give it are refused"),
    "argument-optional": _LOOSER,
    "argument-renamed": _RENAMED,
    "argument-order-changed": _breaks("calls give them by position"),
    "style-changed": _breaks("the server reads another form than programs send"),
    "query-closed": _breaks("parameters that are not declared are refused"),
    "query-opened": _LOOSER,
    "header-added": _keeps("the client sends it by itself"),
    "header-removed": _keeps("the client no longer sends it"),
    "header-changed": _breaks("programs go on sending the old value"),
    # -- types
    "type-added": _keeps("nobody uses it yet"),
    "type-removed": _breaks("programs name it"),
    "type-changed": _both(_breaks("values of the old type are refused"), _breaks("programs read the old type")),
    "type-widened": _both(_LOOSER, _breaks("programs read what they do not know")),
    "type-narrowed": _both(_breaks("values that were allowed are refused"), _NARROWER),
    "member-added": _both(_LOOSER, _breaks("programs read what they do not know")),
    "member-removed": _both(_breaks("values that were allowed are refused"), _NARROWER),
    "member-merged": _both(_LOOSER, _NARROWER),
    "null-added": _both(_LOOSER, _breaks("programs read None where there was a value")),
    "null-removed": _both(_breaks("null is refused"), _NARROWER),
    "enum-member-added": _both(_LOOSER, _keeps("enums are open: an unknown member is kept")),
    "enum-member-removed": _both(_breaks("the member is refused"), _NARROWER),
    "enum-opened": _both(_LOOSER, _keeps("enums are open: an unknown member is kept")),
    "enum-closed": _both(_breaks("values that were allowed are refused"), _NARROWER),
    "bound-narrowed": _both(_breaks("values that were allowed are refused"), _NOT_HELD),
    "bound-widened": _both(_LOOSER, _NOT_HELD),
    "discriminator-changed": _both(
        _breaks("the members are told apart in another way"), _breaks("the members are told apart in another way")
    ),
    "discriminator-value-added": _both(_LOOSER, _keeps("the member says what it is")),
    "discriminator-value-removed": _both(_breaks("objects with this value are refused"), _NARROWER),
    "discriminator-value-moved": _both(
        _breaks("objects with this value are of another type"), _breaks("objects with this value are of another type")
    ),
    # -- fields
    "field-added": _both(_keeps("a payload need not have it"), _keeps("unknown fields are kept")),
    "field-added-required": _breaks("payloads without it are refused"),
    "field-removed": _both(_breaks("payloads that have it are refused"), _MISSING),
    "field-required": _both(_breaks("payloads without it are refused"), _NARROWER),
    "field-optional": _both(_LOOSER, _MISSING),
    "field-renamed": _RENAMED,
    "read-only": _breaks("payloads that have it are refused"),
    "read-only-ended": _LOOSER,
    "write-only": _MISSING,
    "write-only-ended": _keeps("unknown fields are kept"),
    "object-opened": _both(_LOOSER, _NARROWER),
    "object-closed": _both(_breaks("payloads with fields that are not declared are refused"), _NARROWER),
    "sensitive-changed": _keeps("it is about how an object is printed"),
    "default-added": _keeps("there was none, and nothing stood for it"),
    "default-removed": _breaks("what leaves it out means something else"),
    "default-changed": _breaks("what leaves it out means something else"),
    # -- answers
    "status-added": _keeps("its type is compared with that of other answers"),
    "status-removed": _keeps("its type is compared with that of other answers"),
    "redirect-answer-added": _breaks("a call gives a value, and raised an error or followed it"),
    "redirect-answer-removed": _breaks("a call raises an error or follows it, and gave a value"),
    "error-type-added": _keeps("an error had no value"),
    "error-type-removed": _breaks("an error has no value"),
    "error-message-changed": _keeps("it is for people"),
    "error-fact-added": _keeps("errors carry more"),
    "error-fact-removed": _breaks("programs find None in errors"),
    "error-fact-moved": _breaks("older programs do not find it in errors"),
    "error-class-added": _keeps("it is a subclass of what was raised"),
    "error-class-removed": _breaks("programs catch it"),
    "error-class-changed": _breaks("programs catch the old one"),
    "error-kind-changed": _keeps("it is the same error, retried or not"),
    # -- pages
    "pagination-added": _breaks("a call gives a list of items, and gave a value"),
    "pagination-removed": _breaks("a call gives a value, and gave a list of items"),
    "pagination-changed": _breaks("older programs do not find the next page, or the items"),
    "pagination-end-changed": _keeps("a list ends after its last page in either way"),
    "page-size-added": _keeps("`sized` can be called"),
    "page-size-removed": _breaks("`sized` is refused"),
    # -- futures
    "future-added": _keeps("the plain call is what it was"),
    "future-removed": _breaks("programs ask for a handle of its work"),
    "future-changed": _breaks("older programs ask for the work in another way, or do not see how it ended"),
    "future-cancel-added": _keeps("work that is cancelled ends on the server, too"),
    "future-cancel-removed": _breaks("work that is cancelled goes on on the server"),
    "future-cancel-changed": _breaks("older programs stop the work in another way"),
    "future-fact-added": _keeps("handles know more"),
    "future-fact-removed": _breaks("programs find None in handles"),
    "future-fact-moved": _breaks("older programs do not find it"),
    "future-pace-changed": _keeps("the work is asked for sooner or later, or given up sooner or later"),
    # -- streams
    "stream-added": _keeps("the plain call is what it was"),
    "stream-replaces-value": _breaks("a call gives a stream, and gave a value"),
    "stream-removed": _breaks("programs open it"),
    "stream-format-changed": _breaks("older programs cannot read it"),
    "stream-request-changed": _breaks("older programs ask for it in another way"),
    "stream-events-added": _keeps("programs pass over events that they do not know"),
    "stream-events-removed": _breaks("programs wait for them"),
    "stream-end-added": _breaks("older programs take it for an item"),
    "stream-end-changed": _breaks("older programs take it for an item"),
    "stream-end-removed": _keeps("the items end with the stream"),
    "stream-media-types-changed": _keeps("the format's own is accepted in any case"),
    "stream-empty-events-changed": _breaks("programs get other events"),
    "stream-bound-lowered": _breaks("events that are larger are refused"),
    "stream-bound-raised": _LOOSER,
    "reconnection-added": _breaks("a loop goes on that ended"),
    "reconnection-removed": _breaks("a loop ends that went on"),
    "reconnection-changed": _keeps("it is gone on with in either way"),
}
"""Kind of change -> what it means, by the direction that a type is used in ("" where that makes no difference)."""
