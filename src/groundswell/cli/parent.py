"""A child must not outlive its parent: a killed parent can no longer tell it to stop."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_EVERY = 0.5  # seconds
PATIENCE = 10.0  # seconds from the polite signal to the end


def end_with_parent() -> None:
    """End this process once its present parent is gone: politely first."""
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="parent watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)
