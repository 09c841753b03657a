"""What the letter says by which somebody confirms: text and simple HTML, with imprint and privacy notice (I1, D9)."""

from __future__ import annotations

from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from groundswell.accounts.models import Organisation
from groundswell.campaigns.cards import NoImprintError, imprint_of
from groundswell.campaigns.consent_boxes import unconfirmed
from groundswell.joining.links import confirm_address
from groundswell.joining.models import Letter


def compose(letter: Letter) -> EmailMultiAlternatives:
    """The letter as it goes out, in the site's language. One that is sent again has another Message-ID."""
    with translation.override(settings.LANGUAGE_CODE):
        return _compose(letter)


def _compose(letter: Letter) -> EmailMultiAlternatives:
    sign_up = letter.sign_up
    organisation = Organisation.objects.get(pk=1)
    subject = " ".join((_("Please confirm: %(title)s") % {"title": sign_up.page.ask.title}).split())
    context = {
        "subject": subject,
        "name": sign_up.person.given_names,
        "title": sign_up.page.ask.title,
        "address": confirm_address(sign_up),
        "organisation": organisation,
        "imprint": _imprint(organisation),
        "privacy": organisation.privacy_url or settings.PUBLIC_URL + reverse("privacy"),
        "boxes": unconfirmed(sign_up.action),
    }
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    number = f"{letter.pk}-{letter.again}" if letter.again else str(letter.pk)
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    shown = " ".join((organisation.name or name).replace('"', "").split())
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string("joining/letters/confirm.txt", context),
        from_email=f'"{shown}" <{address}>' if shown else address,
        to=[sign_up.email.value],
        reply_to=[organisation.contact_email] if organisation.contact_email else [],
        headers={"Message-ID": f"<sign-up-{number}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("joining/letters/confirm.html", context), "text/html")
    return message


def _imprint(organisation: Organisation) -> str:
    try:
        return imprint_of(organisation)
    except NoImprintError:
        return organisation.name
