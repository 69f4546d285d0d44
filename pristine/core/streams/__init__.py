"""One streaming call: its head, its bytes, its events, and going on after a break."""
