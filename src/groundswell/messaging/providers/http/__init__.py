"""Texts by any gateway that takes them over HTTP, spoken to as SMS_HTTP says."""
