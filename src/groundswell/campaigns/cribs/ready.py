"""The ready sheet: what an organiser finds in the editor when a seat has none. Facts are named, never typed in.

What only they can know is left between ‹ and ›, and such a sheet cannot be published before it is written.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from groundswell.accounts.enums import OrganisationKind
from groundswell.accounts.models import Organisation
from groundswell.campaigns.cribs.deadlines import NORTHERN_IRELAND
from groundswell.campaigns.cribs.facts import candidates_of
from groundswell.campaigns.models import Campaign
from groundswell.places.models import Area
from groundswell.places.queries import seat_facts

_ELECTORAL = {OrganisationKind.PARTY, OrganisationKind.CANDIDATE, OrganisationKind.REGISTERED_NON_PARTY}


def ready_sheet(campaign: Campaign, area: Area | None) -> str:
    """A sheet to begin with, as Markdown: the candidate, the seat, issues, hard questions, postal votes, who to ask."""
    organisation = Organisation.objects.filter(pk=1).first()
    is_election = bool(campaign.own_party or campaign.election or campaign.poll_closes_at) or (
        organisation is not None and organisation.kind in _ELECTORAL
    )
    parts = [_seat(campaign, area), _lines(), _issues(), _questions(), _whom_to_ask()]
    if is_election:
        parts.insert(4, _postal_votes(area, has_day=campaign.poll_closes_at is not None))
    return "\n\n".join(parts) + "\n"


def _seat(campaign: Campaign, area: Area | None) -> str:
    lines = [_("## {{ seat }} in one minute") if area else _("## In one minute"), ""]
    if campaign.own_party or candidates_of(campaign, area):
        lines.append(
            _("- **{{ candidate }}** stands for {{ party }}. ‹Who they are, and one thing they have done here›")
        )
    else:
        lines.append(_("- ‹What we want, in one sentence›"))
    facts = seat_facts(area, own_party=campaign.own_party) if area else None
    if facts is None or facts.latest:
        lines.append(_("- Last time: {{ last_result }}. Won by **{{ majority }}**."))
    if campaign.own_party and (facts is None or facts.swing_needed is not None):
        lines.append(_("- The swing we need: **{{ swing_needed }}**. Every conversation counts here."))
    if facts is None or facts.mp:
        lines.append(_("- The MP is {{ mp }}."))
    if facts is None or facts.latest:
        lines += ["", "{{ result_history }}"]
    return "\n".join(lines)


def _lines() -> str:
    return _(
        "## Say it in their words\n\n"
        "- “‹A sentence of the candidate’s that people remember›”\n"
        "- “‹Another one›”"
    )  # fmt: skip


def _issues() -> str:
    return _(
        "## Three local issues\n\n"
        "1. **‹The first›**: ‹what people say, and what we would do›\n"
        "2. **‹The second›**: ‹what people say, and what we would do›\n"
        "3. **‹The third›**: ‹what people say, and what we would do›"
    )


def _questions() -> str:
    return _(
        "## If they ask\n\n"
        "- **Who gave you my number?** It was given to us, or stands on a list that we may use. If it is unwelcome, say "
        "sorry, offer **Do not call again**, and press it.\n"
        "- **‹The question nobody likes to be asked›** ‹The honest answer, in one breath›\n"
        "- **Something you do not know?** Say so, write it in the note, and promise that somebody will ring back."
    )


def _postal_votes(area: Area | None, *, has_day: bool) -> str:
    """As the law stood in autumn 2026, for the nation; the deadlines are facts, counted back from the day of the poll."""
    if area is not None and area.nation == NORTHERN_IRELAND:
        lines = [
            _("- A reason is needed here, such as illness, work or being away. The form is on eoni.org.uk."),
            _("- It must be in by **{{ postal_vote_by }}**. Not on the register? Until {{ register_by }}."),
        ]
    else:
        lines = [
            _("- Anybody on the register may vote by post, and needs no reason. Ask at gov.uk/apply-postal-vote."),
            _("- By **{{ postal_vote_by }}**; somebody to vote for them, a proxy, by {{ proxy_vote_by }}."),
            _("- Not on the register yet? gov.uk/register-to-vote, until **{{ register_by }}**."),
            _("- Too late to post it back? Hand it in, with the form, at a polling station until 10 pm on the day."),
        ]
    lines.append(_("- We never touch anybody’s postal vote: campaigners may not handle them."))
    if has_day:
        lines.insert(0, _("- Polling day is **{{ polling_day }}**."))
    return "\n".join([_("## Voting by post"), "", *lines])


def _whom_to_ask() -> str:
    return _(
        "## Who to ask\n\n"
        "- Tonight: ‹name, and how to reach them›\n"
        "- About a household: press **Tell organiser** on the call’s page."
    )
