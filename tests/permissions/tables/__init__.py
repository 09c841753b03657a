"""The lines of the permission table, a file for each part of the site."""
