"""The content of requests: what a user may give, and how it is sent whole, on either face."""
