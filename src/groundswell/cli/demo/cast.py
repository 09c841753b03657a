"""The people who use the demo, and the campaign they work on, set up through the rooms' own operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from groundswell.accounts.enums import OrganisationKind, Role
from groundswell.accounts.models import Invitation, Membership, Organisation, User
from groundswell.campaigns.enums import Meaning, VoterIdTemplate
from groundswell.campaigns.models import Campaign, Option, Question, Script
from groundswell.campaigns.operations.campaigns import create_campaign, save_candidate
from groundswell.campaigns.operations.cribs import save_crib_sheet
from groundswell.campaigns.operations.questions import add_ready_question, add_voter_id
from groundswell.campaigns.operations.scripts import branch_step, create_script
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.campaigns.segments import check_expression
from groundswell.cli.demo import story
from groundswell.people.models import Segment
from groundswell.places.models import Area


@dataclass(frozen=True, slots=True)
class Team:
    """Who is who."""

    owner: User
    organiser: User
    data_manager: User
    callers: list[User]


def make_organisation() -> Organisation:
    """The demo's organisation, unless this installation has one: then the campaign is run in its name."""
    ours = Organisation.objects.first()
    if ours is not None:
        return ours
    return Organisation.objects.create(
        id=1,
        name=story.ORGANISATION,
        kind=OrganisationKind.PARTY,
        contact_address="1 Lantern Yard, Exampleford EX1 1AA",
        contact_phone="+441632960000",
        contact_email=f"hello@{story.EMAIL_DOMAIN}",
        imprint="Promoted by O. Brand on behalf of Northlight Alliance (invented), 1 Lantern Yard, Exampleford.",
    )


def make_team() -> Team:
    """Users without a password: they come by the demo's links only."""

    def user(name: str) -> User:
        local = name.lower().replace(" ", ".").replace("ń", "n")
        return User.objects.create_user(f"{local}@{story.EMAIL_DOMAIN}", name=name, is_demo=True)

    return Team(
        user(story.OWNER), user(story.ORGANISER), user(story.DATA_MANAGER), [user(name) for name in story.CALLERS]
    )


def give_roles(team: Team, campaign: Campaign, *, now: datetime) -> None:
    """One membership each; the callers came by one invitation link, which still works."""
    invitation = Invitation.objects.create(
        label="Monday phone bank",
        role=Role.CALLER,
        campaign=campaign,
        expires_at=now + timedelta(days=30),
        max_uses=200,
        uses=len(team.callers),
        created_by=team.organiser,
        created_at=now - timedelta(days=35),
    )
    staff = ((team.owner, Role.OWNER), (team.organiser, Role.ORGANISER), (team.data_manager, Role.DATA_MANAGER))
    Membership.objects.bulk_create(
        [
            Membership(
                user=user,
                role=role,
                # The owner of the whole installation, not of one campaign.
                campaign=None if role == Role.OWNER else campaign,
                granted_by=team.owner,
            )
            for user, role in staff
        ]
        + [
            Membership(user=user, role=Role.CALLER, campaign=campaign, invitation=invitation, granted_by=team.organiser)
            for user in team.callers
        ]
    )


def make_campaign(team: Team, seats: dict[str, Area], *, now: datetime) -> Campaign:
    """The campaign with its candidates and crib sheets. The poll is four months off, whenever the demo is loaded."""
    campaign = create_campaign(
        name=story.CAMPAIGN,
        by=team.owner,
        areas=seats.values(),
        own_party=story.OWN_PARTY,
        other_parties=story.OTHER_PARTIES,
        election="General election",
        poll_closes_at=_polling_evening(now),
        is_demo=True,
    )
    for code, seat in seats.items():
        name, about = story.CANDIDATES[code]
        save_candidate(campaign=campaign, area=seat, name=name, by=team.organiser, party=story.OWN_PARTY, about=about)
        save_crib_sheet(campaign=campaign, area=seat, body=story.CRIB_SHEETS[code], by=team.organiser)
    return campaign


def make_scripts(team: Team, campaign: Campaign) -> dict[VoterIdTemplate, Script]:
    """One script for each way to ask for voting intention, with the same further questions."""
    ready = {
        which: add_ready_question(campaign=campaign, ready=which, by=team.organiser)
        for which in (
            *(ReadyQuestion.LIKELIHOOD, ReadyQuestion.ISSUE, ReadyQuestion.POSTAL_VOTE),
            *(ReadyQuestion.POSTER, ReadyQuestion.VOLUNTEER),
        )
    }
    names = {
        VoterIdTemplate.PARTY_CODE: "Voting intention by party code",
        VoterIdTemplate.PARTY_SCORES: "0 to 10 for each party",
        VoterIdTemplate.SUPPORT_SCALE: "1 to 5 for our candidate",
    }
    scripts = {}
    for template, name in names.items():
        asked = add_voter_id(campaign=campaign, template=template, by=team.organiser)
        scripts[template] = create_script(
            campaign=campaign,
            name=name,
            by=team.organiser,
            opening=story.OPENING,
            closing=story.CLOSING,
            questions=[*asked, *ready.values()],
        )
        _ask_supporters_only(scripts[template], asked, ready, team)
    return scripts


def _ask_supporters_only(
    script: Script, asked: list[Question], ready: dict[ReadyQuestion, Question], team: Team
) -> None:
    """A poster and a helping hand are asked of those who are with us, where the script can tell."""
    supporters = list(Option.objects.filter(question__in=asked, meaning__in=("strong_support", "weak_support")))
    for which in (ReadyQuestion.POSTER, ReadyQuestion.VOLUNTEER):
        if supporters:
            step = script.steps.get(question=ready[which])
            branch_step(step=step, show_if=supporters, by=team.organiser)


def make_segment(team: Team, campaign: Campaign, script: Script) -> Segment:
    """A list worth ringing again: firm supporters who were never asked about a poster."""
    steps = script.steps.select_related("question")
    intention = steps.get(question__is_voter_id=True).question
    poster = steps.get(question__key="poster").question
    expression = {
        "all": [
            {"answered": {"question": intention.pk, "meanings": [Meaning.STRONG_SUPPORT]}},
            {"not": {"asked": poster.pk}},
        ]
    }
    check_expression(expression)
    return Segment.objects.create(
        name="Firm supporters, poster not asked", campaign=campaign, expression=expression, created_by=team.organiser
    )


def _polling_evening(now: datetime) -> datetime:
    """Ten in the evening of a Thursday some four months away."""
    day = now + timedelta(days=120)
    day += timedelta(days=(3 - day.weekday()) % 7)
    return day.replace(hour=22, minute=0, second=0, microsecond=0)
