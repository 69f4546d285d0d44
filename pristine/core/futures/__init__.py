"""Work that the server finishes later: what its answers mean, how it is followed, and the handles of both faces."""
