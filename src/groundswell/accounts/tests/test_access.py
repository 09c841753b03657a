import time

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groundswell.accounts import access, identity
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, User
from groundswell.accounts.sessions import SessionStore
from groundswell.accounts.tests.builders import make_campaign, make_member, make_request, make_user

Area = apps.get_model("places", "Area")
pytestmark = pytest.mark.django_db


def is_live(membership_id: int, epoch: int | None = None) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_membership_live(%s, %s)", [membership_id, epoch])
        return cursor.fetchone()[0]


def test_a_visitor_is_asked_to_sign_in():
    with pytest.raises(access.SignInRequired):
        access.access_campaign(make_request(), "any")
    assert access.roles_of(make_request()) == frozenset()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_its_own_campaign_and_no_other(role):
    mine, other = make_campaign(), make_campaign()
    request = make_request(make_member(role, mine).user)
    assert access.access_campaign(request, mine.slug, role) == mine
    assert request.membership.role == role
    with pytest.raises(Http404):
        access.access_campaign(request, other.slug, role)


def test_another_role_is_refused_openly_and_an_unknown_campaign_like_a_strange_one():
    mine = make_campaign()
    request = make_request(make_member(Role.CALLER, mine).user)
    with pytest.raises(PermissionDenied):
        access.access_campaign(request, mine.slug, Role.ORGANISER)
    with pytest.raises(Http404):
        access.access_campaign(request, "no-such", Role.ORGANISER)


def test_a_membership_of_every_campaign_reaches_each():
    first, second = make_campaign("a"), make_campaign("b")
    request = make_request(make_member(Role.OWNER).user)
    assert access.access_campaign(request, "a", Role.OWNER) == first
    assert list(access.accessible_campaigns(request)) == [first, second]


def test_the_highest_role_in_the_campaign_counts_and_that_of_another_does_not():
    mine, other = make_campaign(), make_campaign()
    user = make_member(Role.ORGANISER, other).user
    make_member(Role.CALLER, mine, user=user)
    request = make_request(user)
    assert access.access_campaign(request, mine.slug).pk == mine.pk
    assert request.membership.role == Role.CALLER
    with pytest.raises(PermissionDenied):
        access.access_campaign(request, mine.slug, Role.ORGANISER)


def test_revocation_takes_effect_on_the_next_request():
    mine = make_campaign()
    membership = make_member(Role.CALLER, mine)
    session = make_request(membership.user).session
    assert is_live(membership.pk, 0)
    Membership.objects.filter(pk=membership.pk).update(revoked_at=timezone.now())
    request = make_request()
    request.session, request.user = session, membership.user
    with pytest.raises(Http404):
        access.access_campaign(request, mine.slug)
    assert not is_live(membership.pk, 0)
    assert identity.caller_identity(request) is None


def test_an_inactive_user_and_a_session_ended_everywhere_no_longer_hold_a_membership():
    membership = make_member(Role.CALLER, make_campaign())
    User.objects.filter(pk=membership.user_id).update(session_epoch=1)
    assert is_live(membership.pk)
    assert is_live(membership.pk, 1)
    assert not is_live(membership.pk, 0)
    User.objects.filter(pk=membership.user_id).update(is_active=False)
    assert not is_live(membership.pk)


def test_the_caller_is_known_from_the_cookie_without_a_query():
    mine, other = make_campaign(), make_campaign()
    membership = make_member(Role.CALLER, mine)
    elsewhere = make_member(Role.CALLER, other, user=membership.user)
    signed_in = make_request(membership.user)
    signed_in.session.save()
    request = make_request()
    request.session = SessionStore(signed_in.session.session_key)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert identity.caller_identity(request, mine.pk) == identity.CallerIdentity(
            membership.user_id, membership.pk, mine.pk, 0
        )
        assert identity.caller_identity(request).membership_id == elsewhere.pk
        identity.choose_campaign(request, mine.pk)
        assert identity.caller_identity(request).membership_id == membership.pk
        assert identity.caller_identity(request, mine.pk + other.pk) is None
        assert identity.caller_identity(make_request()) is None
    assert len(queries) == 0


def test_an_organiser_of_every_campaign_may_call_in_the_one_named():
    mine = make_campaign()
    membership = make_member(Role.ORGANISER)
    request = make_request(membership.user)
    assert identity.caller_identity(request) is None
    assert identity.caller_identity(request, mine.pk).membership_id == membership.pk


