"""OpenAPI: documents of 3.0 and 3.1 become manifests. Pure; what could not be said is told, never dropped."""
