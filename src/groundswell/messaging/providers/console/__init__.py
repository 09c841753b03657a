"""Texts of the demo: they are kept instead of sent, and shown on the page of a telephone."""
