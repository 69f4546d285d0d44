"""Serializer: JSON by the standard library, types by cattrs."""

from pristine.adapters.json.serializer import JsonSerializer as JsonSerializer
