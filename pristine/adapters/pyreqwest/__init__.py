"""Transport: pyreqwest, which is reqwest and rustls under Python, in both faces."""

from pristine.adapters.pyreqwest.transport import PyreqwestTransport as PyreqwestTransport
