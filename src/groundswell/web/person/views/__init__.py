"""Views of the person pages."""
