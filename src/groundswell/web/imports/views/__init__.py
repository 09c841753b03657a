"""Views of the import wizard."""
