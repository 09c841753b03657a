"""The public pages of sign-up, and the organiser's."""
