"""Whatever the server says, in whatever order with what is asked of a handle: it ends in one state, once, or not yet.

Answers have any status, head and body; some are no answers. Observers raise. Work is cancelled while it is asked for,
and taken up from its token.
"""

import json
from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

import pristine
from pristine.adapters.clock import ManualClock
from pristine.adapters.memory import MemoryTransport
from pristine.futures import as_completed, combine
from pristine.ports.errors import (
    AdmissionRefused,
    ConfigurationError,
    ConnectionLost,
    FutureCancelled,
    FutureExpired,
    FutureTimedOut,
    PristineError,
    ProtocolViolation,
    RequestError,
    TimeoutExceeded,
)
from pristine.ports.future import FutureState, Progress
from pristine.ports.messages import Request, Response

ASK: Final = {"endpoint": "look", "path_params": {"id": "{id}"}}
SLOW: Final = {"pace": {"first": 1, "factor": 2, "cap": 8}, "poll_timeout": 500}
LATER: Final[dict[str, Any]] = {
    "tinker": {"preset": "tinker", "ask": {"endpoint": "retrieve", "body": {"request_id": "{id}"}}},
    "google": {"preset": "google", "ask": ASK, "result_url": "link"},
    "azure": {"preset": "azure"},
    "location": {"preset": "location", "response": "Thing"},
    "status": {"preset": "status", "ask": ASK, "delay": "wait", "progress": "progress", "response": "Thing"},
}

# -- what a server may say ---------------------------------------------------------------------------------------------

WORDS: Final = (
    *("try_again", "pending", "running", "completed", "Succeeded", "failed", "Canceled", "expired", "done", ""),
    *(True, False, None, 0, 1),
)
NAMES: Final = (
    *("id", "request_id", "name", "status", "state", "type", "done", "error", "result", "response", "metadata", "code"),
    *("queue_state", "queue_state_reason", "retry_after_ms", "wait", "category", "percentComplete", "progress"),
    *("resourceLocation", "properties", "provisioningState", "message", "link"),
)
LINKS: Final = (
    *(
        "/jobs/2",
        "work",
        "http://api.test/jobs/3",
        "http://elsewhere.test/jobs",
        "//elsewhere.test",
        "",
        "::",
        "http://[",
    ),
    *("javascript:1", "http://api.test:99999/", "/a b\tc", "/\u00e4", "?", "#", "..", "http://u:p@api.test/"),
)
WAITS: Final = ("0", "3", "-1", "nan", "inf", "1e308", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400)
HEADS: Final = ("location", "operation-location", "azure-asyncoperation", "retry-after", "retry-after-ms")
CODINGS: Final = ("gzip", "br", "identity", "nonsense", "gzip, gzip")

leaves: Final = (
    st.sampled_from((*WORDS, *LINKS, *WAITS))
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(st.characters(), max_size=8)
)
values: Final = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)
bodies: Final = (
    st.dictionaries(st.sampled_from(NAMES), values, max_size=8).map(lambda value: json.dumps(value).encode())
    | values.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=20)
    | st.sampled_from(
        (b'{"retry_after_ms": 1e400}', b"[" * 3000, b'{"id": ' + b"9" * 5000 + b"}", b"\xff\xfe", b"null")
    )
)
heads: Final = st.dictionaries(st.sampled_from(HEADS), st.sampled_from((*LINKS[:3], *LINKS, *WAITS)), max_size=3)
statuses: Final = st.sampled_from((200, 200, 201, 202, 202, 204, 303, 304, 404, 408, 410, 429, 500, 503)) | st.integers(
    200, 599
)
resets: Final = st.sampled_from(
    (
        ConnectionLost("reset"),
        TimeoutExceeded(phase="read", limit="read", seconds=1.0),
        ProtocolViolation("no HTTP"),
        AdmissionRefused("full"),
    )
)

WELL: Final = (
    Response(200, {}, b'{"status": "running", "type": "try_again", "done": false, "queue_state": "waiting"}'),
    Response(200, {}, b'{"status": "Succeeded", "done": true, "resourceLocation": "/jobs/2", "link": "/jobs/2"}'),
    Response(200, {}, b'{"status": "completed", "done": true, "response": {"x": 1}, "x": 1}'),
    Response(202, {}, b"{}"),
    Response(303, {"location": "/jobs/2"}, b"{}"),
)
"""Answers that servers give who mean well."""


