"""What the letter says by which somebody confirms: text and simple HTML, with imprint and privacy notice (I1, D9)."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from groundswell.accounts.models import Organisation
from groundswell.campaigns.cards import NoImprintError, imprint_of
from groundswell.campaigns.consent_boxes import unconfirmed
from groundswell.joining.links import confirm_address
from groundswell.joining.models import Letter
from groundswell.messaging.letters import LetterWords


def compose(letter: Letter) -> LetterWords:
    """The letter as it goes out, in the site's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return _compose(letter)


def _compose(letter: Letter) -> LetterWords:
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
    return LetterWords(
        subject=subject,
        text=render_to_string("joining/letters/confirm.txt", context),
        html=render_to_string("joining/letters/confirm.html", context),
    )


def _imprint(organisation: Organisation) -> str:
    try:
        return imprint_of(organisation)
    except NoImprintError:
        return organisation.name
