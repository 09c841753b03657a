from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "groundswell.accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        user_logged_in.connect(_signed_in, dispatch_uid="groundswell.accounts.signed_in")


def _signed_in(*, request: Any, user: Any, **_: Any) -> None:
    """Put the new member's roles into the session, and the signing in into the audit log."""
    from groundswell.accounts.audit import record
    from groundswell.accounts.enums import AuditAction
    from groundswell.accounts.identity import begin_session

    begin_session(request, user)
    record("sign_in", by=user, action=AuditAction.SIGN_IN, subject=user)
