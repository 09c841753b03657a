"""Sessions in a signed cookie, with a row in the database only while something in them must stay secret.

A signed cookie can be read by whoever holds it, and put back as it was. That is right for "user 7, member of campaign 3",
and makes a caller's request cost no query. It would be wrong for a sign-in under way: the code that was mailed out, the
count of wrong attempts, a passkey's challenge. So what is not named in IN_COOKIE is kept in a row that only the cookie's
key points to, which goes when the sign-in is over. Found by asking what allauth keeps in `request.session`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import signed_cookies
from django.core import signing
from django.utils import timezone
from django.utils.crypto import get_random_string

from groundswell.accounts.identity import KEY as IDENTITY_KEY

if TYPE_CHECKING:
    from django.db.models import QuerySet

ROW = "_row"
IN_COOKIE = frozenset(
    {
        SESSION_KEY,
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        IDENTITY_KEY,
        "_csrftoken",
        "_session_expiry",
        # How and when the user proved who they are, for "confirm that it is you" before changing a passkey.
        "account_authentication_methods",
        "account_authentication_methods_user",
    }
)
ROW_LIFE = timedelta(hours=1)
# That of Django's own signed-cookie sessions, whose `load` checks it.
SALT = "django.contrib.sessions.backends.signed_cookies"


class SessionStore(signed_cookies.SessionStore):
    """Django looks for a class of this name in the engine's module."""

    _session: dict[str, Any]
    _row_key: str | None = None

    def load(self) -> dict[str, Any]:
        """The cookie's content, and the row's if there is one (one query)."""
        data: dict[str, Any] = super().load()
        self._row_key = data.pop(ROW, None)
        if self._row_key is not None:
            row = _rows().filter(session_key=self._row_key, expire_date__gt=timezone.now()).first()
            if row is None:
                self._row_key = None
            else:
                data.update(self.decode(row.session_data))
        return data

    def save(self, must_create: bool = False) -> None:
        """Split what may be seen from what may not, and write or delete the row accordingly."""
        self._write_row({k: v for k, v in self._session.items() if k not in IN_COOKIE and v is not None})
        super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        """Forget everything, the row included."""
        self._write_row({})
        super().delete(session_key)

    def cycle_key(self) -> None:
        """A fresh row for the secret part at sign-in, so that a key known before is worth nothing after."""
        data = dict(self._session)
        self._write_row({})
        self._session_cache = data
        self.save()

    @classmethod
    def clear_expired(cls) -> None:
        """Rows of sign-ins that were never finished (`manage.py clearsessions`)."""
        _rows().filter(expire_date__lt=timezone.now()).delete()

    def _get_session_key(self) -> str:
        visible = {k: v for k, v in self._session.items() if k in IN_COOKIE}
        if self._row_key is not None:
            visible[ROW] = self._row_key
        return signing.dumps(visible, compress=True, salt=SALT, serializer=self.serializer)

    def _write_row(self, secret: dict[str, Any]) -> None:
        if secret:
            self._row_key = self._row_key or get_random_string(32)
            _rows().update_or_create(
                session_key=self._row_key,
                defaults={"session_data": self.encode(secret), "expire_date": timezone.now() + ROW_LIFE},
            )
        elif self._row_key is not None:
            _rows().filter(session_key=self._row_key).delete()
            self._row_key = None


def _rows() -> QuerySet[Any]:
    # Looked up when used: Django imports this module before the models are ready.
    rows: QuerySet[Any] = apps.get_model("sessions", "Session")._default_manager.all()
    return rows
