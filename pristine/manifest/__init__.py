"""The language in which an API is described: its values, its strict loader, its types."""
