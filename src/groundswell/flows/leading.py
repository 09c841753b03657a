"""Which texts to many lead into a flow, for messaging to say so on their pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from groundswell.flows.models import LeadingMessage
from groundswell.flows.plans import asked_of, steps_of
from groundswell.flows.rules import numbered
from groundswell.messaging.leading import Lead
from groundswell.messaging.models import Message


def lead_of(message: Message) -> Lead | None:
    """The flow into which answers to this message go, and what in its words would mislead them."""
    if message.pk is None:
        return None
    leading = LeadingMessage.objects.filter(message=message.pk).select_related("flow__campaign").first()
    if leading is None:
        return None
    flow = leading.flow
    problems = []
    if not flow.is_live:
        problems.append(_("The flow that its answers go into is not live. Publish it first."))
    if flow.sender_id != message.sender_id:
        problems.append(
            _("Answers come to another number than the flow’s. Choose %(sender)s.") % {"sender": flow.sender}
        )
    steps = steps_of(flow)
    lines = message.body.replace("\r\n", "\n").split("\n")
    options = numbered(asked_of(steps[0], leading.offered).offered) if steps else []
    lost = [option for option in options if option not in [line.strip() for line in lines]]
    if lost:
        problems.append(
            _("Keep the numbered answers as they are, for answers are read by them: “%(line)s” is missing.")
            % {"line": lost[0]}
        )
    return Lead(
        label=flow.name, address=reverse("flows:manage", args=[flow.campaign.slug, flow.pk]), problems=tuple(problems)
    )
