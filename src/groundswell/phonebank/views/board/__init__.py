"""The board of numbers while people call, and the report afterwards."""
