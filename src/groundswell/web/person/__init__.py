"""The pages on one person, for staff: they read across every feature, so they live under the roof."""
