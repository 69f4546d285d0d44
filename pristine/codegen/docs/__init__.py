"""The parts of an API's reference page. What a manifest says goes through `markdown`, or is a literal of Python's."""
