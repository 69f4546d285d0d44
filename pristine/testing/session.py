"""What the plugin does when it is asked: choose the suite, gather what became of each promise, tell it."""

import functools
import json
import sys
from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pristine.config import adapter
from pristine.ports.errors import ConfigurationError
from pristine.testing.contracts.base import Contract, cases_of
from pristine.testing.lab import METHODS, Case
from pristine.testing.promises import PromiseBroken
from pristine.testing.report import Fact, Report

PROPERTY = "pristine"


class Session:
    """The plugin of one run of pytest; with xdist, of its controller and of each worker."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._report = Report()
        if config.getoption("pristine_transport"):
            sys.path.insert(0, str(config.invocation_params.dir))
            chosen(config)  # what is wrong with them is told before anything is collected
            suite = str(Path(__file__).with_name("suite.py"))
            given = config.args_source is pytest.Config.ArgsSource.ARGS
            config.args = [*(argument for argument in config.args if given and argument != suite), suite]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        fact = _fact(item, call, report)
        if fact is not None:
            report.user_properties.append((PROPERTY, fact.as_json()))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == PROPERTY and isinstance(value, dict):
                self._report.add(Fact.from_json(value))

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        for title, lines in self._report.told():
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.write_line(line)

    def pytest_sessionfinish(self) -> None:
        path = self._config.getoption("pristine_report")
        if path and not hasattr(self._config, "workerinput"):
            Path(path).write_text(json.dumps(self._report.as_json(), indent=2) + "\n", encoding="utf-8")


def _fact(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> Fact | None:
    """What a phase of a test says of a promise; None for what is no test of a contract, or says nothing."""
    function, contract = getattr(item, "function", None), getattr(item, "instance", None)
    held = getattr(function, "promise", None)
    case = getattr(getattr(item, "callspec", None), "params", {}).get("lab")
    if held is None or not isinstance(contract, Contract) or not isinstance(case, Case):
        return None
    became = _outcome(call, report)
    if not became[0]:
        return None
    error = call.excinfo.value if call.excinfo else None
    cited = error.promise if isinstance(error, PromiseBroken) else contract.cited(held)
    needs = getattr(function, "needs", None)
    return Fact.of(case, item.name, cited, needs, became)


def _outcome(call: pytest.CallInfo[None], report: pytest.TestReport) -> tuple[str, str]:
    error = call.excinfo.value if call.excinfo else None
    if hasattr(report, "wasxfail"):
        return ("tolerated", report.wasxfail.removeprefix("reason: ")) if report.skipped else ("kept", "")
    if report.skipped:
        return "skipped", _reason(report)
    if report.failed:
        told = str(error).partition("\n")[2] if isinstance(error, PromiseBroken) else repr(error)
        return ("broken", told) if error is not None else ("kept", "")  # XPASS: kept, and the tolerance is out of date
    return ("kept", "") if report.when == "call" else ("", "")


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr
    return str(told[2]).removeprefix("Skipped: ") if isinstance(told, tuple) else str(told)


# -- who is under test -------------------------------------------------------------------------------------------------


@functools.cache
def chosen(config: pytest.Config) -> list[Case]:
    """The cases of the transports that the command line names; raises UsageError for one that there is not."""
    options = dict(_option(each) for each in config.getoption("pristine_option") or ())
    return [
        case
        for spec in config.getoption("pristine_transport")
        for case in cases_of(spec, functools.partial(_made, _factory(spec), options))
    ]


def _option(given: str) -> tuple[str, Any]:
    key, found, value = given.partition("=")
    if not found:
        raise pytest.UsageError(f"--pristine-option {given}: give KEY=VALUE")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _made(factory: Callable[..., Any], options: dict[str, Any], **more: Any) -> Any:
    return factory(**{**options, **more})


def _factory(spec: str) -> Callable[..., Any]:
    module, has_module, name = spec.partition(":")
    try:
        if not has_module:
            return adapter("transport", spec)  # type: ignore[no-any-return]
        found: Any = functools.reduce(getattr, name.split("."), import_module(module))
    except (ConfigurationError, ImportError, AttributeError) as error:
        raise pytest.UsageError(f"--pristine-transport {spec}: {error}") from error
    if not isinstance(found, type) and any(hasattr(found, name) for name in METHODS):
        return functools.partial(_instance, found)
    if callable(found):
        return found  # type: ignore[no-any-return]
    raise pytest.UsageError(f"--pristine-transport {spec}: it is no class, factory or instance of a transport")


def _instance(transport: Any, **options: Any) -> Any:
    if options:
        raise TypeError(f"an instance takes no options, such as {', '.join(options)}")
    return transport
