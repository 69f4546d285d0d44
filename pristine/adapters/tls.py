"""TLS settings -> an ssl.SSLContext: one for each configuration and process, since one takes 15 ms and 0.5 MiB."""

import functools
import os
import ssl
from pathlib import Path
from typing import Final

from pristine.ports.connection import TLS
from pristine.ports.errors import ConfigurationError

HTTP1: Final = ("http/1.1",)
HTTP2: Final = ("h2", "http/1.1")


def ssl_context(tls: TLS, protocols: tuple[str, ...] = HTTP1) -> ssl.SSLContext:
    """The context that all connections of a configuration share; raises ConfigurationError for files it cannot use.

    Authorities are those of `tls.ca`, else of SSL_CERT_FILE and SSL_CERT_DIR, else the system's, else certifi's.
    """
    return _made(tls, protocols, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@functools.lru_cache(maxsize=64)
def _made(tls: TLS, protocols: tuple[str, ...], *_: str | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=tls.ca or _fallback())
        if tls.certificate is not None:
            context.load_cert_chain(tls.certificate, tls.key, tls.password)
    except OSError as error:
        path = error.filename or tls.certificate or tls.ca
        raise ConfigurationError(f"tls: {path}: {error.strerror or error}", setting="tls") from error
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    return context


def _fallback() -> str | None:
    """The authorities of certifi, where Python finds none of the system's, as on some macOS installations."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())):
        return None
    try:
        import certifi
    except ImportError:
        return None
    return certifi.where()
