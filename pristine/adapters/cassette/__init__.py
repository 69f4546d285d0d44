"""Transports that record exchanges into a file, and replay them without a network."""

from pristine.adapters.cassette.record import RecordTransport as RecordTransport
from pristine.adapters.cassette.replay import ReplayTransport as ReplayTransport
