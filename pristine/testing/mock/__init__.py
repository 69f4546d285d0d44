"""A mock of an API: an HTTP server that holds requests to a manifest and answers with examples of its types."""

from pristine.testing.mock.calls import History as History
from pristine.testing.mock.calls import Received as Received
from pristine.testing.mock.expectations import Expectation as Expectation
from pristine.testing.mock.server import MockServer as MockServer
