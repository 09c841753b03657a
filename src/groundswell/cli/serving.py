"""What each web process loads: the application, and the watch that ends it with its parent."""

from __future__ import annotations

from groundswell.cli.parent import end_with_parent
from groundswell.config.wsgi import application

__all__ = ["application"]

end_with_parent()
