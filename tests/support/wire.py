"""The server that misbehaves on purpose, where the tests were used to find it: see pristine.testing.server."""

from pristine.testing.server import Handler as Handler
from pristine.testing.server import Received as Received
from pristine.testing.server import Wire as Wire
from pristine.testing.server import WireServer as WireServer
from pristine.testing.server import each_request as each_request
from pristine.testing.server import in_turn as in_turn
