"""The organiser's pages: overview, phone banks, results, callers, flags, outcomes."""
