"""A yes to texts counts once the code that went to the number came back (rule M4), where the figures ask for that.

The code goes once the letter is confirmed, so that nobody has a stranger's telephone rung by typing its number alone; so
many go to one number in a day, whoever asks.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import Organisation, User
from groundswell.campaigns.consent_boxes import EVERY_CHANNEL, Box, boxes, unconfirmed
from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Action, PendingConsent
from groundswell.compliance.enums import Channel
from groundswell.compliance.figures import texts_need_code
from groundswell.compliance.operations import record_consent
from groundswell.joining.enums import CodeAnswer
from groundswell.joining.models import NumberCode, SignUp
from groundswell.joining.rules import ANOTHER_AFTER, CODE_DIGITS, CODE_HOLDS, CODES_IN, MOST_CODES, MOST_WRONG
from groundswell.messaging.operations.codes import code_sender, forget_code, text_code
from groundswell.people.models import ContactPoint

SALT = "groundswell.joining.number"


def boxes_offered(organisation: str, *, now: datetime) -> list[Box]:
    """The boxes of a sign-up page: that for texts only where a code can be sent, if one is needed."""
    every = boxes(organisation, EVERY_CHANNEL)
    if texts_need_code(on=now.date()) and code_sender() is None:
        return [box for box in every if box.channel != Channel.SMS]
    return every


def waiting_number(sign_up: SignUp, *, now: datetime) -> PendingConsent | None:
    """The box for texts that waits for a code: once the sign-up itself is confirmed."""
    if sign_up.action.state != ActionState.CONFIRMED or not texts_need_code(on=now.date()):
        return None
    return next((box for box in unconfirmed(sign_up.action) if box.channel == Channel.SMS), None)


@transaction.atomic
def send_number_code(*, sign_up: SignUp, now: datetime, by: User | None) -> CodeAnswer:
    """Text a new code to the number that waits; those before it are of no use any more. What to say of it."""
    Action.objects.select_for_update().get(pk=sign_up.action_id)
    box = waiting_number(sign_up, now=now)
    if box is None:
        return CodeAnswer.RIGHT
    sender = code_sender()
    if sender is None:
        return CodeAnswer.NO_WAY
    # One at a time for each number, whichever sign-up asks.
    point = ContactPoint.objects.select_for_update().get(pk=box.contact_point_id)
    lately = NumberCode.objects.filter(contact_point=point, made_at__gt=now - CODES_IN)
    if lately.filter(sign_up=sign_up, made_at__gt=now - ANOTHER_AFTER).exists():
        return CodeAnswer.JUST_SENT
    if lately.count() >= MOST_CODES:
        return CodeAnswer.ENOUGH
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    made = NumberCode.objects.create(
        sign_up=sign_up,
        contact_point=point,
        digest=_digest(sign_up, point, code),
        made_at=now,
        expires_at=now + CODE_HOLDS,
    )
    organisation = Organisation.objects.get(pk=1)
    words = _("%(code)s is your code to get texts from %(organisation)s. Not you? Ignore this, or answer STOP.")
    text_code(
        sender=sender,
        person=sign_up.person,
        point=point,
        campaign=sign_up.page.ask.campaign,
        key=made.key,
        words=words % {"code": code, "organisation": organisation.name},
    )
    record("send_number_code", by=by, subject=sign_up.person, campaign_id=sign_up.page.ask.campaign_id)
    return CodeAnswer.SENT


@transaction.atomic
def confirm_number(*, sign_up: SignUp, typed: str, now: datetime, by: User | None) -> CodeAnswer:
    """What was typed is the code or it is not; if so, the yes to texts becomes consent. Twice is as good as once.

    Raises ValidationError as record_consent does; nothing is kept then. A wrong one counts whatever else happens.
    """
    # Whoever guesses in many windows at once waits here.
    Action.objects.select_for_update().get(pk=sign_up.action_id)
    box = waiting_number(sign_up, now=now)
    if box is None:
        return CodeAnswer.RIGHT
    code = (
        NumberCode.objects.select_for_update()
        .filter(sign_up=sign_up, contact_point=box.contact_point, confirmed_at__isnull=True)
        .order_by("-made_at", "-pk")
        .first()
    )
    if code is None or code.expires_at <= now or code.wrong >= MOST_WRONG:
        return CodeAnswer.DEAD
    plain = "".join(letter for letter in typed if letter.isdecimal())
    if not constant_time_compare(_digest(sign_up, box.contact_point, plain), code.digest):
        code.wrong += 1
        code.save(update_fields=["wrong"])
        return CodeAnswer.DEAD if code.wrong >= MOST_WRONG else CodeAnswer.WRONG
    code.confirmed_at = now
    code.save(update_fields=["confirmed_at"])
    forget_code(point=box.contact_point, key=code.key, now=now)
    record_consent(
        person=sign_up.person,
        channel=Channel.SMS,
        contact_point=box.contact_point,
        wording=box.wording,
        wording_version=box.wording_version,
        evidence=(
            f"Ticked on sign-up page {sign_up.page_id} at {box.ticked_at.isoformat()}; code {code.pk} was texted to the "
            f"number at {code.made_at.isoformat()} and typed on the page of sign-up {sign_up.pk}, reached by the signed "
            f"link sent to its email, at {now.isoformat()}."
        ),
        source=f"sign-up page: {sign_up.page.ask.title}",
        given_at=now,
        by=by,
    )
    box.confirmed_at = now
    box.save(update_fields=["confirmed_at"])
    record("confirm_number", by=by, subject=sign_up.person, campaign_id=sign_up.page.ask.campaign_id)
    return CodeAnswer.RIGHT


def _digest(sign_up: SignUp, point: ContactPoint, code: str) -> str:
    return salted_hmac(SALT, f"{sign_up.uuid}:{point.pk}:{code}", algorithm="sha256").hexdigest()
