"""The embedded PostgreSQL: a server of our own in the data folder, reached through a Unix socket only.

`connection_parameters` says where it is, `running` has it run for the length of a block.
"""

from __future__ import annotations

from groundswell.config.postgres.errors import ServerError
from groundswell.config.postgres.layout import Layout
from groundswell.config.postgres.server import (
    EmbeddedServer,
    connection_parameters,
    connection_url,
    running,
)

__all__ = ["EmbeddedServer", "Layout", "ServerError", "connection_parameters", "connection_url", "running"]
