"""Where allauth counts failed sign-ins: in the database, for all processes at once, while other caching stays local."""

from __future__ import annotations

from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache

PREFIX = "allauth:"


class LocalCache(LocMemCache):
    """The default cache: in the process, but for allauth's keys, which go to the shared one.

    With one count in each of two web processes a lock-out after five failures would come after ten, and a restart
    would lift it.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, from where keys of this kind are kept."""
        if str(key).startswith(PREFIX):
            return caches["shared"].get(key, default, version)
        return super().get(key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep the value where keys of this kind are kept."""
        if str(key).startswith(PREFIX):
            caches["shared"].set(key, value, timeout, version)
        else:
            super().set(key, value, timeout, version)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep the value unless there is one; says whether it did."""
        if str(key).startswith(PREFIX):
            return bool(caches["shared"].add(key, value, timeout, version))
        return bool(super().add(key, value, timeout, version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget the value; says whether there was one."""
        if str(key).startswith(PREFIX):
            return bool(caches["shared"].delete(key, version))
        return bool(super().delete(key, version))
