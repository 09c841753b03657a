"""The link by which somebody confirms a sign-up: signed, sent to the address they typed and to nobody else.

It holds as long as the sign-up is kept, needs no account, and may be opened again. Opening it changes nothing; the
button does.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from groundswell.joining.models import SignUp

SALT = "groundswell.joining.confirm"


def confirm_token(sign_up: SignUp) -> str:
    """The signed name of a sign-up."""
    return signing.Signer(salt=SALT).sign(str(sign_up.uuid))


def confirm_address(sign_up: SignUp) -> str:
    """The whole address of its page, for the letter."""
    return settings.PUBLIC_URL + reverse("joining:confirm", args=[confirm_token(sign_up)])


def sign_up_of(token: str) -> SignUp | None:
    """The sign-up that a token names; None if it was not signed here, or is no longer kept."""
    try:
        name = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    found = SignUp.objects.select_related(
        "page__ask__campaign", "page__question", "action__ask", "person", "email", "phone", "constituency"
    )
    return found.filter(uuid=name).first()
