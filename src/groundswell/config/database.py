"""Which PostgreSQL: the one named by `DATABASE_URL`, or the embedded one in the data folder."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict

from groundswell.config.environment import Environment
from groundswell.config.postgres import connection_parameters


def database_settings(env: Environment) -> dict[str, Any]:
    """Django's DATABASES entry. Persistent connections and server-side prepared statements: see docs/benchmarks.md."""
    if env.database_url:
        parameters: dict[str, Any] = dict(conninfo_to_dict(env.database_url))
    else:
        parameters = dict(connection_parameters(env.data_dir.resolve()))
    extra = {
        key: value for key, value in parameters.items() if key not in {"dbname", "user", "password", "host", "port"}
    }
    return {
        "ENGINE": "groundswell.config.postgresql",
        "NAME": parameters.get("dbname", ""),
        "USER": parameters.get("user", ""),
        "PASSWORD": parameters.get("password", ""),
        "HOST": parameters.get("host", ""),
        "PORT": str(parameters.get("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**extra, "server_side_binding": True, "prepare_threshold": 5},
    }
