"""The boxes that ask, beside whatever a page is for, whether we may get in touch again (rules M1, M4).

They stand apart from the thing itself, are never ticked beforehand, and nothing hangs on them. Each wording has a
version: whoever changes a sentence here raises it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from groundswell.campaigns.models import Action, PendingConsent
from groundswell.compliance.enums import Channel
from groundswell.people.models import ContactPoint

VERSION = "pages-1"
SOFT_VERSION = "pages-soft-1"
# What an event's page asks for; what there are wordings for.
CHANNELS = (Channel.EMAIL, Channel.CALL)
EVERY_CHANNEL = (Channel.EMAIL, Channel.SMS, Channel.CALL)


@dataclass(frozen=True)
class Box:
    """One box: the channel it is for and the exact words beside it."""

    channel: Channel
    wording: str
    version: str = VERSION


def boxes(organisation: str, channels: Iterable[Channel] = CHANNELS) -> list[Box]:
    """The boxes of a page for these channels, in the visitor's language; `organisation` is who asks."""
    said = {"organisation": organisation}
    wanted = set(channels)
    every = [
        Box(
            Channel.EMAIL,
            _("Yes, %(organisation)s may email me about its campaigns and how I can help. I can stop it at any time.")
            % said,
        ),
        Box(
            Channel.SMS,
            _(
                "Yes, %(organisation)s may text me about its campaigns and how I can help, on the mobile number I give "
                "here. I can stop it at any time by answering STOP."
            )
            % said,
        ),
        Box(
            Channel.CALL,
            _(
                "Yes, volunteers of %(organisation)s may ring me about its campaigns on the number I give here. "
                "I can stop it at any time."
            )
            % said,
        ),
    ]
    return [box for box in every if box.channel in wanted]


def soft_opt_in_words(organisation: str) -> str:
    """What a charity tells those whose email it is given: that it will write, and how to say no there and then (rule M3)."""
    return _(
        "%(organisation)s will email you about its work and how you can help, at the address you give here. Tick this "
        "box if you would rather not; each email also says how to stop."
    ) % {"organisation": organisation}


def remember_boxes(
    *, action: Action, ticked: Iterable[Box], email: ContactPoint, phone: ContactPoint | None
) -> list[PendingConsent]:
    """Write down what was ticked, to be confirmed by its owner. A box for calls or texts counts only with a number."""
    kept = []
    for box in ticked:
        point = email if box.channel == Channel.EMAIL else phone
        if point is None:
            continue
        kept.append(
            PendingConsent.objects.update_or_create(
                action=action,
                channel=box.channel,
                defaults={
                    "contact_point": point,
                    "wording": box.wording,
                    "wording_version": box.version,
                    "ticked_at": action.state_at,
                    "confirmed_at": None,
                },
            )[0]
        )
    return kept


def unconfirmed(action: Action) -> list[PendingConsent]:
    """What was ticked for this action and waits for its owner."""
    waiting = action.pending_consents.filter(Q(confirmed_at__isnull=True))
    return list(waiting.select_related("contact_point").order_by("pk"))
