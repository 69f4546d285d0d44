"""Bytes -> events, sans-IO, and the objects that a caller iterates."""
