"""Crib sheets: Markdown whose facts are filled in from data, as a page, in the caller's drawer and on paper."""
