from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "groundswell.accounts"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added, authenticator_removed
        from django.contrib.auth.signals import user_logged_in

        user_logged_in.connect(_signed_in, dispatch_uid="groundswell.accounts.signed_in")
        authenticator_added.connect(_factor_added, dispatch_uid="groundswell.accounts.factor_added")
        authenticator_removed.connect(_factor_removed, dispatch_uid="groundswell.accounts.factor_removed")


def _signed_in(*, request: Any, user: Any, **_: Any) -> None:
    """Put the new member's roles into the session, and the signing in into the audit log."""
    from groundswell.accounts.audit import record
    from groundswell.accounts.enums import AuditAction
    from groundswell.accounts.identity import begin_session

    begin_session(request, user)
    record("sign_in", by=user, action=AuditAction.SIGN_IN, subject=user)


def _factor_added(*, request: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """Into the audit log; and who has just used a factor to set it up is not asked for it again to see their codes."""
    from allauth.account.internal.flows.login import record_authentication

    from groundswell.accounts.audit import record
    from groundswell.accounts.second_factor import SECOND_FACTORS

    record("add_second_factor", by=user, subject=user, factor=authenticator.type)
    if authenticator.type in SECOND_FACTORS:
        record_authentication(request, user, method="mfa", type=authenticator.type, reauthenticated=True)


def _factor_removed(*, user: Any, authenticator: Any, **_: Any) -> None:
    from groundswell.accounts.audit import record

    record("remove_second_factor", by=user, subject=user, factor=authenticator.type)
