from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from groundswell.accounts import operations
from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Invitation, Membership, Organisation, User
from groundswell.accounts.operations import LinkClosedError, TeamError
from groundswell.accounts.rules import LinkState, link_state
from groundswell.accounts.signals import membership_revoked
from groundswell.accounts.tests.builders import make_campaign, make_member, make_user

pytestmark = pytest.mark.django_db


def make_invitation(campaign=None, **fields):
    fields.setdefault("expires_at", timezone.now() + timedelta(days=1))
    return Invitation.objects.create(campaign=campaign or make_campaign(), **fields)


def accept(invitation, **fields):
    fields.setdefault("by", None)
    fields.setdefault("name", "Vera")
    return operations.accept_invitation(token=invitation.token, now=timezone.now(), **fields)


def test_a_link_makes_an_account_and_a_membership_and_says_so_in_the_log():
    invitation = make_invitation()
    membership = accept(invitation, name="Vera")
    assert (membership.user.name, membership.user.email, membership.role) == ("Vera", None, Role.CALLER)
    assert not membership.user.has_usable_password()
    assert membership.invitation == invitation
    event = AuditEvent.objects.get(verb="accept_invitation")
    assert (event.actor, event.subject_id, event.campaign_id) == (
        membership.user,
        membership.pk,
        invitation.campaign_id,
    )


def test_a_confirmed_email_is_the_new_accounts_own():
    user = accept(make_invitation(), email="vera@example.org").user
    address = user.emailaddress_set.get()
    assert (user.email, address.verified, address.primary) == ("vera@example.org", True, True)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, LinkState.EXPIRED),
        ({"revoked_at": timezone.now()}, LinkState.REVOKED),
        ({"max_uses": 2, "uses": 2}, LinkState.USED_UP),
    ],
)
def test_a_closed_link_says_why_and_makes_nobody(fields, state):
    invitation = make_invitation(**fields)
    with pytest.raises(LinkClosedError) as caught:
        accept(invitation)
    assert caught.value.state == state
    assert not User.objects.exists()


def test_an_unknown_token_is_unknown():
    with pytest.raises(Invitation.DoesNotExist):
        operations.accept_invitation(by=None, token="nonsense", now=timezone.now(), name="Vera")


def test_a_link_that_asks_for_an_email_makes_nobody_without():
    invitation = make_invitation(role=Role.ORGANISER, requires_email=True)
    with pytest.raises(TeamError):
        accept(invitation)
    assert Invitation.objects.get().uses == 0


def test_who_is_a_member_already_uses_nothing_up():
    invitation = make_invitation(max_uses=2)
    user = accept(invitation).user
    again = accept(invitation, by=user)
    assert again.user == user
    assert Invitation.objects.get().uses == 1


def test_a_caller_who_opens_an_organisers_link_becomes_one_and_an_organiser_never_less():
    campaign = make_campaign()
    user = make_user()
    caller = accept(make_invitation(campaign), by=user)
    staff_link = make_invitation(campaign, role=Role.ORGANISER, requires_email=True)
    organiser = accept(staff_link, by=user)
    assert organiser.role == Role.ORGANISER
    caller.refresh_from_db()
    assert caller.revoked_at is not None
    assert accept(make_invitation(campaign), by=user) == organiser


@pytest.mark.django_db(transaction=True)
def test_no_race_admits_one_more_than_the_link_allows():
    invitation = make_invitation(max_uses=5)
    start, admitted, refused = Barrier(20), [], []

    def press(number):
        start.wait()
        try:
            admitted.append(accept(invitation, name=f"Caller {number}").pk)
        except LinkClosedError as error:
            refused.append(error.state)
        finally:
            connection.close()

    threads = [Thread(target=press, args=[n]) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(admitted), refused) == (5, [LinkState.USED_UP] * 15)
    assert Membership.objects.count() == User.objects.count() == Invitation.objects.get().uses == 5


