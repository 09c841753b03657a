"""The volunteer's phone, a conversation, and the organiser's pages."""
