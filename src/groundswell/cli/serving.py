"""What each web process loads: the application, and the watch that ends it with its parent."""

from __future__ import annotations

import gc

from groundswell.cli.parent import end_with_parent
from groundswell.config.wsgi import application

__all__ = ["application"]

end_with_parent()
# What is loaded by now stays until the process ends: the collector need not look through it again and again.
gc.collect()
gc.freeze()