@pytest.mark.django_db(transaction=True)
def test_pressing_twice_at_once_joins_once():
    invitation, user = make_invitation(max_uses=5), make_user()
    start, made = Barrier(8), []

    def press():
        start.wait()
        made.append(accept(invitation, by=user).pk)
        connection.close()

    threads = [Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == Invitation.objects.get().uses == 1


def test_nobody_gives_more_than_they_may():
    campaign, other = make_campaign(), make_campaign()
    organiser = make_member(Role.ORGANISER, campaign)
    fields = {"expires_at": timezone.now() + timedelta(days=1), "max_uses": 1}
    for role, where in ((Role.OWNER, campaign), (Role.DATA_MANAGER, campaign), (Role.CALLER, other)):
        with pytest.raises(TeamError):
            operations.create_invitation(by=organiser, role=role, campaign_id=where.pk, **fields)
    with pytest.raises(TeamError):
        operations.create_invitation(by=organiser, role=Role.ORGANISER, campaign_id=None, **fields)
    for by in (make_member(Role.DATA_MANAGER, campaign), make_member(Role.CALLER, campaign)):
        with pytest.raises(TeamError):
            operations.create_invitation(by=by, role=Role.CALLER, campaign_id=campaign.pk, **fields)
    assert not Invitation.objects.exists()


def test_a_staff_link_always_asks_for_an_email():
    owner = make_member(Role.OWNER)
    made = operations.create_invitation(
        by=owner, role=Role.DATA_MANAGER, campaign_id=None, expires_at=timezone.now(), max_uses=1
    )
    assert made.requires_email


def test_whoever_is_limited_to_areas_gives_only_those():
    Area = apps.get_model("places", "Area")
    mine, theirs = (Area.objects.create(kind="ward", boundary_set="t", code=c, name=c) for c in "ab")
    below = Area.objects.create(kind="ward", boundary_set="t", code="c", name="c", parent=mine)
    campaign = make_campaign()
    organiser = make_member(Role.ORGANISER, campaign)
    organiser.areas.add(mine)
    fields = {
        "by": organiser,
        "role": Role.CALLER,
        "campaign_id": campaign.pk,
        "max_uses": 1,
        "expires_at": timezone.now() + timedelta(days=1),
    }
    assert list(operations.create_invitation(**fields).areas.all()) == [mine]
    assert list(operations.create_invitation(**fields, area_ids=[below.pk]).areas.all()) == [below]
    with pytest.raises(TeamError):
        operations.create_invitation(**fields, area_ids=[theirs.pk])


def test_a_members_areas_come_with_the_link():
    ward = apps.get_model("places", "Area").objects.create(kind="ward", boundary_set="t", code="w", name="w")
    invitation = make_invitation()
    invitation.areas.add(ward)
    assert list(accept(invitation).areas.all()) == [ward]


def test_revoking_takes_back_in_the_same_transaction_and_undoes_itself_if_that_fails():
    campaign = make_campaign()
    organiser, caller = make_member(Role.ORGANISER, campaign), make_member(Role.CALLER, campaign)
    seen = []

    def take_back(*, membership, by, now, **_):
        seen.append((membership.pk, by))
        if fail:
            raise RuntimeError("the queue is gone")

    membership_revoked.connect(take_back)
    try:
        fail = True
        with pytest.raises(RuntimeError), transaction.atomic():
            operations.revoke_membership(by=organiser, membership=caller, now=timezone.now())
        caller.refresh_from_db()
        assert caller.revoked_at is None
        fail = False
        operations.revoke_membership(by=organiser, membership=caller, now=timezone.now())
        operations.revoke_membership(by=organiser, membership=caller, now=timezone.now())
    finally:
        membership_revoked.disconnect(take_back)
    caller.refresh_from_db()
    assert caller.revoked_at is not None
    assert caller.revoked_by == organiser.user
    assert seen == [(caller.pk, organiser.user)] * 2
    assert AuditEvent.objects.filter(verb="revoke_membership").count() == 1


def test_an_organiser_removes_callers_of_their_campaign_only_and_nobody_themselves():
    campaign = make_campaign()
    organiser = make_member(Role.ORGANISER, campaign)
    for target in (
        make_member(Role.CALLER, make_campaign()),
        make_member(Role.ORGANISER, campaign),
        make_member(Role.OWNER),
        organiser,
    ):
        with pytest.raises(TeamError):
            operations.revoke_membership(by=organiser, membership=target, now=timezone.now())
    owner = make_member(Role.OWNER)
    with pytest.raises(TeamError):
        operations.revoke_membership(by=owner, membership=owner, now=timezone.now())
    operations.revoke_membership(by=owner, membership=organiser, now=timezone.now())


def test_a_new_role_is_a_new_membership_and_the_old_one_is_kept():
    campaign, owner = make_campaign(), make_member(Role.OWNER)
    caller = make_member(Role.CALLER, campaign)
    new = operations.change_membership(
        by=owner, membership=caller, role=Role.ORGANISER, area_ids=[], now=timezone.now()
    )
    caller.refresh_from_db()
    assert (new.role, new.user, caller.revoked_at is None) == (Role.ORGANISER, caller.user, False)
    assert AuditEvent.objects.get(verb="change_membership").detail == {
        "role": "organiser",
        "was": "caller",
        "areas": [],
    }


def test_a_caller_without_an_email_cannot_become_staff():
    caller = make_member(Role.CALLER, make_campaign(), user=make_user(email=None))
    with pytest.raises(TeamError):
        operations.change_membership(
            by=make_member(Role.OWNER), membership=caller, role=Role.ORGANISER, area_ids=[], now=timezone.now()
        )


def test_the_first_owner_is_made_once():
    fields = {"name": "Ola", "email": "ola@example.org", "password": "three-odd-words"}
    user = operations.set_up_installation(**fields, organisation={"name": "Us", "kind": "union"})
    assert Membership.objects.get(user=user).campaign is None
    assert Organisation.objects.get().kind == "union"
    with pytest.raises(TeamError):
        operations.set_up_installation(
            **{**fields, "email": "b@example.org"}, organisation={"name": "x", "kind": "union"}
        )


def test_the_demos_owner_does_not_count_as_set_up():
    make_member(Role.OWNER, user=make_user(is_demo=True))
    assert not operations.is_set_up()
    make_member(Role.OWNER)
    assert operations.is_set_up()


def test_link_state_prefers_what_its_maker_did():
    now = timezone.now()
    link = Invitation(revoked_at=now, expires_at=now, uses=1, max_uses=1)
    assert link_state(link, now=now) == LinkState.REVOKED
    link.revoked_at = None
    assert link_state(link, now=now) == LinkState.EXPIRED
    link.expires_at = now + timedelta(seconds=1)
    assert link_state(link, now=now) == LinkState.USED_UP
    link.uses = 0
    assert link_state(link, now=now) == LinkState.OPEN


def refused(constraint, make):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make()
    assert constraint in str(caught.value)


def test_constraints_of_memberships_and_invitations():
    campaign, user = make_campaign(), make_user()
    soon = timezone.now() + timedelta(days=1)
    refused("membership_role_known", lambda: Membership.objects.create(user=user, role="king", campaign=campaign))
    refused("membership_caller_has_campaign", lambda: Membership.objects.create(user=user, role=Role.CALLER))
    Membership.objects.create(user=user, role=Role.CALLER, campaign=campaign)
    refused(
        "membership_one_live_per_campaign",
        lambda: Membership.objects.create(user=user, role=Role.ORGANISER, campaign=campaign),
    )
    Membership.objects.create(user=user, role=Role.OWNER)
    refused("membership_one_live_per_campaign", lambda: Membership.objects.create(user=user, role=Role.ORGANISER))
    make = Invitation.objects.create
    refused("invitation_role_known", lambda: make(role="king", campaign=campaign, expires_at=soon, requires_email=True))
    refused("invitation_not_overused", lambda: make(campaign=campaign, expires_at=soon, uses=2, max_uses=1))
    refused("invitation_staff_needs_email", lambda: make(role=Role.OWNER, campaign=campaign, expires_at=soon))
    refused("invitation_caller_has_campaign", lambda: make(expires_at=soon))
    refused("invitation_for_someone", lambda: make(campaign=campaign, expires_at=soon, max_uses=0))
    make(campaign=campaign, expires_at=soon, token="same")
    refused("token", lambda: make(campaign=campaign, expires_at=soon, token="same"))


def test_constraints_of_the_organisation_and_users():
    refused("organisation_is_single", lambda: Organisation.objects.create(id=2, name="x", kind="party"))
    refused("organisation_kind_known", lambda: Organisation.objects.create(id=1, name="x", kind="club"))
    refused("user_email_lower_case", lambda: User.objects.create(name="x", email="A@example.org"))
    make_user(email="a@example.org")
    refused("email", lambda: User.objects.create(name="x", email="a@example.org"))
