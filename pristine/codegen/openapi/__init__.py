"""A manifest -> an OpenAPI 3.1 document of the same API, as plain values. Pure; the same manifest gives the same document.

What OpenAPI has words for is said in them alone. What it has none for is an extension beside it: `x-pristine-KEY` holds
what the manifest says under KEY, as it would stand in the file; null is a manifest that does not say it. `x-pristine-name`
is what the manifest calls a thing that OpenAPI knows by another name, or by none.
"""
