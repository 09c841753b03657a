"""The parts of the world that the permission table is about."""
