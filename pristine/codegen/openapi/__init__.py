"""A manifest -> an OpenAPI 3.1 document of its API, as plain values. Pure; the same manifest gives the same document.

What OpenAPI has words for is said in them. What it has none for is an extension beside it: `x-pristine-KEY` has what
the manifest says under KEY, as it would stand in the file, and null where it says nothing though the document has to.
`x-pristine-name` is what the manifest calls a thing that OpenAPI calls otherwise, or not at all.
"""