@st.composite
def answers(draw: Any) -> Any:
    """A response, or what is none."""
    if draw(st.integers(0, 5)) == 0:
        return draw(resets | st.sampled_from(WELL))
    head = {name: value.encode("ascii", "replace").decode() for name, value in draw(heads).items()}
    if draw(st.integers(0, 9)) == 0:
        head["content-encoding"] = draw(st.sampled_from(CODINGS))
    return Response(draw(statuses), {"content-type": "application/json", **head}, draw(bodies))


# -- what is asked of it -----------------------------------------------------------------------------------------------


@attrs.define(eq=False, slots=False)
class Followed:
    """A handle, and what was heard of its work: `end` is the last that was said of it, `told` what result came to.

    `asked` is how many questions there had been when it ended, or was asked for after that.
    """

    handle: Any
    heard: list[Progress] = attrs.field(factory=list)
    called: list[Any] = attrs.field(factory=list)
    end: Progress | None = None
    told: Any = None
    asked: int = 0


ENDS: Final = {
    FutureState.CANCELLED: FutureCancelled,
    FutureState.EXPIRED: FutureExpired,
    FutureState.TIMED_OUT: FutureTimedOut,
    FutureState.FAILED: PristineError,
}


class Machine(RuleBasedStateMachine):
    """Handles of the work of one endpoint, asked in all ways, while its server answers as it likes."""

    handles = Bundle("handles")
    later: Any = LATER["status"]

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.followed = ManualClock(), list[Followed]()
        self.answers: list[Any] = []
        self.before: list[Callable[[], object]] = []
        self.alone = True
        self.transport = MemoryTransport([self.answer])
        endpoints = {
            "start": {"method": "POST", "path": "/works", "future": {**self.later, **SLOW}},
            "look": {"method": "GET", "path": "/works/{id}"},
            "retrieve": {"method": "POST", "path": "/retrieve"},
            "stop": {"method": "DELETE", "path": "/works/{id}"},
        }
        types = {"Thing": {"properties": {"x": "integer"}, "required": ["x"]}}
        manifest = pristine.load_manifest({"name": "model", "endpoints": endpoints, "types": types})
        context = pristine.context(
            base_url="http://api.test", transport=self.transport, clock=self.clock, retry="off", random=lambda: 0.5
        )
        self.api = pristine.Pipeline(manifest, context)

    def answer(self, _: Request) -> Any:
        if self.before:
            self.before.pop()()
        return self.answers.pop(0) if self.answers else Response(503)

    # -- the server ----------------------------------------------------------------------------------------------------

    @rule(said=st.lists(answers(), min_size=1, max_size=4))
    def will_answer(self, said: list[Any]) -> None:
        self.answers += said

    @rule(seconds=st.sampled_from([0.5, 3.0, 40.0, 300.0]))
    def time_goes_on(self, seconds: float) -> None:
        self.clock.wind(seconds)

    # -- handles -------------------------------------------------------------------------------------------------------

    @rule(target=handles, said=answers())
    def is_started(self, said: Any) -> Any:
        try:
            return self.starts(said)
        except PristineError:
            return multiple()  # the call that starts it has failed

    @rule(
        target=handles,
        location=st.sampled_from(LINKS[:3]),
        id=st.sampled_from(["7", "a/b", "..", "\ud800", "{iteration}"]),
    )
    def is_started_well(self, location: str, id: str) -> Any:
        body = {"id": id, "request_id": id, "name": id}
        return self.starts(Response(202, {"location": location}, json.dumps(body).encode()))

    def starts(self, said: Any) -> Followed:
        self.answers, self.before = [said], []
        return self.follows(self.api.execute_future("start", {}))

    def follows(self, handle: Any) -> Followed:
        one = Followed(handle)
        self.followed.append(one)
        handle.observe(one.heard.append)
        handle.observe(lambda _: 1 // 0)
        handle.add_done_callback(lambda _: 1 // 0)
        handle.add_done_callback(one.called.append)
        handle.add_done_callback(lambda _: vars(one).update(asked=len(self.transport.requests)))
        return one

    @rule(target=handles, one=handles)
    def is_taken_up(self, one: Followed) -> Any:
        if not one.handle.id:
            return multiple()
        return self.follows(self.api.resume_future(one.handle.token()))

    @rule(one=handles)
    def is_polled(self, one: Followed) -> None:
        self.asks(one, one.handle.poll)

    @rule(one=handles, timeout=st.sampled_from([0, 2.5, 100]))
    def is_waited_for(self, one: Followed, timeout: float) -> None:
        told = self.asks(one, lambda: one.handle.result(timeout=timeout))
        if one.handle.done and not isinstance(told, (RequestError, ConfigurationError)):
            self.heard_of_the_end(one, told)

    @rule(one=handles)
    def is_waited_for_among_others(self, one: Followed) -> None:
        both = combine([one.handle], list)
        self.asks(one, lambda: list(as_completed([both, one.handle], timeout=20)))
        assert both.done is one.handle.done

    @rule(one=handles)
    def is_iterated(self, one: Followed) -> None:
        changes = iter(one.handle)
        self.asks(one, lambda: [next(changes, None) for _ in range(2)])

    @rule(one=handles)
    def is_cancelled(self, one: Followed) -> None:
        pending = not one.handle.done
        assert self.asks(one, lambda: one.handle.cancel(remotely=False)) is pending
        assert one.handle.done

    @rule(target=handles, said=st.sampled_from(WELL[1:]), fetched=st.booleans())
    def is_started_and_cancelled_while_it_is_asked_for(self, said: Response, fetched: bool) -> Any:
        one: Any = self.is_started_well(LINKS[0], "7")
        self.answers = [said, Response(200, {}, b'{"x": 1}')]
        self.before = [lambda: one.handle.cancel(remotely=False), *[lambda: None] * fetched]
        self.asks(one, one.handle.poll)
        return one

    @rule(one=handles)
    def will_be_cancelled_while_it_is_asked_for(self, one: Followed) -> None:
        self.before.append(lambda: one.handle.cancel(remotely=False))

    @rule(one=handles)
    def will_be_asked_for_while_it_is_asked_for(self, one: Followed) -> None:
        def ask() -> None:
            self.asks(one, one.handle.poll)
            self.alone = False  # the questions are not those of one call any more

        self.before.append(ask)

    @rule(one=consumes(handles))
    def is_let_be(self, one: Followed) -> None:
        """It is not asked for any more; what was said of it stays."""

    # -- what must be true ---------------------------------------------------------------------------------------------

    def asks(self, one: Followed, call: Callable[[], Any]) -> Any:
        """What a call comes to: a value, or an error of the right kind. Work that has ended is not asked for."""
        if one.handle.done:
            one.asked = len(self.transport.requests)
        self.alone = True
        try:
            return call()
        except PristineError as error:
            return error
        finally:
            assert not (one.handle.done and self.alone) or len(self.transport.requests) == one.asked

    def heard_of_the_end(self, one: Followed, told: Any) -> None:
        state = one.handle.state
        if state in ENDS:
            assert isinstance(told, ENDS[state])
        if one.told is None:
            one.told = (told,)
        assert one.told[0] is told

    @invariant()
    def each_ends_once_and_stays_as_it_is(self) -> None:
        for one in self.followed:
            progress = one.handle.progress
            assert one.handle.done is (one.handle.state is not FutureState.PENDING)
            assert progress.state is one.handle.state
            assert len(one.called) == one.handle.done
            assert [heard.state for heard in one.heard[:-1]] == [FutureState.PENDING] * len(one.heard[:-1])
            assert one.end is None or one.end is progress
            one.end = progress if one.handle.done else None

    @invariant()
    def what_is_pending_is_asked_for_some_time(self) -> None:
        for one in self.followed:
            assert 0 <= one.handle.due <= 500


@pytest.mark.parametrize("preset", LATER)
def test_it_ends_in_one_state_once(preset: str) -> None:
    machine = type("Machine", (Machine,), {"later": LATER[preset]})
    limits = settings(max_examples=40, stateful_step_count=25, derandomize=True, deadline=None)
    run_state_machine_as_test(machine, settings=limits)
