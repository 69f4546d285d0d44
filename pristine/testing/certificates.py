"""TLS for the server that misbehaves: an authority that nobody trusts unasked, and what it has signed.

The private keys are public, and good for 127.0.0.1 alone; the authority's is gone, so that it can sign nothing more.
"""

import ssl
import tempfile
from pathlib import Path
from typing import Final

AUTHORITY: Final = """\
-----BEGIN CERTIFICATE-----
MIIBnDCCAUKgAwIBAgIUGSRfo06Ks8+LTw9ppn1wM2b7z+AwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOUHJpc3RpbmUgdGVzdHMwIBcNMjUwMTAxMDAwMDAwWhgPMjEy
NTAxMDEwMDAwMDBaMBkxFzAVBgNVBAMMDlByaXN0aW5lIHRlc3RzMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEk5ff8OEwfPv5bEUKA9nw5Omok8cOouo9t5z7+qNL
HW/K9lAganzrPNL3jmiokPvqTc/fVAwbgltA6MQuo5jS5aNmMGQwEgYDVR0TAQH/
BAgwBgEB/wIBADAdBgNVHQ4EFgQULu9ejl75kYR+JPYD3Ahw4BAcZF0wHwYDVR0j
BBgwFoAULu9ejl75kYR+JPYD3Ahw4BAcZF0wDgYDVR0PAQH/BAQDAgGGMAoGCCqG
SM49BAMCA0gAMEUCIDieaKgA159V5HFdbU278wiq1X0HzQrGnek59imZD0EpAiEA
/W43yhi+cBahISB7FeEp2pN4S9r0rMkHJXR20VUqp2o=
-----END CERTIFICATE-----
"""

SERVER: Final = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxJCz7mkndH60ksup
aW/DrtqWgTAvlxgboSteex4gl+ihRANCAAR3ak1VBCJD/ZVKRe4yTkinPKGeR1H7
YLniBK7C+/Ocnu2erFPtSNHhcahohblKTMztAKhk0EXG3q9fLy781tki
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBxTCCAWqgAwIBAgIUXt7Vhl+U/Xjwp2yPtia8bqcOOjMwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOUHJpc3RpbmUgdGVzdHMwIBcNMjUwMTAxMDAwMDAwWhgPMjEy
NTAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCTEyNy4wLjAuMTBZMBMGByqGSM49AgEG
CCqGSM49AwEHA0IABHdqTVUEIkP9lUpF7jJOSKc8oZ5HUftgueIErsL785ye7Z6s
U+1I0eFxqGiFuUpMzO0AqGTQRcber18vLvzW2SKjgZIwgY8wDAYDVR0TAQH/BAIw
ADAdBgNVHQ4EFgQUjqg/ymBq47E3J67s6+fbliX6j9IwHwYDVR0jBBgwFoAULu9e
jl75kYR+JPYD3Ahw4BAcZF0wDgYDVR0PAQH/BAQDAgeAMBoGA1UdEQQTMBGHBH8A
AAGCCWxvY2FsaG9zdDATBgNVHSUEDDAKBggrBgEFBQcDATAKBggqhkjOPQQDAgNJ
ADBGAiEA1U2EGW245c9n/vKIWVAU6qBiepMYQIllLV+mVdRhChwCIQD/PQH5hDuz
Zv54ZFHf5vKUt0JdUM3hOMkc8ivQ6koSjg==
-----END CERTIFICATE-----
"""
"""Certificate and key of 127.0.0.1 and localhost."""

CLIENT: Final = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgawjjsE8YNE1DXzBN
qaZc2mlUUVxIrdssxISBa5Q1p7qhRANCAAToaRFcvBTNLV90Hx09zhHAPP+r2UZN
SQEvi1OheX/0kq1iFIQZPpvI51TdPydfVKCb8T1HaPszCLcMTci50Xr4
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBpDCCAUugAwIBAgIUJMALFVxzDTtPkyaW5iry4OfF6KUwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOUHJpc3RpbmUgdGVzdHMwIBcNMjUwMTAxMDAwMDAwWhgPMjEy
NTAxMDEwMDAwMDBaMBMxETAPBgNVBAMMCGEgY2xpZW50MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE6GkRXLwUzS1fdB8dPc4RwDz/q9lGTUkBL4tToXl/9JKtYhSE
GT6byOdU3T8nX1Sgm/E9R2j7Mwi3DE3IudF6+KN1MHMwDAYDVR0TAQH/BAIwADAd
BgNVHQ4EFgQUVQZBLkgYGOqvkEnMxVUJSqWGdJMwHwYDVR0jBBgwFoAULu9ejl75
kYR+JPYD3Ahw4BAcZF0wDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUF
BwMCMAoGCCqGSM49BAMCA0cAMEQCIFfA2E8r/GSOisEydOmZ3AkeW8+by5kVC4/W
Du9GzlueAiA+XVDg9J1QUa6+q4Knm6TIdv/aji5UDZ+RiStrJ77jAw==
-----END CERTIFICATE-----
"""
"""Certificate and key of a client."""


def saved(folder: Path) -> tuple[str, str]:
    """The paths, in a folder, of PEM files of the authority, and of the client's certificate and key."""
    paths = []
    for name, text in (("authority.pem", AUTHORITY), ("client.pem", CLIENT)):
        (folder / name).write_text(text)
        paths.append(str(folder / name))
    return paths[0], paths[1]


def server_tls(*, wants_client: bool = False, protocols: tuple[str, ...] = ("http/1.1",)) -> ssl.SSLContext:
    """A server's context that speaks `protocols` (ALPN, RFC 7301), and may insist on the client's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(list(protocols))
    with tempfile.TemporaryDirectory() as folder:  # the ssl module takes a certificate from a file alone
        pem = Path(folder, "server.pem")
        pem.write_text(SERVER)
        context.load_cert_chain(pem)
    if wants_client:
        context.load_verify_locations(cadata=AUTHORITY)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
