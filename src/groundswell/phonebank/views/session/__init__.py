"""The evening's pages: the lobby and its practice call, the line on the caller's screen, the host's view, the thanks."""
