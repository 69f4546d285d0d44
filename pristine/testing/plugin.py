"""The pytest plugin: `--pristine-transport` runs the contracts of a transport with no test code at all.

pytest loads it in every run where Pristine is installed, so it imports nothing until one of its options or fixtures is
used, and then only what that needs.
"""

import sys

import pytest

from pristine.testing.fixtures import pristine_clock, pristine_server, pristine_transport

__all__ = ["pristine_clock", "pristine_server", "pristine_transport"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The command line."""
    group = parser.getgroup("pristine", "contracts of Pristine's ports")
    group.addoption(
        "--pristine-transport",
        action="append",
        metavar="NAME",
        help="hold a transport to its promises: module:Name (a class, a factory or an instance) or a registered name; "
        "may be repeated",
    )
    group.addoption(
        "--pristine-option",
        action="append",
        metavar="KEY=VALUE",
        help="an option that every transport is made with; the value is JSON, or else a string",
    )
    group.addoption("--pristine-report", metavar="FILE", help="write the capability report as JSON")
    group.addoption(
        "--pristine-pace",
        type=float,
        metavar="FACTOR",
        help="multiply every wait of the contracts",
    )
    group.addoption(
        "--pristine-patience",
        type=float,
        metavar="SECONDS",
        help="how long a call may take before it is said to hang (5, at pace 1)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Take part in the run, if asked."""
    config.addinivalue_line(
        "markers", "pristine_promise(port, number): the test of a contract that holds this promise; set by the plugin"
    )
    if config.getoption("pristine_transport") or config.getoption("pristine_report"):
        from pristine.testing.session import Session

        config.pluginmanager.register(Session(config), "pristine-session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of contracts, so that `-m 'pristine_promise(port="Transport", number="5")'` selects."""
    if "pristine.testing.promises" not in sys.modules:
        return
    for item in items:
        held = getattr(getattr(item, "function", None), "promise", None)
        if held is not None:
            cited = getattr(getattr(item, "instance", None), "cited", None)
            held = held if cited is None else cited(held)
            item.add_marker(pytest.mark.pristine_promise(port=held.port, number=held.number))
