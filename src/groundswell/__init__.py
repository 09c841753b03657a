"""Groundswell: the software behind grassroots campaigns. See docs/architecture.md for the house plan."""

__version__ = "0.1.0"
