"""What the server says on the terminal."""

from __future__ import annotations

import logging

FAULT = 500


class RefusalsInOneLine(logging.Filter):
    """A page that was refused (403, 404, 422) is no fault of ours: it is told in a line, without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record through."""
        if getattr(record, "status_code", FAULT) < FAULT:
            record.exc_info = record.exc_text = None
        return True
