"""A multipart/form-data body -> its parts (RFC 7578), read strictly: what is cut short is refused."""

import re
from collections.abc import Iterator
from typing import Final

import attrs

from pristine.testing.mock.messages import Refusal, Wrong

_ESCAPES: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}


@attrs.frozen
class FormPart:
    """One part: a file where it has a filename, or bytes without a type of text."""

    name: str
    content: bytes
    filename: str | None = None
    media_type: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it is no plain field."""
        return self.filename is not None or self.media_type == "application/octet-stream"


def parts_of_form(body: bytes, content_type: str) -> Iterator[FormPart]:
    """The parts; raises Refusal for a body that is no form."""
    boundary = parameter(content_type, "boundary")
    if not boundary:
        raise Refusal(400, Wrong("header.Content-Type", "has no boundary"))
    mark = b"\r\n--" + boundary.encode("latin-1")
    first, *pieces = (b"\r\n" + body).split(mark)
    if not pieces or not pieces[-1].startswith(b"--") or first.strip():
        raise Refusal(400, Wrong("body", "is no whole form: its boundaries are not those of the Content-Type"))
    for piece in pieces[:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank:
            raise Refusal(400, Wrong("body", "has a part without a head"))
        yield _part(head.decode("utf-8", "replace"), content)


def _part(head: str, content: bytes) -> FormPart:
    fields = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n"))
    }
    disposition = fields.get("content-disposition", "")
    name = parameter(disposition, "name")
    if name is None:
        raise Refusal(400, Wrong("body", "has a part without a name"))
    media_type = fields.get("content-type", "").partition(";")[0].strip().lower()
    return FormPart(name, content, parameter(disposition, "filename"), media_type)


def parameter(field: str, name: str) -> str | None:
    """A parameter of a field's value, such as the boundary of a Content-Type; None where there is none."""
    match = re.search(rf';\s*{name}=(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))', field, re.IGNORECASE)
    if match is None:
        return None
    found = match[2] if match[1] is None else re.sub(r"\\(.)", r"\1", match[1])
    return re.sub("%22|%0D|%0A", lambda escape: _ESCAPES[escape[0]], found)
