"""The organiser's pages of a campaign."""
