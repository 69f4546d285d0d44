"""An OpenAPI document -> the plain mapping of a manifest, and the list of all that a manifest has no word for."""
