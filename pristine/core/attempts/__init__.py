"""One attempt of a call: whether it may go out, what it came to, whether there is to be another, and its time."""
