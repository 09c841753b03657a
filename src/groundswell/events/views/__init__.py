"""Pages of events: the organiser's, the public one, and a sign-up's own."""
