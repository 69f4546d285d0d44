"""One tree of errors: each carries its data wherever it goes, and is caught by what it means."""

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any, Final

import pytest

from pristine.manifest.reading import ManifestFault
from pristine.ports import errors
from pristine.ports.errors import (
    ClientError,
    DecodeError,
    ManifestError,
    NotFound,
    PristineError,
    ResponseError,
    ServerError,
    StatusError,
    StreamInterrupted,
    StreamTimedOut,
    TimeoutExceeded,
    TransportError,
)
from pristine.ports.headers import Headers

CLASSES: Final = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, PristineError)]
AGAIN: Final[dict[str, Callable[[Any], Any]]] = {
    "pickle": lambda error: pickle.loads(pickle.dumps(error)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}
DATA: Final = {
    "endpoint": "chat",
    "retry_after": 1.5,
    "attempts": 3,
    "gave_up": "enough",
    "status": 500,
    "headers": Headers([("Set-Cookie", "a"), ("Set-Cookie", "b")]),
    "body": b"\x00body",
    "request_id": "r-1",
    "where": "items[3].name",
    "seconds": 2.0,
    "last_event_id": "7",
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_travels_with_its_data(cls: type[PristineError], again: Callable[[Any], Any]) -> None:
    error = cls("what happened", **DATA)
    error.add_note("a note")
    copied = again(error)
    assert type(copied) is cls
    assert vars(copied) == vars(error)
    assert copied.__notes__ == ["a note"]
    assert (str(copied), repr(copied), copied.args) == (str(error), repr(error), error.args)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_can_be_made_from_nothing_and_has_all_its_attributes(cls: type[PristineError]) -> None:
    error = cls()
    named = {name for base in cls.__mro__ if issubclass(base, PristineError) for name in inspect.get_annotations(base)}
    assert not [name for name in named if not hasattr(error, name)]
    assert str(error) == ""


def test_the_faults_of_a_manifest_travel_too() -> None:
    error = ManifestError("no", faults=(ManifestFault("endpoints", "is missing", 3),))
    assert pickle.loads(pickle.dumps(error)).faults == error.faults


def test_a_raised_error_keeps_its_cause_and_shows_where_and_why() -> None:
    with pytest.raises(NotFound) as caught:
        raise NotFound("404 no such user", endpoint="users.get", gave_up="gave up after 2 attempts") from KeyError("x")
    assert isinstance(caught.value.__cause__, KeyError)
    assert str(caught.value) == "users.get: 404 no such user (gave up after 2 attempts)"
    assert repr(caught.value) == "NotFound('users.get: 404 no such user (gave up after 2 attempts)')"


def test_a_timeout_is_a_timeout_to_everybody() -> None:
    error = TimeoutExceeded("late", limit="read")
    assert isinstance(error, TimeoutError)
    assert isinstance(error, TransportError)
    assert str(error) == "late"


def test_a_stream_that_timed_out_is_all_it_can_be_caught_as() -> None:
    assert issubclass(StreamTimedOut, StreamInterrupted)
    assert issubclass(StreamTimedOut, TimeoutError)
    assert StreamTimedOut("late", events=3, limit="read").events == 3


def test_an_error_body_is_read_as_what_it_says_it_is() -> None:
    latin = ResponseError(
        "no", body="grüße".encode("latin-1"), headers=Headers({"Content-Type": "text/plain; charset=latin-1"})
    )
    assert latin.text == "grüße"
    assert (
        ResponseError("no", body=b"\xff", headers=Headers({"Content-Type": "text/plain; charset=nonsense"})).text
        == "\ufffd"
    )
    assert ResponseError("no", body=b'{"a": 1}').json() == {"a": 1}
    with pytest.raises(ValueError, match="Expecting value"):
        ResponseError("no", body=b"<html>").json()


def test_an_error_that_had_no_response_still_has_headers_and_a_text() -> None:
    assert DecodeError("no").text == ""
    assert DecodeError("no").headers.get("x") is None


@pytest.mark.parametrize(
    ("status", "cls"), [(404, NotFound), (418, ClientError), (599, ServerError), (302, StatusError), (101, StatusError)]
)
def test_a_status_has_its_class(status: int, cls: type[StatusError]) -> None:
    assert StatusError.class_for(status) is cls


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    implied = {cls.__name__ for cls in CLASSES if issubclass(cls, StatusError) and cls is not StatusError}
    assert [cls.__name__ for cls in CLASSES if cls.__name__ not in drawn and cls.__name__ not in implied] == []


def test_who_is_at_fault_is_said_by_every_error() -> None:
    faults = {cls.__name__: str(cls.fault) for cls in CLASSES}
    assert {faults["InvalidPayload"], faults["ConfigurationError"], faults["BadRequest"]} == {"caller"}
    assert {faults["TimeoutExceeded"], faults["StreamInterrupted"], faults["RequestTimedOut"]} == {"network"}
    assert {faults["ServiceUnavailable"], faults["DecodeError"], faults["EventTooLarge"]} == {"server"}
