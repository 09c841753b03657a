"""The room's pages: the map with its seats, what came of messages, the membership picture."""
