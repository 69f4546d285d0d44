"""A response becomes a value, an error, or a page of a list."""