def test_a_membership_gained_elsewhere_is_found_by_asking_again():
    membership = make_member(Role.CALLER, make_campaign())
    request = make_request(membership.user)
    new = make_member(Role.CALLER, make_campaign(), user=membership.user)
    assert identity.caller_identity(request, new.campaign_id) is None
    assert access.refresh_identity(request, new.campaign_id).membership_id == new.pk


@pytest.mark.parametrize("role", [Role.OWNER, Role.ORGANISER, Role.DATA_MANAGER])
def test_staff_without_a_second_factor_reach_nothing(role):
    mine = make_campaign()
    request = make_request(make_member(role, mine, second_factor=False).user)
    with pytest.raises(access.SecondFactorRequired):
        access.access_campaign(request, mine.slug)
    with pytest.raises(access.SecondFactorRequired):
        access.accessible_campaigns(request)
    with pytest.raises(access.SecondFactorRequired):
        access.require_role(role)(lambda request: HttpResponse())(request)


@pytest.mark.parametrize(
    ("demo_setting", "is_demo", "allowed"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_only_the_demos_own_users_in_the_demo_are_let_off(settings, demo_setting, is_demo, allowed):
    settings.DEMO = demo_setting
    user = make_user(is_demo=is_demo)
    make_member(Role.ORGANISER, make_campaign(), user=user)
    request = make_request(user)
    if allowed:
        assert access.membership_for(request).role == Role.ORGANISER
    else:
        with pytest.raises(access.SecondFactorRequired):
            access.membership_for(request)


def test_staff_sign_in_again_after_a_working_day_and_callers_need_not():
    long_ago = int(time.time()) - access.STAFF_SESSION_SECONDS - 1
    for role, expected in ((Role.ORGANISER, False), (Role.CALLER, True)):
        request = make_request(make_member(role, make_campaign()).user)
        request.session[identity.KEY] = {**request.session[identity.KEY], "t": long_ago}
        if expected:
            assert access.membership_for(request).role == role
        else:
            with pytest.raises(access.SignInRequired):
                access.membership_for(request)


def test_require_role_lets_through_only_those_named_and_says_as_what():
    view = access.require_role(Role.ORGANISER, Role.OWNER)(lambda request: HttpResponse(request.membership.role))
    assert view(make_request(make_member(Role.ORGANISER, make_campaign()).user)).content == b"organiser"
    with pytest.raises(PermissionDenied):
        view(make_request(make_member(Role.DATA_MANAGER, make_campaign()).user))
    with pytest.raises(PermissionDenied):
        view(make_request(make_user()))


def test_areas_include_what_lies_below_them():
    def area(code, parent=None):
        return Area.objects.create(kind="ward", boundary_set="test", code=code, name=code, parent=parent)

    seat, elsewhere = area("seat"), area("elsewhere")
    ward = area("ward", seat)
    district = area("district", ward)
    membership = make_member(Role.ORGANISER, make_campaign())
    everything = Area.objects.filter(boundary_set="test")
    assert set(access.limit_to_areas(everything, membership, "pk")) == {seat, elsewhere, ward, district}
    membership.areas.add(ward)
    assert set(access.limit_to_areas(everything, membership, "pk")) == {ward, district}
    membership.areas.set([seat])
    assert set(access.limit_to_areas(everything, membership, "pk")) == {seat, ward, district}
    assert set(access.limit_to_areas(everything, membership, "parent")) == {ward, district}


def test_access_asks_the_database_three_things():
    mine = make_campaign()
    user = make_member(Role.ORGANISER, mine).user
    make_request(user)
    User.objects.filter(pk=user.pk).update(last_seen_at=timezone.now())
    request = make_request(user)
    with CaptureQueriesContext(connection) as queries:
        access.access_campaign(request, mine.slug)
        access.membership_for(request)
        access.roles_of(request)
    assert len(queries) == 2, [q["sql"] for q in queries]


def test_last_seen_is_kept_but_not_written_on_every_request():
    user = make_member(Role.CALLER, make_campaign()).user
    access.memberships_of(make_request(user))
    first = User.objects.get(pk=user.pk).last_seen_at
    assert first is not None
    access.memberships_of(make_request(user))
    assert User.objects.get(pk=user.pk).last_seen_at == first
