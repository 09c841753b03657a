"""The public pages of surveys, and the organiser's."""
