"""Django's mail settings from `EMAIL_URL`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from groundswell.config.environment import Environment

SCHEMES = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def mail_settings(env: Environment, data_dir: Path) -> dict[str, Any]:
    """EMAIL_* settings; without an `EMAIL_URL` a service sends, and without that every message becomes a file in the data
    folder.

    Raises ImproperlyConfigured when the address cannot be read.
    """
    if not env.email_url and env.email_service is not None:
        return {"EMAIL_BACKEND": f"anymail.backends.{env.email_service.name}.EmailBackend"}
    if not env.email_url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": data_dir / "mail",
        }
    url = urlsplit(env.email_url)
    if url.scheme not in SCHEMES or not url.hostname:
        raise ImproperlyConfigured(
            f"EMAIL_URL must look like smtp+tls://user:password@host:587 (one of {', '.join(SCHEMES)}), "
            f"not {url.scheme or 'nothing'}://{url.hostname or ''}."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or SCHEMES[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }
