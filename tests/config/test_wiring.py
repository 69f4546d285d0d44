"""The composition root: every way to choose an adapter, and every wrong choice told with what exists."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest

import pristine
from pristine import ConfigurationError, Timeout
from pristine.adapters.auth import Bearer
from pristine.adapters.clock import ManualClock
from pristine.adapters.json import JsonSerializer
from pristine.adapters.memory import MemoryTransport
from pristine.adapters.retry import ExponentialRetry, NoRetry
from pristine.adapters.telemetry import NoTelemetry, RecordingTelemetry
from pristine.config import adapters
from pristine.config.built_in import BUILT_IN
from pristine.ports.errors import DocumentError, InvalidHeader
from tests.support.offline import call, manifest

SECRET = "sekrit-value"


def wrong(**settings: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        pristine.context(**{"transport": "memory", **settings})
    return caught.value


def from_file(tmp_path: Path, name: str, text: str, **overrides: Any) -> pristine.Context[Any]:
    (tmp_path / name).write_text(text)
    return pristine.Context.from_config(tmp_path / name, **overrides)


def wrong_file(tmp_path: Path, text: str, **overrides: Any) -> str:
    """The error of a TOML file, without the part that is the same for all."""
    with pytest.raises((ConfigurationError, InvalidHeader)) as caught:
        from_file(tmp_path, "api.toml", text, **overrides)
    assert SECRET not in f"{caught.value!r}{vars(caught.value)}"
    return str(caught.value).replace(str(tmp_path / "api.toml"), "FILE")


class Extra:
    """An adapter of somebody else's, whose options are whatever they are."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def decide(self, outcome: Any, history: Any) -> Any: ...


