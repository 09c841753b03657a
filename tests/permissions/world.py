"""What the addresses of the permission table point at, made when first asked for, and who comes to them."""

from __future__ import annotations

from permissions.worlds.asks import AsksWorld
from permissions.worlds.calling import CallingWorld
from permissions.worlds.messages import MessagesWorld


class World(CallingWorld, MessagesWorld, AsksWorld):
    """A campaign "seat", another, and one of everything in the first. Add to worlds/ what your addresses need."""
