"""Email of an installation that has neither a mail server nor a service: kept as files."""
