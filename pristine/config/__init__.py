"""The composition root: names and options -> adapters -> a Context. The only place that knows where adapters live."""

from pristine.config.adapters import PORTS as PORTS
from pristine.config.adapters import adapter as adapter
from pristine.config.deadlines import deadline as deadline
from pristine.config.files import load_manifest_file as load_manifest_file
from pristine.config.files import read_document as read_document
from pristine.config.files import read_manifest_document as read_manifest_document
from pristine.config.listing import Installed as Installed
from pristine.config.listing import installed as installed
from pristine.config.openapi import import_openapi_file as import_openapi_file
from pristine.config.wiring import Context as Context
from pristine.config.wiring import context as context
