"""The inside: Context, Operation, Pipeline. No vendor, no event loop, no clock of its own."""
