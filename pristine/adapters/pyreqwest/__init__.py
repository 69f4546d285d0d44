"""Transport: pyreqwest, which is reqwest and rustls under Python, in both faces."""

import atexit

from pristine.adapters.pyreqwest.leaving import wait_for_strangers
from pristine.adapters.pyreqwest.transport import PyreqwestTransport as PyreqwestTransport

atexit.register(wait_for_strangers)
