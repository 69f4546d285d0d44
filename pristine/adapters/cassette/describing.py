"""A request as a cassette has it: redacted, its coding undone, the random out of it. Recording and replay share it."""

import attrs

from pristine.adapters.cassette.bodies import Heard
from pristine.adapters.cassette.coding import decoded
from pristine.adapters.cassette.exchange import Asked, Content
from pristine.adapters.cassette.redaction import Redactor, boundary, media_type
from pristine.ports.headers import Headers
from pristine.ports.messages import Request

_BOUNDARY = "boundary"
"""What stands for the boundary of a multipart body, which is another one each time."""


def described(request: Request, heard: Heard, redactor: Redactor) -> Asked:
    """The request, with as much of its body as was heard."""
    secrets = redactor.of_request(request)
    headers, random = request.headers, boundary(request.headers)
    if random is not None:
        fields = [(name, value.replace(random, _BOUNDARY)) for name, value in headers.multi_items()]
        headers = Headers(fields)
    asked = Asked(request.method, redactor.url(request.url, secrets), redactor.headers(headers, secrets), None)
    if request.body is None:
        return asked
    content = heard.content
    if content.data is not None:
        content = _redacted(content.data, request.headers, redactor, secrets)
    return attrs.evolve(asked, body=content)


def _redacted(data: bytes, headers: Headers, redactor: Redactor, secrets: list[bytes]) -> Content:
    plain = decoded([data], headers.get("content-encoding", ""), redactor.bound)
    if plain is None:
        return Content(None, len(data), Content.of(data).digest)
    if (random := boundary(headers)) is not None:
        plain = [chunk.replace(random.encode(), _BOUNDARY.encode()) for chunk in plain]
    return Content.of(b"".join(redactor.chunks(plain, media_type(headers), secrets)))
