"""An email as Django has it, for the providers that hand it over by one of Django's backends."""

from __future__ import annotations

from email.utils import formataddr

from django.core.mail import EmailMultiAlternatives

from groundswell.messaging.providers.contract import Outgoing


def email_of(each: Outgoing) -> EmailMultiAlternatives:
    """With its HTML twin and what is enclosed."""
    email = EmailMultiAlternatives(
        subject=each.subject,
        body=each.text,
        from_email=formataddr((each.sender_name, each.sender_address)),
        to=[each.to],
        headers=dict(each.headers),
    )
    if each.html:
        email.attach_alternative(each.html, "text/html")
    for file in each.enclosed:
        email.attach(file.name, file.content, file.media_type)
    return email
