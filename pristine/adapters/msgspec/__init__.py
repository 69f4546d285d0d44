"""Serializer: JSON by msgspec, with what JsonSerializer makes of it, in a fraction of the time."""

from pristine.adapters.msgspec.serializer import MsgspecSerializer as MsgspecSerializer
