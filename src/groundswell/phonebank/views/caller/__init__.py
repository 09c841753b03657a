"""The caller's phone: one household at a time, one request a call. See the pages of `templates/phonebank/caller`."""