@pytest.fixture
def extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register Extra as the retry adapter "extra"."""
    found = {**adapters.found("pristine.retry"), "extra": EntryPoint("extra", f"{__name__}:Extra", "pristine.retry")}
    monkeypatch.setattr(EntryPoint, "load", lambda _: Extra)
    monkeypatch.setattr(adapters, "found", lambda _: found)


# -- choices -----------------------------------------------------------------------------------------------------------


def test_without_a_word_the_defaults_are_wired() -> None:
    context = pristine.context()
    named = [type(port).__name__ for port in (context.transport, context.serializer, context.clock, context.retry)]
    assert named == ["HttpxTransport", "JsonSerializer", "SystemClock", "ExponentialRetry"]
    assert isinstance(context.telemetry, NoTelemetry)
    assert context.auth is None


@pytest.mark.parametrize(
    ("port", "choice", "expected"),
    [
        ("retry", "off", NoRetry()),
        ("retry", {"name": "off"}, NoRetry()),
        ("retry", {"max_retries": 7}, ExponentialRetry(max_retries=7)),
        ("retry", {"name": "exponential", "base": 0}, ExponentialRetry(base=0)),
        ("retry", {}, ExponentialRetry()),
        ("retry", None, ExponentialRetry()),
        ("auth", {"name": "bearer", "token": "t"}, Bearer("t")),
        ("auth", {"name": "api_key", "key": "k", "header": "X"}, pristine.ApiKey("k", "X")),
        ("auth", {"name": "basic", "username": "u", "password": "p"}, pristine.Basic("u", "p")),
        ("auth", {"name": "headers", "headers": {"X": "1"}}, pristine.StaticHeaders({"X": "1"})),
        ("auth", None, None),
    ],
)
def test_an_adapter_is_chosen_by_name_or_options(port: str, choice: Any, expected: Any) -> None:
    assert getattr(pristine.context(**{"transport": "memory", port: choice}), port) == expected
    assert getattr(pristine.Context.from_config({"transport": "memory", port: choice}), port) == expected


def test_an_instance_is_taken_as_it_is() -> None:
    ports: dict[str, Any] = {
        "transport": MemoryTransport(),
        "serializer": JsonSerializer(),
        "clock": ManualClock(),
        "retry": NoRetry(),
        "telemetry": RecordingTelemetry(),
        "auth": Bearer("t"),
    }
    context = pristine.context(**ports)
    assert all(getattr(context, port) is instance for port, instance in ports.items())


def test_every_port_has_names(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"transport": "memory", "serializer": "json", "clock": "manual", "retry": "off", "telemetry": "recording"}
    context = pristine.context(**names)  # type: ignore[call-overload]
    assert [type(getattr(context, port)).__module__ for port in names] == [
        f"pristine.adapters.{file}" for file in ("memory", "json.serializer", "clock", "retry", "telemetry.plain")
    ]


def test_the_other_settings_reach_the_context() -> None:
    context = pristine.context(
        transport="memory", base_url="http://a.test/", headers={"X": "1"}, timeout=5, max_event_bytes=None
    )
    assert (context.base_url, context.timeout, context.max_event_bytes) == ("http://a.test", Timeout(total=5), None)
    assert context.headers == {"X": "1"}


def test_calls_have_ids_of_their_own() -> None:
    telemetry = RecordingTelemetry()
    transport = MemoryTransport([lambda _: pristine.Response(204)])
    for _ in range(3):
        call(transport, manifest(), context={"telemetry": telemetry})
    assert len({signal.call_id for signal in telemetry.signals}) == 3


@pytest.mark.usefixtures("extra")
def test_an_adapter_may_take_whatever_options_it_likes() -> None:
    context: Any = pristine.context(
        transport=MemoryTransport(),
        retry={"name": "extra", "anything": 1},
        serializer=JsonSerializer(),
        clock=ManualClock(),
        telemetry=NoTelemetry(),
    )
    assert context.retry.options == {"anything": 1}


# -- wrong choices -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "told", "setting"),
    [
        (
            {"transport": "htpx"},
            (
                "there is no transport 'htpx'; did you mean 'httpx'?; "
                "installed: aiohttp, chaos, httpx, httpx2, memory, pyreqwest, record, replay"
            ),
            "",
        ),
        ({"clock": "zzz"}, "there is no clock 'zzz'; installed: manual, system", ""),
        (
            {"retry": {"name": 5}},
            "there is no retry 5; installed: constant, decorrelated, exponential, linear, off",
            "",
        ),
        ({"transport": ""}, "transport: say which by name: aiohttp, ", ""),
        ({"auth": {}}, "auth: say which by name: api_key, basic, bearer, headers", ""),
        ({"auth": {"token": SECRET}}, "auth: say which by name", ""),
        ({"auth": Bearer}, "auth: Bearer is a class; give an instance", ""),
        ({"auth": "bearer"}, "auth 'bearer': missing a required argument: 'token'", ""),
        ({"auth": {"name": "bearer", "token": ""}}, "auth 'bearer': token must be a non-empty string", ""),
        ({"auth": {"name": "bearer", "token": f"{SECRET}\n"}}, "auth 'bearer': header token: the value holds", ""),
        ({"auth": {"name": "basic", "username": SECRET, "password": 5}}, "auth 'basic': password must be a string", ""),
        (
            {"retry": {"max_retry": 1}},
            "retry 'exponential' has no option 'max_retry'; did you mean 'max_",
            ".max_retry",
        ),
        ({"retry": {"max_retries": -1}}, "retry 'exponential': max_retries=-1: give a number", ".max_retries"),
        ({"retry": {"jitter": 2}}, "retry 'exponential': jitter=2: give a number from 0 to 1", ".jitter"),
        ({"retry": {"name": "off", "base": 1}}, "retry 'off' has no option 'base'; it has none", ".base"),
        ({"retry": {5: 1}}, "retry 'exponential' has no option 5; known: base, cap", ".5"),
    ],
)
def test_a_wrong_choice_is_told_with_what_exists(settings: dict[str, Any], told: str, setting: str) -> None:
    error = wrong(**settings)
    assert str(error).startswith(told)
    assert error.setting == next(iter(settings)) + setting
    assert SECRET not in f"{error!r}{vars(error)}"


def test_an_unknown_setting_is_told_with_the_nearest() -> None:
    assert str(wrong(base_ulr="x")) == "base_ulr: unknown setting; did you mean 'base_url'?"
    assert "known: auth, base_url, breaker" in str(wrong(zzz=1))


@pytest.mark.parametrize(
    ("name", "entry", "told"),
    [
        ("httpx", "pristine.nowhere:X", "(No module named 'pristine.nowhere'): pip install 'pristine-sdk[httpx]'"),
        ("httpx", "pristine.adapters.memory:Nothing", "has no attribute 'Nothing'): pip install 'pristine-sdk[httpx]'"),
        ("theirs", "somebody_s_package:X", "(No module named 'somebody_s_package')"),
    ],
)
def test_a_missing_package_is_told_with_the_way_to_it(
    name: str, entry: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = {"httpx": entry} if name == "httpx" else {}
    monkeypatch.setattr(adapters, "BUILT_IN", {"pristine.transports": ours})
    monkeypatch.setattr(adapters, "found", lambda group: {name: EntryPoint(name, entry, group)})
    error = wrong(transport=name)
    assert str(error).startswith(f"transport '{name}' needs a package that is not installed (")
    assert str(error).endswith(told)
    assert isinstance(error.__cause__, (ImportError, AttributeError))


def test_the_name_of_a_built_in_adapter_is_never_another_s(monkeypatch: pytest.MonkeyPatch) -> None:
    group = "pristine.retry"
    there = [EntryPoint("off", "somebody_s_package:X", group), EntryPoint("extra", "somebody_s_package:Y", group)]
    monkeypatch.setattr(adapters, "_installed", lambda: EntryPoints(there))
    assert adapters.found.__wrapped__(group) == {"extra": there[1]}
    assert adapters.adapter("retry", "off") is NoRetry


# -- files and mappings ------------------------------------------------------------------------------------------------

FILES = {
    "api.toml": 'base_url = "http://a.test"\ntransport = "memory"\ntimeout = { read = 5 }\n[retry]\nmax_retries = 7\n',
    "api.yaml": "base_url: http://a.test\ntransport: memory\ntimeout: {read: 5}\nretry: {max_retries: 7}\n",
    "api.json": json.dumps(
        {"base_url": "http://a.test", "transport": "memory", "timeout": {"read": 5}, "retry": {"max_retries": 7}}
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_the_keys_of_context(name: str, tmp_path: Path) -> None:
    context = from_file(tmp_path, name, FILES[name])
    assert (context.base_url, context.timeout) == ("http://a.test", Timeout(read=5))
    assert context.retry == ExponentialRetry(max_retries=7)
    assert isinstance(context, pristine.Context)
    assert pristine.Context.from_config(str(tmp_path / name)).base_url == "http://a.test"


def test_overrides_replace_what_the_file_says(tmp_path: Path) -> None:
    context = from_file(tmp_path, "api.toml", FILES["api.toml"], base_url="http://b.test", retry="off")
    assert (context.base_url, context.retry) == ("http://b.test", NoRetry())


def test_an_error_of_an_override_is_not_said_to_be_the_file_s(tmp_path: Path) -> None:
    assert wrong_file(tmp_path, 'transport = "memory"\nretry = "off"\n', retry="of").startswith(
        "there is no retry 'of'"
    )


def test_secrets_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", SECRET)
    monkeypatch.setenv("API_URL", "http://a.test")
    text = 'transport = "memory"\nbase_url = {env = "API_URL"}\nauth = {name = "bearer", token = {env = "API_TOKEN"}}\n'
    context = from_file(tmp_path, "api.toml", text + '[headers]\nX-Token = {env = "API_TOKEN"}\n')
    assert (context.base_url, context.auth) == ("http://a.test", Bearer(SECRET))
    assert context.headers == {"X-Token": SECRET}
    assert SECRET not in repr(context)
    assert "API_TOKEN" in os.environ


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('\nbase_ulr = "x"', "FILE, line 2: base_ulr: unknown setting; did you mean 'base_url'?"),
        ('\n\ntransport = "htpx"', "FILE, line 3: there is no transport 'htpx'; did you mean 'httpx'?"),
        ("[retry]\nbase = 1\nmax_retry = 1", "FILE, line 3: retry 'exponential' has no option 'max_retry'"),
        ("\n[retry]\nmax_retries = -1", "FILE, line 3: retry 'exponential': max_retries=-1"),
        ("\n[timeout]\nread = 1\ntotal = -1", "FILE, line 4: timeout total=-1"),
        ("\ntimeout = 0", "FILE, line 2: timeout total=0"),
        ("[timeout]\nraed = 1", "FILE, line 2: timeout has no limit 'raed'; did you mean 'read'?"),
        (f'\nbase_url = "http://me:{SECRET}@a.test"', "FILE, line 2: base_url must be an absolute"),
        (f'\nheaders = {{ X = "{SECRET}\\n" }}', "FILE, line 2: header X: the value holds"),
        ("max_event_bytes = 0", "FILE, line 1: max_event_bytes=0"),
        (
            '\n[auth]\nname = "bearer"\ntoken = {env = "NO_SUCH"}',
            "FILE, line 4: auth.token: the environment variable 'NO",
        ),
        ("\nbase_url = {env = 5}", "FILE, line 2: base_url: the environment variable 5 is not set"),
    ],
)
def test_an_error_of_a_file_says_its_line(text: str, told: str, tmp_path: Path) -> None:
    assert wrong_file(tmp_path, text).startswith(told)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("api.json", "[]", "a configuration is a table of settings"),
        ("api.json", "{", "api.json:1:"),
        ("api.ini", "", "not a kind of file that is known: json, toml, yaml"),
    ],
)
def test_a_file_that_is_no_configuration_is_told(name: str, text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_file(tmp_path, name, text)
    assert told in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"none\.toml: No such file"):
        pristine.Context.from_config(tmp_path / "none.toml")


def test_a_key_of_a_mapping_is_a_string() -> None:
    with pytest.raises(ConfigurationError, match="<mapping>: 5: unknown setting"):
        pristine.Context.from_config({5: 1})  # type: ignore[dict-item]


def test_what_another_thread_is_loading_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = SimpleNamespace(entered=Event(), go=Event())
    (tmp_path / "late_clock.py").write_text("import steps\nsteps.entered.set()\nsteps.go.wait(10)\nclass Late: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "steps", steps)
    monkeypatch.setitem(cast("dict[str, str]", BUILT_IN["pristine.clocks"]), "late", "late_clock:Late")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(adapters.load, "pristine.clocks", "late", "clock")
        assert steps.entered.wait(10)
        second = pool.submit(adapters.load, "pristine.clocks", "late", "clock")
        assert wait([second], 0.05).not_done
        steps.go.set()
        assert first.result() is second.result()
    monkeypatch.delitem(sys.modules, "late_clock")
